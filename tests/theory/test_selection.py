"""The policy of best-of-N against all N-tuples of draws, and its KL against the bound."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.theory import best_of_n, best_of_n_policy, kl

levels = st.sampled_from([-1.0, 0.0, 0.5, 2.0])
problems = st.lists(st.tuples(st.floats(0.05, 1), levels), min_size=1, max_size=4).map(
    lambda rows: ([p / math.fsum(q for q, _ in rows) for p, _ in rows], [r for _, r in rows])
)


def enumerated(prior: list[float], reward: list[float], n: int) -> list[float]:
    """The exact distribution: over all tuples of n draws the best is taken, and ties are settled by lot."""
    chosen = [0.0] * len(prior)
    for draws in product(range(len(prior)), repeat=n):
        top = max(reward[draw] for draw in draws)
        best = [draw for draw in draws if reward[draw] == top]
        for draw in best:
            chosen[draw] += math.prod(prior[each] for each in draws) / len(best)
    return chosen


@given(problems, st.integers(1, 5))
def test_it_is_the_distribution_of_the_best_draw(problem, n):
    prior, reward = problem
    assert best_of_n_policy(prior, reward, n).policy == pytest.approx(enumerated(prior, reward, n), abs=1e-12)


@given(problems, st.integers(1, 500))
def test_the_kl_is_that_of_the_policy_and_never_exceeds_the_bound(problem, n):
    prior, reward = problem
    result = best_of_n_policy(prior, reward, n)
    assert math.fsum(result.policy) == pytest.approx(1)
    assert result.kl == pytest.approx(kl(result.policy, prior).kl, abs=1e-9)
    assert result.kl <= best_of_n(n).kl_bound + 1e-9
    assert result.kl_bound == best_of_n(n).kl_bound
    assert best_of_n_policy(prior, reward, n + 1).expected_reward >= result.expected_reward - 1e-12


@given(problems)
def test_one_draw_is_the_prior(problem):
    prior, reward = problem
    result = best_of_n_policy(prior, reward, 1)
    assert result.policy == pytest.approx(prior)
    assert result.kl == pytest.approx(0, abs=1e-12)


def test_many_equally_likely_answers_without_ties_come_close_to_the_bound():
    """Beirami 2024: the bound is reached where answers are many and no two tie."""
    result = best_of_n_policy([1 / 2000] * 2000, list(range(2000)), 8)
    assert result.kl == pytest.approx(result.kl_bound, rel=2e-3)
    assert result.kl < result.kl_bound


def test_few_answers_stay_far_below_it():
    result = best_of_n_policy([0.6, 0.4], [1, 0], 64)
    assert result.kl == pytest.approx(-math.log(0.6), abs=1e-6)
    assert result.kl < result.kl_bound / 5


def test_the_worked_number():
    result = best_of_n_policy([0.6, 0.4], [1, 0], 4)
    assert result.policy == pytest.approx((1 - 0.4**4, 0.4**4))
    assert (round(result.kl, 4), round(result.kl_bound, 4)) == (0.4021, 0.6363)
    assert result.expected_reward == pytest.approx(0.9744)


def test_an_answer_the_prior_never_gives_is_never_chosen():
    assert best_of_n_policy([1, 0], [0, 9], 5).policy == (1, 0)


def test_a_probability_too_small_to_divide_by_still_has_a_kl():
    """The best of 411 leaves the worst of four answers a chance of 2.4e-310: 1/p is no float, but p (1/p) is."""
    prior = [4 / 17, 4 / 17, 6 / 17, 3 / 17]
    policy = best_of_n_policy(prior, [0.0, 0.0, 0.0, -1.0], 411).policy
    assert 0 < policy[3] < 1e-300
    found = kl(policy, prior)
    assert found.kl == pytest.approx(math.log(17 / 14))
    assert found.k3 == pytest.approx(found.kl)
