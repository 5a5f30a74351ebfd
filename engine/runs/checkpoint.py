"""Checkpoints that are whole or absent: written aside, synced, renamed; a manifest of hashes says which may be trusted.

A committed `checkpoint-N/` never changes. Tensors are in safetensors files and nowhere else:
`adapter_model.safetensors` (as PEFT loads it) and `optimizer.safetensors` (all that the loop needs to go on).
"""

import hashlib
import json
import os
import platform
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from engine.runs import files
from engine.runs.faults import crash_point

if TYPE_CHECKING:
    from torch import Tensor

TENSORS, STATE, MANIFEST = "optimizer.safetensors", "state.json", "manifest.json"
NEWEST = 2
"""These are always kept: if the last is damaged there is one before it."""
KEPT = 10
"""So many in all; what is older than the newest is thinned out evenly, for those who want to go back or fork."""


@dataclass(frozen=True)
class Checkpoint:
    folder: Path
    step: int

    def load(self) -> "tuple[dict[str, Tensor], dict[str, Any]]":
        """What `save` was given: tensors and state."""
        from safetensors.torch import load_file

        return load_file(self.folder / TENSORS), json.loads((self.folder / STATE).read_text(encoding="utf-8"))


def save(
    run: Path,
    step: int,
    tensors: "Mapping[str, Tensor]",
    state: Mapping[str, Any],
    save_model: Callable[[Path], None],
    recipe_hash: str,
) -> Path:
    """Commits `checkpoint-<step>` and retires some of the old ones. An existing one of that step stays.

    Raises Problem `runs.not_finite` when a tensor holds NaN or infinity (the checkpoint before stays the newest),
    OSError when the disk is full (nothing of the attempt is left behind).
    """
    committed = run / f"checkpoint-{step}"
    if committed.exists():
        return committed
    _check_finite(tensors, step)
    aside = run / f".tmp-{step}"
    aside.mkdir()
    try:
        _write(aside, tensors, state, save_model)
        crash_point("checkpoint.files_written")
        manifest = {
            "step": step,
            "recipe": recipe_hash,
            "versions": _versions(),
            "files": {file.name: _fingerprint(file) for file in sorted(aside.iterdir())},
        }
        (aside / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        files.sync(aside / MANIFEST)
        files.sync(aside)
        crash_point("checkpoint.before_rename")
        os.rename(aside, committed)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    crash_point("checkpoint.after_rename")
    files.sync(run)
    _retire(run)
    return committed


def _check_finite(tensors: "Mapping[str, Tensor]", step: int) -> None:
    for name, tensor in tensors.items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise Problem("runs.not_finite", metric=name, step=step)


def _write(
    folder: Path, tensors: "Mapping[str, Tensor]", state: Mapping[str, Any], save_model: Callable[[Path], None]
) -> None:
    from safetensors.torch import save as to_bytes

    save_model(folder)
    # Bytes first, then our own write: a full disk is then an OSError with its number.
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    (folder / TENSORS).write_bytes(to_bytes(plain))
    (folder / STATE).write_text(json.dumps(state, allow_nan=False) + "\n", encoding="utf-8")
    for file in sorted(folder.iterdir()):
        files.sync(file)


def _versions() -> dict[str, str]:
    import torch

    return {"python": platform.python_version(), "torch": torch.__version__}


def _fingerprint(file: Path) -> dict[str, Any]:
    with file.open("rb") as data:
        return {"size": file.stat().st_size, "sha256": hashlib.file_digest(data, "sha256").hexdigest()}


def _retire(run: Path) -> None:
    """Takes old checkpoints out of sight first, so that a kill in the middle leaves no half of one under its name."""
    committed = {each.step: each.folder for each in _committed(run)}
    for step in sorted(committed.keys() - kept(list(committed)), reverse=True):
        gone = run / f".del-{step}"
        os.rename(committed[step], gone)
        crash_point("checkpoint.retired")
        shutil.rmtree(gone)


def kept(steps: Sequence[int]) -> set[int]:
    """The steps whose checkpoints stay: the newest two, the first, and between them those that leave the smallest gaps
    behind: one after the other goes whose neighbours lie closest together."""
    left = sorted(steps)
    while len(left) > KEPT:
        inner = range(1, len(left) - NEWEST) or range(len(left) - NEWEST)
        del left[min(inner, key=lambda place: left[place + 1] - left[place - 1])]
    return set(left)


def steps(run: Path) -> list[int]:
    """The steps of a run's checkpoints that are on the disk, in order."""
    return sorted(each.step for each in _committed(run))


def adopt(run: Path, step: int, into: Path, recipe_hash: str) -> None:
    """Copies the checkpoint of `step` into another run's folder, as one of that run's recipe.

    Raises Problem `runs.no_such_checkpoint` when there is none, or it is damaged.
    """
    source, target = run / f"checkpoint-{step}", into / f"checkpoint-{step}"
    try:
        shutil.copytree(source, target)
    except FileNotFoundError:  # retired by its worker meanwhile, perhaps
        raise Problem("runs.no_such_checkpoint", run=run.name, step=step) from None
    if _verify(target) is None:
        raise Problem("runs.no_such_checkpoint", run=run.name, step=step)
    manifest = json.loads((target / MANIFEST).read_text(encoding="utf-8"))
    files.replace(target / MANIFEST, json.dumps({**manifest, "recipe": recipe_hash}, indent=2) + "\n")


def _committed(run: Path) -> Iterator[Checkpoint]:
    """Checkpoints by name, newest first."""
    steps = [int(match[1]) for entry in run.iterdir() if (match := re.fullmatch(r"checkpoint-(\d+)", entry.name))]
    return (Checkpoint(run / f"checkpoint-{step}", step) for step in sorted(steps, reverse=True))


def sweep(run: Path) -> None:
    """Removes what a killed worker left half made or half removed. Only the owner of the run's lock may."""
    for entry in run.iterdir():
        if re.fullmatch(r"\.(tmp|del)-\d+", entry.name):
            shutil.rmtree(entry)
        elif re.fullmatch(r"\..+\.\d+\.tmp", entry.name):
            entry.unlink()


def newest(run: Path, recipe_hash: str) -> tuple[Checkpoint | None, list[str]]:
    """The newest checkpoint that can be trusted (None: begin anew), and the names of the damaged ones passed over.

    A damaged one is set aside as `damaged-checkpoint-N`, since the run will come to that step again.
    Raises Problem `runs.recipe_changed` when the checkpoint belongs to another recipe.
    """
    damaged = []
    for candidate in list(_committed(run)):
        recipe = _verify(candidate.folder)
        if recipe is None:
            damaged.append(candidate.folder.name)
            aside = run / f"damaged-{candidate.folder.name}"
            shutil.rmtree(aside, ignore_errors=True)
            os.rename(candidate.folder, aside)
        elif recipe != recipe_hash:
            raise Problem("runs.recipe_changed", run=run.name, checkpoint=candidate.folder.name)
        else:
            return candidate, damaged
    return None, damaged


def _verify(folder: Path) -> str | None:
    """The hash of the recipe that a whole checkpoint was made from; None when anything differs from the manifest."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        expected = manifest["files"]
        present = {file.name for file in folder.iterdir()} - {MANIFEST}
        whole = present == set(expected) and {TENSORS, STATE} <= present
        whole = whole and all(_fingerprint(folder / name) == expected[name] for name in sorted(present))
        return str(manifest["recipe"]) if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
