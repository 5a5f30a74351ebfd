"""The reward model's switches: margins of the rows, smoothed labels, and an ensemble of heads."""

import math

import pytest
import torch

from engine.losses.reward import reward_loss
from engine.models.policy import load_reward_model


def same(a, b):
    return torch.equal(a.state()[0]["theta"], b.state()[0]["theta"])


def test_margins_are_those_of_the_rows(new_loop):
    loop = new_loop("reward-model")
    assert {row["margin"] for row in loop.train_rows[0]} > {0.0}
    for number, group in enumerate(loop.train_rows):
        assert loop.margins[number].tolist() == pytest.approx([row["margin"] for row in group])
    chosen, rejected = loop.model.rewards(loop.train[0]).unbind(1)
    asked = [row["margin"] for row in loop.train_rows[0]]
    expected = [
        math.log1p(math.exp(-(first - second - margin))) + 0.01 * (first + second) ** 2
        for first, second, margin in zip(chosen.tolist(), rejected.tolist(), asked, strict=True)
    ]
    assert loop.loss(0)[0].item() == pytest.approx(sum(expected) / len(expected), rel=1e-5)
    assert new_loop("reward-model", use_margin=False).margins == [None] * len(loop.train)


def test_smoothed_labels_raise_the_loss_of_what_is_learnt(new_loop):
    plain, smooth = new_loop("reward-model", use_margin=False), new_loop("reward-model", label_smoothing=0.2)
    chosen, rejected = smooth.model.rewards(smooth.train[0]).unbind(1)
    expected, _ = reward_loss(chosen, rejected, smooth.margins[0], 0.01, 0.2)
    assert smooth.loss(0)[0].item() == pytest.approx(expected.item(), rel=1e-6)
    assert smooth.loss(0)[0] != plain.loss(0)[0]


def test_members_begin_apart_and_learn_from_samples_of_their_own(new_loop):
    loop = new_loop("reward-model", members=3)
    count = sum(map(len, loop.train_rows))
    weights = torch.cat(loop.weights, dim=1)
    assert weights.shape == (3, count)
    assert weights.sum(1).tolist() == [count] * 3
    assert len({tuple(row) for row in weights.tolist()}) == 3
    missed = (weights == 0).float().mean().item()
    assert missed == pytest.approx(math.exp(-1), abs=0.1), "a bootstrap sample misses about e⁻¹ of the rows"
    assert loop.adapter.head.shape[0] == 3
    assert not torch.allclose(loop.adapter.head[0], loop.adapter.head[1])


def test_the_loss_of_an_ensemble_is_the_mean_of_its_members(new_loop):
    loop = new_loop("reward-model", members=3)
    each = loop.model.each(loop.train[1])
    expected = [
        reward_loss(each[:, 0, member], each[:, 1, member], loop.margins[1], 0.01, 0.0, loop.weights[1][member])[0]
        for member in range(3)
    ]
    loss, metrics = loop.loss(1)
    assert loss.item() == pytest.approx(sum(expected).item() / 3, rel=1e-6)
    assert metrics["loss"] == loss
    margins = (each[:, 0] - each[:, 1]).detach()
    assert metrics["margin"].item() == pytest.approx(margins.mean().item(), abs=1e-6)
    assert metrics["ensemble/spread"].item() == pytest.approx(margins.std(1).mean().item(), rel=1e-5)


def test_one_member_is_the_plain_reward_model(new_loop):
    loop = new_loop("reward-model", members=1)
    assert loop.weights[0].unique().tolist() == [1]
    _, metrics = loop.loss(0)
    assert "ensemble/spread" not in metrics
    chosen, rejected = loop.model.rewards(loop.train[0]).unbind(1)
    assert loop.loss(0)[0] == reward_loss(chosen, rejected, loop.margins[0], 0.01)[0]


def test_an_ensemble_learns_is_judged_by_its_mean_and_comes_back_whole(new_loop, tmp_path):
    loop = new_loop("reward-model", members=3, num_train_epochs=8)
    while loop.next_step < loop.total_steps:
        last = loop.step()
    assert last["accuracy"] > 0.8
    assert last["ensemble/spread"] > 0
    loop.save_model(loop.folder)
    again = load_reward_model(loop.folder)
    batch = loop.held_out[0]
    assert again.head.shape[0] == 3
    with torch.no_grad():
        torch.testing.assert_close(again.rewards(batch), loop.model.each(batch).mean(-1), rtol=1e-4, atol=1e-4)
