"""What every plot needs, whatever draws it: a series that is cheap to redraw, round ticks, and the curve in words."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

NOTHING = 1e-300
"""Below this, floats lose their digits one by one."""

Point = tuple[float, float]  # (step, value); steps of a run are whole numbers, other axes need not be


class Span(NamedTuple):
    """Some consecutive points of a series as a plot sees them: where they start and end, and how far they reach."""

    first_step: float
    last_step: float
    first: float
    last: float
    low: float
    high: float

    def then(self, later: "Span") -> "Span":
        """This span and the one after it, as one."""
        return Span(
            self.first_step,
            later.last_step,
            self.first,
            later.last,
            min(self.low, later.low),
            max(self.high, later.high),
        )


@dataclass
class Series:
    """One line of a plot, kept with its minima and maxima over 1, 2, 4, 8… points.

    Appending costs O(1) and drawing at any width costs O(width), however long the run: a plot of `width` columns reads
    about that many spans, and no peak is lost. Values that are not finite are counted, never drawn.
    """

    name: str
    levels: list[list[Span]] = field(default_factory=lambda: [[]])
    missing: int = 0
    taken: int = 0  # points given so far, the ones that are not finite included
    step: float = 0  # the step of the last of them

    def __len__(self) -> int:
        return len(self.levels[0])

    def append(self, step: float, value: float) -> None:
        self.taken, self.step = self.taken + 1, step
        if not math.isfinite(value):
            self.missing += 1
            return
        self.levels[0].append(Span(step, step, value, value, value, value))
        for level, spans in enumerate(self.levels):
            if len(spans) % 2:
                break
            if level + 1 == len(self.levels):
                self.levels.append([])
            self.levels[level + 1].append(spans[-2].then(spans[-1]))

    def follow(self, points: Sequence[Point]) -> None:
        """Take over `points`, a list that mostly only grew since last time (a resumed run may have lost its end)."""
        if len(points) < self.taken or (self.taken and points[self.taken - 1][0] != self.step):
            self.levels, self.missing, self.taken = [[]], 0, 0
        for step, value in points[self.taken :]:
            self.append(step, value)

    def spans(self, at_most: int) -> list[Span]:
        """The whole series, in order, as no more than about `at_most` spans."""
        level = 0
        while len(self.levels[level]) > at_most and level + 1 < len(self.levels):
            level += 1
        # What does not fill a whole span of this level is left over on the lower ones: a binary counter.
        rest = [spans[-1] for spans in reversed(self.levels[:level]) if len(spans) % 2]
        return [*self.levels[level], *rest]

    @property
    def first(self) -> Span:
        return self.levels[0][0]

    @property
    def last(self) -> Span:
        return self.levels[0][-1]

    def trend(self) -> str:
        """ "falling", "rising" or "steady": the mean of the last fifth against the fifth before it.

        Steady is a change of less than a twentieth of the range the series has covered.
        """
        values = self.levels[0]
        fifth = max(1, len(values) // 5)
        if len(values) < 2:
            return "steady"
        recent = values[-fifth:]
        before = values[-2 * fifth : -fifth]
        change = sum(span.last for span in recent) / len(recent) - sum(span.last for span in before) / len(before)
        whole = self.spans(64)
        reach = max(span.high for span in whole) - min(span.low for span in whole)
        if abs(change) <= reach / 20:
            return "steady"
        return "rising" if change > 0 else "falling"


def extent(series: Iterable[Series], positive: bool = False) -> tuple[float, float] | None:
    """The lowest and highest value of all series (of the positive ones only, for a logarithmic axis)."""
    spans = [span for line in series for span in line.spans(64)]
    if positive and any(span.low <= 0 for span in spans):
        spans = [point for line in series for point in line.levels[0] if point.low > 0]
    if not spans:
        return None
    return min(span.low for span in spans), max(span.high for span in spans)


def tick_step(low: float, high: float, count: int) -> float:
    """The smallest of 1, 2, 5 × 10ⁿ that cuts low…high into at most `count` pieces."""
    rough = (high - low) / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round numbers that enclose low…high: the first is ≤ low and the last ≥ high. Equal ends are set apart, and so are
    those whose distance a float can hardly tell from nothing."""
    if high - low < NOTHING:
        reach = abs(low) / 10 if abs(low) > NOTHING else 0.5
        low, high = low - reach, high + reach
    step = tick_step(low, high, count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [number * step for number in range(first, last + 1)]


def inner_ticks(low: float, high: float, count: int, whole: bool = True) -> list[float]:
    """Round numbers within low…high, both ends allowed; `whole` for an axis of steps."""
    if high <= low:
        return [low]
    step = tick_step(low, high, count)
    step = max(1, round(step)) if whole else step
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def log_ticks(low: float, high: float) -> list[float]:
    """Powers of ten that enclose low…high, both positive; at least two."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    return [10.0**power for power in range(first, max(last, first + 1) + 1)]


def tick_labels(values: Sequence[float]) -> list[str]:
    """All ticks with the same number of decimals, as many as their distance needs; powers of ten in their own way."""
    if len(values) > 1 and values[0] > 0 and math.isclose(values[1] / values[0], 10):
        return [f"{value:g}" for value in values]
    step = abs(values[1] - values[0]) if len(values) > 1 else 1.0
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return [f"{value:,.{decimals}f}".replace("-", "−") if value else "0" for value in values]


def columns(spans: Iterable[Span], low: float, high: float, width: int) -> Iterator[tuple[int, Span]]:
    """The spans gathered by column: (column 0…width-1, what happens in it), for steps low…high."""
    reach = max(high - low, 1)
    gathered: tuple[int, Span] | None = None
    for span in spans:
        column = min(width - 1, max(0, int((span.first_step - low) * (width - 1) // reach)))
        if gathered and gathered[0] == column:
            gathered = (column, gathered[1].then(span))
        else:
            if gathered:
                yield gathered
            gathered = (column, span)
    if gathered:
        yield gathered
