"""What each method reaches on three seeds, as real runs of its bound, and the record of it."""

import json
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.bench.gates import last_words
from engine.errors import Problem
from engine.evaluate.figures import interval, measure
from engine.methods import METHODS, Method
from engine.methods.bound import SEEDS, Trial
from engine.methods.measured import REACHED, RECORD, depends_on, read, recipe, status
from engine.runs import files, library, supervisor
from engine.runs.events import fold, read_events


def methods(names: Sequence[str], scratch: Path, report: Callable[..., None], file: Path = RECORD) -> dict[str, Any]:
    """Measures the methods called `names`, or all; each is in the record as soon as it is measured.

    Returns by method its state and what was measured. Takes up to an hour for all. Raises Problem
    `bench.unknown_method`, `bench.record_read_only`, and `bench.worker_failed` when a run ends early.
    """
    for name in names:
        if name not in METHODS:
            raise Problem("bench.unknown_method", method=name, known=", ".join(METHODS))
    found = {}
    for method in [METHODS[name] for name in names or METHODS]:
        if method.bound is None:
            continue
        trials = [measured(method, trial, scratch, report) for trial in method.bound.trials]
        record = {**read(file), method.id: {"depends_on": depends_on(method), "seeds": SEEDS, "trials": trials}}
        write(record, file)
        state = status(method, record).state
        report("bench.method", method=method.id, state=state)
        found[method.id] = {"state": state, "trials": trials}
    return {"methods": found, "passed": all(one["state"] == REACHED for one in found.values())}


def write(record: dict[str, Any], file: Path) -> None:
    """The record in the order of the registry, whole or not at all; what is no method any more goes."""
    kept = {name: record[name] for name in METHODS if name in record}
    try:
        files.replace(file, json.dumps(kept, indent=1, allow_nan=False) + "\n")
        file.chmod(0o644)
    except OSError as error:
        raise Problem("bench.record_read_only", file=str(file), reason=error.strerror) from None


def measured(method: Method, trial: Trial, scratch: Path, report: Callable[..., None]) -> dict[str, Any]:
    """The measures of a trial by name, one value a seed, with intervals where they have one, and what the runs took."""
    names = list(dict.fromkeys(claim.measure for claim in trial.claims))
    values: dict[str, list[float]] = {name: [] for name in names}
    intervals: dict[str, list[list[float]]] = {}
    wall, cpu = [], []
    for seed in SEEDS:
        began, before = time.monotonic(), _spent()
        folder = library.create(recipe(method, trial, seed), root=scratch / "runs")
        supervisor.start(folder).wait()
        wall.append(round(time.monotonic() - began, 1))
        cpu.append(round(_spent() - before, 1))
        history = fold(read_events(folder))
        if history.ended != "done":
            raise Problem("bench.worker_failed", exit_code=1, reason=last_words(folder))
        for name in names:
            values[name].append(round(measure(name, history), 4))
            between = interval(name, history)
            if between is not None:
                intervals.setdefault(name, []).append([round(end, 4) for end in between])
        told = ", ".join(f"{name} {found[-1]:.3f}" for name, found in values.items())
        report("bench.method_seed", method=method.id, seed=seed, values=told, seconds=f"{cpu[-1]:.0f}")
    return {"measures": values, "intervals": intervals, "seconds": wall, "cpu_seconds": cpu}


def _spent() -> float:
    """Seconds of processor time of all workers that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
