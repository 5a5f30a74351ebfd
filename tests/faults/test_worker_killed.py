"""A run that is killed, anywhere, and resumed ends with the same bytes as one that never was."""

import json
import random

import pytest

from engine.runs.events import events_file, fold, read_events
from engine.runs.status import read_status

KILL_POINTS = (
    "worker.locked",
    "worker.before_build",
    "step.done@5",
    "step.logged@5",
    "step.logged@12",
    "checkpoint.files_written",
    "checkpoint.files_written@2",
    "checkpoint.before_rename@2",
    "checkpoint.after_rename@2",
    "checkpoint.retired",
    "checkpoint.after_rename@4",
    "finish.model_written",
    "finish.file_moved",
    "finish.judged",
    "finish.gate_logged",
    "finish.before_status",
)


def outcome(folder):
    """All that a finished run leaves behind, but for times."""
    history = fold(read_events(folder))
    last = max(folder.glob("checkpoint-*"), key=lambda path: int(path.name.split("-")[1]))
    return {
        "adapter": (folder / "adapter_model.safetensors").read_bytes(),
        "config": (folder / "adapter_config.json").read_bytes(),
        "checkpoint": (last.name, json.loads((last / "manifest.json").read_text())["files"]),
        "metrics": history.metrics,
        "samples": history.samples,
        "phases": history.phases,
        "gate": history.gate,
        "ended": history.ended,
    }


@pytest.fixture(scope="module")
def uninterrupted(fork_worker, tmp_path_factory):
    from quadratic import METHODS

    from engine.runs import library
    from engine.runs.recipe import Recipe

    recipe = Recipe.make("quadratic", {"seed": 7}, METHODS)
    folder = library.create(recipe, root=tmp_path_factory.mktemp("runs"), methods=METHODS)
    assert fork_worker(folder) == 0
    result = outcome(folder)
    assert [step for step, _ in result["metrics"]["loss"]] == list(range(1, 13))
    assert result["ended"] == "done"
    return result


@pytest.mark.parametrize("point", KILL_POINTS)
def test_killed_at_a_named_point_and_resumed(point, fork_worker, new_run, uninterrupted):
    folder = new_run()
    assert fork_worker(folder, kill_at=point) == -9
    assert read_status(folder).resumable
    assert fork_worker(folder) == 0
    assert outcome(folder) == uninterrupted
    leftovers = {path.name for path in folder.iterdir() if path.name.startswith(".")}
    assert leftovers == set()
    assert read_status(folder).state == "done"


def test_killed_at_random_moments_until_it_is_done(fork_worker, new_run, uninterrupted):
    moments = random.Random(20)
    kills = 0
    while kills < 10:  # how many kills a run meets depends on the machine, so there are as many runs as that takes
        folder = new_run(delay=0.02)
        while fork_worker(folder, kill_after=moments.uniform(0.02, 0.2) if kills < 12 else None) != 0:
            kills += 1
        assert outcome(folder) == uninterrupted


def test_killed_in_the_middle_of_a_line(fork_worker, new_run, uninterrupted):
    folder = new_run()
    assert fork_worker(folder, kill_at="step.logged@7") == -9
    with events_file(folder).open("ab") as log:
        log.write(b'{"event":"metric","step":8,"metr')
    assert fork_worker(folder) == 0
    assert outcome(folder) == uninterrupted
    assert not fold(read_events(folder)).notes


def test_different_seeds_give_different_runs(fork_worker, new_run, uninterrupted):
    folder = new_run(seed=8)
    assert fork_worker(folder) == 0
    assert outcome(folder)["adapter"] != uninterrupted["adapter"]


@pytest.mark.parametrize("damage", ["flip a byte", "truncate", "no manifest", "missing file", "foreign file"])
def test_a_damaged_checkpoint_is_passed_over_and_said_so(damage, fork_worker, new_run, uninterrupted):
    folder = new_run()
    assert fork_worker(folder, kill_at="step.logged@8") == -9
    newest = folder / "checkpoint-6"
    tensors = newest / "optimizer.safetensors"
    content = tensors.read_bytes()
    if damage == "flip a byte":
        tensors.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    elif damage == "truncate":
        tensors.write_bytes(content[: len(content) // 2])
    elif damage == "no manifest":
        (newest / "manifest.json").unlink()
    elif damage == "missing file":
        (newest / "adapter_config.json").unlink()
    else:
        (newest / "more.bin").write_bytes(b"?")
    assert fork_worker(folder) == 0
    events = read_events(folder)
    assert [event["step"] for event in events if event["event"] == "resumed"] == [3]
    notes = fold(events).notes
    assert [(note["code"], note["params"]) for note in notes] == [
        ("runs.checkpoint_damaged", {"name": "checkpoint-6", "step": 3})
    ]
    assert outcome(folder) == uninterrupted


def test_with_every_checkpoint_damaged_the_run_begins_anew(fork_worker, new_run, uninterrupted):
    folder = new_run()
    assert fork_worker(folder, kill_at="step.logged@8") == -9
    for checkpoint in folder.glob("checkpoint-*"):
        (checkpoint / "state.json").write_text("{}")
    assert fork_worker(folder) == 0
    assert outcome(folder) == uninterrupted


def test_another_recipe_is_not_continued(fork_worker, new_run):
    folder = new_run()
    assert fork_worker(folder, kill_at="step.logged@8") == -9
    recipe = json.loads((folder / "recipe.json").read_text())
    recipe["hyper"]["delay"] = 0.001
    (folder / "recipe.json").write_text(json.dumps(recipe))
    assert fork_worker(folder) == 2
    assert read_status(folder).error["code"] == "runs.recipe_changed"


def test_stopped_half_way_and_resumed_is_the_same_run(fork_worker, new_run, uninterrupted):
    folder = new_run()
    assert fork_worker(folder, stop_at=6) == 3
    assert (read_status(folder).state, read_status(folder).step) == ("stopped", 6)
    assert fork_worker(folder) == 0
    assert outcome(folder) == uninterrupted
