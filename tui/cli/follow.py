"""Watching a run from a shell until its worker has ended: a bar on a terminal, a line every tenth in a file."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.runs import supervisor
from engine.runs.status import read_status
from tui.cli.interrupts import last_words
from tui.cli.session import Session
from tui.following import Followed, warning
from tui.numbers import duration, short
from tui.problems import literally

LOOK = 0.1  # seconds between two looks at the folder
PATIENCE = 30.0  # seconds a worker may take to finish its step and save
NO_ROOM = 1 << 16  # bytes; with less on the disk a worker cannot even say what ended it
BAR = 24
TENTHS = 10
HOUSEKEEPING = ("grad_norm", "learning_rate")


class Progress:
    """Where the run stands, drawn over and over on one line, or said in plain lines where nobody can redraw."""

    def __init__(self, here: Session, title: str, drawn: bool = True) -> None:
        self.here, self.title = here, literally(title)
        self.stream = sys.stderr if here.as_json else sys.stdout
        self.drawn = drawn and self.stream.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.said: tuple[str | None, int] | None = None
        self.warned = 0

    def show(self, run: Followed) -> None:
        for _, event in run.history.warnings[self.warned :]:
            self.end()
            self.here.note(warning(self.here.t, event))
        self.warned = len(run.history.warnings)
        status = run.status
        done = min(1.0, status.step / status.total_steps) if status.total_steps else 0.0
        if self.drawn:
            self._draw(done, self.words(run))
        elif status.total_steps and (run.history.phase, int(TENTHS * done)) != self.said:
            self.said = run.history.phase, int(TENTHS * done)
            self.stream.write(f"{self.title}  {self.words(run)}\n")
            self.stream.flush()

    def words(self, run: Followed) -> str:
        """`training  38/52  loss 0.210  left 0:04`"""
        status, history = run.status, run.history
        parts = [self.here.t(f"runs.state.{status.state}")]
        if status.state == "running" and history.phase:
            parts = [self.here.t(f"runs.phase.{history.phase}")]
        parts.append(f"{status.step}/{status.total_steps}")
        name = telling(run)
        if name is not None:
            parts.append(f"{name} {short(history.metrics[name][-1][1])}")
        left = run.pace.left(status)
        if left is not None:
            parts.append(self.here.t("runs.left", time=duration(left)))
        return literally("  ".join(parts))

    def _draw(self, done: float, words: str) -> None:
        filled = round(BAR * done)
        width = shutil.get_terminal_size().columns
        line = f"{self.title}  {'█' * filled}{'░' * (BAR - filled)}  {words}"
        self.stream.write("\r\x1b[K" + line[: width - 1])
        self.stream.flush()

    def end(self) -> None:
        """Leave the line as it is and go on below it."""
        if self.drawn:
            self.stream.write("\n")
            self.stream.flush()


def telling(run: Followed) -> str | None:
    """The metric of the latest step that says most: the first of its method's, or whatever else it logged."""
    from engine.methods import METHODS

    method = METHODS.get(run.status.method)
    last = [name for name, points in run.history.metrics.items() if points[-1][0] == run.history.step]
    ranked = [name for name in method.metrics if name in last] if method else []
    return next((name for name in [*ranked, *last] if name not in HOUSEKEEPING), None)


def watch(
    folder: Path, here: Session, title: str = "", begin: Callable[[], object] = lambda: None, *, drawn: bool = True
) -> Followed:
    """`begin` the work on a run, follow it until its worker has ended, and return what it came to. `drawn` allows a
    bar on one line where the terminal can do that.

    Interrupting, from the very beginning, asks the worker to stop at its next step. Raises Problem:
    "cli.stopped_by_you" (exit 3) then, "cli.run_stopped" or "cli.worker_died" (exit 3) when somebody else ended it,
    the run's own error (exit 1), and those of `begin`.
    """
    run = Followed(folder)
    progress = Progress(here, title or run.status.run_id, drawn)
    try:
        begin()
        while run.look() or run.status.alive:
            progress.show(run)
            if run.status.alive:
                time.sleep(LOOK)
    except KeyboardInterrupt:
        with suppress(OSError, KeyboardInterrupt):  # the terminal itself may have gone; and who is impatient may leave
            progress.end()
            here.note(here.t("cli.follow.stopping"))
            _stop(folder)
        last_words()
        raise Problem("cli.stopped_by_you", exit_code=3, run=folder.name, step=read_status(folder).step) from None
    progress.end()
    _ended_well(run)
    return run


def _ended_well(run: Followed) -> None:
    status = run.status
    if status.state == "done":
        return
    if status.state == "failed":
        fault = status.error or run.history.error or {}
        raise Problem(
            str(fault.get("code", "runs.unexpected")), exit_code=1, **(fault.get("params") or {"error": "?"})
        )
    if status.state != "stopped" and shutil.disk_usage(run.folder).free < NO_ROOM:
        raise Problem("runs.disk_full", exit_code=1, folder=str(run.folder))  # so full that the worker could not say it
    code = "cli.run_stopped" if status.state == "stopped" else "cli.worker_died"
    raise Problem(code, exit_code=3, run=status.run_id, step=status.step, log=str(run.folder / "worker.log"))


def _stop(folder: Path) -> None:
    """Ask the worker to stop, and give it the time of a step to save."""
    try:
        supervisor.request(folder, "stop")
    except Problem:
        return  # it has just ended by itself
    wait_for(folder, lambda status: not status.alive)


def wait_for(folder: Path, reached: Any) -> bool:
    """Look at the run's status until `reached(status)`; whether it came to that within the worker's patience."""
    deadline = time.monotonic() + PATIENCE
    while not reached(read_status(folder)):
        if time.monotonic() > deadline:
            return False
        time.sleep(LOOK)
    return True
