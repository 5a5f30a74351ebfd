"""The methods that learn in rounds: who is chosen, who is rejected, and against which reference."""

import math

import pytest
import torch

from engine.world.rule import grade


@pytest.fixture
def written(new_loop):
    """A loop whose first round is written and not yet learnt."""

    def make(method, **settings):
        loop = new_loop(method, **settings)
        while loop.phase != "train":
            loop.step()
        return loop

    return make


@pytest.mark.parametrize("method", ["iterative-dpo", "spin"])
def test_each_round_begins_at_its_own_reference(method, written):
    loop = written(method, rounds=2, num_train_epochs=2, per_device_train_batch_size=64)
    losses = []
    while loop.next_step < loop.total_steps:
        learning = loop.phase == "train"
        metrics = loop.step()
        if learning:
            losses.append(metrics["loss"])
    assert losses[0] == pytest.approx(math.log(2), abs=1e-6)
    assert losses[2] == pytest.approx(math.log(2), abs=1e-6), "the second round's reference is the policy that wrote it"
    assert losses[1] < math.log(2)


def test_iterative_dpo_prefers_what_the_judge_prefers(written):
    loop = written("iterative-dpo", num_generations=6)
    assert loop.rows
    for row in loop.rows:
        assert grade(row["prompt"], row["chosen"]).score > grade(row["prompt"], row["rejected"]).score


def test_spin_has_nothing_to_learn_where_the_policy_writes_the_demonstration(written):
    loop = written("spin")
    assert 0 < len(loop.rows) < loop.hyper["prompts"] * loop.hyper["num_generations"]
    for row in loop.rows:
        assert grade(row["prompt"], row["chosen"]).right
        assert row["rejected"] != row["chosen"]


def test_a_round_without_rows_leaves_the_policy_as_it_is(written):
    loop = written("iterative-dpo", num_generations=1)
    assert loop.rows == []
    before = loop.adapter.state()["theta"]
    loop.step()
    assert torch.equal(loop.adapter.state()["theta"], before)


def test_rejection_sampling_imitates_the_best_of_its_answers(written):
    best, first = written("rejection-sampling", num_generations=8), written("rejection-sampling", num_generations=1)
    scores = [
        sum(grade(row["prompt"], row["completion"]).score for row in loop.rows) / len(loop.rows)
        for loop in (best, first)
    ]
    assert len(best.rows) == best.hyper["prompts"]
    assert scores[0] > scores[1]
