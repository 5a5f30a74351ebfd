"""What a finished run came to, read by name from its gate and its curves: the measures of the bounds of the methods."""

import re
from collections.abc import Mapping
from typing import Any

from engine.errors import Problem
from engine.evaluate.monitors import Series, ends, smoothed_peak
from engine.runs.events import History

CURVE = re.compile(r"(first|last|fall)\((\S+)\)")


def measure(name: str, history: History) -> float:
    """The measure `name` of a run:

        win_rate, kl, …     the gate's value or a figure beside it, by its id
        first(metric)       the first value of a curve; last(metric) the last one
        fall(metric)        its highest smoothed value less the smoothed end
        a - b, a / b        of two of these

    Raises Problem `evaluate.no_measure` where the run has no such figure.
    """
    for sign in (" - ", " / "):
        one, found, other = name.partition(sign)
        if found:
            left, right = measure(one, history), measure(other, history)
            return left - right if sign == " - " else left / right
    curve = CURVE.fullmatch(name)
    if curve and (series := history.metrics.get(curve[2])):
        return of_curve(curve[1], series)
    if name in (found := figures(history.gate)):
        return found[name]
    raise Problem("evaluate.no_measure", measure=name)


def of_curve(kind: str, series: Series) -> float:
    """The first or last value, or how far the end is below the peak; a curve too short to smooth falls unsmoothed."""
    if kind != "fall":
        return series[0 if kind == "first" else -1][1]
    smoothed = ends(series)
    if smoothed is None:
        return max(value for _, value in series) - series[-1][1]
    return smoothed_peak(series) - smoothed[1]


def figures(gate: Mapping[str, Any] | None) -> dict[str, float]:
    """The gate's value and its details by id; nothing for a run without a gate."""
    if gate is None:
        return {}
    return {gate["id"]: gate["value"]} | {detail["id"]: detail["value"] for detail in gate["details"]}
