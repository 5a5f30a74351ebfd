"""A run that is interrupted at any step ends with the same bytes as one that is not."""

import json

import pytest
import torch

from engine.methods import METHODS

CUTS = dict.fromkeys(METHODS, (1, 3, 5)) | {
    "constitutional": (1, 2, 3, 4, 5, 7),
    "rlaif": (1, 2, 3, 4, 7),
    "zoo": (2,),
    "sabotage": (1, 2, 4),
}
"""Of an online method: in the middle of a rollout, which has four steps here."""
QUICK = ("dpo", "reward-model", "rloo", "spin")
"""One of each frame."""


def finished(loop):
    """Runs to the end; returns what was logged at each step."""
    logged = []
    while loop.next_step < loop.total_steps:
        logged.append(loop.step())
    return logged


def kept(loop):
    """What a checkpoint holds: tensors, and the rest as JSON gives it back."""
    tensors, state = loop.state()
    return {name: tensor.clone() for name, tensor in tensors.items()}, json.loads(json.dumps(state))


def files(loop, folder):
    folder.mkdir()
    loop.save_model(folder)
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("method", ["ppo", pytest.param("u-curve", marks=pytest.mark.long)])
def test_a_run_with_a_learned_judge_resumes_in_its_training_and_after_it(method, new_loop, again):
    straight = new_loop(method, reward="learned")
    cuts = {straight.judge_steps - 1: None, straight.judge_steps: None, straight.judge_steps + 2: None}
    logged = []
    while straight.next_step < straight.total_steps:
        logged.append(straight.step())
        if straight.next_step in cuts:
            cuts[straight.next_step] = kept(straight)
    for cut, (tensors, state) in cuts.items():
        resumed = again(straight)
        resumed.load(tensors, state)
        assert resumed.phase == ("reward" if cut < straight.judge_steps else "policy")
        assert finished(resumed) == logged[cut:]


@pytest.mark.parametrize("method", [pytest.param(id, marks=() if id in QUICK else pytest.mark.long) for id in CUTS])
def test_resumed_anywhere_it_ends_with_the_same_bytes(method, new_loop, again, tmp_path):
    straight = new_loop(method)
    checkpoints, logged, phases = {}, [], {}
    while straight.next_step < straight.total_steps:
        phases[straight.next_step] = straight.phase
        logged.append(straight.step())
        if straight.next_step in CUTS[method]:
            checkpoints[straight.next_step] = kept(straight)
    if method == "constitutional":
        assert [phases[step] for step in range(8)] == [
            "revise", "revise", "train", "train", "control_raw", "control_raw", "control_revise_all",
            "control_revise_all",
        ]  # fmt: skip
    expected_tensors, expected_state = kept(straight)
    expected_files = files(straight, tmp_path / "straight")

    for cut, (tensors, state) in checkpoints.items():
        resumed = again(straight)
        resumed.load(tensors, state)
        assert resumed.next_step == cut
        assert resumed.phase == phases[cut]
        assert finished(resumed) == logged[cut:]
        found_tensors, found_state = kept(resumed)
        assert found_state == expected_state
        assert found_tensors.keys() == expected_tensors.keys()
        for name, tensor in expected_tensors.items():
            assert torch.equal(found_tensors[name], tensor), f"{name} after a cut at {cut}"
        assert files(resumed, tmp_path / f"cut-{cut}") == expected_files


@pytest.mark.parametrize("method", ["dpo", "constitutional"])
def test_looking_at_samples_disturbs_nothing(method, new_loop, again):
    watched, alone = new_loop(method), None
    alone = again(watched)
    while watched.next_step < watched.total_steps:
        watched.samples()
        torch.rand(3)
        watched.step()
        alone.step()
    assert watched.samples() == alone.samples()
    ours, theirs = watched.state()[0], alone.state()[0]
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in ours.items())


def test_the_gate_is_the_same_when_asked_again(new_loop, again):
    loop = new_loop("reward-model")
    finished(loop)
    gate = loop.finish()
    resumed = again(loop)
    resumed.load(*kept(loop))
    assert resumed.finish() == gate == loop.finish()


def test_seeds_make_different_runs(new_loop):
    first, second = new_loop("dpo"), new_loop("dpo", seed=1)
    assert not torch.equal(first.adapter.trainable[0], second.adapter.trainable[0])
