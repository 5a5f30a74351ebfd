"""All forecasts of a learner with what became of them, read from the store and from the runs that decide them."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.forecasts.forecast import Forecast, forecasts
from engine.forecasts.scoring import Outcome, score
from engine.runs.events import History, fold, read_events

if TYPE_CHECKING:
    from engine.store import Store


@dataclass(frozen=True)
class Judged:
    """A forecast, and what became of it; None while its run is not done."""

    forecast: Forecast
    outcome: Outcome | None
    history: History | None


def judged(store: "Store") -> list[Judged]:
    """The newest first. Each run is read once. Raises the store's Problems."""
    histories: dict[str, History] = {}
    found = []
    for forecast in forecasts(store):
        if forecast.run is None:
            found.append(Judged(forecast, None, None))
            continue
        if forecast.run not in histories:
            histories[forecast.run] = fold(read_events(Path(forecast.run)))
        history = histories[forecast.run]
        found.append(Judged(forecast, score(forecast, history), history))
    return found
