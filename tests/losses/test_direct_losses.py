"""The direct losses besides DPO, against their papers, `engine.theory` and their docstrings' numbers."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import theory
from engine.losses.preference import (
    dpo_loss,
    ipo_loss,
    kto_loss,
    kto_reference_point,
    robust_dpo_loss,
    rpo_loss,
)
from engine.losses.reference_free import log1mexp, orpo_loss, simpo_loss

unhurried = settings(deadline=None, max_examples=60)

LOGP = st.floats(-50, 0, allow_nan=False)
MEAN_LOGP = st.floats(-20, -1e-4, allow_nan=False)
BETA = st.floats(0.01, 5)
SMOOTHING = st.floats(0.01, 0.45)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


PAIR = tensor(-1.0), tensor(-2.0), tensor(-1.5), tensor(-1.5)


def test_worked_numbers():
    assert robust_dpo_loss(*PAIR, 1.0, 0.1)[0].item() == pytest.approx(0.1883, abs=5e-5)
    assert ipo_loss(*[tensor(-3.0)] * 4, 0.1)[0].item() == pytest.approx(25)
    assert rpo_loss(*PAIR, tensor(2.0), 0.1, 1.0)[0].item() == pytest.approx(1.1444, abs=5e-5)
    assert orpo_loss(tensor(math.log(0.5)), tensor(math.log(0.5)), 0.1)[0].item() == pytest.approx(0.7625, abs=5e-5)
    assert simpo_loss(tensor(-4 / 4), tensor(-9 / 6), 2.0, 0.5)[0].item() == pytest.approx(0.4741, abs=5e-5)
    assert kto_reference_point(tensor(0.5, -1.5, 2.0)).item() == pytest.approx(1 / 3)
    assert kto_reference_point(tensor(-1.0, -2.0)).item() == 0


@unhurried
@given(LOGP, LOGP, LOGP, LOGP, st.floats(0.01, 2))
def test_ipo_is_the_formula_of_the_chapter(chosen, rejected, ref_chosen, ref_rejected, tau):
    expected = theory.ipo(chosen, rejected, ref_chosen, ref_rejected, tau)
    loss, metrics = ipo_loss(tensor(chosen), tensor(rejected), tensor(ref_chosen), tensor(ref_rejected), tau)
    assert loss.item() == pytest.approx(expected.loss, rel=1e-9)
    assert metrics["rewards/margins"].item() == pytest.approx(tau * expected.h, abs=1e-9)


@unhurried
@given(st.floats(0.02, 2))
def test_ipo_rests_at_a_margin_of_half_the_inverse_of_tau(tau):
    chosen = tensor(1 / (2 * tau)).requires_grad_()
    zero = tensor(0.0)
    loss, _ = ipo_loss(chosen, zero, zero, zero, tau)
    assert loss.item() == pytest.approx(0, abs=1e-12)
    assert torch.autograd.grad(loss, chosen)[0].item() == pytest.approx(0, abs=1e-9)


@unhurried
@given(LOGP, LOGP, LOGP, LOGP, BETA, SMOOTHING)
def test_robust_dpo_undoes_the_flips_on_average(chosen, rejected, ref_chosen, ref_rejected, beta, flips):
    """Chowdhury 2024: (1 − ε) times the loss on the true label plus ε times that on the flipped one is DPO's."""
    pair = tensor(chosen), tensor(rejected), tensor(ref_chosen), tensor(ref_rejected)
    flipped = pair[1], pair[0], pair[3], pair[2]
    mean = (1 - flips) * robust_dpo_loss(*pair, beta, flips)[0] + flips * robust_dpo_loss(*flipped, beta, flips)[0]
    assert mean.item() == pytest.approx(dpo_loss(*pair, beta)[0].item(), rel=1e-7, abs=1e-8)


def test_without_flips_robust_dpo_is_dpo():
    assert robust_dpo_loss(*PAIR, 0.7, 0.0)[0] == dpo_loss(*PAIR, 0.7)[0]


@unhurried
@given(st.floats(-10, 10), st.booleans(), st.floats(0, 5), BETA, st.floats(0.1, 3))
def test_kto_is_the_formula_of_the_chapter(log_ratio, desirable, z0, beta, weight):
    weights = (weight, 99.0) if desirable else (99.0, weight)
    loss, _ = kto_loss(tensor(log_ratio), torch.tensor([desirable]), tensor(z0)[0], beta, *weights)
    assert loss.item() == pytest.approx(theory.kto(log_ratio, desirable, z0, beta, weight).loss, rel=1e-9, abs=1e-12)


def test_no_gradient_flows_through_the_reference_point():
    mismatched = tensor(1.0, 2.0).requires_grad_()
    assert not kto_reference_point(mismatched).requires_grad


@pytest.mark.parametrize("label", [True, False])
def test_a_batch_of_one_kind_is_finite_for_kto(label):
    loss, metrics = kto_loss(tensor(0.3, -0.2), torch.tensor([label, label]), torch.tensor(0.0), 0.1)
    assert math.isfinite(loss.item())
    assert ("rewards/chosen" in metrics) == label
    assert "rewards/margins" not in metrics


@unhurried
@given(MEAN_LOGP, MEAN_LOGP, st.floats(0, 2))
def test_orpo_is_the_formula_of_the_chapter(chosen, rejected, lam):
    expected = theory.orpo(chosen, rejected, lam)
    loss, metrics = orpo_loss(tensor(chosen), tensor(rejected), lam)
    assert loss.item() == pytest.approx(expected.loss, rel=1e-7, abs=1e-9)
    assert metrics["log_odds_chosen"].item() == pytest.approx(expected.log_odds_ratio, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize("probability", [1e-12, 0.3, 0.5, 0.9, 1 - 1e-12])
def test_log1mexp_keeps_its_digits(probability):
    x = tensor(math.log(probability)).requires_grad_()
    value = log1mexp(x)
    assert value.item() == pytest.approx(math.log1p(-probability), rel=1e-4)
    (slope,) = torch.autograd.grad(value, x)
    assert slope.item() == pytest.approx(-probability / (1 - probability), rel=1e-3)


def test_orpo_is_finite_where_an_answer_is_certain():
    certain = torch.tensor([0.0]).requires_grad_()
    loss, _ = orpo_loss(certain, torch.tensor([-3.0]), 1.0)
    assert math.isfinite(loss.item())
    assert torch.autograd.grad(loss, certain)[0].isfinite().all()


@unhurried
@given(LOGP, st.integers(1, 30), LOGP, st.integers(1, 30), BETA, st.floats(0, 3))
def test_simpo_is_the_formula_of_the_chapter(chosen, chosen_length, rejected, rejected_length, beta, gamma):
    expected = theory.simpo(chosen, chosen_length, rejected, rejected_length, beta, gamma)
    loss, _ = simpo_loss(tensor(chosen / chosen_length), tensor(rejected / rejected_length), beta, gamma)
    assert loss.item() == pytest.approx(expected.loss, rel=1e-9, abs=1e-12)


def test_rpo_without_its_term_is_dpo_and_with_it_holds_the_chosen_answer_up():
    chosen = tensor(-1.0).requires_grad_()
    plain, _ = rpo_loss(chosen, *PAIR[1:], tensor(2.0), 0.1, 0.0)
    assert plain.item() == pytest.approx(dpo_loss(*PAIR, 0.1)[0].item())
    pulled, _ = rpo_loss(chosen, *PAIR[1:], tensor(2.0), 0.1, 3.0)
    slopes = [torch.autograd.grad(loss, chosen)[0].item() for loss in (plain, pulled)]
    assert slopes[1] - slopes[0] == pytest.approx(-3 / 2)
