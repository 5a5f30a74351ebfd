"""What can go wrong under a run: system errors said as Problems, and the points where tests kill the worker."""

import errno
import os
import signal
from collections import Counter
from pathlib import Path

from engine.errors import Problem

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_NO_PERMISSION = {errno.EROFS, errno.EACCES, errno.EPERM}
_passed: Counter[str] = Counter()


def crash_point(name: str) -> None:
    """Kills this process here if a test asks for it: `PREFERABLY_KILL_AT=name`, or `name@3` for the third passing."""
    wanted = os.environ.get("PREFERABLY_KILL_AT")
    if wanted is None:
        return
    _passed[name] += 1
    if wanted in (name, f"{name}@{_passed[name]}"):
        os.kill(os.getpid(), signal.SIGKILL)


def explain(error: BaseException, folder: Path) -> Problem:
    """The Problem behind an error: itself, a full disk, a read-only folder, a lost file, no memory, or none known."""
    if isinstance(error, Problem):
        return error
    said = str(error)
    # safetensors reports errors of the system as text, without a number.
    if (isinstance(error, OSError) and error.errno in _DISK_FULL) or "No space left on device" in said:
        return Problem("runs.disk_full", folder=str(folder))
    if (isinstance(error, OSError) and error.errno in _NO_PERMISSION) or "Read-only file system" in said:
        return Problem("runs.folder_read_only", folder=str(folder))
    if isinstance(error, FileNotFoundError) and folder in Path(str(error.filename)).parents:
        return Problem("runs.incomplete", file=str(error.filename))
    if isinstance(error, MemoryError) or "DefaultCPUAllocator" in said:
        return Problem("runs.out_of_memory")
    return Problem("runs.unexpected", error=f"{type(error).__name__}: {said}")
