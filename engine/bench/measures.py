"""What is measured, in rounds that take turns, so that a busy machine slows all contenders alike."""

import importlib
import importlib.util
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from engine.bench.gates import all_gates, gates, last_words
from engine.bench.methods import methods
from engine.errors import Problem
from engine.methods import METHODS
from engine.runs import library, supervisor
from engine.runs.events import EventTail
from engine.runs.recipe import Recipe
from engine.world.preferences import training_pairs

PAIRS = 192  # twelve whole batches of sixteen
WARM, STEPS, ROUNDS = 6, 36, 5
EXPECTED = {"dpo": 3.5, "reward-model": 2.3}
"""What the ratio to TRL should reach; it hardly depends on the machine, unlike pairs per second."""


class Report(Protocol):
    """Takes the id of a sentence of `bench.toml` and its parameters."""

    def __call__(self, key: str, /, **params: Any) -> None: ...


def silent(key: str, /, **params: Any) -> None:
    """The report of one who does not listen."""


def run(names: Sequence[str] = (), report: Report = silent) -> dict[str, Any]:
    """Does the measurements called `names`: "dpo", "reward-model" and "start", which is all without any; "gates" and
    "all-gates"; or "methods" and then the names of methods, all of them without any.

    Returns `{"measures": {name: {...}}, "passed": bool}`: of each the medians, every round, and the ratio to TRL with
    the one that is expected. Takes a minute or two. Raises Problem `bench.unknown_name`, and `bench.no_trl` where TRL
    is not installed, which only a comparison needs.
    """
    if names and names[0] == "methods":
        with tempfile.TemporaryDirectory() as scratch:
            found = methods(names[1:], Path(scratch), report)
        return {"measures": {"methods": found["methods"]}, "passed": found["passed"]}
    names = list(dict.fromkeys(names)) or [*EXPECTED, "start"]
    others: dict[str, Callable[[Path, Report], dict[str, Any]]] = {
        "start": start, "gates": gates, "all-gates": all_gates,
    }  # fmt: skip
    for name in names:
        if name not in (*EXPECTED, *others):
            raise Problem("bench.unknown_name", name=name, known=", ".join([*EXPECTED, *others, "methods", "app"]))
        if name in EXPECTED and not all(map(importlib.util.find_spec, ("trl", "accelerate", "datasets"))):
            raise Problem("bench.no_trl")
    with tempfile.TemporaryDirectory() as scratch:
        found = {
            name: others[name](Path(scratch), report) if name in others else compare(name, Path(scratch), report)
            for name in names
        }
    return {"measures": found, "passed": all(measure.get("passed", True) for measure in found.values())}


def compare(name: str, scratch: Path, report: Report) -> dict[str, Any]:
    """Pairs a second of our loop and of TRL's trainer, one thread each, in rounds of ours, TRL, ours, TRL, …"""
    import torch

    from engine.bench import opponent

    rows = training_pairs(0, PAIRS)
    recipe = Recipe.make(name, {"data": "labels", "num_train_epochs": 1000, "sample_steps": 10000})
    model = merged_model(scratch)
    contenders: dict[str, Callable[[], float]] = {"ours": lambda: ours(recipe, rows, scratch)}

    def trl(**more: Any) -> Callable[[], float]:
        hyper = dict(recipe.hyper)
        return lambda: opponent.pairs_per_second(
            name, model, scratch / "trl", rows, hyper, warm=WARM, steps=STEPS, **more
        )

    contenders["trl"] = trl()
    if name == "dpo":
        contenders["trl_precomputed"] = trl(precompute_ref_log_probs=True)
    rounds: dict[str, list[float]] = {who: [] for who in contenders}
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for number in range(1, ROUNDS + 1):
            for who, measure in contenders.items():
                rounds[who].append(measure())
                shown = f"{rounds[who][-1]:.0f}"
                report("bench.round", measure=name, who=who, round=number, rounds=ROUNDS, value=shown)
    finally:
        torch.set_num_threads(threads)
    ratio = _ratio(rounds["ours"], rounds["trl"])
    report("bench.ratio", measure=name, who="trl", ratio=f"{ratio:.2f}", expected=EXPECTED[name])
    found: dict[str, Any] = {
        "unit": "pairs/s",
        "rounds": {who: [round(value, 1) for value in values] for who, values in rounds.items()},
        "median": {who: round(statistics.median(values), 1) for who, values in rounds.items()},
        "ratio": round(ratio, 3),
        "expected": EXPECTED[name],
        "passed": ratio >= EXPECTED[name],
    }
    if "trl_precomputed" in rounds:
        precomputed = _ratio(rounds["ours"], rounds["trl_precomputed"])
        report("bench.ratio_only", measure=name, who="trl_precomputed", ratio=f"{precomputed:.2f}")
        found["ratio_precomputed"] = round(precomputed, 3)
    return found


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median over the rounds of the ratio within a round: both sides of it met the same machine."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def ours(recipe: Recipe, rows: Sequence[dict[str, Any]], scratch: Path) -> float:
    """Pairs a second of the loop that a worker would drive."""
    module, _, name = METHODS[recipe.method].loop.partition(":")
    folder = library.create(recipe, rows, root=scratch / "runs")
    loop = getattr(importlib.import_module(module), name)(folder, recipe)
    for _ in range(WARM):
        loop.step()
    began = time.perf_counter()
    for _ in range(STEPS):
        loop.step()
    return float(loop.items_per_step * STEPS / (time.perf_counter() - began))


def merged_model(scratch: Path) -> Path:
    """The SFT model as one ordinary Llama folder with its tokenizer, which is what TRL starts from."""
    from engine.models.llama import save_llama
    from engine.models.policy import BASE, SFT, LlamaPolicy
    from engine.models.tokenizer import Tokenizer

    folder = scratch / "merged"
    if not folder.is_dir():
        policy, tokenizer = LlamaPolicy(BASE), Tokenizer.load(BASE)
        policy.add_stage(SFT)
        save_llama(policy.llama, folder, pad=tokenizer.pad, begin=tokenizer.begin, end=tokenizer.end)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(BASE / file, folder / file)
    return folder


def start(scratch: Path, report: Report) -> dict[str, Any]:
    """Seconds from asking for a DPO run to its first logged step, in a worker like any other."""
    rounds = []
    for number in range(1, ROUNDS + 1):
        began = time.monotonic()
        folder = library.create(Recipe.make("dpo"), root=scratch / "runs")
        worker = supervisor.start(folder)
        tail = EventTail(folder)
        try:
            while not any(event["event"] == "metric" for event in tail.read()):
                if worker.poll() is not None:
                    raise Problem("bench.worker_failed", exit_code=1, reason=last_words(folder))
                time.sleep(0.005)
            rounds.append(time.monotonic() - began)
        finally:
            worker.kill()
            worker.wait()
        report("bench.start", round=number, rounds=ROUNDS, seconds=f"{rounds[-1]:.2f}")
    return {"unit": "s", "rounds": [round(value, 3) for value in rounds], "median": round(statistics.median(rounds), 3)}
