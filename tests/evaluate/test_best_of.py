"""Best-of-N from a pool of draws: against every set counted by hand, and against the formulas of chapter 06."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.evaluate.best_of import Pool, at, choose, sizes, weights
from engine.theory import best_of_n, best_of_n_estimate

POOLS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from([-1.0, 0.0, 0.5, 2.0]), st.sampled_from([0.0, 0.3, 1.0])),
    min_size=1,
    max_size=5,
).map(
    lambda rows: Pool(
        "p", [str(n) for n in range(len(rows))], [r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows]
    )
)


def by_hand(pool, n):
    """Over all sets of n draws, the best of each, a tie shared by the draws that tie."""
    draws = [number for number, count in enumerate(pool.counts) for _ in range(count)]
    found, sets = [0.0] * len(pool.answers), 0
    for chosen in itertools.combinations(draws, n):
        top = max(pool.scores[number] for number in chosen)
        best = [number for number in chosen if pool.scores[number] == top]
        for number in best:
            found[number] += 1 / len(best)
        sets += 1
    return [value / sets for value in found]


@given(POOLS, st.integers(1, 4))
def test_the_chances_are_those_of_all_sets(pool, n):
    draws = sum(pool.counts)
    if n <= draws:
        assert pool.chances(weights(draws, n)) == pytest.approx(by_hand(pool, n))


@given(POOLS, st.integers(1, 64))
def test_the_kl_begins_at_nothing_and_stays_below_its_bound(pool, n):
    assert pool.kl(1) == pytest.approx(0, abs=1e-9)
    assert -1e-9 <= pool.kl(n) <= best_of_n(n).kl_bound + 1e-9


def test_reward_and_grade_are_the_estimates_of_the_chapter():
    scores = [0.1, 0.3, 0.4, 0.7, 0.9]
    pool = Pool("p", list("abcde"), [1] * 5, scores, [1.0, 0.0, 0.0, 0.0, 0.5])
    chosen = choose([pool, pool], 2)
    assert best_of_n_estimate(scores, 2).expected == pytest.approx(0.68)
    assert chosen.scores == pytest.approx([0.68] * 2)
    assert chosen.gold == pytest.approx([0.4 * 0.5] * 2), "sorted by the judge, averaged by the rule"
    assert chosen.kl_bound == best_of_n(2).kl_bound


def test_without_ties_one_draw_each_the_kl_comes_near_its_bound():
    many = Pool("p", [str(n) for n in range(400)], [1] * 400, [float(n) for n in range(400)], [0.0] * 400)
    assert many.kl(4) == pytest.approx(best_of_n(4).kl_bound, abs=0.01)


def test_sizes_double_up_to_half_of_the_draws():
    assert sizes(256) == [1, 2, 4, 8, 16, 32, 64, 128]
    assert sizes(11) == [1, 2, 4]
    assert sizes(2) == [1]


def test_the_curve_is_read_between_its_points_and_not_beyond_them():
    pool = Pool("p", ["a", "b"], [2, 2], [0.0, 1.0], [1.0, 0.0])
    curve = [choose([pool], n) for n in (1, 2)]
    middle = (curve[0].kl[0] + curve[1].kl[0]) / 2
    expected = (curve[0].scores[0] + curve[1].scores[0]) / 2
    assert at(curve, "kl", middle, "scores") == pytest.approx([expected])
    assert at(curve, "scores", expected, "kl") == pytest.approx([middle])
    assert at(curve, "kl", 0.0, "gold") == curve[0].gold
    assert at(curve, "kl", 9.0, "gold") == curve[1].gold
