"""How surely the labs' gates are passed: every lab run with its own recipe on ten seeds."""

import statistics
from pathlib import Path
from typing import Any

from engine.labs import LABS
from engine.runs import library, supervisor
from engine.runs.events import fold, read_events

SEEDS = 10


def gates(scratch: Path, report: Any) -> dict[str, Any]:
    """Per lab: how many of the seeds pass, and every seed's gate value. Takes ten minutes or so."""
    found = {}
    for lab in LABS.values():
        values, passed = [], 0
        for seed in range(SEEDS):
            folder = library.create(lab.recipe(seed), root=scratch / "runs")
            supervisor.start(folder).wait()
            gate = fold(read_events(folder)).gate or {"value": float("nan"), "passed": False}
            values.append(round(gate["value"], 4))
            passed += gate["passed"]
            report("bench.gate", lab=lab.id, seed=seed, value=f"{values[-1]:.3f}", passed=passed, of=seed + 1)
        found[lab.id] = {"passed": passed, "seeds": SEEDS, "values": values, "median": statistics.median(values)}
    return {"labs": found, "passed": all(lab["passed"] >= 9 for lab in found.values())}
