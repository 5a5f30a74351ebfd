"""The two axes of a chart: from steps to cells, from values to dots, and their labels."""

import math
from dataclasses import dataclass, field

from tui.plotting import Span, inner_ticks, log_ticks, tick_labels, ticks


@dataclass(frozen=True)
class Frame:
    """Where the plot last stood in the widget: after `gutter` cells, `width` cells wide, steps `first` to `last`."""

    gutter: int
    width: int
    first: float
    last: float

    def column(self, step: float) -> int | None:
        """The cell of a step, counted within the plot; None outside."""
        if not self.first <= step <= self.last:
            return None
        return int((step - self.first) * (self.width - 1) // ((self.last - self.first) or 1))

    def step(self, column: int) -> float:
        """The step at a cell counted from the widget's content, ends included."""
        share = min(1.0, max(0.0, (column - self.gutter) / max(1, self.width - 1)))
        return self.first + share * (self.last - self.first)


@dataclass(frozen=True)
class Scale:
    """From values to dots: `low` is dot 0, `high` dot `count` − 1; on a log axis what is not positive is dot 0.

    `labels` are the round numbers by the row of cells that they stand at, counted from the top.
    """

    low: float
    high: float
    count: int
    log: bool = False
    labels: dict[int, str] = field(default_factory=dict)

    @classmethod
    def around(cls, low: float, high: float, rows: int, log: bool = False) -> "Scale":
        """The round numbers that enclose low…high, for a plot of `rows` cells."""
        marks = log_ticks(low, high) if log else ticks(low, high, max(1, (rows - 1) // 2))
        scale = cls(marks[0], marks[-1], 4 * rows, log)
        for mark, label in zip(marks, tick_labels(marks), strict=True):
            scale.labels[rows - 1 - scale.dot(mark) // 4] = label
        return scale

    @property
    def gutter(self) -> int:
        """Cells that the labels and the axis take."""
        return max(map(len, self.labels.values())) + 1

    def label(self, row: int, width: int, mirrored: bool = False) -> str:
        """What stands beside a row: `0.5┤`, or `├0.5` on the right."""
        text = self.labels.get(row, "")
        if mirrored:
            return ("├" if text else "│") + text.ljust(width - 1)
        return text.rjust(width - 1) + ("┤" if text else "│")

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
