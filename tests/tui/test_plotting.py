"""A series drawn at any width keeps its peaks, and its axis has round numbers."""

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui.numbers import duration, minus, percent, short
from tui.plotting import (
    Series,
    columns,
    extent,
    inner_ticks,
    log_ticks,
    reach,
    smoothed,
    tick_labels,
    ticks,
)

finite = st.floats(-1e6, 1e6, allow_nan=False)


def series(values: list[float]) -> Series:
    line = Series("loss")
    line.follow(list(enumerate(values)))
    return line


@given(st.lists(finite, min_size=1, max_size=300), st.integers(1, 40))
def test_spans_are_few_in_order_and_keep_every_peak(values, at_most):
    spans = series(values).spans(at_most)
    assert len(spans) <= at_most + math.ceil(math.log2(len(values))) + 1
    assert [span.first_step for span in spans] == sorted(span.first_step for span in spans)
    assert (spans[0].first, spans[-1].last) == (values[0], values[-1])
    assert min(span.low for span in spans) == min(values)
    assert max(span.high for span in spans) == max(values)


@given(st.lists(finite, min_size=1, max_size=300), st.integers(0, 300), st.integers(0, 300), st.integers(1, 40))
def test_a_window_shows_what_is_in_it_and_nothing_else(values, one, other, at_most):
    low, high = sorted((one, other))
    inside = values[low : high + 1]
    spans = series(values).between(low, high, at_most)
    assert bool(spans) == bool(inside)
    if inside:
        assert len(spans) <= at_most + 2
        assert (spans[0].first_step, spans[0].first, spans[-1].last) == (low, inside[0], inside[-1])
        assert min(span.low for span in spans) == min(inside)
        assert max(span.high for span in spans) == max(inside)


def test_the_value_at_a_step_is_the_last_one_known_there():
    line = Series("loss")
    line.follow([(2, 5.0), (4, 6.0), (9, 7.0)])
    assert [line.at(step) for step in (1, 2, 3, 4, 8.9, 9, 100)] == [None, 5, 5, 6, 6, 7, 7]


def test_a_moving_average_starts_at_the_first_value_and_follows_the_others():
    spans = series([2.0, 2.0, 2.0]).spans(10)
    assert [span.last for span in smoothed(spans, 0.9)] == pytest.approx([2, 2, 2])
    first, second = (span.last for span in smoothed(series([0.0, 1.0]).spans(10), 0.6))
    # (0.6·0.4·0 + 0.4·1)/(1 − 0.36), by hand
    assert (first, second) == pytest.approx((0, 0.625))
    assert smoothed(spans, 0.0) == spans


def test_the_reach_of_positive_values_leaves_out_the_others():
    spans = series([-1.0, 0.0, 0.5, 4.0]).spans(10)
    assert reach(spans) == (-1, 4)
    assert reach(spans, positive=True) == (0.5, 4)
    assert reach(series([-1.0]).spans(10), positive=True) is None


@given(st.lists(finite, min_size=1, max_size=100), st.integers(0, 100))
def test_following_a_list_that_grows_is_the_same_as_reading_it_at_once(values, cut):
    grown = series(values[:cut])
    grown.follow(list(enumerate(values)))
    assert grown == series(values)


def test_a_list_that_lost_its_end_is_read_again():
    line = series([3, 2, 1])
    line.follow([(0, 3.0), (1, 2.5)])
    assert line.values == [3, 2.5]


def test_what_is_not_finite_is_counted_and_not_drawn():
    line = series([1.0, math.nan, math.inf, 2.0])
    assert (len(line), line.missing, extent([line])) == (2, 2, (1, 2))
    line.follow([(0, 1.0), (1, math.nan), (2, math.inf), (3, 2.0), (4, 5.0)])
    assert (len(line), line.missing, extent([line])) == (3, 2, (1, 5))


@given(finite, finite, st.integers(1, 12))
@example(2.2250738585e-313, 2.2250738585e-313, 5)
@example(0.0, 5e-324, 5)
def test_ticks_enclose_the_values_and_are_evenly_round(one, other, count):
    low, high = sorted((one, other))
    marks = ticks(low, high, count)
    slack = 1e-6 * max(abs(low), abs(high), 1e-300)
    assert marks[0] <= low + slack
    assert marks[-1] >= high - slack
    assert 2 <= len(marks) <= count + 2
    step = marks[1] - marks[0]
    assert round(step / 10 ** math.floor(math.log10(step * (1 + 1e-9))), 3) in (1, 2, 5)


def test_tick_labels_share_their_decimals():
    assert tick_labels(ticks(0.21, 0.69, 3)) == ["0.2", "0.4", "0.6", "0.8"]
    assert tick_labels(ticks(-12.3, -4, 4)) == ["−15", "−10", "−5", "0"]
    assert tick_labels(log_ticks(0.02, 3)) == ["0.01", "0.1", "1", "10"]
    assert tick_labels([0, 500, 1000]) == ["0", "500", "1,000"]


def test_ticks_of_steps_stay_inside_and_whole():
    assert inner_ticks(0, 52, 4) == [0, 20, 40]
    assert inner_ticks(0, 3, 10) == [0, 1, 2, 3]
    assert inner_ticks(7, 7, 3) == [7]


def test_columns_gather_by_width():
    gathered = list(columns(series([0, 5, 1, 2]).spans(100), 0, 3, 2))
    assert [(x, span.low, span.high) for x, span in gathered] == [(0, 0, 5), (1, 2, 2)]


@pytest.mark.parametrize(
    ("values", "trend"),
    [
        ([0.69 - 0.005 * step for step in range(100)], "falling"),
        ([1.0, 3.0], "rising"),
        ([2.0] * 9, "steady"),
        ([1.0], "steady"),
    ],
)
def test_trend(values, trend):
    assert series(values).trend() == trend


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.6931, "0.693"),
        (12.34, "12.3"),
        (1190, "1,190"),
        (-0.3, "−0.300"),
        (4e-5, "4e-05"),
        (math.nan, "–"),
        (0, "0.000"),
    ],
)
def test_short_numbers(value, text):
    assert short(value) == text


def test_other_numbers():
    assert minus("-0.0") == "0.0"
    assert percent(0.883) == "88\u202f%"
    assert (duration(4), duration(75), duration(4000)) == ("0:04", "1:15", "1:06:40")
