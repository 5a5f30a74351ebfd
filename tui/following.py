"""Following a run's folder from outside: its status, its history, its pace. The worker neither knows nor cares."""

import itertools
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from engine.runs.events import Event, EventTail, History, fold, glance
from engine.runs.status import RunStatus, read_status


class Pace:
    """Seconds per step, from the times of the last steps; a pause does not disturb a median."""

    def __init__(self) -> None:
        self.times: deque[float] = deque(maxlen=21)

    def add(self, event: Event) -> None:
        if event["event"] == "metric":
            self.times.append(event["time"])
        elif event["event"] == "resumed":
            self.times.clear()

    def left(self, status: RunStatus) -> float | None:
        """Seconds to the last step of a running run; None while that is not known."""
        if status.state != "running" or len(self.times) < 3:
            return None
        times = list(self.times)
        pace = median(later - sooner for sooner, later in itertools.pairwise(times))
        return pace * max(0, status.total_steps - status.step)


class Followed:
    """What is known of a run so far. Raises Problem `runs.not_found` for a folder without a run.

    A log of many megabytes is read in pieces, with `look(at_most=…)`; until all is read `history` is what a glance at
    it tells, and `behind` says so.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.status = read_status(folder)
        self.history = self._whole = History()
        self.pace = Pace()
        self._tail = EventTail(folder)

    def look(self, at_most: int = -1) -> bool:
        """Read what is new; whether there was anything. Raises Problem `runs.not_found` when the folder is gone."""
        before, self.status = self.status, read_status(self.folder)
        events = self._tail.read(at_most)
        for event in events:
            self._whole.add(event)
            self.pace.add(event)
        if not self.behind:
            self.history = self._whole
        elif self.history is self._whole:
            self.history = fold(glance(self.folder))
        return bool(events) or before != self.status

    @property
    def behind(self) -> bool:
        return self._tail.behind

    @property
    def share_read(self) -> float:
        """How much of the log has been read, from 0 to 1."""
        return self._tail.offset / max(1, self._tail.size)

    @property
    def resume_step(self) -> int:
        """The step of the newest checkpoint, from which a worker would go on."""
        return self.history.checkpoints[-1] if self.history.checkpoints else 0

    def last_words(self) -> str | None:
        """The last line that an interrupted worker wrote as it ended; None if it was ended in silence."""
        try:
            log = self.folder / "worker.log"
            recent = log.stat().st_mtime >= self.status.updated
            lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if recent else []
        except OSError:
            return None
        return next((line.strip() for line in reversed(lines) if line.strip()), None)

    def displacement(self, least: float = 0.05) -> float | None:
        """By how many nats logps/chosen fell while the margin grew, if by more than `least`."""
        chosen = self.history.metrics.get("logps/chosen", [])
        margin = self.history.metrics.get("rewards/margins", [])
        if len(chosen) < 2 or len(margin) < 2 or margin[-1][1] <= margin[0][1]:
            return None
        fall = chosen[0][1] - chosen[-1][1]
        return fall if fall > least else None


def warning(t: Callable[..., str], event: Mapping[str, Any]) -> str:
    """What a monitor said, and where it is explained."""
    sentence = t(f"monitor.{event['code']}", **event["params"])
    return f"⚠ {sentence} {t('monitor.see', chapter=event['chapter'].replace('#', ', '))}"
