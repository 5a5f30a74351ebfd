"""The formulas that the live blocks of the course move: against brute force on tiny problems, and worked by hand."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import (
    beta_table,
    compute,
    gae,
    group_advantages,
    kl,
    kl_convergence,
    optimal_policy,
    ranking_pairs,
    reinforce_variance,
)

rewards = st.floats(-5, 5)


@st.composite
def distributions(draw, size=3):
    masses = draw(st.lists(st.floats(0.02, 1), min_size=size, max_size=size))
    return [mass / math.fsum(masses) for mass in masses]


three_rewards = st.lists(rewards, min_size=3, max_size=3)


def score(policy, y):
    """∇ log π(y) by the logits of a softmax."""
    return [(number == y) - share for number, share in enumerate(policy)]


# --- REINFORCE (Williams 1992; Greensmith 2004)


@given(distributions(), three_rewards, rewards)
def test_the_moments_of_one_sample_are_those_of_every_completion_weighted_by_the_policy(policy, reward, baseline):
    samples = [[(reward[y] - baseline) * slope for slope in score(policy, y)] for y in range(3)]
    mean = [math.fsum(policy[y] * samples[y][j] for y in range(3)) for j in range(3)]
    variance = math.fsum(
        policy[y] * math.fsum((samples[y][j] - mean[j]) ** 2 for j in range(3)) for y in range(3)
    )
    result = reinforce_variance(policy, reward, baseline)
    assert result.gradient == pytest.approx(mean, abs=1e-9)
    assert result.variance == pytest.approx(variance, abs=1e-9)


@given(distributions(), three_rewards)
def test_the_gradient_is_the_slope_of_the_expected_reward(policy, reward):
    def value(logits):
        weights = [math.exp(logit) for logit in logits]
        return math.fsum(w * r for w, r in zip(weights, reward, strict=True)) / math.fsum(weights)

    logits = [math.log(share) for share in policy]
    step = 1e-5
    for j, slope in enumerate(reinforce_variance(policy, reward).gradient):
        up, down = (value([x + sign * step * (i == j) for i, x in enumerate(logits)]) for sign in (1, -1))
        assert slope == pytest.approx((up - down) / (2 * step), abs=1e-6)


@given(distributions(), three_rewards, rewards)
def test_no_baseline_beats_the_best_and_none_moves_the_gradient(policy, reward, baseline):
    result = reinforce_variance(policy, reward, baseline)
    assert result.variance >= result.variance_at_best - 1e-9
    assert reinforce_variance(policy, reward, result.best_baseline).variance == pytest.approx(
        result.variance_at_best, abs=1e-9
    )
    assert result.gradient == reinforce_variance(policy, reward).gradient
    assert result.variance_without == reinforce_variance(policy, reward).variance


def test_the_best_baseline_is_not_the_mean_reward_and_a_certain_policy_needs_none():
    result = reinforce_variance([0.6, 0.3, 0.1], [1, 0.5, 0])
    assert result.gradient == pytest.approx((0.15, -0.075, -0.075))
    # w = (0.26, 0.86, 1.26): b* = (0.6·0.26·1 + 0.3·0.86·0.5) / (0.156 + 0.258 + 0.126)
    assert result.best_baseline == pytest.approx(0.285 / 0.54)
    assert (round(result.expected_reward, 4), round(result.variance, 6)) == (0.75, 0.18675)
    certain = reinforce_variance([0, 1], [3, 7], 2)
    assert (certain.variance, certain.best_baseline, certain.gradient) == (0, 7, (0, 0))


# --- rankings (Ouyang 2022, Eq. 1)


@given(st.permutations([1, 2, 3, 4]), st.lists(rewards, min_size=4, max_size=4))
def test_a_ranking_of_k_answers_is_every_pair_once_with_the_better_one_first(ranking, reward):
    result = ranking_pairs(ranking, reward)
    assert result.count == len(result.pairs) == 6
    assert {frozenset(pair) for pair in result.pairs} == {frozenset((a, b)) for a in range(1, 5) for b in range(1, a)}
    assert all(ranking.index(better) < ranking.index(worse) for better, worse in result.pairs)
    mean = sum(math.log(1 + math.exp(reward[worse - 1] - reward[better - 1])) for better, worse in result.pairs) / 6
    assert result.loss == pytest.approx(mean)


def test_the_pairs_of_three_answers():
    result = ranking_pairs([2, 1, 3], [0.2, 1.1, -0.4])
    assert result.pairs == ((2, 1), (2, 3), (1, 3))
    assert [round(p, 4) for p in result.probabilities] == [0.7109, 0.8176, 0.6457]  # σ(0.9), σ(1.5), σ(0.6)
    assert round(result.loss, 4) == 0.3267
    assert ranking_pairs([1, 2], [0, 0]).loss == pytest.approx(math.log(2))


@pytest.mark.parametrize("ranking", ["1,1,2", "0,1,2", "1,2,4", "1.5,2,3", "1", "1,2,x", ""])
def test_a_ranking_names_every_answer_once(ranking):
    with pytest.raises(Problem) as caught:
        compute("ranking-pairs", {"ranking": ranking, "rewards": "1,2,3"})
    assert (caught.value.params["argument"], caught.value.params["need"]) == ("ranking", "ranking")


# --- a table of β (Rafailov 2023, Eq. 4)


@given(distributions(), three_rewards, st.lists(st.floats(0.1, 20), min_size=1, max_size=5))
def test_each_row_is_the_optimal_policy_and_distance_and_reward_fall_together_as_beta_grows(prior, reward, betas):
    betas = sorted(betas)
    table = beta_table(prior, reward, betas)
    assert table.policies == tuple(optimal_policy(prior, reward, beta).policy for beta in betas)
    for column in (table.kls, table.expected_rewards):
        assert all(left >= right - 1e-9 for left, right in pairwise(column))
    assert all(expected >= math.fsum(p * r for p, r in zip(prior, reward, strict=True)) - 1e-9
               for expected in table.expected_rewards)  # fmt: skip


def test_every_beta_of_a_table_is_positive():
    with pytest.raises(Problem) as caught:
        beta_table([0.5, 0.5], [1, 0], [0.5, 0])
    assert (caught.value.params["argument"], caught.value.params["need"]) == ("betas", "positive_numbers")


# --- running estimates of a divergence (Schulman 2020)


@given(distributions(), distributions(), st.integers(0, 1000))
def test_running_means_are_means_of_the_three_estimators_over_completions_of_the_policy(policy, reference, seed):
    result = kl_convergence(policy, reference, samples=30, seed=seed)
    assert result.kl == kl(policy, reference).kl
    ratios = [q / p for p, q in zip(policy, reference, strict=True)]
    by_answer = [(-math.log(r), math.log(r) ** 2 / 2, r - 1 - math.log(r)) for r in ratios]
    columns = (result.running_k1, result.running_k2, result.running_k3)
    before = (0.0, 0.0, 0.0)
    for n in range(1, 31):
        total = tuple(n * column[n - 1] for column in columns)
        one = [now - then for now, then in zip(total, before, strict=True)]
        assert any(one == pytest.approx(each, abs=1e-9) for each in by_answer)
        before = total
    assert (result.mean_k1, result.mean_k3) == (result.running_k1[-1], result.running_k3[-1])
    assert min(result.running_k3) >= -1e-12


@given(distributions(), distributions())
def test_the_deviation_of_one_sample_is_that_of_its_distribution(policy, reference):
    result = kl_convergence(policy, reference, samples=1)
    logs = [math.log(p / q) for p, q in zip(policy, reference, strict=True)]
    second = math.fsum(p * log**2 for p, log in zip(policy, logs, strict=True))
    assert result.std_k1**2 == pytest.approx(second - result.kl**2, abs=1e-9)
    assert result.expected_k2 == pytest.approx(second / 2, abs=1e-9)


def test_many_samples_come_close_and_a_seed_draws_the_same_again():
    policy, reference = [0.75, 0.25], [0.5, 0.5]
    result = kl_convergence(policy, reference, samples=10_000, seed=3)
    for mean, expected, deviation in (
        (result.mean_k1, result.kl, result.std_k1),
        (result.mean_k2, result.expected_k2, result.std_k2),
        (result.mean_k3, result.kl, result.std_k3),
    ):
        assert abs(mean - expected) < 4 * deviation / 100
    assert result == kl_convergence(policy, reference, samples=10_000, seed=3)
    assert result != kl_convergence(policy, reference, samples=10_000, seed=4)
    assert round(result.std_k1, 4) == 0.4757


def test_an_answer_that_the_policy_never_gives_is_never_drawn():
    result = kl_convergence([0.5, 0.0, 0.5], [0.25, 0.5, 0.25], samples=50)
    assert result.running_k1 == pytest.approx([math.log(2)] * 50)


# --- group advantages (Ahmadian 2024; Shao 2024; Liu 2025)


@given(st.lists(rewards, min_size=2, max_size=8), st.floats(0.1, 10), rewards)
def test_what_each_method_does_not_see(group, times, plus):
    assume(max(group) - min(group) > 1e-3)
    before, after = group_advantages(group), group_advantages([times * reward + plus for reward in group])
    assert after.grpo == pytest.approx(before.grpo, abs=1e-6)  # neither shift nor scale
    assert after.rloo == pytest.approx([times * advantage for advantage in before.rloo], abs=1e-6)  # not the shift
    n = len(group)
    assert before.rloo == pytest.approx([n / (n - 1) * advantage for advantage in before.centred], abs=1e-9)
    assert before.grpo == pytest.approx([advantage / before.std for advantage in before.centred], abs=1e-6)


def test_the_group_of_two_right_and_two_wrong():
    group = group_advantages([1, 0, 0, 1])
    assert group.centred == (0.5, -0.5, -0.5, 0.5)
    assert [round(advantage, 4) for advantage in group.rloo] == [0.6667, -0.6667, -0.6667, 0.6667]
    assert [round(advantage, 4) for advantage in group.grpo] == [0.8660, -0.8660, -0.8660, 0.8660]
    assert group_advantages([1, 1, 1]).grpo == (0, 0, 0)


def test_lambda_between_its_ends_mixes_the_one_step_errors():
    rng = random.Random(7)
    reward, value = ([rng.uniform(-1, 1) for _ in range(5)] for _ in range(2))
    deltas = gae(reward, value, gamma=0.9, lam=0).advantages
    mixed = [math.fsum((0.9 * 0.7) ** k * delta for k, delta in enumerate(deltas[t:])) for t in range(5)]
    assert gae(reward, value, gamma=0.9, lam=0.7).advantages == pytest.approx(mixed)
