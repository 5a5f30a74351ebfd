"""The gates on scores made by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate.gates import compare, decided_share, improvement, points, right_share, ties_half
from engine.labs import LABS

GRADES = st.sampled_from([0.0, 0.3, 0.5, 1.0])
ROWS = st.lists(st.tuples(GRADES, GRADES, GRADES, GRADES).map(list), min_size=1, max_size=12)


def test_a_win_a_tie_and_a_loss():
    assert [points(1.0, 0.5), points(0.5, 0.5), points(0.3, 0.5)] == [1.0, 0.5, 0.0]


@given(st.data(), ROWS)
def test_the_win_rate_of_the_other_side_is_the_rest(data, first):
    second = data.draw(st.lists(st.tuples(*[GRADES] * 4).map(list), min_size=len(first), max_size=len(first)))
    there, back = ties_half(compare(first, second)), ties_half(compare(second, first))
    assert there.value + back.value == pytest.approx(1.0)


@given(ROWS)
def test_against_itself_it_is_one_half_and_nothing_is_decided(rows):
    compared = compare(rows, rows)
    assert ties_half(compared).value == 0.5
    assert decided_share(compared) == []


def test_the_decided_share_leaves_ties_out():
    compared = [[1.0, 0.5, 0.5, 0.5], [1.0, 0.0, 0.5, 0.5], [0.5] * 4]
    (row,) = decided_share(compared)
    assert row["value"] == pytest.approx(2 / 3)


def test_only_right_counts_as_right():
    assert right_share([[1.0, 0.5, 1.0, 0.0], [0.5] * 4]) == [0.5, 0.0]


@pytest.mark.parametrize(
    ("after", "passed"),
    [([[1.0] * 4] * 40, True), ([[0.5] * 4] * 40, False), ([[1.0] * 4] * 20 + [[0.5] * 4] * 20, False)],
)
def test_the_cycle_passes_only_when_its_whole_interval_is_above_zero(after, passed):
    before = [[0.5] * 4] * 20 + [[1.0] * 4] * 20
    controls = {"control_raw": before, "control_revise_all": [[0.5] * 4] * 40}
    gate = improvement(before, after, controls, LABS["02"].recipe(), [])
    details = {row["id"]: row["value"] for row in gate["details"]}
    assert gate["passed"] == passed == (gate["low"] > 0)
    assert details["control_raw_gain"] == 0
    assert details["control_revise_all_gain"] == -0.5
    assert gate["value"] == pytest.approx(details["correct_after"] - details["correct_before"])
    assert details["over_control_revise_all"] == pytest.approx(details["correct_after"])
