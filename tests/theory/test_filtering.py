"""A filter that makes mistakes: Bayes by counting, the odds, and the ends where nothing passes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.theory import filter_yield

shares = st.floats(0.01, 0.99)
counts = st.integers(0, 60)


@given(counts, counts, counts, counts)
def test_bayes_is_counting(right_kept, right_lost, wrong_kept, wrong_lost):
    right, wrong = right_kept + right_lost, wrong_kept + wrong_lost
    assume(right_kept and right and wrong)
    result = filter_yield(right / (right + wrong), right_kept / right, wrong_kept / wrong)
    assert result.kept == pytest.approx((right_kept + wrong_kept) / (right + wrong))
    assert result.precision == pytest.approx(right_kept / (right_kept + wrong_kept))
    assert result.lost == pytest.approx(right_lost / (right + wrong))
    assert result.draws == pytest.approx((right + wrong) / right_kept)


@given(shares, shares, shares)
def test_a_filter_multiplies_the_odds_by_recall_over_false_alarm(share_right, recall, false_alarm):
    precision = filter_yield(share_right, recall, false_alarm).precision
    odds = share_right / (1 - share_right) * recall / false_alarm
    assert precision == pytest.approx(odds / (1 + odds))


@given(shares, shares)
def test_a_filter_without_false_alarms_keeps_only_what_is_right(share_right, recall):
    assert filter_yield(share_right, recall, 0).precision == 1


def test_where_nothing_passes_there_is_no_precision():
    assert filter_yield(0.5, 0, 0).precision is None
    assert filter_yield(0, 1, 0.3) == filter_yield(0, 0.2, 0.3)
    assert (filter_yield(0, 1, 0.3).precision, filter_yield(0, 1, 0.3).draws) == (0, None)


def test_worked_number():
    result = filter_yield(0.6, 1, 0.25)
    assert (result.kept, round(result.precision, 4), result.lost, round(result.draws, 4)) == (0.7, 0.8571, 0, 1.6667)
