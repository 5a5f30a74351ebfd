"""What must hold for all arguments, whatever the numbers: the identities the chapters derive."""

import math
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.theory import (
    best_of_n,
    bradley_terry,
    dpo,
    gae,
    grpo_advantages,
    implicit_reward,
    ipo,
    kl,
    kl_estimators,
    kto,
    optimal_policy,
    optimal_policy_limits,
    orpo,
    overoptimisation,
    overoptimisation_curve,
    pass_at_k,
    ppo_clip,
    rloo_advantages,
    wilson,
    win_rate,
)

rewards = st.floats(-20, 20)
betas = st.floats(0.05, 20)
logps = st.floats(-50, 0)
groups = st.lists(rewards, min_size=2, max_size=8)


@st.composite
def distributions(draw, size=None):
    size = size or draw(st.integers(2, 6))
    masses = draw(st.lists(st.floats(0.01, 1), min_size=size, max_size=size))
    return [mass / math.fsum(masses) for mass in masses]


@st.composite
def problems(draw):
    prior = draw(distributions())
    return prior, draw(st.lists(rewards, min_size=len(prior), max_size=len(prior))), draw(betas)


@given(problems())
def test_the_optimal_policy_is_a_distribution_and_its_value_is_beta_log_Z(problem):
    prior, reward, beta = problem
    best = optimal_policy(prior, reward, beta)
    assert math.fsum(best.policy) == pytest.approx(1)
    if best.Z:
        assert best.expected_reward - beta * best.kl == pytest.approx(beta * math.log(best.Z), rel=1e-6, abs=1e-6)


@given(problems(), st.integers(0, 2**32))
def test_no_other_policy_has_more_reward_net_of_kl(problem, seed):
    prior, reward, beta = problem
    best = optimal_policy(prior, reward, beta)
    value = best.expected_reward - beta * best.kl
    draw = random.Random(seed)
    for _ in range(20):
        masses = [draw.expovariate(1) for _ in prior]
        other = [mass / math.fsum(masses) for mass in masses]
        expected = math.fsum(p * r for p, r in zip(other, reward, strict=True))
        assert expected - beta * kl(other, prior).kl <= value + 1e-9 * max(1, abs(value))


@given(problems(), st.floats(-50, 50))
def test_adding_a_constant_to_every_reward_changes_nothing(problem, constant):
    prior, reward, beta = problem
    shifted = optimal_policy(prior, [r + constant for r in reward], beta)
    assert shifted.policy == pytest.approx(optimal_policy(prior, reward, beta).policy, abs=1e-9)


@given(problems())
def test_the_implicit_reward_of_the_optimal_policy_is_the_reward_up_to_a_constant(problem):
    prior, reward, beta = problem
    policy = optimal_policy(prior, reward, beta).policy
    assume(min(policy) > 1e-12)
    implicit = implicit_reward(policy, prior, beta).rewards
    for r, i in zip(reward, implicit, strict=True):
        assert r - reward[0] == pytest.approx(i - implicit[0], abs=1e-6)


@given(problems())
def test_the_dpo_loss_is_bradley_terry_on_the_rewards_of_the_inverted_closed_form(problem):
    prior, reward, beta = problem
    policy = optimal_policy(prior, reward, beta).policy
    assume(min(policy) > 1e-12)
    loss = dpo(math.log(policy[0]), math.log(policy[1]), math.log(prior[0]), math.log(prior[1]), beta)
    assert loss.loss == pytest.approx(bradley_terry(reward[0], reward[1]).loss, abs=1e-6)
    assert loss.gradient_weight == pytest.approx(bradley_terry(reward[1], reward[0]).probability, abs=1e-6)


@given(problems())
def test_the_two_limits_are_where_small_and_large_beta_go(problem):
    prior, reward, _ = problem
    reward = [float(round(r)) for r in reward]
    limits = optimal_policy_limits(prior, reward)
    assert optimal_policy(prior, reward, 1e-3).policy == pytest.approx(limits.beta_to_zero, abs=1e-9)
    assert optimal_policy(prior, reward, 1e12).policy == pytest.approx(limits.beta_to_infinity, abs=1e-9)


@pytest.mark.parametrize("reward", [(400, -400), (-400, 400), (400, 399), (-400, -400), (1e308, -1e308)])
def test_huge_rewards_give_finite_policies(reward):
    result = optimal_policy([0.6, 0.4], reward, 0.3)
    assert math.fsum(result.policy) == pytest.approx(1)
    assert all(math.isfinite(p) for p in result.policy)
    assert math.isfinite(result.kl)


def test_a_partition_function_too_large_for_a_float_is_none():
    result = optimal_policy([0.6, 0.4], [400, 399], 0.3)
    assert result.Z is None
    assert result.weights == (None, None)
    # Only the difference of the rewards matters: σ(1/0.3 + log 1.5).
    assert result.policy[0] == pytest.approx(1 / (1 + math.exp(-1 / 0.3) / 1.5))


def test_a_completion_the_reference_never_gives_stays_impossible():
    result = optimal_policy([1, 0], [0, 1000], 0.5)
    assert result.policy == (1, 0)
    assert result.weights == (1, 0)


@given(rewards, rewards, st.floats(-100, 100))
def test_bradley_terry_sees_only_the_difference_and_is_symmetric(chosen, rejected, constant):
    result = bradley_terry(chosen, rejected)
    assert bradley_terry(chosen + constant, rejected + constant).loss == pytest.approx(result.loss, abs=1e-9)
    assert result.probability + bradley_terry(rejected, chosen).probability == pytest.approx(1)
    assert result.loss == pytest.approx(-math.log(result.probability), abs=1e-9)


@given(logps, logps, betas)
def test_at_the_reference_every_loss_has_its_known_value(chosen, rejected, beta):
    same = (chosen, rejected, chosen, rejected)
    assert dpo(*same, beta).loss == pytest.approx(math.log(2))
    assert dpo(*same, beta, label_smoothing=0.3).loss == pytest.approx(math.log(2))
    assert ipo(*same, tau=beta).loss == pytest.approx(1 / (4 * beta**2))
    assert kto(0, True, 0, beta).loss == 0.5


@given(logps, logps, logps, logps, betas, st.floats(0.01, 0.49))
def test_conservative_dpo_mixes_the_two_orders_and_rests_at_the_log_odds(a, b, c, d, beta, epsilon):
    smoothed = dpo(a, b, c, d, beta, epsilon).loss
    assert smoothed == pytest.approx(
        (1 - epsilon) * dpo(a, b, c, d, beta).loss + epsilon * dpo(b, a, d, c, beta).loss
    )
    rest = math.log((1 - epsilon) / epsilon)
    at_rest = dpo(0, -rest, 0, 0, 1, epsilon).loss
    assert at_rest <= dpo(0, -rest - 0.1, 0, 0, 1, epsilon).loss
    assert at_rest <= dpo(0, -max(0, rest - 0.1), 0, 0, 1, epsilon).loss


@given(st.floats(-30, -1e-6), st.floats(-30, -1e-6))
def test_the_log_odds_ratio_of_orpo_is_that_of_the_probabilities(chosen, rejected):
    p, q = math.exp(chosen), math.exp(rejected)
    expected = math.log(p / -math.expm1(chosen)) - math.log(q / -math.expm1(rejected))
    assert orpo(chosen, rejected, 0.1).log_odds_ratio == pytest.approx(expected, rel=1e-6, abs=1e-6)


@given(distributions(4), distributions(4))
def test_k1_and_k3_are_unbiased_and_the_divergence_is_not_negative(policy, reference):
    result = kl(policy, reference)
    assert result.kl >= 0
    assert result.k1 == pytest.approx(result.kl, abs=1e-9)
    assert result.k3 == pytest.approx(result.kl, abs=1e-9)


@given(st.lists(st.tuples(logps, logps), min_size=1, max_size=8))
def test_k3_is_never_negative_and_zero_only_where_the_policies_agree(pairs):
    policy, reference = zip(*pairs, strict=True)
    result = kl_estimators(policy, reference)
    assert min(result.k3) >= 0
    assert min(result.k2) >= 0
    assert kl_estimators(policy, policy).mean_k3 == 0


@given(st.floats(-1e-6, 1e-6))
def test_k3_keeps_its_digits_where_the_ratio_is_close_to_one(log_r):
    assert kl_estimators([-1], [-1 + log_r]).k3[0] >= 0


@given(groups)
def test_leave_one_out_is_the_centred_reward_times_n_over_n_minus_1(group):
    n, mean = len(group), math.fsum(group) / len(group)
    advantages = rloo_advantages(group).advantages
    assert advantages == pytest.approx([n / (n - 1) * (r - mean) for r in group], abs=1e-9)
    assert math.fsum(advantages) == pytest.approx(0, abs=1e-9)


@given(groups)
def test_group_advantages_have_mean_0_and_sample_variance_1(group):
    assume(max(group) - min(group) > 1e-6)
    result = grpo_advantages(group)
    assert math.fsum(result.advantages) == pytest.approx(0, abs=1e-6)
    assert math.fsum(a**2 for a in result.advantages) / (len(group) - 1) == pytest.approx(1, rel=1e-6)


@given(st.lists(st.tuples(rewards, rewards), min_size=1, max_size=8), st.floats(0, 1))
def test_gae_at_lambda_1_is_the_return_minus_the_value_and_at_0_the_td_error(steps, gamma):
    reward, value = zip(*steps, strict=True)
    returns = [math.fsum(gamma**i * r for i, r in enumerate(reward[t:])) for t in range(len(reward))]
    monte_carlo = gae(reward, value, gamma, lam=1)
    assert monte_carlo.advantages == pytest.approx([g - v for g, v in zip(returns, value, strict=True)], abs=1e-9)
    assert monte_carlo.returns == pytest.approx(returns, abs=1e-9)
    one_step = [r + gamma * v_next - v for r, v, v_next in zip(reward, value, [*value[1:], 0], strict=True)]
    assert gae(reward, value, gamma, lam=0).advantages == pytest.approx(one_step, abs=1e-9)


@given(st.floats(0, 5), rewards, st.floats(0, 0.99))
def test_the_clipped_objective_never_exceeds_the_unclipped_one(ratio, advantage, epsilon):
    result = ppo_clip(ratio, advantage, epsilon)
    assert result.objective <= ratio * advantage
    assert result.clipped == (result.objective < ratio * advantage)
    if abs(ratio - 1) <= epsilon - 1e-9:
        assert not result.clipped


@given(st.integers(1, 10_000))
def test_the_best_of_n_bound_grows_from_0_and_stays_below_log_n(n):
    bound = best_of_n(n).kl_bound
    assert 0 <= bound <= math.log(n)
    assert bound < best_of_n(n + 1).kl_bound


@given(st.floats(0.1, 5), st.floats(0.2, 5), st.sampled_from(["bon", "rl"]))
def test_gold_reward_is_highest_at_its_peak(alpha, beta, form):
    peak = overoptimisation(alpha, beta, 1, form).peak_kl
    assume(peak is not None and peak < 1e12)
    top = overoptimisation(alpha, beta, peak, form).reward
    assert top >= max(overoptimisation_curve(alpha, beta, 4 * peak, form, points=41).reward) - 1e-6 * max(1, top)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_win_rate_of_the_other_side_is_one_minus_it(wins, ties, losses):
    assume(wins + ties + losses > 0)
    ours, theirs = win_rate(wins, ties, losses), win_rate(losses, ties, wins)
    assert ours.rate + theirs.rate == pytest.approx(1)
    if ours.decisive is not None:
        assert 0 <= ours.decisive_low <= ours.decisive <= ours.decisive_high <= 1
        assert ours.decisive_low + theirs.decisive_high == pytest.approx(1)


@given(st.integers(1, 500), st.data())
def test_wilson_bounds_are_where_the_score_test_just_accepts(n, data):
    successes = data.draw(st.integers(0, n))
    low, high = wilson(successes, n)
    z = 1.959963984540054
    for bound in (low, high):
        if 0 < bound < 1:
            assert abs(successes / n - bound) == pytest.approx(z * math.sqrt(bound * (1 - bound) / n), abs=1e-9)


@given(st.integers(1, 60), st.data())
def test_pass_at_k_counts_the_draws_without_a_right_one(n, data):
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    assert pass_at_k(n, c, k).pass_at_k == pytest.approx(1 - math.comb(n - c, k) / math.comb(n, k), abs=1e-9)
