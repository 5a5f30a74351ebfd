"""The store: what the learner did, as events, and what follows from them.

Nothing is overwritten. What is taken back is named by an `undo` event; everything else is a fold over the events that
were not taken back.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.store.event_store import Event
from engine.store.label_store import LabelStore

__all__ = ["Event", "Store"]


class Store(LabelStore):
    """The learner's file. Open it with `Store.open()`; it may be used from any thread and by several programs."""

    def read_section(self, chapter: str, section: str, content_hash: str = "") -> None:
        """The learner has read this section, in the wording `content_hash`."""
        self.record(
            "section", f"{chapter}#{section}", {"chapter": chapter, "section": section}, content_hash=content_hash
        )

    def sections_read(self, chapter: str) -> set[str]:
        """The ids of the sections of `chapter` that were read."""
        return {event.payload["section"] for event in self.events("section") if event.payload["chapter"] == chapter}

    def set_place(self, place: str, **details: Any) -> None:
        """Remember where the learner is: a name of `tui.places` and its arguments."""
        self.record("place", place, {"place": place, **details})

    def place(self) -> dict[str, Any] | None:
        """Where the learner left off, as `{"place": name, **details}`; None for a newcomer."""
        return self._last("place")

    def predict(self, lab: str, payload: Mapping[str, Any]) -> None:
        """What the learner expects of the lab, said before its run."""
        self.record("prediction", lab, payload)

    def prediction(self, lab: str) -> dict[str, Any] | None:
        """The latest prediction for the lab."""
        return self._last("prediction", lab)

    def index_run(self, run_id: str, method: str, lab: str | None, folder: str | Path) -> None:
        """Remember that this run exists; its folder alone holds what happened in it."""
        self.record("run", run_id, {"run_id": run_id, "method": method, "lab": lab, "folder": str(folder)})

    def runs(self) -> list[dict[str, Any]]:
        """The runs, oldest first: run_id, method, lab, folder, and the time they were first indexed."""
        found: dict[str, dict[str, Any]] = {}
        for event in self.events("run"):
            found[event.item] = {"time": event.time} | found.get(event.item, {}) | event.payload
        return list(found.values())

    def record_gate(self, lab: str, run_id: str, gate: Mapping[str, Any]) -> None:
        """Keep what a lab's gate decided about a run (the `gate` object of the run's events). Once per run and lab."""
        with self._writing():
            if not any(attempt["run_id"] == run_id for attempt in self.gates(lab)):
                self.record("gate", lab, {"lab": lab, "run_id": run_id, "gate": dict(gate)})

    def gates(self, lab: str | None = None) -> list[dict[str, Any]]:
        """Every attempt at a gate, failed ones too, oldest first: lab, run_id, gate, time."""
        return [{"time": event.time, **event.payload} for event in self.events("gate", lab)]

    def gates_passed(self) -> set[str]:
        """The labs whose gate was passed at least once."""
        return {attempt["lab"] for attempt in self.gates() if attempt["gate"].get("passed")}

    def seed(self) -> int:
        """A number of this learner's own, drawn once: randomised screens follow from it and can be replayed."""
        with self._writing():
            known = self.events("seed")
            if known:
                return int(known[0].payload["seed"])
            seed = secrets.randbits(32)
            self.record("seed", "", {"seed": seed})
            return seed
