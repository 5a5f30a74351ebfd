"""The map of the chapters: one row each, and on its left the lines from every chapter to those that build on it."""

from collections.abc import Mapping, Sequence


def direct(prerequisites: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """For each chapter (in the order of the course) the prerequisites that no other prerequisite asks for already."""
    behind: dict[str, set[str]] = {}
    for id, needed in prerequisites.items():
        before = [one for one in needed if one in behind]
        behind[id] = set(before).union(*(behind[one] for one in before))
    return {
        id: tuple(
            one
            for one in needed
            if one in behind and not any(one in behind[other] for other in needed if other in behind)
        )
        for id, needed in prerequisites.items()
    }


def drawn(prerequisites: Mapping[str, Sequence[str]], signs: Mapping[str, str]) -> list[str]:
    """One line a chapter, all of one width, with the chapter's sign where the lines to it end.

    ●
    ├─◐
    ╰─│─○      the line of the second chapter passes
      ╰─┴─○    the last one builds on the two before it
    """
    needs = direct(prerequisites)
    rows = {id: row for row, id in enumerate(needs)}
    last = {id: max((rows[other] for other in needs if id in needs[other]), default=rows[id]) for id in needs}
    column: dict[str, int] = {}
    lines = []
    for id, row in rows.items():
        passing = {column[one]: one for one in column if last[one] >= row}
        joined = sorted(column[one] for one in needs[id])
        here = joined[-1] + 1 if joined else 0
        while here in passing:
            here += 1
        column[id] = here
        lines.append(_line(passing, joined, here, signs[id], {at for at, one in passing.items() if last[one] == row}))
    width = max(map(len, lines))
    return [line.ljust(width) for line in lines]


def _line(passing: Mapping[int, str], joined: Sequence[int], here: int, sign: str, ending: set[int]) -> str:
    """One row: lines pass straight on, or are `joined` to the chapter that stands in the column `here`."""
    first = joined[0] if joined else here
    parts = []
    for at in range(max([here, *passing]) + 1):
        across = first <= at < here
        if at == here:
            parts.append(sign)
        elif at in joined:
            parts.append(("╰" if at in ending else "├") if at == first else ("┴" if at in ending else "┼"))
        elif at in passing:
            parts.append("│")
        else:
            parts.append("─" if across else " ")
        parts.append("─" if across else " ")
    return "".join(parts).rstrip()
