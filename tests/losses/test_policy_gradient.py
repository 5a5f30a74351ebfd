"""Advantages, surrogate, value loss and KL estimates against `engine.theory` and the papers' own properties."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import theory
from engine.losses.policy_gradient import (
    adapted_coefficient,
    clipped_surrogate,
    gae,
    grpo_advantages,
    kl_estimate,
    masked_mean,
    reinforce_loss,
    rloo_advantages,
    sequence_mean,
    value_loss,
    whiten,
)

unhurried = settings(deadline=None, max_examples=50)
NUMBER = st.floats(-5, 5, allow_nan=False)
SHARE = st.floats(0, 1)


def row(values):
    return torch.tensor([values], dtype=torch.float64)


def ones(values):
    return torch.ones(1, len(values), dtype=torch.bool)


@unhurried
@given(st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=8), SHARE, SHARE, st.integers(0, 3))
def test_gae_is_the_formula_of_the_chapter_whatever_the_padding(steps, gamma, lam, padding):
    rewards, values = ([*column, *[0.0] * padding] for column in zip(*steps, strict=True))
    mask = torch.arange(len(rewards))[None] < len(steps)
    advantages, returns = gae(row(rewards), row(values), mask, gamma, lam)
    expected = theory.gae(rewards[: len(steps)], values[: len(steps)], gamma, lam)
    assert advantages[0, : len(steps)].tolist() == pytest.approx(expected.advantages, abs=1e-9)
    assert returns[0, : len(steps)].tolist() == pytest.approx(expected.returns, abs=1e-9)
    assert advantages[0, len(steps) :].tolist() == [0.0] * padding


@unhurried
@given(st.lists(NUMBER, min_size=2, max_size=8))
def test_group_advantages_are_the_formulas_of_the_chapter(rewards):
    if max(rewards) - min(rewards) > 1e-3:
        expected = theory.grpo_advantages(rewards)
        assert grpo_advantages(row(rewards))[0].tolist() == pytest.approx(expected.advantages, rel=1e-6, abs=1e-9)
    assert rloo_advantages(row(rewards))[0].tolist() == pytest.approx(
        theory.rloo_advantages(rewards).advantages, abs=1e-9
    )


def test_a_group_of_equal_rewards_teaches_nothing():
    assert grpo_advantages(row([0.3, 0.3, 0.3])).tolist() == [[0.0, 0.0, 0.0]]
    assert rloo_advantages(row([0.5, 0.5])).tolist() == [[0.0, 0.0]]


@unhurried
@given(st.floats(0.05, 4), NUMBER, st.floats(0.01, 0.9))
def test_the_surrogate_is_the_formula_of_the_chapter(ratio, advantage, epsilon):
    logps = row([0.0]).log1p() + torch.tensor(ratio, dtype=torch.float64).log()
    losses, _ = clipped_surrogate(logps, row([0.0]), row([advantage]), ones([0]), epsilon)
    expected = theory.ppo_clip(ratio, advantage, epsilon).objective
    assert -losses.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("ratio", "advantage", "flows"), [(1.5, 1, False), (1.5, -1, True), (0.5, 1, True), (0.5, -1, False)]
)
def test_the_gradient_flows_only_back(ratio, advantage, flows):
    """Schulman 2017, figure 1: the clip bites where moving on would pay, never where a mistake is undone."""
    logps = row([ratio]).log().requires_grad_()
    losses, _ = clipped_surrogate(logps, row([0.0]), row([float(advantage)]), ones([0]), 0.2)
    (slope,) = torch.autograd.grad(losses.sum(), logps)
    assert (slope.item() != 0) == flows


def test_a_wider_clip_upwards_lets_rare_tokens_grow():
    logps = row([1.25]).log()
    narrow, _ = clipped_surrogate(logps, row([0.0]), row([1.0]), ones([0]), 0.2)
    wide, _ = clipped_surrogate(logps, row([0.0]), row([1.0]), ones([0]), 0.2, 0.28)
    assert narrow.item() == pytest.approx(-1.2)
    assert wide.item() == pytest.approx(-1.25)


def test_reinforce_pulls_at_whole_answers():
    """Williams 1992: the gradient at log π(y_t) is −Â/R on every real token of an answer, and 0 on padding."""
    assert reinforce_loss(row([-1.0, -2.0]), row([0.5, 0.5]), ones([0, 0]))[0].item() == pytest.approx(1.5)
    logps = torch.tensor([[-1.0, -2.0], [-3.0, 0.0]], requires_grad=True)
    mask = torch.tensor([[True, True], [True, False]])
    advantages = torch.tensor([[2.0, 2.0], [-1.0, 7.0]])
    loss, metrics = reinforce_loss(logps, advantages, mask)
    loss.backward()
    assert torch.allclose(logps.grad, torch.tensor([[-1.0, -1.0], [0.5, 0.0]]))
    assert metrics["loss"].item() == loss.item()


def test_whitening_is_over_real_tokens_only():
    values, mask = row([1.0, 3.0, 99.0]), torch.tensor([[True, True, False]])
    assert whiten(values, mask)[0].tolist() == pytest.approx([-1, 1, 0], abs=1e-6)
    assert whiten(values, mask, shift_mean=False)[0].tolist() == pytest.approx([1, 3, 0], abs=1e-6)


def test_the_worked_number_of_the_value_loss():
    arguments = row([1.0]), row([0.0]), row([1.0]), ones([0])
    assert value_loss(*arguments, 0.2).item() == pytest.approx(0.32)
    assert value_loss(*arguments, 0.0).item() == 0


def test_means_over_tokens_and_over_answers_differ_with_length():
    values = torch.tensor([[1.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0]])
    mask = torch.tensor([[True, False, False, False], [True] * 4])
    assert masked_mean(values, mask).item() == 1
    values[1, 3] = 0
    assert sequence_mean(values, mask).item() == pytest.approx((1 + 0.75) / 2)
    assert masked_mean(values, mask).item() == pytest.approx(4 / 5)


@unhurried
@given(st.floats(-8, 0), st.floats(-8, 0))
def test_the_estimators_are_those_of_the_chapter(policy, reference):
    expected = theory.kl_estimators([policy], [reference])
    for kind, values in (("k1", expected.k1), ("k2", expected.k2), ("k3", expected.k3)):
        assert kl_estimate(row([policy]), row([reference]), kind).item() == pytest.approx(values[0], abs=1e-9)


def test_what_the_estimators_teach_when_they_are_the_loss():
    """In expectation over the policy: k1 teaches nothing, k2 the gradient of KL(π‖π_ref), k3 that of KL(π_ref‖π)."""
    theta = torch.tensor([0.3, -0.2, 0.6], dtype=torch.float64, requires_grad=True)
    reference = torch.tensor([0.5, 0.2, 0.3], dtype=torch.float64).log()
    logps = theta.log_softmax(0)
    weights = logps.detach().exp()

    def slope(loss):
        return torch.autograd.grad(loss, theta, retain_graph=True)[0]

    taught = {kind: slope((weights * kl_estimate(logps, reference, kind)).sum()) for kind in ("k1", "k2", "k3")}
    torch.testing.assert_close(taught["k1"], torch.zeros(3, dtype=torch.float64))
    torch.testing.assert_close(taught["k2"], slope((logps.exp() * (logps - reference)).sum()))
    torch.testing.assert_close(taught["k3"], slope((reference.exp() * (reference - logps)).sum()))


def test_the_worked_number_of_the_adaptive_coefficient():
    assert adapted_coefficient(0.1, 2.0, 1.0, 1000, 100) == pytest.approx(0.102)
    assert adapted_coefficient(0.1, 0.0, 1.0, 1000, 100) == pytest.approx(0.098)
    assert adapted_coefficient(0.1, 1.0, 1.0, 1000, 100) == 0.1
