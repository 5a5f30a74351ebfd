"""What a person asks of a running worker: a small file that the worker looks at between two steps."""

import json
import os
import time
from pathlib import Path

from engine.runs import files

COMMANDS = ("pause", "resume", "stop")


def _file(folder: Path) -> Path:
    return folder / "control.json"


def write(folder: Path, command: str) -> None:
    files.replace(_file(folder), json.dumps({"command": command, "time": time.time()}) + "\n", durable=False)


def clear(folder: Path) -> None:
    """Forgets what was asked of an earlier worker; only the owner of the lock may."""
    _file(folder).unlink(missing_ok=True)


class Control:
    """Reads the control file, and only when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._path = _file(folder)
        self._seen: tuple[int, int] | None = None
        self._command: str | None = None

    def command(self) -> str | None:
        """The last command given to this worker, or None."""
        try:
            now = os.stat(self._path)
            if (now.st_mtime_ns, now.st_ino) != self._seen:
                asked = json.loads(self._path.read_text(encoding="utf-8"))["command"]
                self._seen, self._command = (now.st_mtime_ns, now.st_ino), asked if asked in COMMANDS else None
        except FileNotFoundError:
            self._seen = self._command = None
        except (ValueError, KeyError, TypeError):  # written by hand, and wrongly: no command
            self._command = None
        return self._command
