import pytest
import torch

from engine.loops.iterate import Constitutional
from engine.loops.offline import DirectPreference, RewardModelling, SupervisedFineTuning
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.documents import demonstrations
from engine.world.preferences import training_pairs

torch.set_num_threads(1)

KINDS = {
    "sft": SupervisedFineTuning,
    "reward-model": RewardModelling,
    "dpo": DirectPreference,
    "constitutional": Constitutional,
}
SMALL = {
    "sft": {"num_train_epochs": 2},
    "reward-model": {"num_train_epochs": 2},
    "dpo": {"num_train_epochs": 2},
    "constitutional": {"num_train_epochs": 1, "prompts": 48, "replay": 16},
}
"""Runs of a few steps: three batches and two epochs, or two steps of revision and two for each trained stage."""


@pytest.fixture
def new_loop(tmp_path):
    """Makes the loop of a small run of a method."""

    def make(method, **settings):
        own = {} if method == "constitutional" else {"data": "labels"}
        rows = demonstrations(0, 72) if method == "sft" else training_pairs(0, 40)
        recipe = Recipe.make(method, {**own, **SMALL[method], **settings})
        folder = library.create(recipe, rows if own else None, root=tmp_path / "runs")
        return KINDS[method](folder, recipe)

    return make


@pytest.fixture
def again():
    """A fresh loop on the folder of another, as a worker builds it when it resumes."""
    return lambda loop: type(loop)(loop.folder, loop.recipe)
