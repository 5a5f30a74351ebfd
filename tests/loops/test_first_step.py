"""What holds before anything is learnt, and at the first step."""

import math

import pytest
import torch

from engine.evaluate import watch


def test_dpo_begins_at_its_reference(new_loop):
    loop = new_loop("dpo")
    assert watch.kl_to_reference(loop.policy) == pytest.approx(0, abs=1e-6)
    with torch.no_grad():
        for batch, ref_logps in zip(loop.train, loop.ref_logps, strict=True):
            assert torch.equal(loop.policy.logps(batch), ref_logps)
    metrics = loop.step()
    assert metrics["loss"] == pytest.approx(math.log(2), abs=1e-6)
    assert metrics["rewards/margins"] == pytest.approx(0, abs=1e-6)
    assert metrics["rewards/chosen"] == pytest.approx(0, abs=1e-6)
    assert metrics["learning_rate"] == loop.recipe.hyper["learning_rate"]


def test_dpo_moves_away_from_it_and_says_how_far(new_loop):
    loop = new_loop("dpo")
    losses = []
    while loop.next_step < loop.total_steps:
        metrics = loop.step()
        losses.append(metrics["loss"])
    assert losses[-1] < math.log(2)
    assert metrics["objective/kl"] > 1e-4
    with torch.no_grad(), loop.policy.switched_off():
        again = [loop.policy.logps(batch) for batch in loop.train]
    assert all(torch.equal(a, b) for a, b in zip(again, loop.ref_logps, strict=True))


def test_the_learning_rate_falls_to_zero_in_equal_steps(new_loop):
    loop = new_loop("sft")
    rates = []
    while loop.next_step < loop.total_steps:
        rates.append(loop.step()["learning_rate"])
    peak, count = loop.recipe.hyper["learning_rate"], loop.total_steps
    assert rates == pytest.approx([peak * (1 - step / count) for step in range(count)])


def test_each_epoch_sees_every_row_once_in_an_order_of_its_own(new_loop):
    from engine.loops.adapter import order

    loop = new_loop("dpo")
    assert sum(len(batch) for batch in loop.train) == 40
    orders = [order(0, epoch, 30) for epoch in range(3)]
    assert all(sorted(each) == list(range(30)) for each in orders)
    assert orders[0] != orders[1] != orders[2]
    assert order(0, 1, 30) == orders[1]


def test_the_reward_model_learns_its_pairs(new_loop):
    loop = new_loop("reward-model", num_train_epochs=8)
    first = loop.step()
    while loop.next_step < loop.total_steps:
        last = loop.step()
    assert last["loss"] < first["loss"]
    assert last["accuracy"] > 0.8


def test_the_cycle_revises_what_it_flags(new_loop):
    loop = new_loop("constitutional")
    while loop.phase == "revise":
        metrics = loop.step()
    changed = [a != b for a, b in zip(loop.answers["raw"], loop.answers["train"], strict=True)]
    assert 0 < sum(changed) < len(changed)
    assert metrics["correct/revised"] > metrics["correct/before"]
    assert 0 <= metrics["critique/precision"] <= 1
    assert 0 <= metrics["critique/recall"] <= 1
