"""Intervals by their definition: they cover what they promise to, and count prompts, not comparisons."""

import random
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate.intervals import bootstrap, bootstrap_ratio


def test_the_value_is_the_mean_and_the_interval_holds_it():
    found = bootstrap([0.0, 0.5, 1.0, 1.0])
    assert found.value == 0.625
    assert found.low < 0.625 < found.high


def test_no_spread_no_width():
    assert bootstrap([0.5] * 20) == bootstrap([0.5])
    assert (bootstrap([0.5]).low, bootstrap([0.5]).high) == (0.5, 0.5)


def test_nothing_to_resample_is_refused():
    for parts in ([], [(0.0, 0.0), (0.0, 0.0)]):
        with pytest.raises(ValueError):
            bootstrap_ratio(parts)


def test_the_interval_covers_the_truth_about_nineteen_times_in_twenty():
    source = random.Random(0)
    covered = 0
    for trial in range(300):
        values = [float(source.random() < 0.6) for _ in range(60)]
        found = bootstrap(values, draws=400, seed=trial)
        covered += found.low <= 0.6 <= found.high
    assert 0.90 < covered / 300 < 0.98


def test_its_width_is_that_of_the_normal_approximation():
    source = random.Random(1)
    values = [source.gauss(0, 1) for _ in range(400)]
    found = bootstrap(values)
    error = statistics.stdev(values) / len(values) ** 0.5
    assert found.high - found.low == pytest.approx(2 * 1.96 * error, rel=0.1)


def test_four_answers_to_a_prompt_are_not_four_prompts():
    prompts = [(4.0, 4.0)] * 25 + [(0.0, 4.0)] * 25
    answers = [(1.0, 1.0)] * 100 + [(0.0, 1.0)] * 100
    clustered, independent = bootstrap_ratio(prompts), bootstrap_ratio(answers)
    assert clustered.value == independent.value == 0.5
    ratio = (clustered.high - clustered.low) / (independent.high - independent.low)
    assert ratio == pytest.approx(2.0, rel=0.15)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_interval_stays_within_what_was_seen(values):
    found = bootstrap(values, draws=50)
    assert min(values) - 1e-12 <= found.low <= found.high <= max(values) + 1e-12
