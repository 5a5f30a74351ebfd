"""Starting workers that outlive whoever started them, and asking them to pause, go on or stop."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.errors import Problem
from engine.runs import control, lock
from engine.runs.faults import explain
from engine.runs.status import StatusFile, read_status

WORKER = ("-m", "engine.runs.worker")
# One thread that sleeps while it waits, so that the screen stays quick; and nothing from a network.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "passive",
    "HF_HUB_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "DO_NOT_TRACK": "1",
}


def start(folder: Path, worker: Sequence[str] = WORKER) -> subprocess.Popen[bytes]:
    """Starts a worker on a run that is new, stopped, interrupted or failed; it goes on from the newest checkpoint.

    The lock is taken here and inherited by the worker: when this returns the run is alive, and two callers can never
    start two workers. Keep the returned process only to wait for it. Raises Problem `runs.already_running`,
    `runs.already_done`, `runs.not_found`, `runs.disk_full`, `runs.folder_read_only`.
    """
    folder = folder.absolute()
    if read_status(folder).state == "done":
        raise Problem("runs.already_done", run=folder.name)
    try:
        handle = lock.take(folder)
    except OSError as error:
        raise explain(error, folder) from error
    try:
        control.clear(folder)
        StatusFile(folder).change(state="running", error=None, gate=None, throughput=None)
        with (folder / "worker.log").open("ab") as output:
            # -P: without it a folder named `engine` where the learner happens to be would run in place of ours.
            process = subprocess.Popen(
                [sys.executable, "-P", *worker, str(folder), str(handle)],
                cwd=folder,  # a folder that stays; the one this was typed in may be deleted meanwhile
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                pass_fds=(handle,),
                env={**os.environ, **ENVIRONMENT},
            )
        lock.sign(handle, process.pid)
        return process
    except OSError as error:
        raise explain(error, folder) from error
    finally:
        os.close(handle)  # ours only: the worker's copy keeps the lock


def request(folder: Path, command: str) -> None:
    """Asks the worker to "pause", "resume" or "stop"; it obeys between two steps.

    Raises Problem `runs.not_running` when no worker is there to obey, ValueError for any other command.
    """
    if command not in control.COMMANDS:
        raise ValueError(command)
    if not lock.held(folder):
        raise Problem("runs.not_running", run=folder.name)
    try:
        control.write(folder, command)
    except OSError as error:
        raise explain(error, folder) from error


def resume(folder: Path, worker: Sequence[str] = WORKER) -> None:
    """Lets a paused worker go on, or starts one again on a run that has none. Raises what `start` raises."""
    if read_status(folder).state == "paused":
        request(folder, "resume")
    else:
        start(folder, worker)


def kill(folder: Path) -> None:
    """Ends a worker that no longer answers; the run goes on later from its newest checkpoint.

    The pid is the lock's own: as long as the lock is held it is the holder's. Raises Problem `runs.not_running`.
    """
    pid = lock.owner(folder)
    if pid is None or not lock.held(folder):
        raise Problem("runs.not_running", run=folder.name)
    os.kill(pid, signal.SIGKILL)
