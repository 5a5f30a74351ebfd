"""The learner's file as a list of events: appended, read back, taken back; never changed.

Each write is on the disk (fsync) before the call returns.
"""

import contextlib
import json
import secrets
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from engine import paths
from engine.errors import Problem

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


class EventStore:
    """The learner's file. Open it with `EventStore.open()`; it may be used from any thread and by several programs."""

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

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """What is recorded inside is kept as one, or not at all if anything fails."""
        with self._writing():
            yield

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
