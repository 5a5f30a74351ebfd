"""Process scores: the product of the steps, the weakest of them, and the first doubtful one."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import process_outcome

steps = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(steps, st.floats(0, 1))
def test_the_product_never_exceeds_the_minimum_and_ends_the_running_products(given_steps, outcome):
    result = process_outcome(given_steps, outcome)
    assert result.product == pytest.approx(math.prod(given_steps))
    assert result.product <= result.minimum == min(given_steps)
    assert result.so_far[-1] == result.product
    assert result.gap == outcome - result.product


@given(steps)
def test_the_first_error_is_the_first_step_that_is_more_likely_wrong_than_right(given_steps):
    found = process_outcome(given_steps, 1).first_error
    if found is None:
        assert min(given_steps) >= 0.5
    else:
        assert given_steps[found - 1] < 0.5
        assert all(step >= 0.5 for step in given_steps[: found - 1])


def test_the_worked_number():
    result = process_outcome([0.98, 0.95, 0.30, 0.97], 0.7)
    assert (round(result.product, 4), round(result.gap, 4)) == (0.2709, 0.4291)
    assert (result.minimum, result.first_error) == (0.3, 3)


@pytest.mark.parametrize("bad", [[1.2], [-0.1, 0.5], [], "x"])
def test_steps_are_probabilities(bad):
    with pytest.raises(Problem) as caught:
        process_outcome(bad, 0.5)
    assert caught.value.params["need"] == "probabilities"
