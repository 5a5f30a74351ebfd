from importlib import import_module

import pytest
import torch

from engine.evaluate import gates
from engine.methods import METHODS
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.documents import demonstrations
from engine.world.preferences import training_pairs
from engine.world.steps import stepwise_rows

torch.set_num_threads(1)

ONLINE = [method for method, row in METHODS.items() if row.parameter("rollouts")]
ROUNDS = [method for method, row in METHODS.items() if row.parameter("rounds")]
SMALL = {
    **{method: {"num_train_epochs": 2} for method, row in METHODS.items() if row.parameter("num_train_epochs")},
    **{
        method: {
            "rollouts": 3,
            "prompts_per_rollout": 4,
            "num_generations": 3,
            "num_ppo_epochs": 2,
            "num_mini_batches": 2,
            **({"reward": "rule"} if METHODS[method].parameter("reward") else {}),
        }
        for method in ONLINE
    },
    **{
        method: {"rounds": 2, "prompts": 20, "num_generations": 3, "num_train_epochs": 1, "reward": "rule"}
        for method in ROUNDS
    },
    "zoo": {"num_train_epochs": 1},
    "u-curve": {"rollouts": 3, "prompts_per_rollout": 4, "reward": "rule"},
    **{method: {"prompts": 8, "draws": 8} for method in ("best-of-n", "on-trial")},
    "against": {"rollouts": 3, "prompts_per_rollout": 4, "prompts": 8, "draws": 8, "reward": "rule"},
    "round-after-round": {"rounds": 2, "prompts": 20, "num_train_epochs": 1, "reward": "rule"},
    "reasoning": {"rollouts": 6, "prompts_per_rollout": 3, "num_generations": 3},
    **{method: {"generations": 2, "samples": 20, "num_train_epochs": 1} for method in ("self-training", "collapse")},
    "stages": {"pairs_per_stage": 40, "num_train_epochs": 1},
    "sabotage": {"num_train_epochs": 2},
    "constitutional": {"num_train_epochs": 1, "prompts": 48, "replay": 16},
    "rlaif": {"num_train_epochs": 2, "pairs": 48},
    "rl-cai": {
        "rollouts": 3,
        "prompts_per_rollout": 4,
        "num_generations": 3,
        "num_ppo_epochs": 2,
        "num_mini_batches": 2,
        "pairs": 48,
    },
}
"""Runs of a few steps: three batches and two epochs, or two steps of revision and two for each trained stage."""


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    """One answer a prompt is enough here, where no model is good."""
    monkeypatch.setattr(gates, "SAMPLES_PER_PROMPT", 1)


@pytest.fixture(autouse=True)
def few_sentences(monkeypatch):
    """A small set is enough where no variety is judged."""
    monkeypatch.setattr("engine.loops.collapse.MEASURED", 20)
    monkeypatch.setattr("engine.loops.collapse.GROUPS", 3)


@pytest.fixture(autouse=True)
def few_cases(monkeypatch):
    """Of the sabotaged runs: one step of imitation and two batches of pairs."""
    for name, value in {"PAIRS": 32, "HELD_OUT": 8, "FRESH": 8}.items():
        monkeypatch.setattr(f"engine.loops.sabotage.{name}", value)
    for name, value in {"DEMONSTRATIONS": 32, "IMITATION_EPOCHS": 1, "PROMPTS": 8}.items():
        monkeypatch.setattr(f"engine.loops.cases.{name}", value)


@pytest.fixture
def new_loop(tmp_path):
    """Makes the loop of a small run of a method."""

    def make(method, **settings):
        own = {} if METHODS[method].data == "prompt" else {"data": "labels"}
        rows = demonstrations(0, 72) if method == "sft" else training_pairs(0, 40)
        if METHODS[method].data == "stepwise":
            rows = stepwise_rows(0, 40)
        if method == "reward-model":
            rows = [{**row, "margin": number % 3 / 3} for number, row in enumerate(rows)]
        recipe = Recipe.make(method, {**own, **SMALL[method], **settings})
        folder = library.create(recipe, rows if own else None, root=tmp_path / "runs")
        module, name = METHODS[method].loop.split(":")
        return getattr(import_module(module), name)(folder, recipe)

    return make


@pytest.fixture
def again():
    """A fresh loop on the folder of another, as a worker builds it when it resumes."""
    return lambda loop: type(loop)(loop.folder, loop.recipe)
