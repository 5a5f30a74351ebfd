"""The process that executes one run: `python -P -m engine.runs.worker RUN_FOLDER`.

It owns the run's lock for its whole life, obeys the control file between two steps, and writes only into the folder.
"""

import importlib
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from engine.errors import Problem
from engine.evaluate import monitors
from engine.loops import Loop
from engine.methods import METHODS, Method
from engine.runs import checkpoint, control, files, lock, seeding
from engine.runs.control import Control
from engine.runs.events import EventLog, fold, read_events
from engine.runs.faults import crash_point, explain
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile

_LONGEST = 30.0  # seconds; a checkpoint is due by then, whatever `save_steps` says
_POLL = 0.1  # seconds between two looks at the control file while paused or busy with one long call


class Stopped(BaseException):
    """Someone asked the worker to stop. Not an Exception, so that no loop catches it by accident."""


class Worker:
    """Drives one loop from its newest checkpoint to its gate."""

    def __init__(self, folder: Path, methods: Mapping[str, Method]) -> None:
        self.folder = folder
        self.methods = methods
        self.status = StatusFile(folder)
        self.log = EventLog(folder)
        self.control = Control(folder)
        self.stopping = False
        self.interruptible = False
        self.durations: deque[float] = deque(maxlen=20)
        self.saved_at = time.monotonic()
        self.curves: dict[str, list[tuple[int, float]]] = {}
        self.warned: set[str] = set()

    def run(self) -> int:
        """Runs to the end; returns the exit code: 0 done, 3 stopped and resumable, else that of the Problem."""
        before = self.status.current
        self.status.change(state="running", pid=os.getpid(), started=before.started or time.time(), error=None)
        try:
            self.recipe = Recipe.read(self.folder / "recipe.json", self.methods)
            with self.long_call():
                self.loop = self.build()
                self.recover()
            self.train()
            self.evaluate()
            return 0
        except Stopped:
            self.log.append("stopped", step=self.status.current.step)
            self.status.change(state="stopped")
            return 3
        except Exception as error:
            return self.fail(explain(error, self.folder), traceback.format_exc())

    def fail(self, problem: Problem, details: str) -> int:
        print(details, file=sys.stderr, flush=True)
        params = {name: value if isinstance(value, int) else str(value) for name, value in problem.params.items()}
        # On a full disk these fail as well; the log above and the free lock then say what happened.
        with suppress(OSError, ValueError):
            self.log.append("error", code=problem.code, params=params, details=details)
        with suppress(OSError, ValueError):
            self.status.change(state="failed", error={"code": problem.code, "params": params})
        return problem.exit_code

    # -- before the first step

    def build(self) -> Loop:
        crash_point("worker.before_build")
        import torch

        # On a CPU, one thread is what makes every sum come out in the same order each time
        # (torch.use_deterministic_algorithms changes nothing there and takes two seconds to import).
        torch.set_num_threads(1)
        seeding.seed_globals(self.recipe.seed)
        module, _, name = self.methods[self.recipe.method].loop.partition(":")
        loop: Loop = getattr(importlib.import_module(module), name)(self.folder, self.recipe)
        return loop

    def recover(self) -> None:
        """Goes back to the newest checkpoint that can be trusted, and says so in the log."""
        found, damaged = checkpoint.newest(self.folder, self.recipe.fingerprint)
        if found:
            tensors, state = found.load()
            seeding.load_globals(tensors.pop("worker.random"), state["random"])
            self.loop.load(tensors, state["loop"])
            if self.loop.next_step > self.loop.total_steps:  # of a fork that was made shorter than its parent got
                raise Problem("runs.past_the_end", step=self.loop.next_step, total=self.loop.total_steps)
        for name in damaged:
            self.log.append("note", code="runs.checkpoint_damaged", params={"name": name, "step": self.loop.next_step})
        told = fold(event for event in read_events(self.folder) if event.get("step", 0) <= self.loop.next_step)
        self.curves = told.metrics
        self.warned = {event["code"] for _, event in told.warnings}
        kind = "started" if self.log.empty else "resumed"
        self.log.append(kind, step=self.loop.next_step, total_steps=self.loop.total_steps)
        self.status.change(step=self.loop.next_step, total_steps=self.loop.total_steps)
        if self.loop.next_step == 0:
            self.log.append("sample", step=0, **self.loop.samples())

    # -- training

    def train(self) -> None:
        hyper = self.recipe.hyper
        phase = None
        while self.loop.next_step < self.loop.total_steps:
            self.obey()
            if self.loop.phase is not None and self.loop.phase != phase:
                phase = self.loop.phase
                self.log.append("phase", phase=phase, step=self.loop.next_step)
            self.step()
            step = self.loop.next_step
            last = step == self.loop.total_steps
            if step % hyper["sample_steps"] == 0 or last:
                self.log.append("sample", step=step, **self.loop.samples())
            if step % hyper["save_steps"] == 0 or last or time.monotonic() - self.saved_at > _LONGEST:
                self.save()

    def step(self) -> None:
        began = time.monotonic()
        metrics = self.loop.step()
        crash_point("step.done")
        self.durations.append(time.monotonic() - began)
        step, total = self.loop.next_step, self.loop.total_steps
        for name, value in metrics.items():
            if not math.isfinite(value):
                raise Problem("runs.not_finite", metric=name, step=step)
        throughput = round(self.loop.items_per_step * len(self.durations) / max(sum(self.durations), 1e-9), 3)
        self.log.append("metric", step=step, total_steps=total, metrics=metrics, throughput=throughput)
        self.warn(step, metrics)
        crash_point("step.logged")
        self.status.beat(step=step, total_steps=total, throughput=throughput, phase=self.loop.phase)

    def warn(self, step: int, metrics: Mapping[str, float]) -> None:
        """Says what the curves give reason to say, each thing once."""
        for name, value in metrics.items():
            self.curves.setdefault(name, []).append((step, value))
        for found in monitors.warnings(self.curves):
            if found.code not in self.warned:
                self.warned.add(found.code)
                self.log.append("warning", step=step, code=found.code, chapter=found.chapter, params=dict(found.params))

    def save(self) -> None:
        """Commits a checkpoint of this step, if there is none yet; the log is on the disk before it."""
        step = self.loop.next_step
        tensors, state = self.loop.state()
        generator, python = seeding.globals_state()
        self.log.sync()
        if not (self.folder / f"checkpoint-{step}").exists():
            checkpoint.save(
                self.folder,
                step,
                {**tensors, "worker.random": generator},
                {"loop": state, "random": python},
                self.loop.save_model,
                self.recipe.fingerprint,
            )
            self.log.append("checkpoint", step=step, path=f"checkpoint-{step}")
        self.saved_at = time.monotonic()

    def obey(self) -> None:
        """What was asked since the last step: go on, wait here, or stop here. Both leave a checkpoint first."""
        paused = False
        while True:
            command = self.control.command()
            if self.stopping or command == "stop":
                self.save()
                raise Stopped
            if command != "pause":
                break
            if not paused:
                self.save()
                self.status.change(state="paused", step=self.loop.next_step)
                paused = True
            self.status.beat()
            time.sleep(_POLL)
        if paused:
            self.status.change(state="running")

    # -- after the last step

    def evaluate(self) -> None:
        """Puts the adapter at the top of the folder and asks the loop for its gate; may be killed and done again."""
        step = self.loop.total_steps
        self.status.change(step=step, phase="evaluate")
        self.log.append("phase", phase="evaluate", step=step)
        self.export()
        with self.long_call():
            gate = self.loop.finish()
        crash_point("finish.judged")
        if gate is not None:
            self.log.append("gate", gate=gate)
        crash_point("finish.gate_logged")
        self.log.append("done", step=step)
        self.log.sync()
        crash_point("finish.before_status")
        self.status.change(state="done", phase=None, gate=gate)

    def export(self) -> None:
        aside = self.folder / f".tmp-{self.loop.total_steps}"
        aside.mkdir()
        self.loop.save_model(aside)
        crash_point("finish.model_written")
        for file in sorted(aside.iterdir()):
            files.sync(file)
            os.replace(file, self.folder / file.name)
            crash_point("finish.file_moved")
        aside.rmdir()
        files.sync(self.folder)

    # -- being stopped

    def on_sigterm(self, number: int, frame: FrameType | None) -> None:
        """Stops at the next step boundary, or at once in a long call, before and after which nothing can be lost."""
        self.stopping = True
        if self.interruptible:
            self.interruptible = False
            raise Stopped

    @contextmanager
    def long_call(self) -> Iterator[None]:
        """Around calls of many seconds: a second thread beats the heart and passes on a request to stop."""
        over = threading.Event()

        def watch() -> None:
            while not over.wait(_POLL):
                with suppress(OSError):  # a full disk: the main thread will meet it and say so
                    self.status.beat()
                if self.control.command() == "stop":
                    os.kill(os.getpid(), signal.SIGTERM)
                    return

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            self.interruptible = True
            if self.stopping:
                raise Stopped
            yield
        finally:
            self.interruptible = False
            over.set()
            watcher.join()


def main(folder: Path, handle: int | None = None, methods: Mapping[str, Method] = METHODS) -> int:
    """Executes the run in `folder` under the lock behind `handle`, or takes the lock itself. Returns the exit code."""
    os.umask(0o077)
    with suppress(OSError):
        os.nice(10)
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    if handle is None:
        handle = lock.take(folder)
        control.clear(folder)
    os.set_inheritable(handle, False)
    lock.sign(handle, os.getpid())
    crash_point("worker.locked")
    checkpoint.sweep(folder)
    worker = Worker(folder, methods)
    signal.signal(signal.SIGTERM, worker.on_sigterm)
    return worker.run()


if __name__ == "__main__":
    try:
        sys.exit(main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else None))
    except Problem as problem:
        sys.exit(f"{problem}")
