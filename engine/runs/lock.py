"""Which process owns a run: a lock that the kernel frees at the moment its worker ends, however it ends."""

import fcntl
import json
import os
import time
from pathlib import Path

from engine.errors import Problem

_PATIENCE = 0.5  # seconds; a reader that looks (`held`) has the lock for some microseconds


def _file(folder: Path) -> Path:
    return folder / "run.lock"


def take(folder: Path) -> int:
    """Takes the lock and returns its handle: whoever keeps the handle open, or inherits it, owns the run.

    Raises Problem `runs.already_running` when another process has it.
    """
    handle = os.open(_file(folder), os.O_RDWR | os.O_CREAT, 0o600)
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(handle, 0)  # the name of an earlier owner
            return handle
        except BlockingIOError:
            if time.monotonic() > deadline:
                os.close(handle)
                raise Problem("runs.already_running", run=folder.name, pid=owner(folder) or "?") from None
            time.sleep(0.01)


def sign(handle: int, pid: int) -> None:
    """Writes into the lock who holds it, and since when."""
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps({"pid": pid, "since": time.time()}).encode(), 0)


def held(folder: Path) -> bool:
    """Whether a process has the run now. Unlike a pid, this cannot be mistaken for another process's."""
    try:
        handle = os.open(_file(folder), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(handle)


def owner(folder: Path) -> int | None:
    """The pid that signed the lock; it means something only while the lock is held."""
    try:
        return int(json.loads(_file(folder).read_text())["pid"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
