"""A judge's habit of place, and a majority of votes against every way in which they can fall."""

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.theory import position_bias, votes

shares = st.floats(0, 1)
log_odds = st.floats(-6, 6)


@given(log_odds, log_odds)
def test_changing_the_names_of_the_answers_changes_nothing_else(preference, bias):
    ours, theirs = position_bias(preference, bias), position_bias(-preference, bias)
    assert ours.first_order == pytest.approx(1 - theirs.second_order)
    assert ours.averaged == pytest.approx(1 - theirs.averaged)
    assert ours.consistency == pytest.approx(theirs.consistency)


@given(log_odds, log_odds)
def test_the_mean_of_both_orders_takes_the_right_side_but_is_never_surer_than_the_judge(preference, bias):
    result = position_bias(preference, bias)
    if abs(preference) > 1e-3:
        assert (result.averaged > 0.5) == (preference > 0)
    assert abs(result.averaged - 0.5) <= abs(result.fair - 0.5) + 1e-12


@given(log_odds)
def test_without_bias_both_orders_say_the_same(preference):
    result = position_bias(preference, 0)
    assert result.first_order == result.second_order == result.fair == pytest.approx(1 / (1 + math.exp(-preference)))


def test_the_mean_of_the_log_odds_would_take_the_bias_out_altogether():
    result = position_bias(1.0, 0.8)
    odds = [math.log(p / (1 - p)) for p in (result.first_order, result.second_order)]
    assert sum(odds) / 2 == pytest.approx(1.0)


def test_a_judge_of_pure_habit_contradicts_itself():
    result = position_bias(0, 5)
    assert result.averaged == pytest.approx(0.5)
    assert result.consistency < 0.02


def enumerated(accuracy: float, count: int, correlation: float) -> tuple[float, float]:
    """(chance that the majority is right, E of the product of two votes) over all 2ⁿ outcomes of the mixture."""
    right = both = 0.0
    for outcome in product((0, 1), repeat=count):
        independent = math.prod(accuracy if vote else 1 - accuracy for vote in outcome)
        copied = {count: accuracy, 0: 1 - accuracy}.get(sum(outcome), 0.0)
        chance = correlation * copied + (1 - correlation) * independent
        right += chance * ((2 * sum(outcome) > count) + (2 * sum(outcome) == count) / 2)
        if count > 1:
            both += chance * outcome[0] * outcome[1]
    return right, both


@given(shares, st.integers(1, 8), shares)
def test_the_majority_is_right_as_often_as_enumeration_says(accuracy, count, correlation):
    result = votes(accuracy, count, correlation)
    assert result.majority == pytest.approx(enumerated(accuracy, count, correlation)[0], abs=1e-9)
    assert len(result.curve) == count
    assert result.curve[-1] == result.majority


@given(st.floats(0.05, 0.95), shares)
def test_the_model_has_the_correlation_it_is_given(accuracy, correlation):
    both = enumerated(accuracy, 3, correlation)[1]
    assert (both - accuracy**2) / (accuracy * (1 - accuracy)) == pytest.approx(correlation, abs=1e-9)


@given(st.floats(0.5, 1), shares)
def test_more_votes_help_good_voters_up_to_the_limit(accuracy, correlation):
    result = votes(accuracy, 61, correlation)
    assert all(later >= earlier - 1e-12 for earlier, later in zip(result.curve, result.curve[1:], strict=False))
    if accuracy > 0.5:
        assert result.majority <= result.limit + 1e-9


def test_many_votes_reach_the_limit_from_either_side():
    for accuracy, limit in ((0.6, 1.0), (0.4, 0.0), (0.5, 0.5)):
        assert votes(accuracy, 2001, 0).majority == pytest.approx(limit, abs=1e-6)
        assert votes(accuracy, 2001, 0.5).majority == pytest.approx(0.5 * accuracy + 0.5 * limit, abs=1e-6)


def test_the_worked_numbers():
    assert round(votes(0.6, 5, 0).majority, 4) == 0.6826
    assert round(votes(0.6, 5, 0.5).majority, 4) == 0.6413
    result = position_bias(1, 0.8)
    numbers = (result.first_order, result.second_order, result.averaged, result.fair, result.consistency)
    assert [round(number, 4) for number in numbers] == [0.8581, 0.5498, 0.7040, 0.7311, 0.5357]
