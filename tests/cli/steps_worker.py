"""A worker without a model: it counts steps, obeys its control file, and ends with a gate or an error as it is told.

It keeps the same files as the real one, through the same code. `WORKER_STEPS` (default 20), `WORKER_GATE` (value of
the gate, "" for none), `WORKER_FAIL_AT`, `WORKER_DIE_AT` and `WORKER_WAIT_AT` (step at which it waits for a command)
come from the environment. Run as `steps_worker.py preferably ARGUMENTS` it is the program, with this worker in place.
"""

import os
import signal
import sys
import time
from pathlib import Path

COMMAND = (str(Path(__file__)),)
GATES = {"reward-model": ("accuracy", 0.7), "dpo": ("win_rate", 0.55), "constitutional": ("improvement", 0.0)}


def number(name, default=-1):
    return int(os.environ.get(name, default))


class Worker:
    def __init__(self, folder):
        from engine.runs.control import Control
        from engine.runs.events import EventLog
        from engine.runs.status import StatusFile

        self.status, self.log, self.control = StatusFile(folder), EventLog(folder), Control(folder)
        self.total = number("WORKER_STEPS", 20)

    def run(self):
        first = self.status.current.step
        self.log.append("started" if self.log.empty else "resumed", step=first, total_steps=self.total)
        self.status.change(state="running", pid=os.getpid(), total_steps=self.total)
        self.log.append("phase", phase="train", step=first)
        for step in range(first + 1, self.total + 1):
            if not self.obey(wait=step == number("WORKER_WAIT_AT")):
                return 3
            if step == number("WORKER_DIE_AT"):
                os.kill(os.getpid(), signal.SIGKILL)
            if step == number("WORKER_FAIL_AT"):
                return self.fail(step)
            self.log.append("metric", step=step, total_steps=self.total, metrics={"loss": 1 / step}, throughput=100.0)
            self.status.change(step=step)
        return self.finish()

    def obey(self, wait):
        """Wait where it is told to, pause and go on; whether to go on at all."""
        while True:
            command = self.control.command()
            if command == "stop":
                self.log.append("stopped", step=self.status.current.step)
                self.status.change(state="stopped")
                return False
            state = "paused" if command == "pause" else "running"
            if self.status.current.state != state:
                self.status.change(state=state)
            if command == "resume" or not (wait or command == "pause"):
                return True
            time.sleep(0.01)

    def fail(self, step):
        params = {"step": step, "metric": "loss"}
        self.log.append("error", code="runs.not_finite", params=params, details="")
        self.status.change(state="failed", error={"code": "runs.not_finite", "params": params})
        return 1

    def finish(self):
        gate = None
        if os.environ.get("WORKER_GATE", "0.8"):
            value = float(os.environ.get("WORKER_GATE", "0.8"))
            name, threshold = GATES[self.status.current.method]
            gate = {
                "id": name, "lab": self.status.current.lab, "value": value, "low": value - 0.1, "high": value + 0.1,
                "threshold": threshold, "passed": value > threshold,
                "details": [{"id": "pairs", "value": 40, "low": None, "high": None}],
            }
            self.log.append("gate", gate=gate)
        self.log.append("done", step=self.total)
        self.status.change(state="done", gate=gate)
        return 0


def program(arguments):
    """`preferably ARGUMENTS`, with this worker in place of the real one."""
    from engine.runs import supervisor
    from tui.cli import main

    supervisor.start.__defaults__ = supervisor.resume.__defaults__ = (COMMAND,)
    sys.argv = ["preferably", *arguments]
    main()


if __name__ == "__main__":
    if sys.argv[1] == "preferably":
        program(sys.argv[2:])
    else:
        sys.exit(Worker(Path(sys.argv[1])).run())
