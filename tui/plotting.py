"""What every plot needs, whatever draws it: a series that is cheap to redraw, round ticks, and the curve in words."""

import math
from bisect import bisect_left, bisect_right
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


BLOCK = 16
"""Points of the smallest span that is kept; shorter ones are cheap to make anew."""


@dataclass
class Series:
    """One line of a plot, kept with its minima and maxima over 16, 32, 64… points.

    Appending costs O(1) and drawing at any width costs O(width), however long the run: a plot of `width` columns reads
    about that many spans, and no peak is lost. Values that are not finite are counted, never drawn.
    """

    name: str
    steps: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    blocks: list[list[Span]] = field(default_factory=lambda: [[]])
    missing: int = 0
    taken: int = 0  # points given so far, the ones that are not finite included
    step: float = 0  # the step of the last of them

    def __len__(self) -> int:
        return len(self.values)

    def extend(self, points: Sequence[Point]) -> None:
        finite = [point for point in points if math.isfinite(point[1])]
        self.missing += len(points) - len(finite)
        self.steps += [step for step, _ in finite]
        self.values += [value for _, value in finite]
        if points:
            self.taken, self.step = self.taken + len(points), points[-1][0]
        while len(self.values) >= BLOCK * (len(self.blocks[0]) + 1):
            start = BLOCK * len(self.blocks[0])
            self.blocks[0].append(self._span(start, start + BLOCK))
            self._carry()

    def _carry(self) -> None:
        """Where a level has a pair more, the level above has a span more."""
        for level, spans in enumerate(self.blocks):
            if len(spans) % 2:
                break
            if level + 1 == len(self.blocks):
                self.blocks.append([])
            self.blocks[level + 1].append(spans[-2].then(spans[-1]))

    def follow(self, points: Sequence[Point]) -> None:
        """Take over `points`, a list that mostly only grew since last time (a resumed run may have lost its end)."""
        if len(points) < self.taken or (self.taken and points[self.taken - 1][0] != self.step):
            self.steps, self.values, self.blocks, self.missing, self.taken = [], [], [[]], 0, 0
        self.extend(points[self.taken :])

    def spans(self, at_most: int) -> list[Span]:
        """The whole series, in order, as no more than about `at_most` spans."""
        return self._spans(0, len(self), at_most)

    def between(self, low: float, high: float, at_most: int) -> list[Span]:
        """The points of the steps low…high, in order, as no more than about `at_most` spans."""
        return self._spans(bisect_left(self.steps, low), bisect_right(self.steps, high), at_most)

    def crossing(self, step: float) -> list[Span]:
        """Where the line passes a step between two points, on the straight way from one to the other; else nothing."""
        place = bisect_left(self.steps, step)
        if not 0 < place < len(self) or self.steps[place] == step:
            return []
        (before, after), (low, high) = self.steps[place - 1 : place + 1], self.values[place - 1 : place + 1]
        value = low + (high - low) * (step - before) / (after - before)
        return [Span(step, step, value, value, value, value)]

    def _spans(self, start: int, end: int, at_most: int) -> list[Span]:
        size = 1
        while end - start > size * at_most:
            size *= 2
        if size < BLOCK:
            return [self._span(place, min(place + size, end)) for place in range(start, end, size)]
        level = size.bit_length() - BLOCK.bit_length()
        first, last = -(-start // size), end // size
        if first >= last:
            return [self._span(start, end)]
        before = [self._span(start, first * size)] if start < first * size else []
        after = [self._span(last * size, end)] if last * size < end else []
        return [*before, *self.blocks[level][first:last], *after]

    def _span(self, start: int, end: int) -> Span:
        values = self.values[start:end]
        return Span(self.steps[start], self.steps[end - 1], values[0], values[-1], min(values), max(values))

    def at(self, step: float) -> float | None:
        """The value at a step, or the last one before it; None before the first."""
        place = bisect_right(self.steps, step)
        return self.values[place - 1] if place else None

    @property
    def first(self) -> Span:
        return self._span(0, 1)

    @property
    def last(self) -> Span:
        return self._span(len(self) - 1, len(self))

    def trend(self) -> str:
        """ "falling", "rising" or "steady": the mean of the last fifth against the fifth before it.

        Steady is a change of less than a twentieth of the range the series has covered.
        """
        fifth = max(1, len(self) // 5)
        if len(self) < 2:
            return "steady"
        recent, before = self.values[-fifth:], self.values[-2 * fifth : -fifth]
        change = sum(recent) / len(recent) - sum(before) / len(before)
        whole = self.spans(64)
        reach = max(span.high for span in whole) - min(span.low for span in whole)
        if abs(change) <= reach / 20:
            return "steady"
        return "rising" if change > 0 else "falling"


def smoothed(spans: Sequence[Span], weight: float) -> list[Span]:
    """An exponential moving average over the spans that are drawn, each by its middle; without the pull to zero at its
    beginning (Kingma and Ba 2015, section 3)."""
    found, total, norm = [], 0.0, 0.0
    for span in spans:
        total = weight * total + (1 - weight) * (span.low + span.high) / 2
        norm = weight * norm + (1 - weight)
        value = total / norm
        found.append(Span(span.first_step, span.last_step, value, value, value, value))
    return found


def reach(spans: Iterable[Span], positive: bool = False) -> tuple[float, float] | None:
    """The lowest and highest value of some spans; of positive values only, the lowest that a span shows."""
    values = [value for span in spans for value in span[2:] if value > 0 or not positive]
    return (min(values), max(values)) if values else None


def extent(series: Iterable[Series]) -> tuple[float, float] | None:
    """The lowest and highest value of all series."""
    return reach(span for line in series for span in line.spans(64))


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
        if not low <= span.first_step <= high:
            continue
        column = min(width - 1, max(0, int((span.first_step - low) * (width - 1) // reach)))
        if gathered and gathered[0] == column:
            gathered = (column, gathered[1].then(span))
        else:
            if gathered:
                yield gathered
            gathered = (column, span)
    if gathered:
        yield gathered
