"""Chapter 08: what its derivations claim about filters, teachers, loops and generations, on random numbers."""

import math
from collections import Counter
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.theory import expected_diversity, filter_yield, optimal_policy, self_training
from engine.theory.synthetic import generations_of
from engine.world.rule import grade

inner = st.floats(0.02, 0.98)


@st.composite
def distributions(draw, size=3):
    masses = draw(st.lists(st.floats(0.05, 1), min_size=size, max_size=size))
    return [mass / math.fsum(masses) for mass in masses]


def diversity(policy):
    return 1 - math.fsum(share**2 for share in policy)


def entropy(policy):
    return -math.fsum(share * math.log(share) for share in policy if share > 0)


def normalised(weights):
    return [weight / math.fsum(weights) for weight in weights]


def next_policies(policy, samples):
    """Every training set of `samples` draws, as the frequencies it teaches, with its probability."""
    for kinds in product(range(len(policy)), repeat=samples):
        counts = Counter(kinds)
        chance = math.prod(policy[kind] for kind in kinds)
        yield chance, [counts[kind] / samples for kind in range(len(policy))]


# --- the story --------------------------------------------------------------------------------------------------------


def test_the_rule_gives_every_sentence_of_the_story_full_marks():
    told = {"go": "went", "take": "took", "see": "saw", "swim": "swam"}
    places = {"go": "to school", "take": "the bus", "see": "a film", "swim": "in the lake"}
    for verb, form in told.items():
        assert grade(f"fill: yesterday he __ ({verb}) {places[verb]} . ->", form).score == 1


def test_the_table_of_the_story():
    history = list(generations_of([0.4, 0.3, 0.2, 0.1], 50, 91, 0, 0))
    counted = {1: [14, 16, 13, 7], 12: [17, 14, 18, 1], 13: [18, 18, 14, 0], 50: [2, 25, 23, 0], 91: [0, 0, 50, 0]}
    assert {g: [round(share * 50) for share in history[g]] for g in counted} == counted


# --- filters ----------------------------------------------------------------------------------------------------------


@given(inner, inner, inner)
def test_a_filter_multiplies_the_odds(share, recall, false_alarm):
    precision = filter_yield(share, recall, false_alarm).precision
    assert precision / (1 - precision) == pytest.approx(share / (1 - share) * recall / false_alarm)


@given(inner, st.integers(1, 5))
def test_a_filter_never_mends_its_blind_spot(share, rounds):
    """Of the wrong answers a quarter is of a kind that always passes; the rest is always caught."""
    right, passes, caught = share, (1 - share) / 4, (1 - share) * 3 / 4
    first = filter_yield(right, 1, 0.25).precision
    for _ in range(rounds):
        right, passes, caught = normalised([right, passes, 0 * caught])
    assert right == pytest.approx(first)


# --- counting variety -------------------------------------------------------------------------------------------------


def distinct(sentences, n):
    grams = [tuple(words[i : i + n]) for words in map(str.split, sentences) for i in range(len(words) - n + 1)]
    return len(set(grams)) / len(grams)


def test_distinct_n_of_the_worked_sentences():
    told = ["he went to school", "he went to work", "she went to school"]
    asked = ["i saw a bird", "i saw a film", "i saw a bird"]
    assert (distinct(told, 1), distinct(told, 2)) == (6 / 12, 5 / 9)
    assert (distinct(asked, 1), distinct(asked, 2)) == (5 / 12, 4 / 9)
    assert distinct(told * 2, 2) == distinct(told, 2) / 2


@given(distributions())
def test_diversity_is_the_chance_that_two_draws_differ(policy):
    differ = math.fsum(p * q for (i, p), (j, q) in product(enumerate(policy), repeat=2) if i != j)
    assert expected_diversity(policy, 10, 0).start == pytest.approx(differ)


# --- teachers ---------------------------------------------------------------------------------------------------------


@given(distributions(), distributions())
def test_cross_entropy_is_entropy_plus_kl_and_least_at_the_teacher(teacher, student):
    def cross(p):
        return -math.fsum(q * math.log(share) for q, share in zip(teacher, p, strict=True))

    kl = math.fsum(q * math.log(q / p) for q, p in zip(teacher, student, strict=True))
    assert cross(student) == pytest.approx(entropy(teacher) + kl)
    assert cross(student) >= cross(teacher) - 1e-12


@given(distributions(), st.lists(st.floats(-2, 2), min_size=3, max_size=3))
def test_sampled_labels_have_the_gradient_of_soft_ones_on_average(teacher, logits):
    student = normalised([math.exp(logit) for logit in logits])

    def loss(z, y):
        return math.log(math.fsum(map(math.exp, z))) - z[y]

    step = 1e-5
    for k in range(3):
        slopes = []
        for y in range(3):
            up, down = ([z + (i == k) * sign * step for i, z in enumerate(logits)] for sign in (1, -1))
            slopes.append((loss(up, y) - loss(down, y)) / (2 * step))
            assert slopes[y] == pytest.approx(student[k] - (k == y), abs=1e-6)
        mean = math.fsum(q * slope for q, slope in zip(teacher, slopes, strict=True))
        variance = math.fsum(q * (slope - mean) ** 2 for q, slope in zip(teacher, slopes, strict=True))
        assert mean == pytest.approx(student[k] - teacher[k], abs=1e-6)
        assert variance == pytest.approx(teacher[k] * (1 - teacher[k]), abs=1e-6)


@given(distributions(), st.floats(0.3, 5), st.floats(0.5, 2))
def test_temperature_raises_ratios_and_is_a_price_over_a_flat_reference(policy, temperature, again):
    logits = [math.log(share) + 7 for share in policy]  # any constant cancels
    sharp = normalised([math.exp(logit / temperature) for logit in logits])
    assert sharp == pytest.approx(normalised([share ** (1 / temperature) for share in policy]))
    assert sharp[0] / sharp[1] == pytest.approx((policy[0] / policy[1]) ** (1 / temperature))
    flat = [1 / 3] * 3
    assert optimal_policy(flat, [math.log(share) for share in policy], temperature).policy == pytest.approx(sharp)
    twice = normalised([share ** (1 / again) for share in sharp])
    assert twice == pytest.approx(normalised([share ** (1 / temperature / again) for share in policy]))


# --- loops ------------------------------------------------------------------------------------------------------------


@given(distributions(), distributions(), st.floats(0.6, 4))
@settings(max_examples=30)
def test_spin_on_unlimited_pairs_steps_towards_the_data_by_one_part_in_beta(data, policy, beta):
    """The policy of the text has no smaller loss beside it, and its log-odds have come nearer by 1 − 1/β."""

    def loss(candidate):
        gain = [beta * math.log(new / old) for new, old in zip(candidate, policy, strict=True)]
        return math.fsum(
            data[a] * policy[b] * math.log1p(math.exp(gain[b] - gain[a])) for a, b in product(range(3), repeat=2)
        )

    after = normalised([old * (q / old) ** (1 / beta) for q, old in zip(data, policy, strict=True)])
    for k, sign in product(range(3), (1, -1)):
        beside = normalised([share * math.exp(sign * 0.01 * (i == k)) for i, share in enumerate(after)])
        assert loss(after) <= loss(beside) + 1e-12
    distance = [math.log(p[0] / p[1]) - math.log(data[0] / data[1]) for p in (policy, after)]
    assert distance[1] == pytest.approx((1 - 1 / beta) * distance[0], abs=1e-9)


@given(distributions())
def test_fine_tuning_on_own_samples_pushes_nowhere_on_average(policy):
    for k in range(3):
        mean = math.fsum(share * ((k == y) - policy[k]) for y, share in enumerate(policy))
        assert mean == pytest.approx(0, abs=1e-12)


# --- generations ------------------------------------------------------------------------------------------------------


@given(distributions(), st.integers(1, 4))
@settings(max_examples=30)
def test_one_generation_keeps_the_mean_and_loses_one_part_in_n_of_the_diversity(policy, samples):
    after = list(next_policies(policy, samples))
    for k in range(3):
        assert math.fsum(chance * each[k] for chance, each in after) == pytest.approx(policy[k])
        missing = math.fsum(chance for chance, each in after if each[k] == 0)
        assert missing == pytest.approx((1 - policy[k]) ** samples)
    mean = math.fsum(chance * diversity(each) for chance, each in after)
    assert mean == pytest.approx((1 - 1 / samples) * diversity(policy))
    assert math.fsum(chance * entropy(each) for chance, each in after) <= entropy(policy) + 1e-12


@given(st.integers(2, 2000), st.integers(0, 2000), distributions())
def test_the_floor_is_left_as_it_is_by_a_round(samples, real, policy):
    assume(real <= samples)
    result = expected_diversity(policy, samples, 3, real / samples)
    both_own = (samples - real) * (samples - real - 1) / (samples * (samples - 1))
    after = (1 - 1 / samples) * (both_own * result.floor + (1 - both_own) * result.start)
    assert after == pytest.approx(result.floor, abs=1e-9)


@pytest.mark.parametrize("real", [1, 3, 10])
def test_it_is_the_number_of_real_samples_that_counts(real):
    floors = [expected_diversity([0.4, 0.3, 0.2, 0.1], n, 1, real / n).floor / 0.7 for n in (10**4, 10**6)]
    assert floors == pytest.approx([2 * real / (2 * real + 1)] * 2, rel=2e-3)


@given(st.integers(2, 5000))
def test_half_of_the_diversity_goes_in_n_log_2_rounds(samples):
    half = math.log(2) / -math.log(1 - 1 / samples)
    assert (1 - 1 / samples) ** half == pytest.approx(0.5)
    assert half == pytest.approx(samples * math.log(2), abs=math.log(2))


def test_each_kind_wins_with_the_share_it_began_with():
    policy, runs = [0.5, 0.3, 0.2], 1500
    ends = [self_training(policy, 5, 80, seed=seed).policy for seed in range(runs)]
    assert all(max(end) == 1 for end in ends)
    for kind, share in enumerate(policy):
        assert sum(end[kind] for end in ends) / runs == pytest.approx(share, abs=4 * math.sqrt(share / runs))
