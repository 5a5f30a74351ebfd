"""How surely the labs' gates are passed: every lab run with its own recipe on ten seeds."""

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.labs import LABS
from engine.runs import library, supervisor
from engine.runs.events import fold, read_events

SEEDS = 10
TOUR = ("00", "01", "02")
"""The labs of the tour, whose runs take seconds; those after them take up to a minute each."""


def last_words(folder: Path) -> str:
    """The last line that a run's worker wrote, which is why it ended."""
    said = (folder / "worker.log").read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return said[-1] if said else ""


def gates(scratch: Path, report: Any, labs: Iterable[str] = TOUR) -> dict[str, Any]:
    """Per lab: how many of the seeds pass, and every seed's gate value. Takes ten minutes or so.

    Raises Problem `bench.worker_failed` when a run ends without a gate.
    """
    found = {}
    for lab in map(LABS.__getitem__, labs):
        values, passed = [], 0
        for seed in range(SEEDS):
            folder = library.create(lab.recipe(seed), root=scratch / "runs")
            supervisor.start(folder).wait()
            gate = fold(read_events(folder)).gate
            if gate is None:  # a run that broke off is no gate that was missed
                raise Problem("bench.worker_failed", exit_code=1, reason=last_words(folder))
            values.append(round(gate["value"], 4))
            passed += gate["passed"]
            report("bench.gate", lab=lab.id, seed=seed, value=f"{values[-1]:.3f}", passed=passed, of=seed + 1)
        found[lab.id] = {"passed": passed, "seeds": SEEDS, "values": values, "median": statistics.median(values)}
    return {"labs": found, "passed": all(lab["passed"] >= 9 for lab in found.values())}


def all_gates(scratch: Path, report: Any) -> dict[str, Any]:
    """As `gates`, for every lab there is. Takes an hour or so."""
    return gates(scratch, report, LABS)
