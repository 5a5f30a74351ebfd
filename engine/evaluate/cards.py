"""Judges a finished run again from its folder alone: the same gate that its worker wrote."""

import importlib
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.methods import METHODS
from engine.runs import checkpoint
from engine.runs.recipe import Recipe


def evaluate_run(folder: Path) -> dict[str, Any]:
    """The gate of a run, computed anew from its newest checkpoint.

    Raises Problem `evaluate.no_checkpoint` for a run that has none, `evaluate.no_gate` for a method without a gate,
    `evaluate.unfinished` for a run that still has steps to go.
    """
    recipe = Recipe.read(folder / "recipe.json")
    found, _ = checkpoint.newest(folder, recipe.fingerprint)
    if found is None:
        raise Problem("evaluate.no_checkpoint", run=folder.name)
    module, _, name = METHODS[recipe.method].loop.partition(":")
    loop = getattr(importlib.import_module(module), name)(folder, recipe)
    tensors, state = found.load()
    loop.load(tensors, state["loop"])
    if loop.next_step < loop.total_steps:
        raise Problem("evaluate.unfinished", run=folder.name, step=loop.next_step, total=loop.total_steps)
    gate: dict[str, Any] | None = loop.finish()
    if gate is None:
        raise Problem("evaluate.no_gate", run=folder.name, method=recipe.method)
    return gate
