"""Chapter 03: what its derivations claim about tilt, bills, estimators and groups, on random numbers."""

import math
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.theory import (
    bradley_terry,
    gae,
    group_advantages,
    kl,
    kl_convergence,
    kl_estimators,
    optimal_policy,
    optimal_policy_limits,
    ppo_clip,
)

marks = st.floats(-2, 2)
prices = st.floats(0.2, 5)
groups = st.lists(st.integers(-200, 200).map(lambda hundredths: hundredths / 100), min_size=2, max_size=8)
TREE = {"": ("a", "b"), "a": ("aa", "ab"), "b": ("ba",)}
"""Five answers in the making: after `b` only one token can come, as after the tutor's `go`."""
STEP = 1e-5


def normal(masses):
    return [mass / math.fsum(masses) for mass in masses]


def average(policy, numbers):
    return math.fsum(p * number for p, number in zip(policy, numbers, strict=True))


def divergence(policy, reference):
    return math.fsum(p * math.log(p / q) for p, q in zip(policy, reference, strict=True))


def objective(policy, reference, reward, beta):
    return average(policy, reward) - beta * divergence(policy, reference)


@st.composite
def distributions(draw, size):
    return normal([draw(st.floats(0.05, 1)) for _ in range(size)])


@st.composite
def problems(draw):
    """Reference, rewards, β, and some other policy."""
    size = draw(st.integers(2, 5))
    return draw(distributions(size)), [draw(marks) for _ in range(size)], draw(prices), draw(distributions(size))


# --- the closed form --------------------------------------------------------------------------------------------------


@given(problems())
def test_the_objective_is_the_best_value_minus_beta_times_the_distance_to_the_best_policy(problem):
    reference, reward, beta, other = problem
    best = optimal_policy(reference, reward, beta)
    value = beta * math.log(best.Z)
    assert average(reference, [math.exp(r / beta) for r in reward]) == pytest.approx(best.Z)
    tilted = [p * math.exp(r / beta) / best.Z for p, r in zip(reference, reward, strict=True)]
    assert best.policy == pytest.approx(tilted)
    shortfall = beta * divergence(other, best.policy)
    assert objective(other, reference, reward, beta) == pytest.approx(value - shortfall, abs=1e-9)
    assert objective(best.policy, reference, reward, beta) == pytest.approx(value, abs=1e-9)


@given(st.floats(0.01, 20))
def test_the_inequality_that_makes_a_divergence_never_negative(t):
    assert math.log(t) <= t - 1 + 1e-15


@given(problems())
def test_lagrange_the_slope_is_the_same_at_every_answer(problem):
    reference, reward, beta, _ = problem
    policy = optimal_policy(reference, reward, beta).policy
    slopes = [r - beta * (math.log(p / q) + 1) for r, p, q in zip(reward, policy, reference, strict=True)]
    assert slopes == pytest.approx([slopes[0]] * len(slopes), abs=1e-9)


@given(problems(), marks, st.floats(0.3, 3))
def test_only_reward_over_beta_enters_and_a_constant_is_swallowed(problem, constant, factor):
    reference, reward, beta, _ = problem
    policy = pytest.approx(optimal_policy(reference, reward, beta).policy, abs=1e-9)
    assert optimal_policy(reference, [r + constant for r in reward], beta).policy == policy
    assert optimal_policy(reference, [factor * r for r in reward], factor * beta).policy == policy


@given(problems())
def test_odds_are_multiplied_by_exp_of_the_gap_over_beta(problem):
    reference, reward, beta, _ = problem
    policy = optimal_policy(reference, reward, beta).policy
    tilt = math.exp((reward[0] - reward[1]) / beta)
    assert policy[0] / policy[1] == pytest.approx(reference[0] / reference[1] * tilt)


@given(problems())
def test_an_answer_gains_exactly_if_it_earns_more_than_the_soft_value(problem):
    reference, reward, beta, _ = problem
    best = optimal_policy(reference, reward, beta)
    value = beta * math.log(best.Z)
    lifted = [p * math.exp((r - value) / beta) for p, r in zip(reference, reward, strict=True)]
    assert best.policy == pytest.approx(lifted)


@given(problems(), st.permutations([-1, 0, 1, 2, 3]))
def test_what_is_never_said_stays_unsaid_and_the_limits_are_the_best_answer_and_the_reference(problem, ranks):
    reference, reward, _, _ = problem
    assert optimal_policy([0.0, *reference], [100.0, *reward], 0.5).policy[0] == 0
    reward = [float(rank) for rank in ranks[: len(reference)]]
    certain = [float(r == max(reward)) for r in reward]
    assert optimal_policy(reference, reward, 0.01).policy == pytest.approx(certain, abs=1e-6)
    assert optimal_policy(reference, reward, 1e7).policy == pytest.approx(reference, abs=1e-6)
    limits = optimal_policy_limits(reference, reward)
    assert (list(limits.beta_to_zero), list(limits.beta_to_infinity)) == (certain, reference)


@given(problems())
def test_the_slope_of_reward_against_distance_is_beta(problem):
    reference, reward, beta, _ = problem
    near, far = (optimal_policy(reference, reward, beta * (1 + sign * 1e-4)) for sign in (1, -1))
    bought = far.kl - near.kl
    assume(bought > 1e-6)
    assert (far.expected_reward - near.expected_reward) / bought == pytest.approx(beta, rel=1e-3)


def test_the_price_of_certainty_is_finite():
    assert optimal_policy([0.5, 0.3, 0.2], [1, 0.5, -1], 0.02).kl == pytest.approx(math.log(2), abs=1e-6)


# --- token by token ---------------------------------------------------------------------------------------------------


@st.composite
def trees(draw):
    """Token probabilities of the reference at every unfinished answer, rewards of the finished ones, β."""
    tokens = {}
    for children in TREE.values():
        tokens.update(zip(children, draw(distributions(len(children))), strict=True))
    return tokens, {leaf: draw(marks) for leaf in ("aa", "ab", "ba")}, draw(prices)


def soft_values(tokens, rewards, beta):
    values = dict(rewards)
    for state in ("b", "a", ""):
        values[state] = beta * math.log(math.fsum(tokens[s] * math.exp(values[s] / beta) for s in TREE[state]))
    return values


@given(trees())
def test_the_soft_bellman_equation_gives_the_best_policy_token_by_token(tree):
    tokens, rewards, beta = tree
    leaves = list(rewards)
    reference = [tokens[leaf[0]] * tokens[leaf] for leaf in leaves]
    best = optimal_policy(reference, [rewards[leaf] for leaf in leaves], beta)
    values = soft_values(tokens, rewards, beta)
    assert values[""] == pytest.approx(beta * math.log(best.Z), abs=1e-9)
    policy = {s: tokens[s] * math.exp((values[s] - values[s[:-1]]) / beta) for s in tokens}
    assert [policy[leaf[0]] * policy[leaf] for leaf in leaves] == pytest.approx(best.policy)
    for state, children in TREE.items():
        assert math.fsum(policy[s] for s in children) == pytest.approx(1)
        # With the bills paid, what is still to come is worth V whatever comes next: no advantage is left.
        for s in children:
            assert values[s] - beta * math.log(policy[s] / tokens[s]) == pytest.approx(values[state], abs=1e-9)
    assert policy["ba"] == pytest.approx(tokens["ba"]) == 1  # certain for both: no bill


@given(problems(), st.integers(1, 4), st.integers(0, 10**6))
def test_the_bills_of_the_tokens_add_up_to_the_bill_of_the_answer(problem, length, seed):
    reference, reward, beta, other = problem
    source = Random(seed)
    drawn = [source.randrange(len(reference)) for _ in range(length)]
    bills = [-beta * (math.log(other[y]) - math.log(reference[y])) for y in drawn]
    bills[-1] += reward[0]
    whole = math.fsum(math.log(other[y] / reference[y]) for y in drawn)
    assert math.fsum(bills) == pytest.approx(reward[0] - beta * whole, abs=1e-9)
    assert gae(bills, [0.0] * length, 1, 1).advantages[0] == pytest.approx(math.fsum(bills), abs=1e-9)


@given(problems())
def test_after_the_bill_all_answers_earn_alike_at_the_best_policy_and_nowhere_else(problem):
    reference, reward, beta, other = problem

    def shaped(policy):
        return [r - beta * math.log(p / q) for r, p, q in zip(reward, policy, reference, strict=True)]

    best = optimal_policy(reference, reward, beta)
    alike = shaped(best.policy)
    assert alike == pytest.approx([beta * math.log(best.Z)] * len(alike), abs=1e-9)
    assert bradley_terry(alike[0], alike[1]).probability == pytest.approx(0.5, abs=1e-9)
    assume(divergence(other, best.policy) > 1e-6)
    assert max(shaped(other)) - min(shaped(other)) > 1e-6


@given(st.floats(0.3, 2), st.floats(-3, 3))
def test_the_clip_caps_gains_and_never_losses(ratio, advantage):
    assert ppo_clip(ratio, advantage, 0.2).objective <= ratio * advantage + 1e-12


# --- estimators -------------------------------------------------------------------------------------------------------


@given(problems())
def test_k1_and_k3_are_unbiased_and_k3_is_never_negative(problem):
    reference, _, _, policy = problem
    samples = kl_estimators([math.log(p) for p in policy], [math.log(q) for q in reference])
    exact = divergence(policy, reference)
    assert average(policy, samples.k1) == pytest.approx(exact, abs=1e-9)
    assert average(policy, samples.k3) == pytest.approx(exact, abs=1e-9)
    assert average(policy, [q / p for p, q in zip(policy, reference, strict=True)]) == pytest.approx(1)
    assert min(samples.k2) >= 0
    assert min(samples.k3) >= 0
    assert kl(policy, reference).k2 == pytest.approx(average(policy, samples.k2))


def test_upside_down_k3_is_no_estimate_of_this_divergence():
    policy, reference = [0.75, 0.25], [0.5, 0.5]
    wrong = average(policy, [p / q - 1 - math.log(p / q) for p, q in zip(policy, reference, strict=True)])
    assert wrong > 0
    assert abs(wrong - divergence(policy, reference)) > 0.01
    assert abs(wrong - divergence(reference, policy)) > 0.01


def softmax(logits):
    return normal([math.exp(z) for z in logits])


@given(st.lists(st.floats(-1, 1), min_size=3, max_size=3), distributions(3))
def test_what_the_estimators_give_when_differentiated_on_fixed_samples(logits, reference):
    """k1: nothing; k2: the gradient of KL(π‖π_ref); k3: that of KL(π_ref‖π)."""
    policy = softmax(logits)

    def slope(function, k):
        up, down = (softmax([z + sign * STEP * (j == k) for j, z in enumerate(logits)]) for sign in (1, -1))
        return (function(up) - function(down)) / (2 * STEP)

    def on_fixed_samples(estimator):
        return lambda moved: average(policy, [estimator(q / p) for p, q in zip(moved, reference, strict=True)])

    for k in range(3):
        assert slope(on_fixed_samples(lambda r: -math.log(r)), k) == pytest.approx(0, abs=1e-7)
        exact = slope(lambda moved: divergence(moved, reference), k)
        assert slope(on_fixed_samples(lambda r: math.log(r) ** 2 / 2), k) == pytest.approx(exact, abs=1e-6)
        other = slope(lambda moved: divergence(reference, moved), k)
        assert slope(on_fixed_samples(lambda r: r - 1 - math.log(r)), k) == pytest.approx(other, abs=1e-6)


def test_near_the_reference_k3_is_calmer_than_k1_and_far_away_it_need_not_be():
    near = kl_convergence([0.65, 0.35], [0.6, 0.4])
    far = kl_convergence([0.917, 0.083], [0.6, 0.4])
    assert near.std_k3 < near.std_k1 / 5
    assert far.std_k3 > far.std_k1


# --- groups -----------------------------------------------------------------------------------------------------------


@given(groups)
def test_rloo_is_the_centred_reward_times_k_over_k_minus_one(rewards):
    size, mean = len(rewards), math.fsum(rewards) / len(rewards)
    group = group_advantages(rewards)
    assert group.rloo == pytest.approx([size / (size - 1) * (r - mean) for r in rewards], abs=1e-9)
    others = [(math.fsum(rewards) - r) / (size - 1) for r in rewards]
    assert group.rloo == pytest.approx([r - other for r, other in zip(rewards, others, strict=True)], abs=1e-9)
    assert math.fsum(group.rloo) == pytest.approx(0, abs=1e-9)


@given(groups, st.floats(0.1, 10), marks)
def test_grpo_sees_neither_scale_nor_shift_and_rloo_sees_the_scale(rewards, factor, constant):
    assume(max(rewards) - min(rewards) > 0.01)
    group, moved = group_advantages(rewards), group_advantages([factor * r + constant for r in rewards])
    assert moved.grpo == pytest.approx(group.grpo, abs=1e-6)
    assert moved.rloo == pytest.approx([factor * a for a in group.rloo], abs=1e-6)


@given(marks, st.integers(2, 8))
def test_a_group_that_agrees_teaches_nothing(reward, size):
    group = group_advantages([reward] * size)
    assert group.grpo == (0.0,) * size
    assert group.rloo == pytest.approx([0.0] * size, abs=1e-12)
