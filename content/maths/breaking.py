"""Where a formula breaks that is too wide: at its loosest joints first, then inside its widest brackets."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from content.maths.box import Box, beside, box, paragraph
from content.maths.printer import Items, Printer
from content.maths.tree import Fenced, Grid, Kind, Space, Symbol, gap, kinds

HANG = 4  # columns by which a line is set in when there is nothing to align it with
HELD: tuple[Kind, ...] = ("word", "big", "sign", "binary", "relation", "opening")


class TooWide(Exception):
    """No way of breaking makes it fit."""


def fit(printer: Printer, items: Items, width: int) -> Box:
    """A row in at most `width` cells; products are cut between their factors only if nothing else will do.

    Raises TooWide.
    """
    try:
        return _Breaker(printer, factors=False).fit(items, width)
    except TooWide:
        return _Breaker(printer, factors=True).fit(items, width)


@dataclass(frozen=True)
class _Breaker:
    printer: Printer
    factors: bool

    def fit(self, items: Items, width: int) -> Box:
        items = _trimmed(items)
        whole = self.printer.row(items)
        if whole.width <= width:
            return whole
        ways = (self.at_spaces, self.at_commas, self.at_relations, self.after_operator, self.at_signs, self.inside)
        for way in (*ways, self.at_factors) if self.factors else ways:
            try:
                drawn = way(items, width)
            except TooWide:
                continue
            if drawn is not None and drawn.width <= width:
                return drawn
        raise TooWide

    def at_spaces(self, items: Items, width: int) -> Box | None:
        """At a \\quad: the author's own joint."""
        return self.packed(_cut(items, [index for index, item in enumerate(items) if _is_wide(item)]), width)

    def at_commas(self, items: Items, width: int) -> Box | None:
        return self.packed(_cut(items, [index + 1 for index in _places(items, "punctuation")]), width)

    def at_relations(self, items: Items, width: int) -> Box | None:
        """Each `= …` on a line of its own, aligned after the left side, or set in below it if that is long."""
        head, *tails = _cut(items, _places(items, "relation"))
        if not tails:
            return None
        if kinds(head[0])[0] == "relation":
            return paragraph([self.fit(part, width) for part in (head, *tails)])
        left = self.printer.row(head)
        if left.width < width // 2:
            try:
                right = paragraph([self.fit(tail, width - left.width - 1) for tail in tails])
                return beside(left, box(" "), right)
            except TooWide:
                pass
        rest = paragraph([self.fit(tail, width - HANG) for tail in tails])
        return paragraph([self.fit(head, width), beside(box(" " * HANG), rest)])

    def after_operator(self, items: Items, width: int) -> Box | None:
        """An operator keeps its place; what follows is broken in the width that is left."""
        operator = items[0]
        if not isinstance(operator, Symbol) or operator.kind not in ("relation", "binary") or len(items) == 1:
            return None
        start = beside(box(operator.text), box(" "))
        return beside(start, self.fit(items[1:], width - start.width))

    def at_signs(self, items: Items, width: int) -> Box | None:
        return self.packed(_cut(items, _places(items, "binary")), width)

    def inside(self, items: Items, width: int) -> Box | None:
        """Breaks what stands in the widest brackets, or the right cells of aligned lines."""
        if len(items) == 1 and isinstance(items[0], Grid) and not items[0].cases:
            left = max(self.printer.row(row[0].items).width for row in items[0].rows) + 1
            return self.printer.aligned(items[0], lambda rest: self.fit(rest, width - left))
        widths = {index: self.printer.node(item).width for index, item in enumerate(items) if isinstance(item, Fenced)}
        if not widths:
            return None
        widest = max(widths, key=lambda index: widths[index])
        fence = items[widest]
        assert isinstance(fence, Fenced)
        others = self.printer.row(items).width - self.printer.row(fence.inside.items).width
        broken = self.printer.fenced(fence, self.fit(fence.inside.items, width - others))
        return self.printer.row(items, {widest: broken})

    def at_factors(self, items: Items, width: int) -> Box | None:
        """Between two factors of a product, never between a function or an operator and its argument."""
        joints = [
            index
            for index in range(1, len(items))
            if kinds(items[index - 1])[1] not in HELD and gap(kinds(items[index - 1])[1], kinds(items[index])[0])
        ]
        return self.packed(_cut(items, joints), width)

    def packed(self, parts: Sequence[Items], width: int) -> Box | None:
        """Parts filled into lines; a line that one part alone overfills is broken further. None for a single part."""
        if len(parts) < 2:
            return None
        lines: list[Items] = []
        for part in parts:
            if lines and self.printer.row(lines[-1] + part).width <= width:
                lines[-1] += part
            else:
                lines.append(part)
        return paragraph([self.fit(line, width) for line in lines])


def _places(items: Items, kind: Kind) -> list[int]:
    return [index for index, item in enumerate(items) if isinstance(item, Symbol) and item.kind == kind]


def _cut(items: Items, places: Sequence[int]) -> list[Items]:
    parts = [items[start:end] for start, end in pairwise((0, *places, len(items)))]
    return [part for part in parts if _trimmed(part)]


def _is_wide(item: object) -> bool:
    return isinstance(item, Space) and item.width > 1


def _trimmed(items: Items) -> Items:
    while items and isinstance(items[0], Space):
        items = items[1:]
    while items and isinstance(items[-1], Space):
        items = items[:-1]
    return items
