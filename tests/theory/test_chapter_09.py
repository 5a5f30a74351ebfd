"""Chapter 09: what its derivations claim about intervals, win rates, lengths, labels and suites, on random numbers."""

import json
import math
from collections import Counter
from itertools import combinations, product
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import engine.models
from engine.theory import compute, noise_ceiling, optimal_policy, wilson, win_rate
from engine.world import suites
from engine.world.prompts import KIND_OPENINGS, REFUSAL
from engine.world.rule import grade

Z = 1.959963984540054
shares = st.floats(0, 1)
inner = st.floats(0.02, 0.98)
counts = st.integers(0, 300)
log_odds = st.floats(-4, 4)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def logit(p):
    return math.log(p / (1 - p))


def binomial(n, k, p):
    return math.comb(n, k) * p**k * (1 - p) ** (n - k)


# --- the zero of a judge, and the sum over tokens ---------------------------------------------------------------------


@given(log_odds)
def test_a_model_against_itself_wins_by_the_bonus_of_the_first_place_and_ties_in_both_orders(bias):
    judge = compute("position-bias", {"preference": 0, "bias": bias})
    assert judge["first_order"] == pytest.approx(sigmoid(bias))
    assert judge["averaged"] == pytest.approx(0.5)


@given(st.lists(inner, min_size=6, max_size=6))
def test_the_kl_of_an_answer_is_the_mean_sum_of_the_kls_of_its_tokens(probabilities):
    """Two tokens, each one of two words; the second depends on the first."""

    def of(first, after):
        return {(i, j): (first, 1 - first)[i] * (after[i], 1 - after[i])[j] for i, j in product((0, 1), repeat=2)}

    def kl(p, q):
        return p * math.log(p / q) + (1 - p) * math.log((1 - p) / (1 - q))

    p, q = probabilities[:3], probabilities[3:]
    new, old = of(p[0], p[1:]), of(q[0], q[1:])
    whole = sum(new[answer] * math.log(new[answer] / old[answer]) for answer in new)
    by_token = kl(p[0], q[0]) + p[0] * kl(p[1], q[1]) + (1 - p[0]) * kl(p[2], q[2])
    assert whole == pytest.approx(by_token, abs=1e-9)


# --- win rates and their interval -------------------------------------------------------------------------------------


@given(counts, counts, counts)
def test_the_win_rate_is_as_far_from_a_coin_as_the_decided_share_of_it(wins, ties, losses):
    assume(wins + losses)
    result = win_rate(wins, ties, losses)
    decided = (wins + losses) / (wins + ties + losses)
    assert result.rate - 0.5 == pytest.approx(decided * (result.decisive - 0.5), abs=1e-12)


@given(st.integers(1, 500), st.data())
def test_wilsons_bounds_solve_the_inequality_and_lean_as_if_by_two_wins_and_two_losses(n, data):
    successes = data.draw(st.integers(0, n))
    seen = successes / n
    low, high = wilson(successes, n)
    for bound in (low, high):
        assert (seen - bound) ** 2 == pytest.approx(Z**2 * bound * (1 - bound) / n, abs=1e-9)
    assert (low + high) / 2 == pytest.approx((successes + Z**2 / 2) / (n + Z**2))


@given(st.integers(1, 2000), st.data())
def test_one_half_is_left_out_beyond_the_number_of_comparisons_that_the_text_gives(n, data):
    successes = data.draw(st.integers(0, n))
    assume(2 * successes != n)
    low, high = wilson(successes, n)
    needed = (Z / (2 * successes / n - 1)) ** 2
    assume(abs(n - needed) > 1e-6)
    assert (low > 0.5 or high < 0.5) == (n > needed)


@given(st.integers(1, 1000))
def test_a_fault_never_seen_may_still_have_this_rate(n):
    assert wilson(0, n)[1] == pytest.approx(Z**2 / (n + Z**2))


def test_how_many_comparisons_a_true_advantage_of_55_percent_takes():
    def shown(n):
        return sum(binomial(n, k, 0.55) for k in range(n + 1) if wilson(k, n)[0] > 0.5)

    assert 0.45 < shown(385) < 0.55
    assert 0.78 < shown(783) < 0.83


@given(st.integers(1, 8), st.floats(0, 1))
def test_relatives_are_worth_fewer_independent_trials(answers, correlation):
    """The variance of a mean of equally correlated values of variance 1, summed over their covariances."""
    variance = sum(1 if i == j else correlation for i, j in product(range(answers), repeat=2)) / answers**2
    assert 1 / variance == pytest.approx(answers / (1 + (answers - 1) * correlation))


# --- at equal length --------------------------------------------------------------------------------------------------


@given(inner, inner, st.integers(1, 99))
def test_the_fit_by_length_is_the_most_likely_one(longer, shorter, percent):
    """Both derivatives of the log-likelihood of P(win) = σ(θ + φ Δ) vanish at the result."""
    fit = compute("length-controlled", {
        "win_if_longer": longer, "win_if_shorter": shorter, "longer_share": percent / 100,
    })  # fmt: skip
    groups = ((1, longer, percent), (-1, shorter, 100 - percent))
    surplus = [(d, n * (won - sigmoid(fit["strength"] + fit["length_effect"] * d))) for d, won, n in groups]
    assert sum(rest for _, rest in surplus) == pytest.approx(0, abs=1e-9)
    assert sum(d * rest for d, rest in surplus) == pytest.approx(0, abs=1e-9)
    assert fit["controlled"] == pytest.approx(sigmoid(fit["strength"]))
    assert fit["raw"] == pytest.approx(sum(won * n for _, won, n in groups) / 100)


@given(inner, inner, shares, shares)
def test_how_often_we_are_longer_moves_only_the_raw_rate(longer, shorter, one, other):
    def at(share):
        return compute("length-controlled", {
            "win_if_longer": longer, "win_if_shorter": shorter, "longer_share": share,
        })  # fmt: skip

    assert at(one)["controlled"] == at(other)["controlled"]
    assert at(one)["raw"] - at(other)["raw"] == pytest.approx((one - other) * (longer - shorter), abs=1e-9)


@given(inner, inner, shares)
def test_the_other_side_of_a_controlled_rate_is_one_minus_it(longer, shorter, share):
    ours = compute("length-controlled", {"win_if_longer": longer, "win_if_shorter": shorter, "longer_share": share})
    theirs = compute(
        "length-controlled", {"win_if_longer": 1 - shorter, "win_if_shorter": 1 - longer, "longer_share": 1 - share}
    )
    for rate in ("raw", "controlled"):
        assert ours[rate] == pytest.approx(1 - theirs[rate])
    assert ours["length_effect"] == pytest.approx(theirs["length_effect"])


# --- noisy labels -----------------------------------------------------------------------------------------------------


@given(st.floats(0, 0.49), shares)
def test_the_truth_behind_noisy_labels_is_found_again(error, accuracy):
    """Brute force over whether two labels and the judge are right."""
    same_label = same_as_judge = 0.0
    for first, second, judge in product((True, False), repeat=3):
        chance = math.prod(
            p if right else 1 - p for right, p in ((first, 1 - error), (second, 1 - error), (judge, accuracy))
        )
        same_label += chance * (first == second)
        same_as_judge += chance * (first == judge)
    result = noise_ceiling(same_label, same_as_judge)
    assert result.label_error == pytest.approx(error, abs=1e-6)
    assert result.ceiling == pytest.approx(1 - error, abs=1e-6)
    assert result.true_accuracy == pytest.approx(accuracy, abs=1e-6)
    assert noise_ceiling(same_label, 1 - error).true_accuracy == pytest.approx(1, abs=1e-6)


@given(shares, shares)
def test_edges_multiply(first, second):
    agree = first * second + (1 - first) * (1 - second)
    assert 2 * agree - 1 == pytest.approx((2 * first - 1) * (2 * second - 1), abs=1e-12)


@given(st.integers(1, 100), st.integers(1, 100))
def test_kappa_of_two_raters_who_choose_each_side_equally_often_is_the_edge_of_their_agreement(same, different):
    counts = {"yes_yes": same, "no_no": same, "yes_no": different, "no_yes": different}
    assert compute("cohen-kappa", counts)["kappa"] == pytest.approx(2 * same / (same + different) - 1)


def test_labels_that_are_coin_tosses_say_nothing_of_the_truth():
    assert noise_ceiling(0.5, 0.7).true_accuracy is None


# --- what got lost ----------------------------------------------------------------------------------------------------


@given(st.integers(1, 12), st.data(), inner)
def test_pass_at_k_is_right_on_average_and_its_shortcut_too_low(n, data, p):
    k = data.draw(st.integers(1, n))
    exact = 1 - (1 - p) ** k
    estimate = sum(
        binomial(n, c, p) * compute("pass-at-k", {"n": n, "c": c, "k": k})["pass_at_k"] for c in range(n + 1)
    )
    shortcut = sum(binomial(n, c, p) * (1 - (1 - c / n) ** k) for c in range(n + 1))
    assert estimate == pytest.approx(exact)
    assert shortcut <= exact + 1e-12


def test_pass_at_k_counts_the_choices_that_hold_a_right_one():
    choices = list(combinations([True] * 3 + [False] * 7, 4))
    assert sum(map(any, choices)) / len(choices) == pytest.approx(0.8333, abs=1e-4)


@given(inner, st.floats(0.1, 3), st.floats(-2, 2), st.floats(-2, 2))
def test_the_best_policy_keeps_the_proportions_of_equally_paid_answers(share, beta, reward, other):
    prior = [0.7 * share, 0.7 * (1 - share), 0.3]
    first, second, _ = optimal_policy(prior, [reward, reward, other], beta).policy
    assert first / (first + second) == pytest.approx(share)


def test_distinct_two_of_the_three_kind_openings():
    answers = [f"{opening} we say went ." for opening in KIND_OPENINGS]

    def distinct(texts):
        pairs = [pair for text in texts for pair in zip(text.split(), text.split()[1:], strict=False)]
        return len(set(pairs)), len(pairs)

    assert distinct(answers) == (14, 22)
    assert distinct(answers[:1] * 3) == (6, 18)


def test_the_best_of_twenty_equal_checkpoints_often_looks_better():
    lucky = sum(binomial(200, k, 0.5) for k in range(201) if wilson(k, 200)[0] > 0.5)
    assert lucky == pytest.approx(1 / 40, abs=0.005)
    assert round(1 - (39 / 40) ** 20, 3) == 0.397


# --- the suites of the world ------------------------------------------------------------------------------------------


def faults(answer):
    """Insults, refusals, wrong claims agreed with, forms right: of a tutor that always says the same."""

    def reasons(prompts):
        return Counter(grade(prompt.text, answer).reason for prompt in prompts)

    return (
        reasons(suites.harm())["insulted"],
        reasons(suites.over_refusal())["refused"],
        reasons(suites.honesty())["agreed_with_wrong_claim"],
        reasons(suites.capability())["right"],
    )


def test_tutors_that_always_say_the_same_pass_the_suites_that_count_faults():
    assert faults(REFUSAL) == (0, 40, 0, 0)
    assert faults("yes .") == (0, 0, 40, 0)
    assert faults("went") == (0, 0, 0, 3)
    assert faults("no .")[:3] == (0, 0, 0)


def test_the_sizes_of_the_suites():
    claims = suites.honesty()
    sizes = [len(suites.harm()), len(suites.over_refusal()), len(claims), len(suites.capability())]
    assert sizes == [29, 40, 60, 258]
    assert sum(not prompt.claim_is_right for prompt in claims) == 40


def test_what_the_shipped_tutor_does_on_them():
    file = Path(engine.models.__file__).parent / "shipped" / "sft" / "metrics.json"
    measured = json.loads(file.read_text(encoding="utf-8"))
    shown = (
        ("harm", "insulted", 16, 29),
        ("over_refusal", "refused", 0, 40),
        ("honesty", "agreed_with_wrong_claim", 27, 60),
        ("capability", "right", 177, 258),
    )
    for suite, reason, count, of in shown:
        assert measured[suite].get(reason, 0) == pytest.approx(count / of, abs=1e-4), suite
