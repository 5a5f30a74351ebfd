"""Where a formula breaks that is too wide: at its loosest joints first, then inside its widest brackets."""

from collections.abc import Sequence
from itertools import pairwise

from content.maths.box import Box, beside, box, paragraph
from content.maths.printer import Items, Printer
from content.maths.tree import Fenced, Grid, Kind, Space, Symbol, gap, kinds

HANG = 4  # columns by which a line is set in when there is nothing to align it with


class TooWide(Exception):
    """No way of breaking makes it fit."""


def fit(printer: Printer, items: Items, width: int) -> Box:
    """A row in at most `width` cells. Raises TooWide."""
    items = _trimmed(items)
    whole = printer.row(items)
    if whole.width <= width:
        return whole
    for way in (_at_spaces, _at_commas, _at_relations, _after_operator, _at_signs, _inside, _at_factors):
        try:
            drawn = way(printer, items, width)
        except TooWide:
            continue
        if drawn is not None and drawn.width <= width:
            return drawn
    raise TooWide


def _at_spaces(printer: Printer, items: Items, width: int) -> Box | None:
    """At a \\quad: the author's own joint."""
    return _packed(printer, _cut(items, [index for index, item in enumerate(items) if _is_wide(item)]), width)


def _at_commas(printer: Printer, items: Items, width: int) -> Box | None:
    return _packed(printer, _cut(items, [index + 1 for index in _places(items, "punctuation")]), width)


def _at_relations(printer: Printer, items: Items, width: int) -> Box | None:
    """Each `= …` on a line of its own, aligned after the left side, or set in below it if that is long."""
    head, *tails = _cut(items, _places(items, "relation"))
    if not tails:
        return None
    if kinds(head[0])[0] == "relation":
        return paragraph([fit(printer, part, width) for part in (head, *tails)])
    left = printer.row(head)
    if left.width < width // 2:
        try:
            right = paragraph([fit(printer, tail, width - left.width - 1) for tail in tails])
            return beside(left, box(" "), right)
        except TooWide:
            pass
    rest = paragraph([fit(printer, tail, width - HANG) for tail in tails])
    return paragraph([fit(printer, head, width), beside(box(" " * HANG), rest)])


def _after_operator(printer: Printer, items: Items, width: int) -> Box | None:
    """An operator keeps its place; what follows is broken in the width that is left."""
    operator = items[0]
    if not isinstance(operator, Symbol) or operator.kind not in ("relation", "binary") or len(items) == 1:
        return None
    start = beside(box(operator.text), box(" "))
    return beside(start, fit(printer, items[1:], width - start.width))


def _at_signs(printer: Printer, items: Items, width: int) -> Box | None:
    return _packed(printer, _cut(items, _places(items, "binary")), width)


def _inside(printer: Printer, items: Items, width: int) -> Box | None:
    """Breaks what stands in the widest brackets, or the right cells of aligned lines."""
    if len(items) == 1 and isinstance(items[0], Grid) and not items[0].cases:
        left = max(printer.row(row[0].items).width for row in items[0].rows) + 1
        return printer.aligned(items[0], lambda rest: fit(printer, rest, width - left))
    widths = {index: printer.node(item).width for index, item in enumerate(items) if isinstance(item, Fenced)}
    if not widths:
        return None
    widest = max(widths, key=lambda index: widths[index])
    fence = items[widest]
    assert isinstance(fence, Fenced)
    others = printer.row(items).width - printer.row(fence.inside.items).width
    broken = printer.fenced(fence, fit(printer, fence.inside.items, width - others))
    return printer.row(items, {widest: broken})


def _at_factors(printer: Printer, items: Items, width: int) -> Box | None:
    """Between two factors of a product, as a last resort; never between a function or an operator and its argument."""
    held: tuple[Kind, ...] = ("word", "big", "sign", "binary", "relation", "opening")
    joints = [
        index
        for index in range(1, len(items))
        if kinds(items[index - 1])[1] not in held and gap(kinds(items[index - 1])[1], kinds(items[index])[0])
    ]
    return _packed(printer, _cut(items, joints), width)


def _packed(printer: Printer, parts: Sequence[Items], width: int) -> Box | None:
    """Parts filled into lines; a line that one part alone overfills is broken further. None for a single part."""
    if len(parts) < 2:
        return None
    lines: list[Items] = []
    for part in parts:
        if lines and printer.row(lines[-1] + part).width <= width:
            lines[-1] += part
        else:
            lines.append(part)
    return paragraph([fit(printer, line, width) for line in lines])


def _places(items: Items, kind: Kind) -> list[int]:
    return [index for index, item in enumerate(items) if isinstance(item, Symbol) and item.kind == kind]


def _cut(items: Items, places: Sequence[int]) -> list[Items]:
    ends = [0, *places, len(items)]
    parts = [items[start:end] for start, end in pairwise(ends)]
    return [part for part in parts if _trimmed(part)]


def _is_wide(item: object) -> bool:
    return isinstance(item, Space) and item.width > 1


def _trimmed(items: Items) -> Items:
    while items and isinstance(items[0], Space):
        items = items[1:]
    while items and isinstance(items[-1], Space):
        items = items[:-1]
    return items
