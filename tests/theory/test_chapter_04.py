"""Chapter 04: what its derivations claim about DPO and its family, on random numbers."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.theory import (
    bradley_terry,
    displacement,
    dpo,
    implicit_reward,
    ipo,
    kto,
    optimal_policy,
    orpo,
    preference_losses,
    simpo,
)

log_probabilities = st.floats(-20, -0.1)
betas = st.floats(0.05, 2)
gaps = st.floats(-10, 10)
shifts = st.floats(-20, -0.1)
STEP = 1e-5


def slope(function, at, step=STEP):
    return (function(at + step) - function(at - step)) / (2 * step)


def normal(masses):
    return [mass / math.fsum(masses) for mass in masses]


def at_gap(gap, beta, **settings):
    """DPO's result for a pair whose log-ratios differ by `gap`."""
    return dpo(-20 + gap, -20, -20, -20, beta, **settings)


@st.composite
def distributions(draw, size):
    return normal([draw(st.floats(0.05, 1)) for _ in range(size)])


@st.composite
def problems(draw):
    """A reference, rewards, β."""
    size = draw(st.integers(2, 5))
    return draw(distributions(size)), [draw(st.floats(-2, 2)) for _ in range(size)], draw(st.floats(0.2, 5))


@st.composite
def pairs(draw):
    names = ("policy_chosen", "policy_rejected", "ref_chosen", "ref_rejected")
    return {**{name: draw(log_probabilities) for name in names}, "beta": draw(betas)}


# --- the derivation ---------------------------------------------------------------------------------------------------


@given(problems())
def test_the_closed_form_read_backwards_gives_the_reward_up_to_beta_log_z(problem):
    reference, reward, beta = problem
    best = optimal_policy(reference, reward, beta)
    shift = beta * math.log(best.Z)
    implicit = implicit_reward(best.policy, reference, beta).rewards
    assert [r + shift for r in implicit] == pytest.approx(reward, abs=1e-9)


@given(distributions(3), distributions(3), betas)
def test_every_policy_is_the_best_one_for_its_implicit_reward(policy, reference, beta):
    best = optimal_policy(reference, implicit_reward(policy, reference, beta).rewards, beta)
    assert best.policy == pytest.approx(policy)
    assert math.log(best.Z) == pytest.approx(0, abs=1e-9)


@given(problems())
def test_the_loss_is_bradley_terry_on_the_rewards_of_which_the_policy_is_the_best(problem):
    reference, reward, beta = problem
    policy = optimal_policy(reference, reward, beta).policy
    logs = [math.log(p) for p in (policy[0], policy[1], reference[0], reference[1])]
    asked, fitted = bradley_terry(reward[0], reward[1]), dpo(*logs, beta)
    assert fitted.loss == pytest.approx(asked.loss, abs=1e-9)
    assert fitted.margin == pytest.approx(reward[0] - reward[1], abs=1e-9)


@given(problems(), problems())
def test_for_two_prompts_the_two_z_do_not_cancel(one, other):
    beta = 0.5
    policies = [optimal_policy(reference, reward, beta) for reference, reward, _ in (one, other)]
    difference = beta * (math.log(policies[0].Z) - math.log(policies[1].Z))
    logs = [math.log(p.policy[0]) for p in policies] + [math.log(reference[0]) for reference, _, _ in (one, other)]
    margin = dpo(*logs, beta).margin
    assert margin == pytest.approx(one[1][0] - other[1][0] - difference, abs=1e-9)


@given(pairs(), shifts)
def test_neither_log_ratio_is_in_the_loss_alone(pair, shift):
    lowered = {**pair, "policy_chosen": pair["policy_chosen"] + shift}
    lowered["policy_rejected"] += shift
    assert dpo(**lowered).loss == pytest.approx(dpo(**pair).loss, abs=1e-9)
    assert dpo(**lowered).reward_chosen < dpo(**pair).reward_chosen


@given(log_probabilities, log_probabilities, betas)
def test_the_first_loss_is_log_2_and_no_margin_is_above_0(chosen, rejected, beta):
    start = dpo(chosen, rejected, chosen, rejected, beta)
    assert start.loss == pytest.approx(math.log(2))
    assert start.margin == 0
    assert start.gradient_weight == 0.5


# --- the gradient, the brake ------------------------------------------------------------------------------------------


@given(pairs())
def test_the_gradient_is_beta_times_the_weight_up_for_the_chosen_and_down_for_the_rejected(pair):
    pull = pair["beta"] * dpo(**pair).gradient_weight
    by_chosen = slope(lambda x: dpo(**{**pair, "policy_chosen": x}).loss, pair["policy_chosen"])
    by_rejected = slope(lambda x: dpo(**{**pair, "policy_rejected": x}).loss, pair["policy_rejected"])
    assert (by_chosen, by_rejected) == pytest.approx((-pull, pull), abs=1e-6)


@given(pairs())
def test_the_weight_is_the_probability_of_the_wrong_order(pair):
    result = dpo(**pair)
    wrong = bradley_terry(result.reward_rejected, result.reward_chosen).probability
    assert result.gradient_weight == pytest.approx(wrong)
    assert result.gradient_weight > 0


@given(st.floats(0.02, 0.45), betas)
def test_a_pair_falls_silent_at_the_log_odds_over_beta(weight, beta):
    gap = math.log((1 - weight) / weight) / beta
    assume(gap < 19)
    assert at_gap(gap, beta).gradient_weight == pytest.approx(weight)


# --- displacement -----------------------------------------------------------------------------------------------------


@given(st.floats(0, 0.99), st.floats(0.05, 0.5))
def test_the_first_step_lifts_the_chosen_answer_only_if_its_push_is_above_the_mean(similarity, rate):
    beta, size = 0.5, 1e-4 * rate
    moved = displacement(similarity, beta, size, 1)
    own = 1 - similarity
    mean = 0.2 * own - 0.2 * own + 0.6 * 0.6 * math.sqrt(2 * own)
    change = (moved.chosen[1] - moved.chosen[0]) / (size * beta * 0.5)
    assert change == pytest.approx(own - mean, abs=1e-3)
    assume(abs(similarity - (1 - 2 * 0.36**2)) > 0.01)
    assert (moved.chosen[1] > moved.chosen[0]) == (similarity < 1 - 2 * 0.36**2)


def test_in_the_chapters_example_both_lose_and_the_margin_only_grows():
    run = displacement(0.8, 0.5, 0.5, 30)
    assert run.chosen[-1] < run.chosen[0]
    assert run.rejected[-1] < run.rejected[0]
    assert list(run.margin) == sorted(run.margin)
    assert displacement(0.5, 0.5, 0.5, 30).chosen[-1] > run.chosen[0]


# --- the family -------------------------------------------------------------------------------------------------------


@given(gaps, st.floats(0.05, 1))
def test_ipo_wants_its_target_and_pulls_back_what_has_passed_it(gap, tau):
    target = 1 / (2 * tau)
    assert ipo(-20 + gap, -20, -20, -20, tau).loss == pytest.approx((gap - target) ** 2)
    pull = -slope(lambda h: ipo(-20 + h, -20, -20, -20, tau).loss, gap)
    assert pull == pytest.approx(2 * (target - gap), abs=1e-4)


@given(gaps, betas, st.floats(0.02, 0.48))
def test_conservative_dpo_rests_where_bradley_terry_expects_the_flipped_share(gap, beta, doubt):
    here = at_gap(gap, beta, label_smoothing=doubt)
    flipped = dpo(-20, -20 + gap, -20, -20, beta)
    assert here.loss == pytest.approx((1 - doubt) * at_gap(gap, beta).loss + doubt * flipped.loss)
    rest = math.log((1 - doubt) / doubt) / beta
    assume(rest < 19)
    slope_there = slope(lambda h: at_gap(h, beta, label_smoothing=doubt).loss, rest)
    assert slope_there == pytest.approx(0, abs=1e-6)
    assert bradley_terry(beta * rest, 0).probability == pytest.approx(1 - doubt)
    assert at_gap(rest, beta, label_smoothing=doubt).loss <= here.loss + 1e-12


@given(gaps, st.floats(0, 3), betas, st.floats(0.5, 2))
def test_kto_lies_between_0_and_its_weight_and_levels_out_at_both_ends(log_ratio, z0, beta, weight):
    up, down = (kto(log_ratio, desirable, z0, beta, weight).loss for desirable in (True, False))
    assert 0 < up < weight
    assert up + down == pytest.approx(weight)
    assert kto(z0, True, z0, beta, weight).loss == pytest.approx(weight / 2)

    def pull(at):
        return -slope(lambda x: kto(x, True, z0, beta, weight).loss, at)

    assert pull(log_ratio) <= pull(z0) + 1e-9
    assert pull(z0 - 40 / beta) == pytest.approx(0, abs=1e-9)
    assert at_gap(-19, 2).gradient_weight == pytest.approx(1)


@given(st.floats(-3, -0.05), st.floats(-3, -0.05), st.floats(0, 2))
def test_orpo_is_the_sft_loss_and_a_contrast_of_log_odds(mean_chosen, mean_rejected, lam):
    chosen, rejected = math.exp(mean_chosen), math.exp(mean_rejected)
    ratio = math.log(chosen / (1 - chosen)) - math.log(rejected / (1 - rejected))
    result = orpo(mean_chosen, mean_rejected, lam)
    assert result.log_odds_ratio == pytest.approx(ratio, abs=1e-9)
    assert result.loss == pytest.approx(-mean_chosen + lam * bradley_terry(ratio, 0).loss, abs=1e-9)


def test_log_odds_behave_like_log_p_while_p_is_small_and_grow_without_bound():
    assert orpo(math.log(1e-4), math.log(1e-5), 0).log_odds_ratio == pytest.approx(math.log(10), abs=1e-3)
    assert orpo(math.log(1 - 1e-9), math.log(0.5), 0).log_odds_ratio > 20


@given(
    log_probabilities, st.integers(1, 20), log_probabilities, st.integers(1, 20), st.floats(1, 3), st.floats(0, 2),
    st.integers(2, 5),
)  # fmt: skip
def test_simpo_divides_by_the_length_and_subtracts_the_margin(chosen, n, rejected, m, beta, gamma, times):
    margin = beta * chosen / n - beta * rejected / m - gamma
    loss = simpo(chosen, n, rejected, m, beta, gamma).loss
    assert loss == pytest.approx(bradley_terry(margin, 0).loss)
    longer = simpo(chosen * times, n * times, rejected, m, beta, gamma).loss  # the same tokens, over and over
    assert longer == pytest.approx(loss, abs=1e-9)


@given(pairs(), st.integers(1, 20), st.integers(1, 20), shifts)
def test_orpo_and_simpo_do_not_see_the_reference_and_only_they_see_the_lengths(pair, n, m, shift):
    settings = {**pair, "length_chosen": n, "length_rejected": m}
    here = preference_losses(**settings)
    moved = preference_losses(**{**settings, "ref_chosen": pair["ref_chosen"] + shift})
    assert (moved.orpo, moved.simpo) == (here.orpo, here.simpo)
    assert moved.margin != here.margin
    longer = preference_losses(**{**settings, "length_chosen": n + 1})
    assert (longer.dpo, longer.ipo, longer.kto) == (here.dpo, here.ipo, here.kto)
    assert longer.simpo != here.simpo
