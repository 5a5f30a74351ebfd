"""What a finished run came to, read by name from its gate and its curves: the measures of the bounds of the methods."""

import re
from collections.abc import Mapping
from typing import Any

from engine.errors import Problem
from engine.evaluate.monitors import Series, ends, smoothed_peak
from engine.runs.events import History

CURVE = re.compile(r"(first|last|fall)\((\S+)\)")
SIGNS = {" - ": "difference", " / ": "ratio"}


def measure(name: str, history: History) -> float:
    """The measure `name` of a run:

        win_rate, kl, …     the gate's value or a figure beside it, by its id
        first(metric)       the first value of a curve; last(metric) the last one
        fall(metric)        its highest smoothed value less the smoothed end
        a - b, a / b        of two of these

    Raises Problem `evaluate.no_measure` where the run has no such figure.
    """
    for sign in SIGNS:
        if sign in name:
            one, other = (measure(part, history) for part in name.split(sign))
            return one - other if SIGNS[sign] == "difference" else one / other
    curve = CURVE.fullmatch(name)
    if curve and (series := history.metrics.get(curve[2])):
        return of_curve(curve[1], series)
    if name in (found := figures(history.gate)):
        return float(found[name]["value"])
    raise Problem("evaluate.no_measure", measure=name)


def interval(name: str, history: History) -> tuple[float, float] | None:
    """The interval of a figure of the gate that has one."""
    found = figures(history.gate).get(name)
    return None if found is None or found["low"] is None else (found["low"], found["high"])


def of_curve(kind: str, series: Series) -> float:
    """The first or last value, or how far the end is below the peak; a curve too short to smooth falls unsmoothed."""
    if kind != "fall":
        return series[0 if kind == "first" else -1][1]
    smoothed = ends(series)
    if smoothed is None:
        return max(value for _, value in series) - series[-1][1]
    return smoothed_peak(series) - smoothed[1]


def figures(gate: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """The gate and its details by id; nothing for a run without a gate."""
    return {} if gate is None else {row["id"]: row for row in (gate, *gate["details"])}
