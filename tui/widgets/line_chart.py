"""A line chart in braille dots: redrawn in the time of its width, legible without colour, and said in words below."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.literal import clean
from tui.numbers import short
from tui.plotting import Point, Series, Span, columns, extent, inner_ticks, log_ticks, tick_labels, ticks

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
SHORTER = ("{name} {first} → {value}", "{name} {value}")
STYLES = (
    LineStyle("$primary", 1, 1, "━━"),
    LineStyle("$accent", 4, 6, "╍╍"),
    LineStyle("$foreground", 1, 3, "┅┅"),
    LineStyle("$secondary", 7, 9, "╌╌"),
    LineStyle("$primary", 2, 5, "┉┉"),
    LineStyle("$accent", 10, 12, "──"),
    LineStyle("$foreground", 2, 3, "··"),
)


@dataclass(frozen=True)
class Words:
    """The chart's own sentences in the learner's language, so that the widget knows no language."""

    empty: str = "no values yet"
    no_positive: str = "nothing above zero to draw on a logarithmic axis"
    log: str = "log"
    step: str = "step {step}"
    line: str = "{name} {value} (from {first}), {trend}"
    missing: str = "{count} not finite"
    trends: Mapping[str, str] | None = None

    def trend(self, trend: str) -> str:
        return self.trends[trend] if self.trends else trend


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
        style = STYLES[owner]
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

    def row(self, number: int) -> Content:
        """One line of cells, as runs of one colour."""
        parts: list[tuple[str, str]] = []
        for bits, owner in zip(self.dots[number], self.owner[number], strict=True):
            style = STYLES[owner].style if bits else ""
            cell = chr(0x2800 + bits) if bits else " "
            if parts and parts[-1][1] == style:
                parts[-1] = (parts[-1][0] + cell, style)
            else:
                parts.append((cell, style))
        return Content.assemble(*parts)


class LineChart(Widget):
    """One chart: title and legend with the last values, the plot with round ticks, and a line that says the same.

    `show({name: points})` takes whole lists of (step, value) that grow from call to call; only what is new is read.
    The order of the names fixes colour and dash. With `total_steps` the axis reaches to the end of the run at once.
    """

    DEFAULT_CSS = """
    LineChart { width: 1fr; height: 1fr; min-height: 5; padding: 0 1; text-wrap: nowrap; }
    """

    log_axis: reactive[bool] = reactive(False)
    total_steps: reactive[int] = reactive(0)
    title: reactive[str] = reactive("")

    def __init__(self, title: str = "", words: Words | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = words or Words()
        self.series: list[Series] = []
        self.set_reactive(LineChart.title, title)

    def show(self, lines: Mapping[str, Sequence[Point]]) -> None:
        """Draw these lines from now on; nothing happens if they are what is drawn already."""
        if [line.name for line in self.series] != list(lines):
            self.series = [Series(name) for name in lines]
        before = [(line.taken, line.step) for line in self.series]
        for line, points in zip(self.series, lines.values(), strict=True):
            line.follow(points)
        if before != [(line.taken, line.step) for line in self.series]:
            self.refresh()

    @property
    def filled(self) -> list[Series]:
        """The series that have something to draw."""
        return [line for line in self.series if len(line)]

    def sentence(self) -> str:
        """The chart in words: "step 120 · loss 0.610 (from 0.693), falling"."""
        if not self.filled:
            return self.words.empty
        step = max(series.last.last_step for series in self.filled)
        return " · ".join([self.words.step.format(step=step), *self._values(self.words.line)])

    def _values(self, line: str) -> list[str]:
        parts = [
            line.format(
                name=clean(series.name or self.title),
                value=short(series.last.last),
                first=short(series.first.first),
                trend=self.words.trend(series.trend()),
            )
            for series in self.filled
        ]
        missing = sum(series.missing for series in self.series)
        return [*parts, self.words.missing.format(count=missing)] if missing else parts

    def _sentence_within(self, width: int) -> str:
        """The longest way to say it that fits."""
        ways = [self.sentence()]
        if self.filled:
            ways += [" · ".join(self._values(line)) for line in (self.words.line, *SHORTER)]
        return next((way for way in ways if len(way) <= width), ways[-1])

    def render(self) -> Content:
        width, height = self.size
        if width < 12 or height < 4:
            return Content(self.sentence())
        lines = [self._header(width), *self._plot(width, height - 2)]
        if self.filled:  # an empty plot has said so already
            lines.append(Content.styled(self._sentence_within(width), QUIET).truncate(width, ellipsis=True))
        return Content("\n").join(lines)

    def _header(self, width: int) -> Content:
        """Title on the left; on the right each series' sign and name, and its last value where there is room."""
        title = self.title + (f" ({self.words.log})" if self.log_axis else "")
        left = Content.styled(clean(title), "bold")
        for with_values in (True, False):
            right = self._legend(with_values)
            gap = width - left.cell_length - right.cell_length
            if gap > 0:
                return Content.assemble(left, " " * gap, right)
        room = max(8, width - right.cell_length - 1)
        return Content.assemble(left.truncate(room, ellipsis=True), " ", right).truncate(width, ellipsis=True)

    def _legend(self, with_values: bool) -> Content:
        several = len(self.series) > 1
        marks: list[tuple[str, str]] = []
        for line, look in zip(self.series, cycle(STYLES), strict=False):
            if len(line):
                parts = [look.sign, clean(line.name)] if several else []
                parts += [short(line.last.last)] if with_values or not several else []
                marks.append((("  " if marks else "") + " ".join(parts), f"bold {look.style}"))
        return Content.assemble(*marks)

    def _plot(self, width: int, height: int) -> list[Content]:
        """`height` lines: the dots with the y labels beside them, the last one the labels of the steps."""
        reach = extent(self.filled, positive=self.log_axis)
        if reach is None:
            message = self.words.no_positive if self.filled else self.words.empty
            lines = [Content("")] * height
            lines[height // 2] = Content.styled(message.center(width).rstrip(), QUIET)
            return lines
        plot_height = height - 1
        marks = log_ticks(*reach) if self.log_axis else ticks(*reach, max(1, (plot_height - 1) // 2))
        labels = tick_labels(marks)
        gutter = max(map(len, labels)) + 1
        canvas = Canvas(width - gutter, plot_height)
        scale = Scale(marks[0], marks[-1], 4 * plot_height, self.log_axis)
        first = 0 if self.total_steps else min(line.first.first_step for line in self.filled)
        last = max(self.total_steps, *(line.last.last_step for line in self.filled))
        for number, line in enumerate(self.series):
            spans = columns(line.spans(4 * canvas.width), first, last, 2 * canvas.width)
            canvas.trace([(x, *scale.dots(span)) for x, span in spans], number % len(STYLES))
        beside = {plot_height - 1 - scale.dot(mark) // 4: label for mark, label in zip(marks, labels, strict=True)}
        lines = []
        for row in range(plot_height):
            label = beside.get(row, "").rjust(gutter - 1) + ("┤" if row in beside else "│")
            lines.append(Content.assemble((label, QUIET), canvas.row(row)))
        lines.append(Content.styled(step_axis(first, last, gutter, canvas.width), QUIET))
        return lines


@dataclass(frozen=True)
class Scale:
    """From values to dots: `low` is dot 0, `high` dot `count` − 1; on a log axis what is not positive is dot 0."""

    low: float
    high: float
    count: int
    log: bool = False

    def dot(self, value: float) -> int:
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log10(low), math.log10(high), math.log10(max(value, low))
        return min(self.count - 1, max(0, round((value - low) / (high - low) * (self.count - 1))))

    def dots(self, span: Span) -> tuple[int, int, int, int]:
        return self.dot(span.first), self.dot(span.last), self.dot(span.low), self.dot(span.high)


def step_axis(first: float, last: float, gutter: int, width: int) -> str:
    """The labels of the steps below a plot of `width` cells that starts after `gutter` cells."""
    line = [" "] * (gutter + width)
    free = 0
    for step in inner_ticks(first, last, max(1, width // 8)):
        label = f"{step:,}"
        start = gutter + int((step - first) * (width - 1) // ((last - first) or 1)) - len(label) // 2
        start = min(max(start, 0), gutter + width - len(label))
        if start >= free:
            line[start : start + len(label)] = label
            free = start + len(label) + 1
    return "".join(line).rstrip()
