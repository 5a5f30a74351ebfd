"""Likelihood displacement against a gradient taken by hand, and against what Razin 2024 says of similar pairs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import displacement

REFERENCE = [0.2, 0.2, 0.6]


def model(similarity: float) -> list[list[float]]:
    """Unit vectors: chosen and rejected with this cosine, everything else partly along their difference."""
    a, b = math.sqrt((1 + similarity) / 2), math.sqrt((1 - similarity) / 2)
    return [[a, b, 0], [a, -b, 0], [0, 0.6, 0.8]]


def log_policy(features: list[list[float]], theta: list[float]) -> list[float]:
    weights = [p * math.exp(sum(f * t for f, t in zip(phi, theta, strict=True)))
               for p, phi in zip(REFERENCE, features, strict=True)]
    return [math.log(weight / sum(weights)) for weight in weights]


def loss(features: list[list[float]], theta: list[float], beta: float) -> float:
    """Rafailov 2023, Eq. 7."""
    logps = log_policy(features, theta)
    margin = beta * ((logps[0] - math.log(REFERENCE[0])) - (logps[1] - math.log(REFERENCE[1])))
    return math.log(1 + math.exp(-margin))


@pytest.mark.parametrize(("similarity", "beta", "rate"), [(0.8, 0.5, 0.5), (0.0, 1.0, 0.3), (-0.7, 0.2, 2.0)])
def test_every_step_goes_down_the_numerical_gradient_of_the_dpo_loss(similarity, beta, rate):
    features, theta, h = model(similarity), [0.0, 0.0, 0.0], 1e-5
    result = displacement(similarity, beta, rate, steps=12)
    for step in range(13):
        expected = log_policy(features, theta)
        assert [result.chosen[step], result.rejected[step], result.other[step]] == pytest.approx(expected, abs=1e-7)
        gradient = []
        for axis in range(3):
            ahead = [t + h * (axis == place) for place, t in enumerate(theta)]
            behind = [t - h * (axis == place) for place, t in enumerate(theta)]
            gradient.append((loss(features, ahead, beta) - loss(features, behind, beta)) / (2 * h))
        theta = [t - rate * g for t, g in zip(theta, gradient, strict=True)]


@given(st.floats(-0.99, 0.99), st.floats(0.05, 2), st.floats(0.05, 2))
def test_the_margin_grows_and_the_three_probabilities_add_up_to_1(similarity, beta, rate):
    result = displacement(similarity, beta, rate, 20)
    assert all(later > earlier for earlier, later in zip(result.margin, result.margin[1:], strict=False))
    assert result.rejected[-1] < result.rejected[0]
    for logps in zip(result.chosen, result.rejected, result.other, strict=True):
        assert math.fsum(map(math.exp, logps)) == pytest.approx(1)


def test_the_margin_is_beta_times_the_change_of_the_log_ratio():
    result = displacement(0.3, 0.7, 0.4, 10)
    ratio = [w - y for w, y in zip(result.chosen, result.rejected, strict=True)]
    assert result.margin == pytest.approx([0.7 * (each - ratio[0]) for each in ratio])


def test_a_similar_pair_loses_on_both_sides_while_the_loss_falls():
    result = displacement(similarity=0.8, beta=0.5, learning_rate=0.5, steps=30)
    assert all(later < earlier for earlier, later in zip(result.chosen, result.chosen[1:], strict=False))
    assert result.rejected[-1] < result.chosen[-1] < result.chosen[0]
    assert result.other[-1] > result.other[0]
    assert (round(result.chosen[1], 4), round(result.chosen[-1], 4)) == (-1.6133, -1.8819)
    assert round(result.margin[-1], 4) == 0.6305


def test_an_unlike_pair_gains_for_the_chosen_answer():
    result = displacement(similarity=0.0, beta=0.5, learning_rate=0.5, steps=200)
    assert all(later > earlier for earlier, later in zip(result.chosen, result.chosen[1:], strict=False))


def test_in_between_the_chosen_answer_first_gains_and_then_loses():
    chosen = displacement(similarity=0.5, beta=0.5, learning_rate=0.5, steps=200).chosen
    assert max(chosen) > chosen[0] > chosen[-1]


def test_answers_that_the_features_cannot_tell_apart_do_not_move():
    result = displacement(similarity=1, beta=0.5, learning_rate=1, steps=5)
    assert result.chosen == pytest.approx([math.log(0.2)] * 6)
    assert result.margin == (0,) * 6


def test_the_first_step_begins_to_hurt_where_the_mean_push_exceeds_that_of_the_chosen():
    """d log π(y_w) = s (φ_w - Σ π φ)·(φ_w - φ_l): with π_w = π_l it is negative once √(1 - cos) < 0.6 · 0.6 · √2."""
    edge = 1 - 2 * 0.36**2
    for similarity, falls in ((edge - 0.02, False), (edge + 0.02, True)):
        chosen = displacement(similarity, 0.5, 1e-4, 1).chosen
        assert (chosen[1] < chosen[0]) is falls


@pytest.mark.parametrize("similarity", [1.01, -1.01, "nan"])
def test_a_cosine_lies_between_minus_1_and_1(similarity):
    with pytest.raises(Problem) as caught:
        displacement(similarity, 0.5, 0.5, 5)
    assert caught.value.params["need"] == "cosine"
