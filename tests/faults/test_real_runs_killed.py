"""The real thing under kill -9: a worker that trains a real model, killed at random steps, ends with the same bytes."""

import random

import pytest

from engine.runs import library, supervisor
from engine.runs.events import EventTail, fold, read_events
from engine.runs.recipe import Recipe
from engine.runs.status import read_status

SMALL = {
    "dpo": {"num_train_epochs": 2, "save_steps": 5},
    "constitutional": {"prompts": 80, "replay": 32, "num_train_epochs": 1, "save_steps": 2},
}


def new_run(root, method):
    return library.create(Recipe.make(method, {**SMALL[method], "seed": 3}), root=root)


def outcome(folder):
    history = fold(read_events(folder))
    assert history.ended == "done"
    return (folder / "adapter_model.safetensors").read_bytes(), history.metrics, history.gate


@pytest.mark.parametrize("method", ["dpo", pytest.param("constitutional", marks=pytest.mark.long)])
def test_killed_and_resumed_is_the_run_that_never_was_killed(method, tmp_path):
    whole = new_run(tmp_path, method)
    supervisor.start(whole).wait(180)
    expected = outcome(whole)

    killed = new_run(tmp_path, method)
    source = random.Random(method)
    total = read_status(whole).total_steps
    for moment in sorted(source.sample(range(1, total), 2)):
        worker = supervisor.start(killed)
        tail = EventTail(killed)
        while worker.poll() is None:
            if any(event["event"] == "metric" and event["step"] >= moment for event in tail.read()):
                supervisor.kill(killed)
        assert worker.wait(60) == -9
        assert read_status(killed).state == "interrupted"
    assert supervisor.start(killed).wait(180) == 0
    assert outcome(killed) == expected
