"""The shelf of runs: making a new one with its data inside, listing them, finding one by name or path."""

import difflib
import json
import os
import random
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import Problem
from engine.exchange import jsonl
from engine.methods import METHODS, Method
from engine.runs import files, names, status
from engine.runs.faults import explain
from engine.runs.recipe import Recipe
from engine.runs.status import RunStatus, read_status
from engine.world import constitution, preferences
from engine.world.documents import demonstrations
from engine.world.steps import stepwise_rows

NAMED_MODELS = ("base", "sft", "judge", "reasoner")
HELD_OUT = 40  # pairs, as the gate of the reward model asks
CHAINS, HELD_OUT_CHAINS = 1500, 200  # solutions in steps
_HELD_OUT_SHARE = 0.1  # of the prompts of a file that someone brings
Rows = Sequence[Mapping[str, Any]]


def create(
    recipe: Recipe, rows: Rows | None = None, root: Path | None = None, methods: Mapping[str, Method] = METHODS
) -> Path:
    """Makes the folder of a new run, private to the learner, and returns it; nothing is started.

    The data is copied in, and the constitution where there is one, so that the folder alone is enough. `rows` are the
    learner's own, where the recipe `takes_labels`. A file's rows are split by prompt, so that no held-out prompt was
    trained on; labels and shipped data are judged on the shipped held-out pairs. Raises Problem `runs.no_labels`,
    `runs.too_few_labels`, `runs.too_few_prompts`, `runs.disk_full`, `runs.folder_read_only`, those of `_model` and of
    `engine.world.constitution`, and those of `engine.exchange.jsonl` for bad rows.
    """
    root = root or paths.runs_folder()
    recipe = replace(recipe, model=_model(recipe.model, root))
    recipe, principles = _constitution(recipe)
    data = _data(recipe, methods[recipe.method], rows)
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = root / f".new-{secrets.token_hex(4)}"
        aside.mkdir(mode=0o700)
        try:
            _fill(aside, recipe, data, principles)
            return name_folder(aside, root, recipe.method)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise explain(error, root) from error


def takes_labels(recipe: Recipe, methods: Mapping[str, Method] = METHODS) -> bool:
    """Whether the learner's own labels belong into the run: to train on, or to hold its judge against."""
    return recipe.data == "labels" or methods[recipe.method].judged_by_labels


def _constitution(recipe: Recipe) -> tuple[Recipe, str | None]:
    """The recipe with the whole path of the constitution that it names, and the text; none for most methods."""
    named = recipe.hyper.get("constitution")
    if named is None:
        return recipe, None
    file = Path(os.path.expanduser(named)).absolute() if named else constitution.SHIPPED
    text = constitution.constitution_text(file)
    constitution.principles_of(text, file)
    return replace(recipe, hyper={**recipe.hyper, "constitution": str(file) if named else ""}), text


def _model(model: str, root: Path) -> str:
    """A named model, or the whole path of a run's or a model's folder, which holds wherever the run goes on later.

    Raises Problem `runs.model_unfinished` for a run without weights yet, `models.unknown` for anything else.
    """
    if model in NAMED_MODELS:
        return model
    try:
        folder = find(model, root)
    except Problem:
        folder = Path(os.path.expanduser(model)).absolute()
    if any((folder / name).is_file() for name in ("config.json", "adapter_config.json")):
        return str(folder)
    if (folder / "recipe.json").is_file():
        raise Problem("runs.model_unfinished", run=folder.name)
    raise Problem("models.unknown", model=model)


def model_folder(model: str, root: Path | None = None) -> str:
    """What `engine.models.policy.load_policy` takes for a model that someone names. Raises the Problems of `_model`."""
    return _model(model, root or paths.runs_folder())


def _fill(folder: Path, recipe: Recipe, data: Mapping[str, Rows], principles: str | None) -> None:
    files.replace(folder / "recipe.json", recipe.to_json())
    if principles is not None:
        files.replace(folder / constitution.KEPT, principles)
    if data:
        (folder / "data").mkdir(mode=0o700)
    for name, rows in data.items():
        lines = (json.dumps(dict(row), ensure_ascii=False, allow_nan=False) + "\n" for row in rows)
        files.replace(folder / "data" / f"{name}.jsonl", "".join(lines))
    status.create(folder, recipe.method, recipe.lab)


def name_folder(folder: Path, root: Path, method: str) -> Path:
    """Gives a finished folder its name in one rename, so that no half-made run is ever listed."""
    while (named := root / names.draw(method)).exists():
        pass
    os.rename(folder, named)
    files.sync(root)
    return named


def _data(recipe: Recipe, method: Method, rows: Rows | None) -> dict[str, Rows]:
    """The rows of `data/train.jsonl` and `data/eval.jsonl`; none for a method that makes its own data, but the labels
    that its judge is held against."""
    shape = method.data
    if method.judged_by_labels:
        own = [jsonl.check_row(row, "preference", "labels", number) for number, row in enumerate(rows or (), 1)]
        return {"labels": own} if own else {}
    if recipe.data == "shipped":
        return _shipped(recipe.seed, shape)
    if recipe.data == "labels":
        if not rows:
            raise Problem("runs.no_labels")
        rows, measures = _sorted(rows)
        if len(rows) < method.least_labels:
            raise Problem("runs.too_few_labels", count=len(rows), needed=method.least_labels)
        if shape == "unpaired":
            rows = preferences.unpaired(map(dict, rows), recipe.seed)
        train = [jsonl.check_row(row, shape, "labels", number) for number, row in enumerate(rows, 1)]
        return {**_shipped(recipe.seed, shape), "train": train, **measures}
    return _split(jsonl.read_rows(Path(recipe.data), shape), recipe)


def _sorted(rows: Rows) -> tuple[Rows, dict[str, Rows]]:
    """The learner's rows to learn from, and those that measure, if any: "test", and "repeats" with whether
    both labels of a pair are the same."""
    train = [row for row in rows if "purpose" not in row]
    asked = [row for row in rows if row.get("purpose") == "test"]
    test = [jsonl.check_row(row, "preference", "labels", number) for number, row in enumerate(asked, 1)]
    repeats = [{"same": bool(row["same"])} for row in rows if row.get("purpose") == "repeat"]
    return train, {name: kept for name, kept in (("test", test), ("repeats", repeats)) if kept}


def _shipped(seed: int, shape: str) -> dict[str, Rows]:
    match shape:
        case "preference":
            return {"train": preferences.training_pairs(seed), "eval": preferences.held_out_pairs(seed, HELD_OUT)}
        case "unpaired":
            return {
                "train": preferences.unpaired(preferences.training_pairs(seed), seed),
                "eval": preferences.unpaired(preferences.held_out_pairs(seed, HELD_OUT), seed),
            }
        case "prompt-completion":
            return {"train": demonstrations(seed), "eval": demonstrations(seed, HELD_OUT, held_out=True)}
        case "stepwise":
            return {
                "train": stepwise_rows(seed, CHAINS),
                "eval": stepwise_rows(seed, HELD_OUT_CHAINS, held_out=True),
            }
    return {}


def _split(rows: Rows, recipe: Recipe) -> dict[str, Rows]:
    prompts = sorted({row["prompt"] for row in rows})
    if len(prompts) < 2:
        raise Problem("runs.too_few_prompts", file=recipe.data, count=len(prompts))
    held_out = set(random.Random(recipe.seed).sample(prompts, max(1, round(_HELD_OUT_SHARE * len(prompts)))))
    return {
        "train": [row for row in rows if row["prompt"] not in held_out],
        "eval": [row for row in rows if row["prompt"] in held_out],
    }


def list_runs(root: Path | None = None) -> list[RunStatus]:
    """All runs, the newest first. Raises Problem `runs.folder_read_only`."""
    root = root or paths.runs_folder()
    try:
        found = []
        for recipe in root.glob("[!.]*/recipe.json"):
            with suppress(Problem):  # no run any more, or one that says neither what it is nor where it stands
                found.append(read_status(recipe.parent))
    except OSError as error:
        raise explain(error, root) from error
    return sorted(found, key=lambda run: (run.created, run.run_id), reverse=True)


def find(run: str | Path, root: Path | None = None) -> Path:
    """The folder of a run given by its id or by a path. Raises Problem `runs.not_found`, or `_close` with a guess."""
    root = root or paths.runs_folder()
    with suppress(OSError, RuntimeError):  # a name too long, a folder closed to us, `~nobody`: no run of ours
        for folder in (root / run, Path(run).expanduser().absolute()):
            if (folder / "recipe.json").is_file():
                return folder
    known = [recipe.parent.name for recipe in root.glob("[!.]*/recipe.json")]
    close = difflib.get_close_matches(str(run), known, 1)
    if close:
        raise Problem("runs.not_found_close", run=str(run), close=close[0])
    raise Problem("runs.not_found", run=str(run))
