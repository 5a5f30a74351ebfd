"""Lines in braille dots, told apart without colour: the canvas under every plot."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))  # bit of a braille cell by dot column and dot row


@dataclass(frozen=True)
class LineStyle:
    """How one series looks: theme colour, which dot columns of a period are drawn, and its sign in the legend."""

    style: str
    drawn: int
    period: int
    sign: str

    def draws(self, column: int) -> bool:
        return column % self.period < self.drawn


QUIET = "$secondary"
STYLES = (
    LineStyle("$primary", 1, 1, "━━"),
    LineStyle("$accent", 4, 6, "╍╍"),
    LineStyle("$foreground", 1, 3, "┅┅"),
    LineStyle("$secondary", 7, 9, "╌╌"),
    LineStyle("$primary", 2, 5, "┉┉"),
    LineStyle("$accent", 10, 12, "──"),
    LineStyle("$foreground", 2, 3, "··"),
)
FAINT = len(STYLES)
"""The owner of what lies under a smoothed line: the raw values."""
LOOKS = (*STYLES, LineStyle("$secondary 60%", 1, 1, "··"))


class Canvas:
    """A grid of braille cells, `width` × `height`; dots are (0…2·width-1, 0…4·height-1), the origin at the bottom left.

    A cell has one colour: that of the series drawn last in it.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.dots = [[0] * width for _ in range(height)]
        self.owner = [[-1] * width for _ in range(height)]

    def column(self, x: int, low: int, high: int, owner: int) -> None:
        """Set the dots low…high of dot column `x`."""
        for y in range(max(low, 0), min(high, 4 * self.height - 1) + 1):
            row = self.height - 1 - y // 4
            self.dots[row][x // 2] |= DOTS[x % 2][3 - y % 4]
            self.owner[row][x // 2] = owner

    def trace(self, drawn: Sequence[tuple[int, int, int, int, int]], owner: int) -> None:
        """Join columns (x, first, last, low, high), heights in dots, to one line without gaps but its style's own."""
        style = LOOKS[owner]
        previous: tuple[int, int] | None = None
        for x, first, last, low, high in drawn:
            if previous:
                before, y = previous
                for between in range(before + 1, x + 1):
                    target = y + round((first - y) * (between - before) / (x - before))
                    if style.draws(between):
                        start = previous[1] + (target > previous[1]) - (target < previous[1])
                        self.column(between, min(start, target), max(start, target), owner)
                    previous = (between, target)
            if style.draws(x) or len(drawn) == 1:
                self.column(x, low, high, owner)
            previous = (x, last)

    def row(self, number: int, guide: int | None = None) -> Content:
        """One line of cells, as runs of one colour; in the cells of column `guide` that are empty, ┊."""
        parts: list[tuple[str, str]] = []
        for column, (bits, owner) in enumerate(zip(self.dots[number], self.owner[number], strict=True)):
            style = LOOKS[owner].style if bits else "$accent" if column == guide else ""
            cell = chr(0x2800 + bits) if bits else "┊" if column == guide else " "
            if parts and parts[-1][1] == style:
                parts[-1] = (parts[-1][0] + cell, style)
            else:
                parts.append((cell, style))
        return Content.assemble(*parts)
