"""How each method stands against its bound: what was measured, and whether that still holds for the method as it is.

The record is written by `preferably bench methods`, from real runs, and shipped. Imports no torch.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engine.methods.bound import SEEDS, Trial
from engine.methods.row import Method
from engine.runs.recipe import Recipe

RECORD = Path(__file__).with_name("measured.json")
WEIGHTS = Path(__file__).parent.parent / "models" / "shipped"
MINUTE = 60.0
REACHED, MISSED, OUT_OF_DATE, NOT_MEASURED = "reached", "missed", "out-of-date", "not-measured"
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Status:
    """`state` is one of the four above; `trials` what was measured of each of the bound's trials, by measure one value
    a seed, with the seconds of the runs; empty where nothing was."""

    state: str
    trials: Sequence[Mapping[str, Any]] = ()


def read(file: Path = RECORD) -> Record:
    """All that was measured, by method."""
    found: Record = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return found


def status(method: Method, record: Record) -> Status:
    """Reached: every claim on every seed, in at most a minute of one core for each run. Nothing is said of a method
    that has changed since, or whose model has."""
    found = record.get(method.id)
    if method.bound is None or found is None:
        return Status(NOT_MEASURED)
    trials = found["trials"]
    if found["depends_on"] != depends_on(method) or not all(map(_answers, method.bound.trials, trials)):
        return Status(OUT_OF_DATE, trials)
    held = all(map(_holds, method.bound.trials, trials))
    return Status(REACHED if held else MISSED, trials)


def _answers(trial: Trial, found: Mapping[str, Any]) -> bool:
    """Whether what is claimed was measured."""
    return all(claim.measure in found["measures"] for claim in trial.claims)


def _holds(trial: Trial, found: Mapping[str, Any]) -> bool:
    in_time = max(found["cpu_seconds"]) <= MINUTE
    return in_time and all(claim.holds(value) for claim in trial.claims for value in found["measures"][claim.measure])


def recipe(method: Method, trial: Trial, seed: int) -> Recipe:
    """The run of a trial. Raises the Problems of `Recipe.make`."""
    return Recipe.make(method.id, {**trial.settings, "seed": seed}, {method.id: method})


def depends_on(method: Method) -> str:
    """A hash of every recipe of the bound and of the shipped models: it changes with whatever changes the runs but the
    code."""
    trials = method.bound.trials if method.bound else ()
    recipes = [recipe(method, trial, seed) for trial in trials for seed in SEEDS]
    said = [[one.method, one.model, one.data, one.seed, dict(one.hyper)] for one in recipes]
    told = json.dumps([said, _shipped()], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


@cache
def _shipped() -> tuple[str, ...]:
    return tuple(hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(WEIGHTS.glob("*/*.safetensors")))
