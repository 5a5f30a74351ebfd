"""One forecast: which way a measure will go, how large it will be, or the whole curve; said before the run starts.

All of them are `prediction` events of the store: the item is a lab or a run, `answers` maps an id to a payload. Those
of a lab hold for its first run after them, so that a second attempt is no forecast any more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from engine.store import Store

Kind = Literal["direction", "value", "curve"]
KINDS: tuple[Kind, ...] = ("direction", "value", "curve")
POINTS = 5
"""Of a sketched curve: at the start, after each quarter, and at the end of the run."""
STATED = 0.8
"""How sure the learner is asked to be of an interval: four of five should hold what is measured."""
GATE = "gate"
"""The name under which the value of a run's gate is forecast; its direction is whether the gate is passed."""


@dataclass(frozen=True)
class Forecast:
    """`item` is the lab or the run that it was made for, `run` the folder of the run that decides it, None before.

    A direction has `up` and the `confidence` in it, from 0.5 to 1. A value has `value` and, where one was given, the
    interval `low` to `high`. A curve has `points`, evenly spaced from the start of the run to its end.
    """

    id: str
    item: str
    metric: str
    kind: Kind = "value"
    value: float | None = None
    low: float | None = None
    high: float | None = None
    up: bool | None = None
    confidence: float | None = None
    points: tuple[float, ...] = ()
    time: str = ""
    run: str | None = None


def direction(metric: str, up: bool, confidence: float) -> dict[str, Any]:
    """The payload of a forecast that a measure ends higher (or lower) than it starts, or that the gate is passed."""
    if not 0.5 <= confidence <= 1:
        raise ValueError(f"confidence {confidence} in one of two directions")
    return {"metric": metric, "kind": "direction", "up": up, "confidence": confidence}


def value(metric: str, value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    """The payload of a forecast of the last value, with an interval of `STATED` certainty or without one."""
    if (low is None) != (high is None) or (low is not None and high is not None and not low <= value <= high):
        raise ValueError(f"{value} is not within {low} to {high}")
    interval = {} if low is None else {"low": low, "high": high}
    return {"metric": metric, "kind": "value", "value": value, **interval}


def curve(metric: str, points: tuple[float, ...]) -> dict[str, Any]:
    """The payload of a sketched curve."""
    if len(points) != POINTS:
        raise ValueError(f"{len(points)} points, not {POINTS}")
    return {"metric": metric, "kind": "curve", "points": list(points)}


def add(store: "Store", item: str, payloads: Mapping[str, Mapping[str, Any]]) -> None:
    """Keep these forecasts for a lab or a run, besides those that it has. Raises the store's Problems."""
    known = (store.prediction(item) or {}).get("answers", {})
    store.predict(item, {"answers": {**known, **payloads}})


def read(id: str, item: str, payload: Mapping[str, Any], time: str = "", run: str | None = None) -> Forecast | None:
    """The forecast that a payload is; None for one that nothing can be measured against."""
    if not isinstance(payload.get("metric"), str) or payload.get("kind", "value") not in KINDS:
        return None
    fields = {name: payload.get(name) for name in ("value", "low", "high", "up", "confidence")}
    kind: Kind = payload.get("kind", "value")
    if kind == "value" and fields["value"] is None:
        return None
    return Forecast(
        id, item, payload["metric"], kind, **fields, points=tuple(payload.get("points", ())), time=time, run=run
    )


def forecasts(store: "Store") -> list[Forecast]:
    """Every forecast that the learner made, the newest first, each with the run that decides it."""
    latest = {event.item: event for event in store.events("prediction")}
    runs = store.runs()
    found = []
    for event in latest.values():
        run = next(_deciding(runs, event.item, event.time), None)
        answers = event.payload.get("answers", {})
        found += [read(id, event.item, payload, event.time, run) for id, payload in answers.items()]
    return sorted(filter(None, found), key=lambda forecast: forecast.time, reverse=True)


def _deciding(runs: list[dict[str, Any]], item: str, time: str) -> Iterator[str]:
    """The folder of the run itself, or of the first run of the lab that was begun after the forecast."""
    for run in runs:
        if run["run_id"] == item or (run["lab"] == item and run["time"] >= time):
            yield run["folder"]
