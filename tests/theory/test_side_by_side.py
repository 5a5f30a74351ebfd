"""Five losses on one pair, each against its paper's formula written out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.theory import preference_losses

logps = st.floats(-30, -0.5)
lengths = st.integers(1, 30)


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


@given(logps, logps, logps, logps, lengths, lengths, st.floats(0.05, 1), st.floats(0.05, 1))
def test_each_loss_is_that_of_its_paper(w, y, ref_w, ref_y, n_w, n_y, beta, tau):
    lam, gamma = 0.3, 0.7
    result = preference_losses(w, y, ref_w, ref_y, n_w, n_y, beta, tau, lam, gamma)
    h = (w - ref_w) - (y - ref_y)
    assert result.margin == pytest.approx(h)
    assert result.dpo == pytest.approx(-math.log(sigmoid(beta * h)), abs=1e-9)
    assert result.ipo == pytest.approx((h - 1 / (2 * tau)) ** 2)
    desirable, undesirable = 1 - sigmoid(beta * (w - ref_w)), 1 - sigmoid(-beta * (y - ref_y))
    assert result.kto == pytest.approx((desirable + undesirable) / 2)
    p_w, p_y = math.exp(w / n_w), math.exp(y / n_y)
    odds = p_w / (1 - p_w) / (p_y / (1 - p_y))
    assert result.orpo == pytest.approx(-math.log(p_w) - lam * math.log(sigmoid(math.log(odds))), rel=1e-6)
    assert result.simpo == pytest.approx(-math.log(sigmoid(2.0 * (w / n_w - y / n_y) - gamma)), abs=1e-9)


@given(logps, logps, logps, logps, st.floats(-5, 5))
def test_orpo_and_simpo_do_not_look_at_the_reference(w, y, ref_w, ref_y, shift):
    one = preference_losses(w, y, ref_w, ref_y, 5, 7)
    other = preference_losses(w, y, ref_w - abs(shift), ref_y, 5, 7)
    assert (one.orpo, one.simpo) == (other.orpo, other.simpo)


def test_at_the_reference_dpo_ipo_and_kto_have_their_known_values():
    result = preference_losses(-12, -14, -12, -14, 8, 10)
    assert (result.margin, result.kto) == (0, 0.5)
    assert result.dpo == pytest.approx(math.log(2))
    assert result.ipo == pytest.approx(25)


def test_the_worked_numbers():
    result = preference_losses(-4, -9, -5, -7, 4, 6)
    numbers = (result.margin, result.dpo, result.ipo, result.kto, result.orpo, result.simpo)
    assert [round(number, 4) for number in numbers] == [3, 0.5544, 4, 0.4626, 1.0401, 0.4741]
