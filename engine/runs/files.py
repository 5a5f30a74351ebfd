"""Writing files so that a reader, or a restart after a crash, never meets half of one."""

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Has the system put a file, or the entries of a folder, on the disk itself."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(path: Path, text: str, durable: bool = True) -> None:
    """Puts a whole new file in the place of an old one: aside, synced, renamed. `durable=False` skips the disk."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_text(text, encoding="utf-8")
        if durable:
            sync(aside)
        os.replace(aside, path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    if durable:
        sync(path.parent)
