"""A fork goes on from a checkpoint of its parent: with nothing changed to the same bytes."""

import json
import shutil

import pytest
from quadratic import METHODS

from engine.errors import Problem
from engine.methods import METHODS as ALL
from engine.runs import checkpoint, fork, library
from engine.runs.events import fold, read_events
from engine.runs.recipe import Recipe
from engine.runs.status import read_status
from engine.runs.worker import Worker


def finish(folder):
    """Runs a worker to the end, in this process: it needs no lock where nobody else is."""
    Worker(folder, METHODS).run()
    return outcome(folder)


def outcome(folder):
    history = fold(read_events(folder))
    return {
        "adapter": (folder / "adapter_model.safetensors").read_bytes(),
        "metrics": history.metrics,
        "samples": history.samples,
        "choices": history.choices,
        "phases": history.phases,
        "gate": history.gate,
        "ended": history.ended,
    }


@pytest.fixture
def quick(monkeypatch):
    """The small loop may change its length in a fork."""
    monkeypatch.setattr(fork, "CHANGEABLE", fork.CHANGEABLE | {"steps"})


def test_with_nothing_changed_it_ends_with_the_same_bytes(new_run, quick):
    parent = new_run()
    expected = finish(parent)
    for step in checkpoint.steps(parent):
        child = fork.fork(parent, step, {}, parent.parent, METHODS)
        assert read_status(child).step == step
        assert read_status(child).total_steps == 12
        assert finish(child) == expected


def test_the_folder_alone_is_enough(new_run, quick, tmp_path):
    parent = new_run()
    expected = finish(parent)
    child = fork.fork(parent, 6, {}, tmp_path / "elsewhere", METHODS)
    shutil.rmtree(parent)
    assert finish(child) == expected


def test_what_is_changed_changes_what_comes_after_and_nothing_before(new_run, quick):
    parent = new_run()
    expected = finish(parent)
    child = fork.fork(parent, 6, {"steps": "15"}, parent.parent, METHODS)
    found = finish(child)
    assert found["metrics"]["loss"][:12] == expected["metrics"]["loss"]
    assert [step for step, _ in found["metrics"]["loss"]] == list(range(1, 16))
    assert found["adapter"] != expected["adapter"]


def test_the_recipe_says_where_it_comes_from(new_run, quick):
    parent = new_run()
    finish(parent)
    child = fork.fork(parent, 6, {"steps": 15}, parent.parent, METHODS)
    recipe = Recipe.read(child / "recipe.json", METHODS)
    assert recipe.parent == {"run": parent.name, "step": 6}
    assert recipe.hyper["steps"] == 15
    assert Recipe.read(parent / "recipe.json", METHODS).parent is None


def test_a_recipe_without_a_parent_has_the_fingerprint_it_always_had():
    """So that runs from before there were forks still resume: the hash of a recipe as it was written then."""
    recipe = Recipe("dpo", hyper={"beta": 1.0})
    assert "parent" not in json.loads(recipe.to_json())
    assert recipe.fingerprint == "93e208a8ff2e8527b2d4e887a56e3ba05d61c74354c5b0fbd50579e46e9c0cd4"


@pytest.mark.parametrize(
    "parent", ["x", {}, {"run": 1, "step": 2}, {"run": "a", "step": -1}, {"run": "a", "step": True}]
)
def test_a_parent_that_is_none_is_refused(parent):
    with pytest.raises(Problem) as caught:
        Recipe.make("dpo", {"parent": parent})
    assert caught.value.code == "recipe.not_a_parent"


def test_forking_from_the_last_checkpoint_only_measures_again(new_run, quick):
    parent = new_run()
    expected = finish(parent)
    assert finish(fork.fork(parent, 12, {}, parent.parent, METHODS)) == expected


def test_a_fork_shorter_than_its_parent_got_says_so(new_run, quick):
    parent = new_run()
    finish(parent)
    child = fork.fork(parent, 9, {"steps": 6}, parent.parent, METHODS)
    Worker(child, METHODS).run()
    assert read_status(child).error == {"code": "runs.past_the_end", "params": {"step": 9, "total": 6}}


def test_what_cannot_be_forked_is_said(new_run):
    parent = new_run()
    finish(parent)
    root = parent.parent
    for step, changes, code in (
        (5, {}, "runs.no_such_checkpoint"),
        (6, {"steps": 15}, "runs.not_forkable"),
        (6, {"stepz": 15}, "recipe.unknown_key_close"),
        (6, {"save_steps": 0}, "recipe.too_small"),
    ):
        with pytest.raises(Problem) as caught:
            fork.fork(parent, step, changes, root, METHODS)
        assert caught.value.code == code
    assert [run.folder for run in library.list_runs(root)] == [parent]
    assert not list(root.glob(".new-*"))


def test_what_a_checkpoint_was_made_with_cannot_change():
    for method in ALL.values():
        names = {row.name for row in fork.changeable(method)}
        assert "save_steps" in names, method.id
        assert not {"lora_r", "lora_alpha", "per_device_train_batch_size", "prompts", "generations"} & names
    assert {"beta", "learning_rate", "num_train_epochs"} <= {row.name for row in fork.changeable(ALL["dpo"])}


@pytest.mark.long
def test_a_real_run_forked_with_nothing_changed_ends_with_the_same_bytes(tmp_path):
    recipe = Recipe.make("dpo", {"num_train_epochs": 1, "save_steps": 5, "sample_steps": 5})
    parent = library.create(recipe, root=tmp_path)
    Worker(parent, ALL).run()
    child = fork.fork(parent, 5, {}, tmp_path)
    Worker(child, ALL).run()
    assert outcome(child) == outcome(parent)
    other = fork.fork(parent, 5, {"beta": 0.2}, tmp_path)
    Worker(other, ALL).run()
    found, expected = outcome(other)["metrics"]["loss"], outcome(parent)["metrics"]["loss"]
    assert found[:5] == expected[:5]
    assert found[5:] != expected[5:]
