"""Losses on soft labels: between the two hard ones in the label's proportion, at rest at the judge's log-odds."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import theory
from engine.losses.preference import dpo_loss, soft_dpo_loss
from engine.losses.reward import reward_loss, soft_reward_loss

unhurried = settings(deadline=None, max_examples=60)

LOGP = st.floats(-50, 0, allow_nan=False)
REWARD = st.floats(-20, 20, allow_nan=False)
BETA = st.floats(0.01, 5)
LABEL = st.floats(0, 1)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_worked_numbers():
    pair = tensor(-1.0), tensor(-2.0), tensor(-1.5), tensor(-1.5)
    assert soft_dpo_loss(*pair, 1.0, tensor(0.75))[0].item() == pytest.approx(0.5633, abs=5e-5)
    assert soft_reward_loss(tensor(2.0), tensor(1.0), tensor(0.75))[0].item() == pytest.approx(0.5633, abs=5e-5)


@unhurried
@given(LOGP, LOGP, LOGP, LOGP, BETA, LABEL)
def test_soft_dpo_weighs_both_verdicts_by_the_label(chosen, rejected, ref_chosen, ref_rejected, beta, label):
    """p (−log σ(m)) + (1 − p) (−log σ(−m)): DPO on the pair, and DPO on the pair turned round."""
    there = theory.dpo(chosen, rejected, ref_chosen, ref_rejected, beta).loss
    back = theory.dpo(rejected, chosen, ref_rejected, ref_chosen, beta).loss
    pair = tensor(chosen), tensor(rejected), tensor(ref_chosen), tensor(ref_rejected)
    found = soft_dpo_loss(*pair, beta, tensor(label))[0].item()
    assert found == pytest.approx(label * there + (1 - label) * back, rel=1e-9, abs=1e-12)


@unhurried
@given(REWARD, REWARD, LABEL)
def test_a_preference_model_weighs_both_verdicts_by_the_label(first, second, label):
    there, back = theory.bradley_terry(first, second).loss, theory.bradley_terry(second, first).loss
    found = soft_reward_loss(tensor(first), tensor(second), tensor(label))[0].item()
    assert found == pytest.approx(label * there + (1 - label) * back, rel=1e-9, abs=1e-12)


@unhurried
@given(st.floats(-5, 5), LABEL)
def test_the_slope_is_the_model_less_the_label(difference, label):
    """L'(d) = σ(d) − p: at rest where the model says what the judge said."""
    d = tensor(difference).requires_grad_()
    zero = tensor(0.0)
    expected = 1 / (1 + math.exp(-difference)) - label
    for loss in (
        soft_dpo_loss(d, zero, zero, zero, 1.0, tensor(label))[0],
        soft_reward_loss(d, zero, tensor(label))[0],
    ):
        assert torch.autograd.grad(loss, d)[0].item() == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("label", [0.1, 0.6, 0.9])
def test_it_rests_at_the_log_odds_of_the_label(label):
    beta = 0.25
    h = tensor(math.log(label / (1 - label)) / beta).requires_grad_()
    zero = tensor(0.0)
    loss, metrics = soft_dpo_loss(h, zero, zero, zero, beta, tensor(label))
    assert torch.autograd.grad(loss, h)[0].item() == pytest.approx(0, abs=1e-9)
    assert metrics["rewards/margins"].item() == pytest.approx(math.log(label / (1 - label)))


def test_certain_labels_are_hard_ones_and_each_pair_has_its_own():
    chosen, rejected, reference = tensor(-1.0, -3.0), tensor(-2.0, -1.0), tensor(-1.5, -1.5)
    certain = soft_dpo_loss(chosen, rejected, reference, reference, 0.7, tensor(1.0, 1.0))[0]
    assert certain == dpo_loss(chosen, rejected, reference, reference, 0.7)[0]
    mixed = soft_dpo_loss(chosen, rejected, reference, reference, 0.7, tensor(1.0, 0.0))[0]
    turned = tensor(-1.0, -1.0), tensor(-2.0, -3.0)
    assert mixed.item() == pytest.approx(dpo_loss(*turned, reference, reference, 0.7)[0].item())
    assert soft_reward_loss(chosen, rejected, tensor(1.0, 1.0), 0.3)[0] == reward_loss(chosen, rejected, None, 0.3)[0]
