"""Which models can answer: the shipped ones, and every run that left one. Imports no torch."""

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine import paths
from engine.errors import Problem
from engine.runs import library
from engine.runs.recipe import Recipe

SHIPPED_ANCESTORS: dict[str, str | None] = {"sft": "base", "base": None, "reasoner": "sft"}
HEADER = 8  # bytes in front of a safetensors file's header: how long that is


@dataclass(frozen=True)
class Candidate:
    """A model that answers: `name` is what the generator loads, `ancestor` the model that it was trained from.

    `method` and `lab` are those of its run; None for a shipped model.
    """

    name: str
    ancestor: str | None
    method: str | None = None
    lab: str | None = None


def candidates(root: Path | None = None) -> list[Candidate]:
    """All of them: runs, the newest first, then the shipped models. Raises Problem `runs.folder_read_only`."""
    root = root or paths.runs_folder()
    found = []
    for run in library.list_runs(root):
        with suppress(Problem):  # a recipe of another version of the program
            if writes(run.folder):
                ancestor = _name(Recipe.read(run.folder / "recipe.json").model, root)
                found.append(Candidate(run.run_id, ancestor, run.method, run.lab))
    return found + [Candidate(name, ancestor) for name, ancestor in SHIPPED_ANCESTORS.items()]


def writes(folder: Path) -> bool:
    """Whether a run left a model that writes answers: an adapter, and one without a reward head."""
    weights = folder / "adapter_model.safetensors"
    if not (folder / "adapter_config.json").is_file():
        return False
    try:
        with weights.open("rb") as file:
            length = int.from_bytes(file.read(HEADER), "little")
            names = json.loads(file.read(length))
    except (OSError, ValueError, MemoryError, OverflowError):
        return False
    return not any("score" in name for name in names)


def _name(model: str, root: Path) -> str:
    """A run by its id, any other model as its recipe has it."""
    folder = Path(model)
    return folder.name if folder.parent == root.absolute() else model
