"""A small plot for live blocks: axes with round numbers, curves in braille, guides, and signs such as ● where you are.

    plot = Plot(width, 8, x=Axis(0, 2.5, label="ρ"), y=Axis.around(heights))
    plot.guide(1.2)                                  # ┊ upright, and a number of your own below it: under="1+ε"
    plot.level(0)                                    # ┈ across
    plot.function(lambda x: min(x, 1.2), style=0)    # at every dot column; None where there is nothing to draw
    plot.line([(0, 0), (1, 0.5)], style=1)           # points joined in order of x; styles are those of the line chart
    plot.stems([(0.1, 3), (0.2, 7)])                 # one upright stroke each, from the bottom
    plot.sign(1.4, 1.2)                              # ●, or sign(x, y, "▲", "bold $success"); later signs lie on top
    plot.lines()                                     # `rows` lines and one for the x axis, each `width` cells wide

Give it from `LiveBlock.picture`, and say the same numbers in `LiveBlock.lines`: a screen reader gets only those. Keep
an axis fixed while the learner drags a slider wherever you can; a picture whose scale jumps shows nothing moving. What
leaves the plot is cut off, but a sign stays at the edge. `legend` says which line is which, by sign as well as colour.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from textual.content import Content

from tui.numbers import short
from tui.plotting import inner_ticks, log_ticks, tick_labels, ticks
from tui.widgets.braille import QUIET, STYLES, Canvas

GUTTER = 8
HERE = "bold $accent"
Cell = tuple[str, str]


@dataclass(frozen=True)
class Axis:
    """From `low` to `high`; `label` stands at the end of the x axis. A `log` axis needs positive ends.

    `count` is about how many numbers are written along it, as many as fit if None, none if 0.
    """

    low: float
    high: float
    log: bool = False
    label: str = ""
    count: int | None = None

    @classmethod
    def around(cls, values: Iterable[float], log: bool = False, label: str = "", count: int = 4) -> "Axis":
        """The round numbers that enclose `values`, in about `count` steps."""
        reach = list(values)
        marks = log_ticks(min(reach), max(reach)) if log else ticks(min(reach), max(reach), count)
        return cls(marks[0], marks[-1], log, label)

    def share(self, value: float) -> float:
        """Where `value` lies: 0 at `low`, 1 at `high`, beyond them outside."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        if value <= 0:
            return -math.inf
        return math.log(value / self.low) / math.log(self.high / self.low)

    def at(self, share: float) -> float:
        if self.log:
            return self.low * math.exp(share * math.log(self.high / self.low))
        return self.low + share * (self.high - self.low)

    def marks(self, count: int) -> list[float]:
        """About `count` round numbers within the axis."""
        if self.log:
            powers = [mark for mark in log_ticks(self.low, self.high) if self.low <= mark * 1.001 <= self.high * 1.002]
            return powers[:: max(1, math.ceil(len(powers) / max(count, 1)))]
        return list(inner_ticks(self.low, self.high, max(count, 1), whole=False))

    def labelled(self, count: int) -> list[tuple[float, str]]:
        marks = self.marks(count) if self.count is None else self.marks(self.count)[: self.count]
        labels = [f"{mark:g}" for mark in marks] if self.log else tick_labels(marks)
        if max(map(len, labels), default=0) > GUTTER - 2:
            labels = [short(mark) for mark in marks]
        return list(zip(marks, labels, strict=True))


class Plot:
    """`width` × `rows` cells and an axis below; `y` labels stand in a gutter of fixed width at the left."""

    def __init__(self, width: int, rows: int, x: Axis, y: Axis) -> None:
        self.columns, self.rows = max(10, width - GUTTER), rows
        self.x = x
        # A plot of nothing but one height still needs room above and below it.
        self.y = y if y.high > y.low else replace(y, low=y.low - 0.5, high=y.low + 0.5)
        self.canvas = Canvas(self.columns, rows)
        self.signs: dict[tuple[int, int], Cell] = {}
        self.guides: set[int] = set()
        self.levels: set[int] = set()
        self.below: list[tuple[float, str]] = []

    # --- what is drawn

    def function(self, height: Callable[[float], float | None], style: int = 0) -> None:
        dots = 2 * self.columns
        places = [self.x.at(dot / (dots - 1)) for dot in range(dots)]
        self.line([(x, height(x)) for x in places], style)

    def line(self, points: Iterable[tuple[float, float | None]], style: int = 0) -> None:
        """Points joined by straight lines; the line is interrupted at None."""
        for there, run in groupby(points, key=lambda point: point[1] is not None):
            if there:
                drawn = [(self._dot_x(x), self._dot_y(y)) for x, y in run if y is not None]
                self.canvas.trace([(x, y, y, y, y) for x, y in drawn], style % len(STYLES))

    def path(self, points: Iterable[tuple[float, float]], style: int = 0) -> None:
        """Points joined in their own order, which may go back and forth."""
        places = [(self._dot_x(x), self._dot_y(y)) for x, y in points]
        for (x, y), (to_x, to_y) in pairwise(places):
            count = max(abs(to_x - x), abs(to_y - y), 1)
            for number in range(count + 1):
                dot = y + round((to_y - y) * number / count)
                self.canvas.column(x + round((to_x - x) * number / count), dot, dot, style % len(STYLES))

    def stems(self, points: Iterable[tuple[float, float]], style: int = 0) -> None:
        for x, y in points:
            if 0 <= self.x.share(x) <= 1:
                self.canvas.column(self._dot_x(x), 0, self._dot_y(y), style % len(STYLES))

    def guide(self, x: float, under: str = "") -> None:
        self.guides.add(self.column(x))
        if under:
            self.below.append((x, under))

    def level(self, y: float) -> None:
        self.levels.add(self._row(y))

    def sign(self, x: float, y: float, text: str = "●", style: str = HERE) -> None:
        """`text` from the cell of (x, y) to the right; kept inside the plot."""
        first = min(self.column(x), self.columns - len(text))
        for offset, character in enumerate(text):
            self.signs[self._row(y), first + offset] = (character, style)

    # --- where it lies

    def _dot_x(self, x: float) -> int:
        return round(min(1.0, max(0.0, self.x.share(x))) * (2 * self.columns - 1))

    def _dot_y(self, y: float) -> int:
        """In dots from the bottom; up to two plots beyond it, so that a line leaves the plot as steep as it is."""
        return round(min(3.0, max(-2.0, self.y.share(y))) * (4 * self.rows - 1))

    def column(self, x: float) -> int:
        return self._dot_x(x) // 2

    def _row(self, y: float) -> int:
        dot = min(4 * self.rows - 1, max(0, self._dot_y(y)))
        return self.rows - 1 - dot // 4

    # --- the result

    def lines(self) -> list[Content]:
        beside = {self._row(mark): label for mark, label in self.y.labelled(max(1, (self.rows - 1) // 2))}
        lines = []
        for row in range(self.rows):
            label = beside.get(row, "")
            parts: list[Cell] = [(label.rjust(GUTTER - 2) + (" ┤" if label else " │"), QUIET)]
            cells = (self._cell(row, column) for column in range(self.columns))
            for style, run in groupby(cells, key=lambda cell: cell[1]):
                parts.append(("".join(character for character, _ in run), style))
            lines.append(Content.assemble(*parts))
        return [*lines, Content.styled(self._axis(), QUIET)]

    def _cell(self, row: int, column: int) -> Cell:
        if (row, column) in self.signs:
            return self.signs[row, column]
        bits, owner = self.canvas.dots[row][column], self.canvas.owner[row][column]
        if bits:
            return chr(0x2800 + bits), STYLES[owner].style
        if column in self.guides:
            return "┊", QUIET
        return ("┈", "$rule") if row in self.levels else (" ", "")

    def _axis(self) -> str:
        """The labels of the guides where they have any, round numbers elsewhere, and the axis' own at its end."""
        line = [" "] * (GUTTER + self.columns)
        end = len(line) - len(self.x.label)
        line[end:] = self.x.label
        for x, label in [*self.below, *self.x.labelled(max(1, self.columns // 10))]:
            start = GUTTER + self.column(x) - len(label) // 2
            start = min(max(start, 0), len(line) - len(label))
            around = line[max(0, start - 1) : start + len(label) + 1]
            if not "".join(around).strip():
                line[start : start + len(label)] = label
        return "".join(line)


def legend(names: Sequence[str]) -> Content:
    """━━ chosen  ╍╍ rejected: the lines of styles 0, 1, … by name."""
    marks = [(f"{look.sign} {name}", f"bold {look.style}") for name, look in zip(names, STYLES, strict=False)]
    return Content("   ").join(Content.styled(*mark) for mark in marks)
