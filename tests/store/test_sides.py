"""The order of a pair is random to the learner, repeatable from what is recorded, and even within each ten pairs."""

from hypothesis import given
from hypothesis import strategies as st

from engine.store.sides import BLOCK, swapped


def orders(seed, count):
    shown = []
    for number in range(count):
        shown.append(swapped(seed, f"pair-{number}", 0, shown))
    return shown


@given(seed=st.integers(0, 2**32 - 1))
def test_every_ten_pairs_have_five_of_each_order(seed):
    shown = orders(seed, 5 * BLOCK)
    assert [sum(shown[start : start + BLOCK]) for start in range(0, len(shown), BLOCK)] == [5] * 5


def test_the_same_learner_sees_the_same_orders_again_and_another_learner_others():
    assert orders(1, 50) == orders(1, 50)
    assert len({tuple(orders(seed, 10)) for seed in range(20)}) > 15


def test_the_order_depends_on_the_pair_and_on_the_showing():
    assert len({swapped(1, f"pair-{number}", 0, []) for number in range(20)}) == 2
    assert len({swapped(1, "pair", showing, []) for showing in range(20)}) == 2


def test_the_first_order_is_a_fair_coin():
    # 2,000 fair flips lie within five standard deviations (112) of 1,000.
    assert abs(sum(swapped(seed, "pair", 0, []) for seed in range(2000)) - 1000) < 112


def test_any_text_is_a_pair_id():
    assert swapped(1, "\ud800", 0, []) in (False, True)
