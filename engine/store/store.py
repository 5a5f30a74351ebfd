"""The store: what the learner did, as events, and what follows from them.

Nothing is overwritten. A label is taken back by an `undo` event that names it; everything else is a fold over the
events that were not taken back. Each write is on the disk (fsync) before the call returns.
"""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from engine import paths
from engine.errors import Problem
from engine.store.label import Label

if TYPE_CHECKING:
    from sqlite_utils import Database


@dataclass(frozen=True)
class Event:
    """One row: `item` is what it is about (a pair, a section, a run), `content_hash` which wording of it."""

    id: int
    time: str
    session: str
    kind: str
    item: str
    content_hash: str
    payload: dict[str, Any]


class Store:
    """The learner's file. Open it with `Store.open()`; it may be used from any thread and by several programs."""

    def __init__(self, file: Path, database: "Database") -> None:
        self.file = file
        self.session = secrets.token_hex(6)
        self._database: Database | None = database
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: str | Path | None = None) -> Self:
        """The store at `path` (the learner's own by default), created when there is none.

        Raises Problem store.damaged, store.damaged_no_backup, store.newer, store.locked, store.read_only, store.full,
        and "paths.unusable" where there can be no folder for the learner's own.
        """
        # Imported here: sqlite-utils pulls pandas in where it is installed, and no screen may wait for that.
        from engine.store.database import open_database

        file = Path(path or paths.store_file())
        return cls(file, open_database(file))

    def close(self) -> None:
        """Let go of the file, after a write in progress. Closing twice is harmless."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- events -----------------------------------------------------------------------------------------------------

    def record(
        self, kind: str, item: str = "", payload: Mapping[str, Any] | None = None, *, content_hash: str = ""
    ) -> int:
        """Append one event and return its number. It is on the disk when this returns."""
        return self.record_all([(kind, item, payload or {})], content_hash=content_hash)[0]

    def record_all(self, events: Iterable[tuple[str, str, Mapping[str, Any]]], *, content_hash: str = "") -> list[int]:
        """Append events (kind, item, payload) in one transaction, all or none, and return their numbers.

        Raises ValueError for a payload that JSON cannot hold, NaN included.
        """
        time = datetime.now(UTC).isoformat()
        # ASCII JSON keeps any string, a lone surrogate too, which SQLite's UTF-8 could not.
        rows = [
            (time, self.session, kind, _storable(item), content_hash, json.dumps(dict(payload), allow_nan=False))
            for kind, item, payload in events
        ]
        with self._writing() as database:
            return [int(database.execute(INSERT, row).lastrowid or 0) for row in rows]

    def events(
        self, kind: str | None = None, item: str | None = None, *, undone: bool = False, only_last: bool = False
    ) -> list[Event]:
        """Events in the order they happened, without those taken back and without the undoing (unless `undone`)."""
        conditions, parameters = ["1"], []
        if kind is not None:
            conditions.append("kind = ?")
            parameters.append(kind)
        elif not undone:
            conditions.append("kind != 'undo'")
        if item is not None:
            conditions.append("item = ?")
            parameters.append(_storable(item))
        if not undone:
            conditions.append(
                "id NOT IN (SELECT json_extract(payload, '$.event') FROM event AS tombstone WHERE kind = 'undo')"
            )
        with self._reading() as database:
            order = "ORDER BY id DESC LIMIT 1" if only_last else "ORDER BY id"
            query = f"SELECT {COLUMNS} FROM event WHERE {' AND '.join(conditions)} {order}"
            found = database.execute(query, parameters).fetchall()
        return [
            Event(number, time, session, kind, item, content_hash, json.loads(payload))
            for number, time, session, kind, item, content_hash, payload in found
        ]

    def undo(self, event: int) -> None:
        """Take the event back. It stays in the file, with a tombstone that names it."""
        self.record("undo", str(event), {"event": event})

    # --- labels -----------------------------------------------------------------------------------------------------

    def add_label(self, label: Label) -> Label:
        """Keep the label and return it with its event number."""
        return replace(label, event=self.record("label", label.pair_id, label.payload()))

    def add_labels(self, labels: Iterable[Label]) -> list[Label]:
        """Keep all the labels, or none of them if anything fails."""
        kept = list(labels)
        numbers = self.record_all([("label", label.pair_id, label.payload()) for label in kept])
        return [replace(label, event=number) for label, number in zip(kept, numbers, strict=True)]

    def undo_label(self) -> Label | None:
        """Take back the latest label that the learner gave here and return it; None when there is none left.

        Imported labels stay: undo takes back what the learner did last on a screen, nothing else.
        """
        with self._writing():
            given = [label for label in self.labels() if label.shown_at]
            if not given:
                return None
            self.undo(given[-1].event)
            return given[-1]

    def labels(self) -> list[Label]:
        """The labels that stand, oldest first."""
        known = {field.name for field in fields(Label)}
        return [
            Label(**{name: value for name, value in event.payload.items() if name in known}, event=event.id)
            for event in self.events("label")
        ]

    # --- reading, predictions, runs, gates --------------------------------------------------------------------------

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

    # --- inside -----------------------------------------------------------------------------------------------------

    def _last(self, kind: str, item: str | None = None) -> dict[str, Any] | None:
        found = self.events(kind, item, only_last=True)
        return found[0].payload if found else None

    @contextlib.contextmanager
    def _reading(self) -> Iterator["Database"]:
        from engine.store.database import said_as_problems

        with self._lock, said_as_problems(self.file):
            if self._database is None:
                raise Problem("store.closed", file=str(self.file))
            yield self._database

    @contextlib.contextmanager
    def _writing(self) -> Iterator["Database"]:
        """A transaction of its own, or part of the one that is open already in this thread."""
        from engine.store.database import immediate

        with self._reading() as database:
            if database.conn.in_transaction:
                yield database
                return
            with immediate(database):
                yield database


COLUMNS = "id, time, session, kind, item, content_hash, payload"
INSERT = "INSERT INTO event (time, session, kind, item, content_hash, payload) VALUES (?, ?, ?, ?, ?, ?)"


def _storable(item: str) -> str:
    return item.encode("utf-8", "backslashreplace").decode("utf-8")
