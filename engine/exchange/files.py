"""Writing what a learner takes away: whole or not at all, and never over something else by accident."""

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import Problem


def check_target(target: Path, *, force: bool = False) -> None:
    """Raise Problem exchange.is_link, exchange.is_folder, exchange.exists or exchange.no_folder for a bad target."""
    try:
        mode = os.lstat(target).st_mode
    except FileNotFoundError:
        if not target.parent.is_dir():
            raise Problem("exchange.no_folder", folder=str(target.parent)) from None
        return
    except OSError as error:
        raise unwritable(target, error) from error
    if stat.S_ISLNK(mode):
        raise Problem("exchange.is_link", path=str(target))
    if stat.S_ISDIR(mode):
        raise Problem("exchange.is_folder", path=str(target))
    if not force:
        raise Problem("exchange.exists", path=str(target))


def write_file(target: Path, content: bytes, *, force: bool = False) -> None:
    """Write `content` aside, have it on the disk, then give it the name `target` (readable by the owner only).

    `force` replaces a file that is there; a link or a folder is refused in any case.
    Raises Problem exchange.is_link, is_folder, exists, no_folder or unwritable.
    """
    check_target(target, force=force)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.")
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if not force:
            # The name is taken first, in one step: of two exports at once, one is refused.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        os.replace(temporary, target)
        sync_folder(target.parent)
    except FileExistsError as error:
        raise Problem("exchange.exists", path=str(target)) from error
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def write_rows(rows: Iterable[Mapping[str, Any]], target: Path, *, force: bool = False) -> None:
    """One JSON object a line, in ASCII, so that any string survives. Raises the Problems of `write_file`."""
    content = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    write_file(target, content.encode("ascii"), force=force)


def sync_folder(folder: Path) -> None:
    """Have the names in `folder` on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:  # some file systems cannot sync a folder; the file itself is safe
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):
            raise
    finally:
        os.close(handle)


def unwritable(target: Path, error: OSError) -> Problem:
    """What the file system said against writing `target`."""
    return Problem("exchange.unwritable", path=str(target), reason=error.strerror or str(error))
