"""The log of a run: one JSON object per line, appended by the worker, followed by readers, folded into a history."""

import json
import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Event = dict[str, Any]
LONGEST_LINE = 1 << 18


def events_file(folder: Path) -> Path:
    return folder / "events.jsonl"


class EventLog:
    """Appends events; each is whole in the file when `append` returns. Only the owner of the run's lock opens one."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(events_file(folder), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._cut_half_line()

    def _cut_half_line(self) -> None:
        """Removes what a killed worker left of its last line. Readers take whole lines only: none has seen it."""
        end = size = os.fstat(self._handle).st_size
        while end > 0:
            start = max(0, end - 65536)
            newline = os.pread(self._handle, end - start, start).rfind(b"\n")
            if newline >= 0:
                end = start + newline + 1
                break
            end = start
        if end < size:
            os.ftruncate(self._handle, end)

    @property
    def empty(self) -> bool:
        return os.fstat(self._handle).st_size == 0

    def append(self, event: str, **fields: Any) -> None:
        """Adds one event. Raises ValueError for NaN or infinity, OSError when the disk is full (no half line stays)."""
        whole = {"event": event, "time": round(time.time(), 3), **fields}
        line = (json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8", "backslashreplace")
        before = os.fstat(self._handle).st_size
        try:
            while line:
                line = line[os.write(self._handle, line) :]
        except OSError:
            os.ftruncate(self._handle, before)
            raise

    def sync(self) -> None:
        """Puts the log on the disk, before a checkpoint that counts on it."""
        os.fsync(self._handle)

    def close(self) -> None:
        os.close(self._handle)


class EventTail:
    """Follows the log of a run that may still be written, by byte offset."""

    def __init__(self, folder: Path) -> None:
        self._path = events_file(folder)
        self.offset = 0
        self.size = 0
        """Bytes read so far, and of the whole file when it was last looked at."""

    def read(self, at_most: int = -1) -> list[Event]:
        """The whole lines added since the last call; a line still being written waits for the next one.

        A line that is not JSON (a damaged file) becomes a note, so that nothing goes missing in silence. With `at_most`
        about so many bytes of a long log are read at a time.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self.offset)
                data = file.read(at_most)
                if len(data) == at_most:
                    data += file.readline()
                self.size = os.fstat(file.fileno()).st_size
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self.offset += len(whole)
        return [_parse(line) for line in whole.split(b"\n")[:-1]]

    @property
    def behind(self) -> bool:
        """There is much more to read; less than a line's worth is one that is still being written."""
        return self.size - self.offset > LONGEST_LINE


def glance(folder: Path, places: int = 200, ends: int = 1 << 14) -> list[Event]:
    """Some events of a long log, in order: those at both ends and, in between, one line at each of so many places."""
    try:
        with events_file(folder).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            lines = file.read(ends).split(b"\n")[:-1]
            for place in range(1, places):
                start = ends + (size - 2 * ends) * place // places
                if start > file.tell():
                    file.seek(start)
                    file.readline()  # the rest of a line
                    lines.append(file.readline().rstrip(b"\n"))
            file.seek(max(file.tell(), size - ends))
            lines += file.read().split(b"\n")[1:-1]
    except FileNotFoundError:
        return []
    return [_parse(line) for line in lines if line]


def _parse(line: bytes) -> Event:
    try:
        event = json.loads(line)
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            return event
    except ValueError:
        pass
    return {"event": "note", "time": 0.0, "code": "runs.event_damaged", "params": {"bytes": len(line)}}


def read_events(folder: Path) -> list[Event]:
    """All whole events of a run so far."""
    return EventTail(folder).read()


@dataclass
class History:
    """What happened in a run, as the app, the command line and the report show it.

    `metrics[name]`, `samples`, `choices` and `phases` are lists of (step, value) with rising steps.
    """

    step: int = 0
    total_steps: int = 0
    throughput: float | None = None
    metrics: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    samples: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    choices: list[tuple[int, list[dict[str, Any]]]] = field(default_factory=list)
    phases: list[tuple[int, str]] = field(default_factory=list)
    checkpoints: list[int] = field(default_factory=list)
    notes: list[Event] = field(default_factory=list)
    warnings: list[tuple[int, Event]] = field(default_factory=list)
    gate: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    ended: str | None = None  # "done", "stopped", "failed", or None while it goes on

    @property
    def phase(self) -> str | None:
        return self.phases[-1][1] if self.phases else None

    def latest(self, name: str) -> float | None:
        """The last value of a metric, or None before its first."""
        points = self.metrics.get(name)
        return points[-1][1] if points else None

    def add(self, event: Event) -> None:
        """Takes in the next event; unknown kinds are for newer readers and change nothing."""
        step = event.get("step", self.step)
        match event["event"]:
            case "started":
                self._go_back(0)
                self.total_steps = event.get("total_steps", self.total_steps)
            case "resumed":
                self._go_back(step)
                self.total_steps = event.get("total_steps", self.total_steps)
            case "phase":
                if self.phase != event["phase"]:
                    self.phases.append((step, event["phase"]))
            case "metric":
                self.step, self.total_steps = step, event.get("total_steps", self.total_steps)
                self.throughput = event.get("throughput", self.throughput)
                for name, value in event["metrics"].items():
                    self.metrics.setdefault(name, []).append((step, value))
            case "sample":
                for known, name in ((self.samples, "samples"), (self.choices, "choices")):
                    if name in event:
                        _drop_from(known, step)
                        known.append((step, event[name]))
            case "checkpoint":
                self.checkpoints.append(step)
            case "note":
                self.notes.append(event)
            case "warning":
                self.warnings.append((step, event))
            case "gate":
                self.gate = event["gate"]
            case "error":
                self.error, self.ended = event, "failed"
            case "stopped" | "done":
                self.step, self.ended = step, event["event"]

    def _go_back(self, step: int) -> None:
        """The worker went on from the checkpoint of `step`: what came later will be told again."""
        self.step, self.ended, self.error, self.gate = step, None, None, None
        told: list[list[Any]] = [*self.metrics.values(), self.samples, self.choices, self.phases, self.warnings]
        for known in told:
            _drop_from(known, step + 1)
        self.metrics = {name: points for name, points in self.metrics.items() if points}
        self.checkpoints = [known for known in self.checkpoints if known <= step]


def _drop_from(points: list[Any], step: int) -> None:
    """Removes the points at `step` and later from the end of a list of (step, value)."""
    while points and points[-1][0] >= step:
        points.pop()


def fold(events: Iterable[Event]) -> History:
    """The history that a list of events tells."""
    history = History()
    for event in events:
        history.add(event)
    return history
