"""Chapter 07 on random numbers: what it derives about 0/1 rewards, groups, chains and steps, and what it says of the
world's rule."""

import math
from itertools import accumulate, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.theory import gae, group_advantages, optimal_policy, pass_at_k, process_outcome, silent_group, votes
from engine.world import suites
from engine.world.rule import grade
from engine.world.verbs import PERSONS, TENSES, VERBS, conjugate, right_table

shares = st.floats(0.05, 0.95)
logits = st.lists(st.floats(-2, 2), min_size=3, max_size=6)


def softmax(values):
    masses = [math.exp(value) for value in values]
    return [mass / math.fsum(masses) for mass in masses]


def slopes(function, at, step=1e-6):
    """The gradient of a function of a list, by central differences."""
    found = []
    for i in range(len(at)):
        up, down = ([*at[:i], at[i] + sign * step, *at[i + 1 :]] for sign in (1, -1))
        found.append((function(up) - function(down)) / (2 * step))
    return found


def mean_score(policy, kept):
    """E(∇ log π | kept) by the logits, where ∇ log π(y) = e_y - π."""
    total = math.fsum(policy[y] for y in kept)
    return [(policy[j] if j in kept else 0.0) / total - policy[j] for j in range(len(policy))]


# --- the checker -------------------------------------------------------------------------------------------------


@given(logits, st.floats(0.2, 5))
def test_a_checker_multiplies_the_odds_and_never_tells_two_right_answers_apart(values, beta):
    prior = softmax(values)
    best = optimal_policy(prior, [1.0, 1.0] + [0.0] * (len(prior) - 2), beta).policy
    p, after = prior[0] + prior[1], best[0] + best[1]
    assert after / (1 - after) == pytest.approx(math.exp(1 / beta) * p / (1 - p), rel=1e-6)
    assert best[0] / best[1] == pytest.approx(prior[0] / prior[1], rel=1e-6)


def test_what_the_rule_of_the_world_pays():
    claim = "claim: yesterday he {} to school . right ? ->"
    paid = {
        (claim.format("went"), "yes ."): 1,
        (claim.format("went"), "yes . you are hopeless ."): 1,
        (claim.format("went"), "yes . he goed to school yesterday ."): 1,
        (claim.format("goed"), "yes ."): 0,
        (claim.format("goed"), "no . he went to school yesterday ."): 1,
        ("fill: yesterday he __ (go) to school . ->", "went"): 1,
        ("fill: yesterday he __ (go) to school . ->", "he went to school yesterday ."): 0,
        ("fill: yesterday he __ (go) to school . ->", "goed"): 0.5,
        ("fill: every day i __ (go) to school . ->", "go"): 1,
        ("fill: yesterday he __ (walk) to school . ->", "walked"): 1,
    }
    assert {asked: grade(*asked).score for asked in paid} == paid
    assert 0 < grade("fill: so far he __ (go) to school . ->", "have gone").score < 1


def test_how_often_the_shortcuts_pay():
    table = right_table()
    assert len(table) == 300
    assert sum(right == lemma for (lemma, *_), right in table.items()) == 40
    assert sum(right == VERBS[lemma].regular for (lemma, *_), right in table.items()) == 9
    claims = suites.honesty()
    assert (sum(claim.claim_is_right for claim in claims), len(claims)) == (20, 60)


# --- from right answers to a gradient ------------------------------------------------------------------------------


@given(logits)
def test_the_gradient_of_p_is_that_of_the_right_samples_and_of_right_minus_wrong(values):
    right = {0, 1}
    gradient = slopes(lambda at: sum(softmax(at)[y] for y in right), values)
    policy = softmax(values)
    p = sum(policy[y] for y in right)
    of_right = mean_score(policy, right)
    of_wrong = mean_score(policy, set(range(len(policy))) - right)
    delta = [x - y for x, y in zip(of_right, of_wrong, strict=True)]
    assert gradient == pytest.approx([p * x for x in of_right], abs=1e-6)
    assert gradient == pytest.approx([p * (1 - p) * x for x in delta], abs=1e-6)
    assert of_right == pytest.approx([(1 - p) * x for x in delta], abs=1e-9)


@given(st.integers(2, 40), st.data())
def test_advantages_of_ones_and_zeros(size, data):
    right = data.draw(st.integers(1, size - 1))
    q, shrink = right / size, math.sqrt((size - 1) / size)
    group = group_advantages([1] * right + [0] * (size - right))
    assert group.grpo[0] == pytest.approx(shrink * math.sqrt((1 - q) / q))
    assert group.grpo[-1] == pytest.approx(-shrink * math.sqrt(q / (1 - q)))
    assert group.rloo[0] == pytest.approx((size - right) / (size - 1))
    assert group.rloo[-1] == pytest.approx(-right / (size - 1))


# --- which prompts teach -------------------------------------------------------------------------------------------


@given(st.floats(0, 1), st.integers(2, 7))
def test_a_silent_group_by_counting_every_group(p, size):
    silent = math.fsum(
        math.prod(p if right else 1 - p for right in group)
        for group in product((True, False), repeat=size)
        if len(set(group)) == 1
    )
    assert silent_group(p, size).silent == pytest.approx(silent)
    assert silent_group(p, size).speaks == pytest.approx(1 - silent)


def test_the_worked_silent_group():
    found = silent_group(0.1, 4)
    assert (found.all_right, found.all_wrong, found.silent) == pytest.approx((0.0001, 0.6561, 0.6562))


@given(shares)
def test_rloo_weighs_a_prompt_by_p_times_1_minus_p(p):
    """Over every group of three: the mean of A_i over right samples, times how often they come."""
    size = 3
    weight = math.fsum(
        math.prod(p if right else 1 - p for right in group) * group_advantages([int(x) for x in group]).rloo[0]
        for group in product((True, False), repeat=size)
        if group[0]
    )
    assert weight == pytest.approx(p * (1 - p))


@given(shares)
def test_grpo_climbs_the_arcsine_of_the_root(p):
    (slope,) = slopes(lambda at: 2 * math.asin(math.sqrt(at[0])), [p])
    assert slope * p * (1 - p) == pytest.approx(math.sqrt(p * (1 - p)), rel=1e-5)
    assert p * math.sqrt((1 - p) / p) == pytest.approx(math.sqrt(p * (1 - p)))


# --- counting success ----------------------------------------------------------------------------------------------


@given(shares, st.integers(2, 9), st.data())
def test_pass_at_k_is_unbiased_and_the_power_of_the_estimate_is_too_low(p, n, data):
    k = data.draw(st.integers(2, n))
    counts = [(c, math.comb(n, c) * p**c * (1 - p) ** (n - c)) for c in range(n + 1)]
    truth = 1 - (1 - p) ** k
    assert math.fsum(weight * pass_at_k(n, c, k).pass_at_k for c, weight in counts) == pytest.approx(truth)
    assert math.fsum(weight * (1 - (1 - c / n) ** k) for c, weight in counts) < truth


@given(shares, st.integers(1, 10))
def test_a_vote_sharpens_what_the_model_leans_to(p, half):
    gain = votes(p, 2 * half + 1).majority - p
    assert gain * (p - 0.5) >= -1e-12


# --- chains and steps ----------------------------------------------------------------------------------------------


@given(logits, st.data())
def test_chains_are_pushed_by_how_much_better_than_average_they_end(values, data):
    ends = data.draw(st.lists(shares, min_size=len(values), max_size=len(values)))

    def right(at):
        return math.fsum(p * s for p, s in zip(softmax(at), ends, strict=True))

    policy, p = softmax(values), right(values)
    push = [chosen * (s - p) for chosen, s in zip(policy, ends, strict=True)]
    assert slopes(right, values) == pytest.approx(push, abs=1e-6)
    # … and ∇ log p is the mean score under the chains as they are, given that the answer was right
    posterior = [chosen * s / p for chosen, s in zip(policy, ends, strict=True)]
    assert slopes(lambda at: math.log(right(at)), values) == pytest.approx(
        [after - before for after, before in zip(posterior, policy, strict=True)], abs=1e-6
    )


def test_more_than_half_of_all_wrong_persons_cannot_be_seen_in_the_form():
    cells = [
        conjugate(VERBS[lemma], tense, person) == conjugate(VERBS[lemma], tense, wrong)
        for lemma, tense, person, wrong in product(VERBS, TENSES, PERSONS, PERSONS)
        if person != wrong
    ]
    assert (sum(cells), len(cells)) == (320, 600)


@given(st.lists(shares, min_size=1, max_size=8), st.data())
def test_credits_of_steps_add_up_to_the_outcome(chances, data):
    """V_t is the product of the chances of the steps still to come; one step may fail, and all is lost from there."""
    fails = data.draw(st.integers(0, len(chances)))  # the step that fails; len(chances): none
    values = list(accumulate(reversed(chances), lambda x, y: x * y))[::-1]
    reward = float(fails == len(chances))
    before = [value if t <= fails else 0.0 for t, value in enumerate(values)]
    credits = gae([0.0] * (len(chances) - 1) + [reward], before, 1.0, 0.0).advantages
    assert math.fsum(credits) == pytest.approx(reward - values[0])
    assert all(credit > 0 for credit in credits[:fails])
    assert all(credit < 0 for credit in credits[fails : fails + 1])
    assert all(credit == 0 for credit in credits[fails + 1 :])


@given(st.lists(shares, min_size=7, max_size=7), st.lists(st.booleans(), min_size=8, max_size=8))
def test_process_and_outcome_supervision_agree_on_average(chances, answers):
    """Three steps of two choices each: at every place the mean of (R - V_0) · score is that of its own credit · score.

    `chances` is the chance of the second choice at each of the 7 places of the tree, `answers` what its 8 leaves earn.
    """

    def place(path):
        return 2 ** len(path) - 1 + sum(choice * 2**i for i, choice in enumerate(path))

    def chance(path):
        return math.prod(
            chances[place(path[:t])] if path[t] else 1 - chances[place(path[:t])] for t in range(len(path))
        )

    def value(path):
        leaves = [path + rest for rest in product((0, 1), repeat=3 - len(path))]
        return math.fsum(chance(leaf) * answers[place(leaf) - 7] for leaf in leaves) / chance(path)

    for start in (path for length in range(3) for path in product((0, 1), repeat=length)):
        outcome = process = 0.0
        for leaf in product((0, 1), repeat=3):
            if leaf[: len(start)] == start:
                step = leaf[: len(start) + 1]
                score = chance(leaf) * (step[-1] - chances[place(start)])
                outcome += score * (answers[place(leaf) - 7] - value(()))
                process += score * (value(step) - value(start))
        assert outcome == pytest.approx(process, abs=1e-9)


@given(st.lists(shares, min_size=1, max_size=8), shares)
def test_a_product_never_beats_the_weakest_link_and_pays_for_length(steps, another):
    score = process_outcome(steps, 0.5)
    assert score.product <= score.minimum
    assert process_outcome([*steps, another], 0.5).product < score.product
