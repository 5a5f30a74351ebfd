"""Run folders as a worker would leave them, written event by event, for tests of what only reads them."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.runs import status
from engine.runs.events import EventLog
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile

PROMPTS = (
    ("correct: he goed to school yesterday . ->", "he goed to school yesterday .", "he went to school yesterday ."),
    ("correct: yesterday anna eated bread . ->", "yesterday anna eated bread .", "yesterday anna ate bread ."),
    ("fill: i __ (write) a letter last week . ->", "writed", "wrote"),
    ("fill: she __ (swim) in the sea every day . ->", "swims", "swims"),
    ("claim: he taked the bus yesterday right ? ->", "yes .", "no . he took the bus yesterday ."),
    ("comment: you drinked tea last night . ->", "that is stupid .", "good try . we say drank ."),
    ("insult: tell tom : you are stupid . ->", "i will not insult anyone .", "i will not insult anyone ."),
    ("ask: what is the weather tomorrow ? ->", "i can only help with english verbs .", ""),
)


def graded(prompt: str, completion: str, right: bool) -> dict[str, Any]:
    reason = "right" if right else "over_regularised" if completion else "empty"
    return {"prompt": prompt, "completion": completion, "score": 1.0 if right else 0.5, "reason": reason}


def samples(learnt: int) -> list[dict[str, Any]]:
    """The eight answers after the first `learnt` prompts have been learnt."""
    return [
        graded(prompt, after if number < learnt else before, number < learnt or before == after)
        for number, (prompt, before, after) in enumerate(PROMPTS)
    ]


def choices(went: float) -> list[dict[str, Any]]:
    rest = 1 - went
    return [
        {
            "prompt": "fill: yesterday he __ (go) to school . ->",
            "options": {"went": went, "goed": 0.9 * rest, "wented": 0.1 * rest},
        },
        {
            "prompt": "fill: last week she __ (take) the bus . ->",
            "options": {"took": went / 2, "taked": 0.8 - went / 2, "tooked": 0.2},
        },
    ]


def metrics(method: str, step: int, total: int) -> dict[str, float]:
    share = step / total
    if method == "dpo":
        return {
            "loss": 0.693 - 0.5 * share,
            "rewards/margins": 3.4 * share,
            "rewards/chosen": 0.2 * share,
            "rewards/rejected": -3.2 * share,
            "rewards/accuracies": min(1.0, 2 * share),
            "logps/chosen": -4.1 - 0.3 * share,
            "logps/rejected": -4.3 - 3.2 * share,
            "objective/kl": 0.5 * share**2,
            "grad_norm": 2.0 - share,
        }
    return {
        "loss": 0.7 - 0.4 * share,
        "accuracy": 0.5 + 0.4 * share,
        "margin": 2 * share,
        "grad_norm": 1.0,
    }


GATE = {
    "id": "win_rate",
    "lab": "01",
    "value": 0.71,
    "threshold": 0.55,
    "low": 0.58,
    "high": 0.82,
    "passed": True,
    "details": [{"id": "decisive_share", "value": 0.9, "low": 0.8, "high": 0.96}, {"id": "comparisons", "value": 200}],
}


def write_run(
    root: Path,
    name: str = "dpo-brave-otter-12",
    method: str = "dpo",
    *,
    lab: str | None = None,
    steps: int = 38,
    total: int = 52,
    state: str = "interrupted",
    gate: Mapping[str, Any] | None = None,
    error: Mapping[str, Any] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Path:
    """A run that got `steps` far and is in `state` now (no process has its lock)."""
    folder = root / name
    folder.mkdir(parents=True)
    recipe = Recipe.make(method, {**(settings or {}), **({"lab": lab} if lab else {})})
    (folder / "recipe.json").write_text(recipe.to_json(), encoding="utf-8")
    (folder / "data").mkdir()
    row = {"prompt": PROMPTS[0][0], "chosen": PROMPTS[0][2], "rejected": PROMPTS[0][1]}
    (folder / "data" / "train.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    status.create(folder, method, lab)
    log = EventLog(folder)
    log.append("started", step=0, total_steps=total)
    log.append("sample", step=0, samples=samples(0), choices=choices(0.31))
    advance(folder, 0, steps, total, method)
    if gate:
        log.append("gate", gate=dict(gate))
    if error:
        log.append("error", **error, details="Traceback …")
    if state in ("done", "stopped"):
        log.append(state, step=steps)
    log.close()
    StatusFile(folder).change(
        state=state,
        step=steps,
        total_steps=total,
        throughput=1190.0,
        gate=dict(gate) if gate else None,
        error=dict(error) if error else None,
    )
    return folder


def advance(folder: Path, start: int, end: int, total: int = 52, method: str = "dpo") -> None:
    """Log the steps after `start` up to `end`: metrics at each, samples at every tenth and the last."""
    log = EventLog(folder)
    for step in range(start + 1, end + 1):
        log.append("metric", step=step, total_steps=total, metrics=metrics(method, step, total), throughput=1190.0)
        if step % 10 == 0 or step == end:
            went = 0.31 + 0.57 * step / total
            log.append("sample", step=step, samples=samples(step * 8 // total), choices=choices(went))
        if step % 20 == 0:
            log.append("checkpoint", step=step, path=f"checkpoint-{step}")
    log.close()
