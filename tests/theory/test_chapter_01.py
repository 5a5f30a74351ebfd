"""Chapter 01: what its derivations claim about the policy gradient, baselines, GAE and the ratio, on random numbers."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.theory import gae, ppo_clip, reinforce_variance, score_function

logits = st.floats(-2, 2)
marks = st.floats(-3, 3)
shares = st.floats(0, 1)


def softmax(z):
    masses = [math.exp(x) for x in z]
    return [mass / math.fsum(masses) for mass in masses]


def mean_reward(z, rewards):
    return math.fsum(p * r for p, r in zip(softmax(z), rewards, strict=True))


def one_hot(k, size):
    return [float(j == k) for j in range(size)]


@st.composite
def bandits(draw, size=None):
    size = size or draw(st.integers(2, 5))
    return [draw(logits) for _ in range(size)], [draw(marks) for _ in range(size)]


@st.composite
def paths(draw):
    length = draw(st.integers(1, 6))
    return [draw(marks) for _ in range(length)], [draw(marks) for _ in range(length)]


# --- the gradient of an average ---------------------------------------------------------------------------------------


def average_of_estimates(z, rewards, baseline):
    policy = softmax(z)
    pushes = [score_function(policy, one_hot(y, len(z)), rewards[y], baseline).estimate for y in range(len(z))]
    return [math.fsum(policy[y] * pushes[y][k] for y in range(len(z))) for k in range(len(z))]


@given(bandits())
def test_the_average_push_is_the_slope_of_the_mean_reward(bandit):
    z, rewards = bandit
    step = 1e-5
    for k, push in enumerate(average_of_estimates(z, rewards, 0.0)):
        up, down = ([x + sign * step * (j == k) for j, x in enumerate(z)] for sign in (1, -1))
        slope = (mean_reward(up, rewards) - mean_reward(down, rewards)) / (2 * step)
        assert push == pytest.approx(slope, abs=1e-7)


@given(bandits())
def test_an_answer_rises_if_its_mark_is_above_the_mean(bandit):
    z, rewards = bandit
    policy, mean = softmax(z), mean_reward(z, rewards)
    shape = [p * (r - mean) for p, r in zip(policy, rewards, strict=True)]
    assert average_of_estimates(z, rewards, 0.0) == pytest.approx(shape, abs=1e-12)


def test_the_puzzle_goed_is_only_ever_pushed_up_when_said_and_falls():
    push = score_function([0.6, 0.2, 0.2], [0, 1, 0], reward=0.5).estimate
    assert push[1] == pytest.approx(0.4)
    assert reinforce_variance([0.6, 0.2, 0.2], [1, 0.5, 0]).gradient[1] == pytest.approx(-0.04)


@given(bandits(), st.integers(0, 4), marks)
def test_a_draw_pushes_as_the_slope_of_a_weighted_cross_entropy(bandit, drawn, weight):
    z, _ = bandit
    y, step = drawn % len(z), 1e-5
    push = score_function(softmax(z), one_hot(y, len(z)), weight).estimate
    for k in range(len(z)):
        up, down = ([x + sign * step * (j == k) for j, x in enumerate(z)] for sign in (1, -1))
        slope = -weight * (math.log(softmax(up)[y]) - math.log(softmax(down)[y])) / (2 * step)
        assert -push[k] == pytest.approx(slope, abs=1e-6)


# --- the baseline -----------------------------------------------------------------------------------------------------


@given(bandits(), marks)
def test_a_baseline_changes_nothing_on_average(bandit, baseline):
    z, rewards = bandit
    with_it, without = (average_of_estimates(z, rewards, b) for b in (baseline, 0.0))
    assert with_it == pytest.approx(without, abs=1e-12)


@given(bandits())
def test_half_of_the_own_reward_as_baseline_halves_the_gradient(bandit):
    z, rewards = bandit
    halved = average_of_estimates(z, [r - r / 2 for r in rewards], 0.0)
    assert halved == pytest.approx([g / 2 for g in average_of_estimates(z, rewards, 0.0)], abs=1e-12)


def noise(z, rewards, baseline):
    """Mean squared distance of one draw from the gradient, summed over the draws as it is defined."""
    policy = softmax(z)
    centre = average_of_estimates(z, rewards, baseline)
    total = 0.0
    for y, p in enumerate(policy):
        push = score_function(policy, one_hot(y, len(z)), rewards[y], baseline).estimate
        total += p * math.fsum((a - c) ** 2 for a, c in zip(push, centre, strict=True))
    return total


@given(bandits(), marks)
def test_the_variance_is_a_parabola_with_its_lowest_point_at_the_weighted_mean(bandit, baseline):
    z, rewards = bandit
    policy = softmax(z)
    lengths = [math.fsum((e - q) ** 2 for e, q in zip(one_hot(y, len(z)), policy, strict=True)) for y in range(len(z))]
    mean_length = math.fsum(p * w for p, w in zip(policy, lengths, strict=True))
    best = math.fsum(p * w * r for p, w, r in zip(policy, lengths, rewards, strict=True)) / mean_length
    assert reinforce_variance(policy, rewards, baseline).best_baseline == pytest.approx(best, abs=1e-9)
    lowest = noise(z, rewards, best)
    assert noise(z, rewards, baseline) == pytest.approx(lowest + mean_length * (baseline - best) ** 2, abs=1e-9)
    # Hence no worse than no baseline exactly up to twice the best one.
    assert noise(z, rewards, 2 * best) == pytest.approx(noise(z, rewards, 0.0), abs=1e-9)


@given(bandits(size=3), st.integers(2, 4))
def test_a_group_mean_with_the_own_mark_in_it_only_shrinks_the_gradient(bandit, group):
    z, rewards = bandit
    # The others, drawn independently, contribute their mean mark: the baseline given y is (R(y) + (K - 1) J) / K.
    mean = mean_reward(z, rewards)
    weights = [r - (r + (group - 1) * mean) / group for r in rewards]
    shrunk = average_of_estimates(z, weights, 0.0)
    full = average_of_estimates(z, rewards, 0.0)
    assert shrunk == pytest.approx([(group - 1) / group * g for g in full], abs=1e-12)


# --- sentences --------------------------------------------------------------------------------------------------------


@given(logits, logits, st.floats(-3, 3), marks, marks)
def test_reward_to_go_and_a_baseline_for_every_state_leave_the_gradient_of_the_tree(first, second, early, b0, b1):
    """The tutor's tree with one logit at the prompt and one after `went`; `early` is paid after a first `went`."""

    def mean(a, b):
        went, end = 1 / (1 + math.exp(-a)), 1 / (1 + math.exp(-b))
        return went * (early + end * 1.0 + (1 - end) * 0.0) + (1 - went) * 0.5

    went, end = 1 / (1 + math.exp(-first)), 1 / (1 + math.exp(-second))
    # (probability, score of the first logit, score of the second, reward-to-go at token 1, at token 2)
    draws = [
        (went * end, 1 - went, 1 - end, early + 1.0, 1.0),
        (went * (1 - end), 1 - went, -end, early, 0.0),
        (1 - went, -went, 0.0, 0.5, 0.5),
    ]
    step = 1e-5
    by_first = math.fsum(p * s1 * (g1 - b0) for p, s1, _, g1, _ in draws)
    by_second = math.fsum(p * s2 * (g2 - b1) for p, _, s2, _, g2 in draws)
    slope = (mean(first + step, second) - mean(first - step, second)) / (2 * step)
    assert by_first == pytest.approx(slope, abs=1e-6)
    slope = (mean(first, second + step) - mean(first, second - step)) / (2 * step)
    assert by_second == pytest.approx(slope, abs=1e-6)


@given(logits, logits)
def test_the_true_advantage_of_each_token_gives_the_same_gradient_as_the_whole_mark(first, second):
    went, end = 1 / (1 + math.exp(-first)), 1 / (1 + math.exp(-second))
    value = went * end + (1 - went) * 0.5
    # (probability, score and advantage of the first token, of the second, mark)
    draws = [
        (went * end, 1 - went, end - value, 1 - end, 1 - end, 1.0),
        (went * (1 - end), 1 - went, end - value, -end, -end, 0.0),
        (1 - went, -went, 0.5 - value, 0.0, 0.0, 0.5),
    ]
    assert math.fsum(p * s * a for p, s, a, *_ in draws) == pytest.approx(
        math.fsum(p * s * mark for p, s, *_, mark in draws), abs=1e-12
    )
    assert math.fsum(p * s * a for p, _, _, s, a, _ in draws) == pytest.approx(
        math.fsum(p * s * mark for p, _, _, s, _, mark in draws), abs=1e-12
    )


@given(paths(), shares)
def test_td_errors_telescope(path, gamma):
    rewards, values = path
    errors = gae(rewards, values, gamma, lam=0).advantages
    ahead = [*values[1:], 0.0]
    defined = [r + gamma * after - v for r, after, v in zip(rewards, ahead, values, strict=True)]
    assert errors == pytest.approx(defined, abs=1e-12)
    returns = math.fsum(gamma**k * r for k, r in enumerate(rewards))
    assert math.fsum(gamma**k * e for k, e in enumerate(errors)) == pytest.approx(returns - values[0], abs=1e-9)
    assert gae(rewards, values, gamma, lam=1).advantages[0] == pytest.approx(returns - values[0], abs=1e-9)


@given(paths(), shares, st.floats(0, 0.9))
def test_gae_is_the_geometric_mixture_of_the_versions_that_trust_the_critic_later(path, gamma, lam):
    rewards, values = path
    ahead = [*values[1:], 0.0]
    errors = [r + gamma * after - v for r, after, v in zip(rewards, ahead, values, strict=True)]
    mixture, version = 0.0, 0.0
    for k in range(1, 400):  # the version with k errors; after the end there are none
        version += gamma ** (k - 1) * errors[k - 1] if k <= len(errors) else 0.0
        mixture += (1 - lam) * lam ** (k - 1) * version
    assert gae(rewards, values, gamma, lam).advantages[0] == pytest.approx(mixture, abs=1e-9)


@given(paths(), shares, shares)
def test_gae_from_the_back_is_one_line(path, gamma, lam):
    rewards, values = path
    errors = gae(rewards, values, gamma, lam=0).advantages
    advantages = [*gae(rewards, values, gamma, lam).advantages, 0.0]
    assert advantages[:-1] == pytest.approx(
        [error + gamma * lam * after for error, after in zip(errors, advantages[1:], strict=True)], abs=1e-12
    )


def test_values_of_the_tree_make_td_errors_the_advantages_of_the_table():
    went = 0.75 * 1 + 0.25 * 0
    prompt = 0.8 * went + 0.2 * 0.5
    assert prompt == pytest.approx(0.7)
    assert gae([0, 1], [prompt, went], 1, 0).advantages == pytest.approx((0.05, 0.25))
    assert gae([0, 0, 0], [prompt, went, 0], 1, 0).advantages == pytest.approx((0.05, -0.75, 0))
    assert gae([0, 0, 0.5], [prompt, 0.5, 0.5], 1, 0).advantages == pytest.approx((-0.2, 0, 0))


# --- the ratio and the clip -------------------------------------------------------------------------------------------


@given(bandits(size=4), st.lists(logits, min_size=4, max_size=4))
def test_the_ratio_turns_an_average_over_old_answers_into_one_over_new(bandit, old):
    new, advantages = bandit
    then = softmax(old)
    weighted = [p * (q / p) * a for p, q, a in zip(then, softmax(new), advantages, strict=True)]
    assert math.fsum(weighted) == pytest.approx(mean_reward(new, advantages), abs=1e-9)


@given(st.floats(0.05, 3), st.floats(-3, 3), st.floats(0.05, 0.5))
def test_the_clip_bites_exactly_where_the_ratio_has_gone_far_the_way_the_advantage_wants(ratio, advantage, epsilon):
    assume(abs(advantage) > 1e-3 and min(abs(ratio - 1 - epsilon), abs(ratio - 1 + epsilon)) > 1e-3)
    step = 1e-6
    ends = [ppo_clip(ratio + sign * step, advantage, epsilon).objective for sign in (1, -1)]
    slope = (ends[0] - ends[1]) / (2 * step)
    enough = (advantage > 0 and ratio > 1 + epsilon) or (advantage < 0 and ratio < 1 - epsilon)
    assert ppo_clip(ratio, advantage, epsilon).clipped == enough
    assert slope == pytest.approx(0 if enough else advantage, abs=1e-6)
