"""What became of a forecast when its run was done."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.forecasts.forecast import GATE, POINTS, Forecast
from engine.runs.events import History

ENDS = 0.1
"""A measure starts with the mean of this share of its points and ends with that of the last; one batch says little."""


@dataclass(frozen=True)
class Outcome:
    """`start` and `end` are what was measured; a gate has no start. `hit`: the direction was right, or the interval
    held the value (for a gate forecast without an interval: the value lies in the gate's own); None where there is
    nothing to hit.

    `error` is the distance of a value, or the mean distance of a curve; `skill` is 1 - error / (that of a curve that
    stays where the run began): 1 is perfect, 0 no better than "nothing changes".
    """

    forecast: Forecast
    start: float | None
    end: float
    hit: bool | None = None
    error: float | None = None
    skill: float | None = None


def measured(metric: str, history: History) -> float | None:
    """What a run says about a measure: its last value, or the gate's; None while it says nothing."""
    if metric == GATE:
        return float(history.gate["value"]) if history.gate else None
    return history.latest(metric)


def score(forecast: Forecast, history: History) -> Outcome | None:
    """None while the run goes on, and for a measure that it never took."""
    end = measured(forecast.metric, history)
    if history.ended != "done" or end is None:
        return None
    points = history.metrics.get(forecast.metric, [])
    match forecast.kind:
        case "direction":
            return _direction(forecast, points, history, end)
        case "curve":
            return _curve(forecast, points, history.total_steps, end) if points else None
    return _value(forecast, points, history, end)


def _direction(forecast: Forecast, points: Sequence[tuple[int, float]], history: History, end: float) -> Outcome | None:
    if forecast.metric == GATE:
        assert history.gate is not None
        return Outcome(forecast, None, end, hit=bool(history.gate["passed"]) == forecast.up)
    count = max(1, round(ENDS * len(points)))
    start = _mean([value for _, value in points[:count]])
    last = _mean([value for _, value in points[-count:]])
    # A measure that did not move went neither way: whoever said so much as "up" or "down" was not right.
    moved = not math.isclose(start, last, rel_tol=1e-9)
    return Outcome(forecast, start, last, hit=moved and (last > start) == forecast.up)


def _value(forecast: Forecast, points: Sequence[tuple[int, float]], history: History, end: float) -> Outcome:
    assert forecast.value is not None
    hit = None
    if forecast.low is not None and forecast.high is not None:
        hit = forecast.low <= end <= forecast.high
    elif forecast.metric == GATE and history.gate and history.gate.get("low") is not None:
        hit = bool(history.gate["low"] <= forecast.value <= history.gate["high"])
    start = points[0][1] if points else None
    return Outcome(forecast, start, end, hit=hit, error=abs(forecast.value - end))


def _curve(forecast: Forecast, points: Sequence[tuple[int, float]], total_steps: int, end: float) -> Outcome:
    last = max(total_steps, points[-1][0], 1)
    first_value = points[0][1]
    error = _mean([abs(sketched(forecast.points, step / last) - value) for step, value in points])
    flat = _mean([abs(first_value - value) for _, value in points])
    return Outcome(forecast, first_value, end, error=error, skill=1 - error / flat if flat else None)


def sketched(points: Sequence[float], share: float) -> float:
    """A sketched curve after `share` of the run, from 0 to 1: straight lines between its points."""
    place = min(1.0, max(0.0, share)) * (POINTS - 1)
    left = min(int(place), POINTS - 2)
    return points[left] + (place - left) * (points[left + 1] - points[left])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
