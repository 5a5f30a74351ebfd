"""Where a run stands: a small file that its worker keeps fresh, read together with the lock."""

import json
import re
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.runs import files, lock

STATES = ("created", "running", "paused", "interrupted", "stopped", "failed", "done")
RESUMABLE = ("created", "interrupted", "stopped", "failed")
_BEAT = 0.5  # seconds between two writes of the heartbeat, at least


@dataclass(frozen=True)
class RunStatus:
    """One run as the lists show it. Times are Unix seconds; `heartbeat` is the worker's monotonic clock.

    `alive` says that a worker holds the run's lock. `state` is "interrupted" when the file says that the run goes on
    and no worker does. `throughput` is in items (pairs, prompts) per second.
    """

    run_id: str
    folder: Path
    method: str
    lab: str | None = None
    state: str = "interrupted"
    step: int = 0
    total_steps: int = 0
    created: float = 0.0
    started: float | None = None
    updated: float = 0.0
    pid: int | None = None
    throughput: float | None = None
    phase: str | None = None
    gate: dict[str, Any] | None = None
    error: dict[str, Any] | None = None
    heartbeat: float | None = None
    alive: bool = False

    @property
    def resumable(self) -> bool:
        return not self.alive and self.state in RESUMABLE

    @property
    def silent_for(self) -> float | None:
        """Seconds since the heartbeat of a living worker (a lock does not outlive a reboot, so one clock serves)."""
        return time.monotonic() - self.heartbeat if self.alive and self.heartbeat is not None else None


def _file(folder: Path) -> Path:
    return folder / "status.json"


def _stored(folder: Path) -> RunStatus:
    """What the file says. A lost or damaged file costs nothing but its details: the run reads as interrupted."""
    try:
        values = json.loads(_file(folder).read_text(encoding="utf-8"))
        status = RunStatus(folder=folder, **values)
        if _sound(status):
            return status if status.state in STATES else replace(status, state="interrupted")
    except (OSError, ValueError, TypeError, RecursionError):
        pass
    try:
        recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
        method, lab = str(recipe["method"]), None if recipe.get("lab") is None else str(recipe["lab"])
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise Problem("runs.not_found", run=str(folder)) from None
    steps = [int(match[1]) for entry in folder.iterdir() if (match := re.fullmatch(r"checkpoint-(\d+)", entry.name))]
    return RunStatus(folder.name, folder, method, lab, step=max(steps, default=0))


def _sound(status: RunStatus) -> bool:
    """Whether the fields are what a worker writes, so that whoever shows them need not look again."""
    numbers = (status.step, status.total_steps, status.created, status.updated)
    gate = status.gate
    return (
        all(isinstance(text, str) for text in (status.method, status.state, status.lab or ""))
        and all(isinstance(number, int | float) for number in (*numbers, status.started or 0, status.throughput or 0))
        and isinstance(status.error or {}, dict)
        and (gate is None or (isinstance(gate, dict) and {"id", "value", "threshold", "passed"} <= gate.keys()))
        and all(isinstance((gate or {}).get(name, 0), int | float) for name in ("value", "threshold", "passed"))
    )


def read_status(folder: Path) -> RunStatus:
    """The state of the run in `folder`. Raises Problem `runs.not_found` when there is no run there."""
    alive = lock.held(folder)  # before the file: a worker writes its last state and only then lets go
    status = _stored(folder)
    if alive:
        status = replace(status, pid=lock.owner(folder) or status.pid)
    elif status.state in ("running", "paused"):
        status = replace(status, state="interrupted")
    return replace(status, run_id=folder.name, alive=alive)


class StatusFile:
    """The worker's side: changes of state are written at once, heartbeats at most twice a second. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._guard = threading.RLock()
        self._status = _stored(folder)
        self._written = 0.0

    @property
    def current(self) -> RunStatus:
        """The newest status, written or not."""
        return self._status

    def change(self, **fields: Any) -> None:
        """Sets fields and writes them through to the disk."""
        with self._guard:
            self._write(durable=True, **fields)

    def beat(self, **fields: Any) -> None:
        """Says "still alive, and here": cheap enough for every step."""
        with self._guard:
            if time.monotonic() - self._written >= _BEAT:
                self._write(durable=False, **fields)
            else:
                self._status = replace(self._status, **fields)

    def _write(self, durable: bool, **fields: Any) -> None:
        self._written = time.monotonic()
        self._status = replace(self._status, **fields, updated=time.time(), heartbeat=self._written)
        values = asdict(self._status)
        del values["folder"], values["alive"]
        files.replace(_file(self._status.folder), json.dumps(values, allow_nan=False) + "\n", durable)


def create(folder: Path, method: str, lab: str | None) -> None:
    """The first status of a new run. Its folder may still have a passing name: readers take the folder's own."""
    now = time.time()
    values = {"run_id": folder.name, "method": method, "lab": lab, "state": "created", "created": now, "updated": now}
    files.replace(_file(folder), json.dumps(values) + "\n")
