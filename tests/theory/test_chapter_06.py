"""The identities that chapter 06 derives, on random numbers: written from the text, not from the code."""

import math
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import (
    best_of_n,
    best_of_n_budget,
    best_of_n_estimate,
    best_of_n_policy,
    compute,
    kl,
    optimal_policy,
    overoptimisation,
    pass_at_k,
    reward_kl_plane,
)

draws = st.integers(1, 40)
few_draws = st.integers(1, 4)
scores = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0, 2.0]), min_size=1, max_size=6)


def distributions(size: int) -> st.SearchStrategy[list[float]]:
    weights = st.lists(st.floats(0.05, 1), min_size=size, max_size=size)
    return weights.map(lambda values: [value / math.fsum(values) for value in values])


levels = st.lists(st.sampled_from([-1.0, 0.0, 0.5, 2.0]), min_size=4, max_size=4)
without_ties = st.permutations([-1.0, 0.0, 0.5, 2.0])


def integral(function, steps: int = 2_000) -> float:
    """From 0 to 1, by midpoints."""
    return math.fsum(function((i + 0.5) / steps) for i in range(steps)) / steps


def mean(policy, values) -> float:
    return math.fsum(p * value for p, value in zip(policy, values, strict=True))


# --- who wins among N -------------------------------------------------------------------------------------------------


@given(distributions(4), levels, few_draws)
def test_first_of_the_best_or_any_by_lot_makes_no_difference(prior, reward, n):
    first = [0.0] * 4
    for drawn in product(range(4), repeat=n):
        first[max(drawn, key=lambda answer: reward[answer])] += math.prod(prior[answer] for answer in drawn)
    assert best_of_n_policy(prior, reward, n).policy == pytest.approx(first, abs=1e-12)


@given(distributions(4), levels, draws)
def test_only_the_order_of_the_rewards_counts(prior, reward, n):
    stretched = [math.exp(3 * r) - 7 for r in reward]
    assert best_of_n_policy(prior, stretched, n).policy == best_of_n_policy(prior, reward, n).policy


@given(distributions(4), levels, draws)
def test_nothing_becomes_more_than_n_times_as_likely(prior, reward, n):
    policy = best_of_n_policy(prior, reward, n).policy
    assert all(q <= n * p + 1e-12 for q, p in zip(policy, prior, strict=True))


@given(distributions(4), levels)
def test_many_draws_leave_the_best_in_the_proportions_of_the_reference(prior, reward):
    top = math.fsum(p for p, r in zip(prior, reward, strict=True) if r == max(reward))
    result = best_of_n_policy(prior, reward, 10_000)
    limit = [p / top if r == max(reward) else 0 for p, r in zip(prior, reward, strict=True)]
    assert result.policy == pytest.approx(limit, abs=1e-9)
    assert result.kl == pytest.approx(math.log(1 / top), abs=1e-6)


# --- the KL, and why the formula is a bound ---------------------------------------------------------------------------


@given(st.integers(1, 30))
def test_the_steps_of_the_kl_without_ties(n):
    rebate = integral(lambda u: n * u ** (n - 1) * math.log(u))
    assert rebate == pytest.approx(-1 / n, abs=1e-3)
    assert integral(lambda u: n * u ** (n - 1)) == pytest.approx(1, abs=1e-3)
    assert math.log(n) + (n - 1) * (-1 / n) == pytest.approx(best_of_n(n).kl_bound)
    assert best_of_n(n).kl_bound <= math.log(n)


@given(distributions(3), st.permutations([0, 1, 2]), st.integers(2, 12), st.integers(2, 40))
def test_tickets_break_ties_and_the_gap_is_what_choosing_among_tickets_costs(prior, reward, n, tickets):
    """Each answer split into copies with tickets of their own: nearer to the formula, and the chain rule of the KL."""
    pairs = [p / tickets for p in prior for _ in range(tickets)]
    tie_broken = [r + ticket / tickets for r in reward for ticket in range(tickets)]
    answers, whole = best_of_n_policy(prior, reward, n), best_of_n_policy(pairs, tie_broken, n)
    merged = [math.fsum(whole.policy[i * tickets : (i + 1) * tickets]) for i in range(3)]
    assert merged == pytest.approx(answers.policy, abs=1e-12)
    among_tickets = math.fsum(
        q * math.log(q / total * tickets)
        for i, total in enumerate(merged)
        for q in whole.policy[i * tickets : (i + 1) * tickets]
        if q > 0
    )
    assert whole.kl == pytest.approx(answers.kl + among_tickets, abs=1e-9)
    assert answers.kl <= whole.kl + 1e-12 <= best_of_n(n).kl_bound + 1e-9


@given(distributions(3), st.integers(2, 20))
def test_a_lottery_judge_moves_nothing(prior, n):
    faces = 6
    rolled = best_of_n_policy([p / faces for p in prior for _ in range(faces)], list(range(faces)) * 3, n)
    said = [math.fsum(rolled.policy[i * faces : (i + 1) * faces]) for i in range(3)]
    assert said == pytest.approx(prior)
    assert kl(said, [p / math.fsum(prior) for p in prior]).kl == pytest.approx(0, abs=1e-9)


@given(st.floats(0, 12))
def test_the_budget_is_the_last_n_within_it_and_about_e_to_the_kl_plus_one(budget):
    n = best_of_n_budget(budget).n
    assert best_of_n(n).kl_bound <= budget + 1e-12 < best_of_n(n + 1).kl_bound + 2e-12
    assert n <= math.exp(budget + 1)
    assert n + 2 > math.exp(budget + 1) - 1


def test_a_budget_beyond_counting_is_refused():
    with pytest.raises(Problem, match="too_large"):
        best_of_n_budget(31)


# --- win rate and mean best score -------------------------------------------------------------------------------------


@given(st.integers(1, 30), st.integers(1, 30))
def test_the_best_of_n_beats_the_best_of_m_in_n_of_n_plus_m(n, m):
    assert integral(lambda u: u**m * n * u ** (n - 1)) == pytest.approx(n / (n + m), abs=1e-3)


@given(distributions(4), levels, few_draws)
def test_with_ties_as_half_the_win_rate_is_at_most_that(prior, reward, n):
    best = best_of_n_policy(prior, reward, n).policy
    rate = math.fsum(
        q * p * (0.5 if mine == yours else float(mine > yours))
        for q, mine in zip(best, reward, strict=True)
        for p, yours in zip(prior, reward, strict=True)
    )
    assert 0.5 - 1e-12 <= rate <= n / (n + 1) + 1e-12


@given(scores, st.data())
def test_the_estimate_is_the_mean_best_score_of_all_sets(batch, data):
    n = data.draw(st.integers(1, len(batch)))
    sets = list(combinations(batch, n))
    result = best_of_n_estimate(batch, n)
    assert result.expected == pytest.approx(math.fsum(map(max, sets)) / len(sets))
    assert math.fsum(result.weights) == pytest.approx(1)
    assert len(result.weights) == len(batch)


@given(distributions(3), st.lists(st.sampled_from([0.0, 0.5, 2.0]), min_size=3, max_size=3), st.integers(1, 4))
def test_it_has_no_bias(prior, reward, n):
    batches = product(range(3), repeat=4)
    expected = math.fsum(
        math.prod(prior[i] for i in batch) * best_of_n_estimate([reward[i] for i in batch], n).expected
        for batch in batches
    )
    assert expected == pytest.approx(best_of_n_policy(prior, reward, n).expected_reward, abs=1e-9)


@given(st.integers(1, 12), st.data())
def test_with_right_and_wrong_it_is_pass_at_k(size, data):
    right, k = data.draw(st.integers(0, size)), data.draw(st.integers(1, size))
    batch = [1] * right + [0] * (size - right)
    assert best_of_n_estimate(batch, k).expected == pytest.approx(pass_at_k(size, right, k).pass_at_k)


def test_more_draws_than_the_batch_has_are_refused():
    with pytest.raises(Problem) as caught:
        compute("best-of-n-estimate", {"scores": [1, 2], "n": 3})
    assert (caught.value.code, caught.value.params["argument"]) == ("theory.out_of_domain", "n")


# --- the plane --------------------------------------------------------------------------------------------------------


@given(distributions(4), distributions(4), without_ties, st.floats(0.05, 20))
def test_no_policy_earns_more_than_the_optimum_of_the_same_kl(prior, other, reward, beta):
    best = optimal_policy(prior, reward, beta)
    assert mean(other, reward) - beta * kl(other, prior).kl <= best.expected_reward - beta * best.kl + 1e-9


@given(distributions(4), without_ties, st.integers(2, 12))
def test_best_of_n_lies_on_the_frontier_or_below_it(prior, reward, n):
    result = reward_kl_plane(prior, reward, n)
    assert result.expected_reward <= result.frontier_reward + 1e-9
    assert kl(result.frontier_policy, prior).kl == pytest.approx(result.kl, abs=1e-6)
    if result.beta is not None:
        assert optimal_policy(prior, reward, result.beta).policy == pytest.approx(result.frontier_policy, abs=1e-6)


@given(distributions(2), st.integers(1, 12))
def test_with_two_answers_it_lies_on_it(prior, n):
    result = reward_kl_plane(prior, [1, 0], n)
    assert result.expected_reward == pytest.approx(result.frontier_reward, abs=1e-6)


@pytest.mark.parametrize("n", [2, 4, 16])
def test_without_ties_best_of_n_is_the_closed_form_of_the_log_percentile(n):
    size = 1000
    prior, percentiles = [1 / size] * size, [(i + 0.5) / size for i in range(size)]
    tilted = optimal_policy(prior, [math.log(u) for u in percentiles], 1 / (n - 1))
    chosen = best_of_n_policy(prior, percentiles, n).policy
    assert max(abs(p - q) for p, q in zip(tilted.policy, chosen, strict=True)) < 0.01 / size
    assert abs(tilted.Z - 1 / n) < 1e-4


def test_the_ends_of_the_frontier():
    assert reward_kl_plane([0.6, 0.4], [1, 1], 9).beta is None
    assert reward_kl_plane([0.6, 0.4], [1, 0], 1).frontier_policy == pytest.approx((0.6, 0.4))
    far = reward_kl_plane([0.6, 0.4], [1, 0], 10_000)
    assert (far.beta, far.frontier_policy) == (None, (1, 0))


# --- over-optimisation ------------------------------------------------------------------------------------------------


def test_the_bait_turns_the_curve_after_five_draws():
    prior, judged = [0.5, 0.3, 0.18, 0.02], [0.8, 0.3, 0, 1]
    found = [best_of_n_policy(prior, judged, n) for n in range(1, 201)]
    gold = [result.policy[0] for result in found]
    assert gold == pytest.approx([0.98**n - 0.48**n for n in range(1, 201)])
    assert gold.index(max(gold)) + 1 == 5
    proxy = [result.expected_reward for result in found]
    assert proxy == sorted(proxy)
    assert next(n for n in range(1, 201) if 1 - 0.98**n > 0.5) == 35


def test_gaos_peak_as_a_number_of_draws():
    peak = overoptimisation(1, 0.4, 1, "bon")
    assert (peak.peak_d, peak.peak_kl) == pytest.approx((1.25, 1.5625))
    assert best_of_n_budget(peak.peak_kl).n == 11
    lost = overoptimisation(1, 0.4, 4 * peak.peak_kl, "bon")
    assert lost.reward == pytest.approx(0)


# --- paying once ------------------------------------------------------------------------------------------------------


@given(distributions(4), levels, st.integers(1, 6), st.integers(1, 6))
def test_rounds_multiply(prior, reward, first, second):
    student = best_of_n_policy(prior, reward, first).policy
    student = [p / math.fsum(student) for p in student]
    twice = best_of_n_policy(student, reward, second).policy
    assert twice == pytest.approx(best_of_n_policy(prior, reward, first * second).policy, abs=1e-9)


@given(distributions(4), levels, draws, distributions(4))
def test_imitating_the_winners_has_its_least_loss_at_their_distribution(prior, reward, n, student):
    winners = best_of_n_policy(prior, reward, n).policy
    own = -math.fsum(q * math.log(q) for q in winners if q > 0)
    loss = -math.fsum(q * math.log(p) for q, p in zip(winners, student, strict=True))
    assert loss == pytest.approx(own + kl([q / math.fsum(winners) for q in winners], student).kl, abs=1e-9)


@given(distributions(4), levels, st.floats(0.1, 5))
def test_rejection_in_the_old_sense_draws_from_the_closed_form(prior, reward, beta):
    accepted = [p * math.exp((r - max(reward)) / beta) for p, r in zip(prior, reward, strict=True)]
    best = optimal_policy(prior, reward, beta)
    assert [a / math.fsum(accepted) for a in accepted] == pytest.approx(best.policy)
    assert 1 / math.fsum(accepted) == pytest.approx(math.exp(max(reward) / beta) / best.Z)
