"""The losses against their papers, the formulas of `engine.theory` and their own docstrings' numbers."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import theory
from engine.losses.preference import dpo_loss
from engine.losses.reward import reward_loss
from engine.losses.sft import sft_loss

unhurried = settings(deadline=None)  # torch's first call of a function can take half a second

LOGP = st.floats(-50, 0, allow_nan=False)
BETA = st.floats(0.01, 5)
SMOOTHING = st.floats(0, 0.49)
REWARD = st.floats(-20, 20, allow_nan=False)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


# -- DPO


def test_the_worked_number_of_dpo():
    loss, metrics = dpo_loss(tensor(-1.0), tensor(-2.0), tensor(-1.5), tensor(-1.5), beta=0.1)
    assert loss.item() == pytest.approx(0.6444, abs=5e-5)
    assert metrics["rewards/chosen"].item() == pytest.approx(0.05)
    assert metrics["rewards/rejected"].item() == pytest.approx(-0.05)
    assert metrics["rewards/margins"].item() == pytest.approx(0.1)
    assert metrics["rewards/accuracies"].item() == 1
    assert metrics["logps/chosen"].item() == -1
    assert metrics["logps/rejected"].item() == -2


@unhurried
@given(LOGP, LOGP, LOGP, LOGP, BETA, SMOOTHING)
def test_dpo_is_the_formula_of_the_chapter(chosen, rejected, ref_chosen, ref_rejected, beta, smoothing):
    expected = theory.dpo(chosen, rejected, ref_chosen, ref_rejected, beta, smoothing)
    loss, metrics = dpo_loss(
        tensor(chosen), tensor(rejected), tensor(ref_chosen), tensor(ref_rejected), beta, smoothing
    )
    assert loss.item() == pytest.approx(expected.loss, rel=1e-9, abs=1e-12)
    assert metrics["rewards/chosen"].item() == pytest.approx(expected.reward_chosen, abs=1e-9)
    assert metrics["rewards/rejected"].item() == pytest.approx(expected.reward_rejected, abs=1e-9)
    assert metrics["rewards/margins"].item() == pytest.approx(expected.margin, abs=1e-9)


@unhurried
@given(st.lists(st.tuples(LOGP, LOGP, LOGP, LOGP), min_size=1, max_size=6), BETA)
def test_a_batch_is_the_mean_of_its_pairs(rows, beta):
    loss, _ = dpo_loss(*tensor(*rows).unbind(1), beta=beta)
    assert loss.item() == pytest.approx(sum(theory.dpo(*row, beta).loss for row in rows) / len(rows), rel=1e-9)


@unhurried
@given(st.lists(st.floats(-3, 3), min_size=8, max_size=8), st.floats(0.05, 3))
def test_the_gradient_of_the_paper(values, beta):
    """Rafailov 2023, section 4: ∇L = −β σ(r̂_l − r̂_w) (∇ log π(y_w) − ∇ log π(y_l)), for a policy with a logit for
    each of four completions."""
    theta, reference = tensor(*values[:4]).requires_grad_(), tensor(*values[4:]).log_softmax(0)
    chosen, rejected = 0, 2
    log_pi = theta.log_softmax(0)
    loss, _ = dpo_loss(*(each[None] for each in (log_pi[chosen], log_pi[rejected])),
                       *(each[None] for each in (reference[chosen], reference[rejected])), beta=beta)  # fmt: skip
    (found,) = torch.autograd.grad(loss, theta)

    pi = theta.detach().softmax(0)
    grad_of = lambda completion: torch.eye(4, dtype=torch.float64)[completion] - pi  # noqa: E731  ∇ log softmax
    margin = beta * ((pi[chosen].log() - reference[chosen]) - (pi[rejected].log() - reference[rejected]))
    weight = torch.sigmoid(-margin)
    torch.testing.assert_close(found, -beta * weight * (grad_of(chosen) - grad_of(rejected)))


@unhurried
@given(st.floats(0.01, 0.49), BETA)
def test_conservative_dpo_rests_where_the_odds_are_those_of_the_labels(smoothing, beta):
    """Least at β h = log((1 − ε)/ε): where the model is as sure as the labels deserve."""
    best = math.log((1 - smoothing) / smoothing)

    def loss_at(margin):
        chosen = tensor(margin / beta).requires_grad_()
        return dpo_loss(chosen, tensor(0.0), tensor(0.0), tensor(0.0), beta, smoothing)[0], chosen

    loss, chosen = loss_at(best)
    assert torch.autograd.grad(loss, chosen)[0].item() == pytest.approx(0, abs=1e-9)
    entropy = -(1 - smoothing) * math.log(1 - smoothing) - smoothing * math.log(smoothing)
    assert loss.item() == pytest.approx(entropy, rel=1e-9)
    assert loss_at(best + 0.1)[0] > loss
    assert loss_at(best - 0.1)[0] > loss


def test_without_smoothing_more_margin_is_always_better():
    losses = [dpo_loss(tensor(margin), *[tensor(0.0)] * 3, beta=1.0)[0].item() for margin in (0.0, 1.0, 5.0, 30.0)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] == pytest.approx(math.log(2))
    assert losses[-1] > 0


def test_metrics_carry_no_gradient():
    chosen = tensor(-1.0).requires_grad_()
    _, metrics = dpo_loss(chosen, tensor(-2.0), tensor(-1.0), tensor(-2.0), beta=0.1)
    assert not any(metric.requires_grad for metric in metrics.values())


# -- reward modelling


def test_the_worked_number_of_the_reward_loss():
    loss, metrics = reward_loss(tensor(2.0), tensor(1.0))
    assert loss.item() == pytest.approx(0.3133, abs=5e-5)
    assert metrics["accuracy"].item() == 1
    assert metrics["margin"].item() == 1


@unhurried
@given(REWARD, REWARD)
def test_the_reward_loss_is_bradley_terry(chosen, rejected):
    loss, metrics = reward_loss(tensor(chosen), tensor(rejected))
    assert loss.item() == pytest.approx(theory.bradley_terry(chosen, rejected).loss, rel=1e-9, abs=1e-12)
    assert metrics["min_reward"].item() == min(chosen, rejected)
    assert metrics["max_reward"].item() == max(chosen, rejected)
    assert metrics["mean_reward"].item() == pytest.approx((chosen + rejected) / 2, abs=1e-9)


@unhurried
@given(REWARD, REWARD, st.floats(-10, 10))
def test_only_differences_of_rewards_matter(chosen, rejected, shift):
    loss, _ = reward_loss(tensor(chosen), tensor(rejected))
    shifted, _ = reward_loss(tensor(chosen + shift), tensor(rejected + shift))
    assert shifted.item() == pytest.approx(loss.item(), rel=1e-6, abs=1e-12)


@unhurried
@given(REWARD, REWARD, st.floats(0.1, 5))
def test_a_margin_asks_for_that_much_more(chosen, rejected, margin):
    loss, _ = reward_loss(tensor(chosen), tensor(rejected), margin=tensor(margin))
    plain, _ = reward_loss(tensor(chosen), tensor(rejected))
    assert loss.item() == pytest.approx(theory.bradley_terry(chosen - margin, rejected).loss, rel=1e-9, abs=1e-12)
    assert loss > plain


@unhurried
@given(REWARD, REWARD, st.floats(0.001, 1))
def test_centring_costs_the_square_of_the_sum(chosen, rejected, coefficient):
    plain, _ = reward_loss(tensor(chosen), tensor(rejected))
    loss, _ = reward_loss(tensor(chosen), tensor(rejected), center_rewards_coefficient=coefficient)
    assert (loss - plain).item() == pytest.approx(coefficient * (chosen + rejected) ** 2, rel=1e-6, abs=1e-9)


# -- SFT


def test_the_worked_number_of_sft():
    loss, _ = sft_loss(tensor([math.log(0.5), math.log(0.25)]), torch.tensor([[True, True]]))
    assert loss.item() == pytest.approx(1.0397, abs=5e-5)


def test_sft_is_the_mean_over_tokens_not_over_rows():
    logps = tensor([-1.0, -2.0, -3.0], [-10.0, 0.0, 0.0])
    mask = torch.tensor([[True, True, True], [True, False, False]])
    assert sft_loss(logps, mask)[0].item() == pytest.approx((1 + 2 + 3 + 10) / 4)


def test_what_stands_on_padding_does_not_count():
    mask = torch.tensor([[True, False]])
    assert sft_loss(tensor([-1.0, -7.0]), mask)[0] == sft_loss(tensor([-1.0, -1e9]), mask)[0]
