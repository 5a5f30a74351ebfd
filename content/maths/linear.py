"""A formula on one line of Unicode, with brackets where the flat form would otherwise mean something else."""

import unicodedata

from content.maths.parser import parse
from content.maths.symbols import LOWERED, RAISED, small
from content.maths.tree import (
    Accented,
    Braced,
    Fenced,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Scripted,
    Space,
    Symbol,
    gap,
    kinds,
)


def inline(tex: str) -> str:
    """The formula as one line: `\\frac{a}{b + c}` is `a/(b + c)`, `\\pi_\\theta` is `π_θ`. Raises MathsError."""
    return line(parse(tex))


def line(node: Node, tight: bool = False) -> str:
    """One line for a node. `tight` leaves out the spaces around operators, as scripts do."""
    match node:
        case Symbol():
            return node.text
        case Space():
            return ""
        case Row():
            return _row(node.items, tight)
        case Fraction():
            above, below = line(node.above, tight), line(node.below, tight)
            above = above if _is_product(node.above) else f"({above})"
            return f"{above}/{below}" if _is_factor(node.below) else f"{above}/({below})"
        case Root():
            inside = line(node.inside, tight)
            return f"√{inside}" if _is_factor(node.inside) else f"√({inside})"
        case Scripted():
            return _scripted(node, tight)
        case Accented():
            return accented(line(node.base, tight), node.mark)
        case Fenced():
            return f"{node.left}{line(node.inside, tight)}{node.right}"
        case Braced():
            label = f" ({line(node.label)})" if node.label else ""
            inside = line(node.inside, tight)
            return f"{inside}{label}" if _is_factor(node.inside) else f"({inside}){label}"
        case Grid():
            rows = [_row(tuple(item for cell in row for item in (*cell.items, Space(1))), tight) for row in node.rows]
            starts = ["" if node.cases or row[0].items else " " for row in node.rows]  # "= …" goes on with the line
            text = "".join(start + row if start else f"; {row}" for start, row in zip(starts, rows, strict=True))
            return ("{" if node.cases else "") + text.removeprefix("; ").strip()


def accented(text: str, mark: str) -> str:
    """The mark over each letter of `text`, in one character where Unicode has it (`Â`)."""
    return unicodedata.normalize("NFC", "".join(letter + mark if letter.isalnum() else letter for letter in text))


def _row(items: tuple[Node, ...], tight: bool) -> str:
    text = ""
    before: Node | None = None
    room = 0
    for index, item in enumerate(items):
        if isinstance(item, Space):
            room = max(room, item.width)
            continue
        piece = line(item, tight)
        left = kinds(item)[0]
        if isinstance(item, Fraction) and _needs_brackets(before if room < 2 else None, items[index + 1 :]):
            piece, left = f"({piece})", "inner" if before and kinds(before)[1] != "word" else "opening"
        if before is not None:
            space = max(room, gap(kinds(before)[1], left, tight))
            if not space and _runs_together(text, piece):
                space = 1
            text += " " * space
        text += piece
        before, room = item, 0
    return text


def _needs_brackets(before: Node | None, rest: tuple[Node, ...]) -> bool:
    """Whether a neighbour would be read as part of a flat fraction."""
    after = next((item for item in rest if not isinstance(item, Space) or item.width > 1), None)
    left = kinds(before)[1] if before else "opening"
    right = "closing" if after is None or isinstance(after, Space) else kinds(after)[0]
    return left in ("ordinary", "word", "closing", "inner", "big", "sign") or right in (
        "ordinary", "word", "opening", "inner", "big", "bar",
    )  # fmt: skip


def _runs_together(text: str, piece: str) -> bool:
    """Whether a letter would be read as part of the script before it (`π_θ` and `x`)."""
    tail = text.rsplit(" ", 1)[-1]
    marked = max(tail.rfind("_"), tail.rfind("^"))
    return marked >= 0 and tail[marked + 1 :].isalnum() and piece[:1].isalnum()


def _scripted(node: Scripted, tight: bool) -> str:
    base = line(node.base, tight)
    if isinstance(node.base, Fraction | Braced) or (isinstance(node.base, Row) and len(node.base.items) > 1):
        base = f"({base})"
    below = _script("_", line(node.below, tight=True), LOWERED) if node.below else ""
    above = _script("^", line(node.above, tight=True), RAISED) if node.above else ""
    # A small raised sign binds to the base, not to the letters of a subscript: π*_β.
    first = below[:1] == "_" and above[:1] != "^" and not node.limits
    return base + above + below if first else base + below + above


def _script(mark: str, script: str, table: dict[str, str]) -> str:
    compact = small(script, table)
    if compact is not None:
        return compact
    return f"{mark}{script}" if script.replace(".", "").isalnum() or len(script) == 1 else f"{mark}({script})"


def _parts(row: Row) -> list[Node]:
    return [item for item in row.items if not isinstance(item, Space)]


def _is_factor(row: Row) -> bool:
    """One thing, or one thing applied to brackets: `Z(x)`, `exp(a)`, `π_θ(y|x)`; and the `∂θ` of a derivative."""
    first, *rest = _parts(row) or [row]
    if first == Symbol("∂") and rest:
        first, *rest = rest
    if isinstance(first, Fraction | Braced | Grid) or kinds(first)[0] in ("sign", "big", "relation", "binary"):
        return False
    return all(isinstance(item, Fenced) for item in rest)


def _is_product(row: Row) -> bool:
    """A product of such things without signs: what may stand over a bar with no brackets."""
    parts = _parts(row)
    for index, item in enumerate(parts):
        left = kinds(item)[0]
        bare_word = left == "word" and index + 1 < len(parts) and not isinstance(parts[index + 1], Fenced)
        if left in ("sign", "binary", "relation", "punctuation", "big", "inner") or bare_word:
            return False
    return True
