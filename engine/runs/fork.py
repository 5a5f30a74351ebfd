"""Forking a run: a new one that goes on from a checkpoint of another, with some settings changed."""

import json
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import Problem
from engine.methods import METHODS, HyperParameter, Method
from engine.runs import checkpoint, files, library, status
from engine.runs.events import Event, events_file, read_events
from engine.runs.faults import explain
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile, read_status
from engine.world import constitution

CHANGEABLE = frozenset({
    "learning_rate", "weight_decay", "max_grad_norm", "sample_steps", "save_steps", "beta", "tau",
    "label_smoothing", "length_normalized", "rpo_alpha", "desirable_weight", "undesirable_weight", "lam", "gamma",
    "center_rewards_coefficient", "use_margin", "rollouts", "kl_coef", "temperature", "missing_eos_penalty",
    "cliprange", "epsilon_high", "scale_rewards", "use_bias_correction_kl", "loss_type", "cliprange_value",
    "vf_coef", "whiten_rewards", "whiten_advantages", "target_kl", "kl_horizon", "strict", "process_reward",
})  # fmt: skip
"""Settings that a loop reads anew at each step, and that say nothing of the shapes and the plan that a checkpoint
holds: with any other a step would not be the same step."""
PLAIN_LOOPS = ("engine.loops.offline", "engine.loops.direct")
"""Loops whose only plan is their length, so that `num_train_epochs` may change too."""
ENTIRE = ("data", "stages", constitution.KEPT)
"""What a run's folder holds besides its checkpoints that a worker reads."""
TOLD = ("started", "resumed", "phase", "metric", "sample", "checkpoint", "warning", "note")


def changeable(method: Method) -> tuple[HyperParameter, ...]:
    """The settings of a method that a fork may change."""
    plain = method.loop.partition(":")[0] in PLAIN_LOOPS
    return tuple(row for row in method.hyper if row.name in CHANGEABLE or (plain and row.name == "num_train_epochs"))


def forked_recipe(
    folder: Path, step: int, changes: Mapping[str, Any], methods: Mapping[str, Method] = METHODS
) -> Recipe:
    """The recipe of a fork. A lab's run is the learner's own attempt, so a fork belongs to none.

    Raises Problem `runs.not_forkable` for a setting that a fork can't change, and those of `Recipe.make`.
    """
    recipe = Recipe.read(folder / "recipe.json", methods)
    method = methods[recipe.method]
    allowed = [row.name for row in changeable(method)]
    for name in changes:
        if method.parameter(name) and name not in allowed:
            raise Problem("runs.not_forkable", key=name, known=", ".join(allowed))
    hyper = Recipe.make(recipe.method, {**recipe.hyper, **changes}, methods).hyper
    return replace(recipe, hyper=hyper, lab=None, parent={"run": folder.name, "step": step})


def fork(
    folder: Path,
    step: int,
    changes: Mapping[str, Any],
    root: Path | None = None,
    methods: Mapping[str, Method] = METHODS,
) -> Path:
    """Makes the folder of a run that goes on from `checkpoint-<step>` of the run in `folder`; nothing is started.

    With nothing changed it ends with the same bytes. All that it needs is copied, the log up to that step too, so that
    its folder alone is enough. Raises Problem `runs.no_such_checkpoint`, those of `forked_recipe`, `runs.disk_full`,
    `runs.folder_read_only`.
    """
    root = root or paths.runs_folder()
    recipe = forked_recipe(folder, step, changes, methods)
    total = read_status(folder).total_steps
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = root / f".new-{secrets.token_hex(4)}"
        aside.mkdir(mode=0o700)
        try:
            _fill(aside, folder, step, recipe)
            StatusFile(aside).change(step=step, total_steps=total)
            return library.name_folder(aside, root, recipe.method)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise explain(error, root) from error


def _fill(aside: Path, parent: Path, step: int, recipe: Recipe) -> None:
    files.replace(aside / "recipe.json", recipe.to_json())
    checkpoint.adopt(parent, step, aside, recipe.fingerprint)
    for name in ENTIRE:
        if (parent / name).is_dir():
            shutil.copytree(parent / name, aside / name)
        elif (parent / name).is_file():
            shutil.copyfile(parent / name, aside / name)
    lines = (json.dumps(event, ensure_ascii=False, allow_nan=False) + "\n" for event in _told(parent, step))
    files.replace(events_file(aside), "".join(lines))
    status.create(aside, recipe.method, recipe.lab)


def _told(parent: Path, step: int) -> list[Event]:
    """What the parent's log says of the steps up to this one."""
    return [
        event
        for event in read_events(parent)
        if event["event"] in TOLD and event.get("step", 0) <= step and event.get("phase") != "evaluate"
    ]
