"""Chapter 05: what its derivations claim about judges, votes, revisions and agreement, on random numbers."""

import math
from itertools import product

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import bradley_terry, cohen_kappa, compute

log_odds = st.floats(-6, 6)
shares = st.floats(0, 1)
inner = st.floats(0.02, 0.98)
logps = st.floats(-30, 0)
counts = st.integers(0, 500)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def logit(p):
    return math.log(p / (1 - p))


# --- labels -----------------------------------------------------------------------------------------------------------


@given(logps, logps)
def test_a_softmax_over_two_options_is_the_logistic_of_their_difference(first, second):
    weights = math.exp(first), math.exp(second)
    assert bradley_terry(first, second).probability == pytest.approx(weights[0] / sum(weights), rel=1e-9)


@given(inner, log_odds)
def test_a_soft_label_is_learnt_where_the_margin_is_its_log_odds(label, margin):
    def loss(d):
        return label * bradley_terry(d, 0).loss + (1 - label) * bradley_terry(0, d).loss

    assert loss(logit(label)) <= loss(margin) + 1e-12
    step = 1e-5
    slope = (loss(margin + step) - loss(margin - step)) / (2 * step)
    assert slope == pytest.approx(sigmoid(margin) - label, abs=1e-6)


@given(shares)
def test_a_clamped_label_asks_for_no_more_than_the_log_odds_of_its_edge(label):
    clamped = max(0.4, min(0.6, label))
    assert abs(logit(clamped)) <= math.log(0.6 / 0.4) + 1e-12


# --- position bias ----------------------------------------------------------------------------------------------------


@given(log_odds, log_odds)
def test_both_orders_in_log_odds_give_the_preference_exactly(preference, bias):
    first, second = sigmoid(preference + bias), sigmoid(preference - bias)
    assert (logit(first) + logit(second)) / 2 == pytest.approx(preference, abs=1e-6)
    assert (logit(first) - logit(second)) / 2 == pytest.approx(bias, abs=1e-6)


@given(log_odds, log_odds)
def test_averaged_probabilities_have_the_closed_form_keep_the_winner_and_lose_confidence(preference, bias):
    averaged = (sigmoid(preference + bias) + sigmoid(preference - bias)) / 2
    closed = (1 + math.sinh(preference) / (math.cosh(preference) + math.cosh(bias))) / 2
    assert averaged == pytest.approx(closed, abs=1e-12)
    assert abs(averaged - 0.5) <= abs(sigmoid(preference) - 0.5) + 1e-12
    assert (averaged - 0.5) * preference >= -1e-12


@given(log_odds, st.floats(0.001, 0.05))
def test_the_error_left_by_averaged_probabilities_is_of_second_order(preference, bias):
    p = sigmoid(preference)
    one_order = sigmoid(preference + bias) - p
    both_orders = (sigmoid(preference + bias) + sigmoid(preference - bias)) / 2 - p
    assert one_order == pytest.approx(p * (1 - p) * bias, abs=bias**2)
    assert both_orders == pytest.approx(p * (1 - p) * (1 - 2 * p) * bias**2 / 2, abs=bias**4)


@given(log_odds, log_odds)
def test_the_live_block_shows_this_judge(preference, bias):
    shown = compute("position-bias", {"preference": preference, "bias": bias})
    first, second = sigmoid(preference + bias), sigmoid(preference - bias)
    assert (shown["first_order"], shown["second_order"]) == pytest.approx((first, second))
    assert shown["averaged"] == pytest.approx((first + second) / 2)


@given(log_odds, log_odds)
def test_a_bias_above_the_preference_picks_the_same_place_twice(preference, bias):
    assume(abs(abs(preference) - abs(bias)) > 1e-6)
    first_shown_wins = sigmoid(preference + bias) > 0.5, sigmoid(bias - preference) > 0.5
    assert (first_shown_wins[0] == first_shown_wins[1]) == (abs(bias) > abs(preference))


# --- votes ------------------------------------------------------------------------------------------------------------


def majority(accuracy, votes):
    """Brute force: every way in which the voters can be right or wrong."""
    return math.fsum(
        math.prod(accuracy if right else 1 - accuracy for right in ballots)
        for ballots in product((True, False), repeat=votes)
        if 2 * sum(ballots) > votes
    )


@given(shares, st.sampled_from([1, 3, 5, 7]))
def test_independent_votes_help_above_a_half_and_hurt_below(accuracy, votes):
    shown = compute("votes", {"accuracy": accuracy, "votes": votes})
    assert shown["majority"] == pytest.approx(majority(accuracy, votes))
    assert (majority(accuracy, votes) - accuracy) * (accuracy - 0.5) >= -1e-12


@given(shares, st.sampled_from([3, 5, 101]), shares)
def test_copied_votes_keep_their_share_of_one_vote(accuracy, votes, correlation):
    alone, together = (
        compute("votes", {"accuracy": accuracy, "votes": votes, "correlation": rho})["majority"] for rho in (1, 0)
    )
    mixed = compute("votes", {"accuracy": accuracy, "votes": votes, "correlation": correlation})["majority"]
    assert alone == pytest.approx(accuracy)
    assert mixed == pytest.approx(correlation * accuracy + (1 - correlation) * together)


@given(shares)
def test_three_votes_are_a_polynomial(accuracy):
    assert majority(accuracy, 3) == pytest.approx(3 * accuracy**2 - 2 * accuracy**3, abs=1e-12)


def test_votes_can_lower_the_accuracy_of_a_judge_that_is_right_more_often_than_not():
    easy, hard = 0.9, 0.3
    assert round((majority(easy, 5) + majority(hard, 5)) / 2, 4) == 0.5773 < (easy + hard) / 2


# --- revision ---------------------------------------------------------------------------------------------------------


@given(shares, shares, shares, st.integers(0, 8))
def test_rounds_of_revision_approach_a_floor_by_a_constant_factor(wrong, mended, spoiled, rounds):
    assume(mended + spoiled > 0.01)
    floor = spoiled / (mended + spoiled)
    now = wrong
    for _ in range(rounds):
        now = now * (1 - mended) + (1 - now) * spoiled
    assert now == pytest.approx(floor + (wrong - floor) * (1 - mended - spoiled) ** rounds, abs=1e-9)


# --- agreement --------------------------------------------------------------------------------------------------------


@given(counts, counts, counts, counts)
def test_kappa_is_the_share_of_the_possible_agreement_beyond_chance(a, b, c, d):
    assume(a + b + c + d > 0)
    n = a + b + c + d
    result = cohen_kappa(a, b, c, d)
    first, second = (a + b) / n, (a + c) / n
    assert result.observed == pytest.approx((a + d) / n)
    assert result.expected == pytest.approx(first * second + (1 - first) * (1 - second))
    if result.kappa is None:
        assert {a, d} == {n, 0}
        return
    assert result.observed == pytest.approx(result.expected + result.kappa * (1 - result.expected))
    assert -1 - 1e-12 <= result.kappa <= 1
    assert (result.kappa == 1) == (b == c == 0)
    assert cohen_kappa(a, c, b, d).kappa == result.kappa  # it doesn't matter who is named first
    assert cohen_kappa(d, c, b, a).kappa == result.kappa  # nor which answer is called yes


@given(*[st.integers(1, 30)] * 4)
def test_raters_who_do_not_look_have_a_kappa_of_nothing(yes, no, also_yes, also_no):
    assert cohen_kappa(yes * also_yes, yes * also_no, no * also_yes, no * also_no).kappa == 0


def test_the_two_worked_tables():
    assert (cohen_kappa(40, 10, 5, 45).expected, cohen_kappa(40, 10, 5, 45).kappa) == (0.5, 0.7)
    assert (cohen_kappa(81, 9, 9, 1).observed, cohen_kappa(81, 9, 9, 1).kappa) == (0.82, 0)


def test_no_cases_are_refused():
    with pytest.raises(Problem, match="out_of_domain"):
        cohen_kappa(0, 0, 0, 0)


# --- a constitution ---------------------------------------------------------------------------------------------------


@given(st.lists(inner, min_size=1, max_size=16))
def test_an_indifferent_principle_takes_the_edge_off_a_label(verdicts):
    alone = math.fsum(verdicts) / len(verdicts)
    diluted = (math.fsum(verdicts) + 0.5) / (len(verdicts) + 1)
    assert diluted - 0.5 == pytest.approx((alone - 0.5) * len(verdicts) / (len(verdicts) + 1), abs=1e-12)
