"""A run to take away: its folder, without what only means something on this machine."""

import io
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from engine.errors import Problem
from engine.exchange.files import check_target, sync_folder, unwritable, write_file

SUFFIXES = frozenset((".json", ".jsonl", ".safetensors", ".md", ".svg", ".txt"))
"""What a run is made of: text and tensors. Logs, locks and anything that could carry code stay behind."""

ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def shared_files(folder: Path) -> Iterator[Path]:
    """The files of a run that are exported, relative to `folder`, in order: no links, nothing hidden, no code."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            file = Path(parent, name)
            if file.suffix in SUFFIXES and not name.startswith(".") and file.is_file() and not file.is_symlink():
                yield file.relative_to(folder)


def export_run(folder: Path, target: Path, *, force: bool = False) -> Path:
    """Copy the run in `folder` to `target`: a `.zip` file when it is named so, else a new folder.

    A folder that exists is never written into, not with `force` either; `force` replaces a `.zip`.
    Raises Problem exchange.empty_run, exchange.run_changes (its worker is at work) and those of `write_file`.
    """
    try:
        return _exported(folder, target, force)
    except FileNotFoundError as error:  # its worker has just retired a checkpoint
        raise Problem("exchange.run_changes", run=folder.name, file=str(error.filename)) from error


def _exported(folder: Path, target: Path, force: bool) -> Path:
    files = list(shared_files(folder))
    if not files:
        raise Problem("exchange.empty_run", folder=str(folder))
    if target.suffix == ".zip":
        check_target(target, force=force)
        write_file(target, _zipped(folder, files), force=force)
    else:
        check_target(target)
        _copy(folder, files, target)
    return target


def _zipped(folder: Path, files: list[Path]) -> bytes:
    """The same run gives the same bytes: times are left out."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            entry = zipfile.ZipInfo((Path(folder.name) / file).as_posix(), ZIP_TIME)
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / file).read_bytes())
    return content.getvalue()


def _copy(folder: Path, files: list[Path], target: Path) -> None:
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name[:40]}.") as aside:
            whole = Path(aside) / "run"
            for file in files:
                (whole / file).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copyfile(folder / file, whole / file)
            os.rename(whole, target)
        sync_folder(target.parent)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise unwritable(target, error) from error
