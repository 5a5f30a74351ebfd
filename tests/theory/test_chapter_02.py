"""The identities that chapter 02 derives, on random numbers: written from the text, not from the code."""

import math
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import bradley_terry, compute, overoptimisation, ranking_pairs, reward_loss

rewards = st.floats(-8, 8)
strengths = st.floats(0.05, 50)
shares = st.floats(0.02, 0.98)
margins = st.floats(0, 3)
doubts = st.floats(0.01, 0.5)
STEP = 1e-5


def slope(function, at):
    return (function(at + STEP) - function(at - STEP)) / (2 * STEP)


@given(strengths, strengths)
def test_the_odds_are_the_ratio_of_the_strengths_and_the_reward_is_its_logarithm(first, second):
    probability = bradley_terry(math.log(first), math.log(second)).probability
    assert probability == pytest.approx(first / (first + second))
    assert probability / (1 - probability) == pytest.approx(first / second, rel=1e-6)


@given(rewards, rewards, rewards)
def test_odds_multiply_along_a_chain(a, b, c):
    def odds(first, second):
        return bradley_terry(first, second).probability / bradley_terry(second, first).probability

    assert odds(a, b) * odds(b, c) == pytest.approx(odds(a, c), rel=1e-6)


@given(rewards, rewards, st.floats(-50, 50))
def test_a_constant_of_the_prompt_changes_no_comparison(chosen, rejected, constant):
    shifted = bradley_terry(chosen + constant, rejected + constant)
    assert shifted.probability == pytest.approx(bradley_terry(chosen, rejected).probability, abs=1e-9)


@given(rewards, rewards)
def test_winner_and_loser_are_pulled_equally_hard_by_the_surprise(chosen, rejected):
    surprise = bradley_terry(rejected, chosen).probability
    assert slope(lambda r: bradley_terry(r, rejected).loss, chosen) == pytest.approx(-surprise, abs=1e-6)
    assert slope(lambda r: bradley_terry(chosen, r).loss, rejected) == pytest.approx(surprise, abs=1e-6)
    assert reward_loss(chosen - rejected).pull == pytest.approx(surprise, abs=1e-9)


@given(rewards, shares)
def test_a_pair_seen_by_many_rests_at_the_log_odds_of_the_share(gap, share):
    def loss(at):
        return share * bradley_terry(at, 0).loss + (1 - share) * bradley_terry(0, at).loss

    assert slope(loss, gap) == pytest.approx(bradley_terry(gap, 0).probability - share, abs=1e-6)
    rest = math.log(share / (1 - share))
    assert bradley_terry(rest, 0).probability == pytest.approx(share)
    assert loss(rest) <= loss(gap) + 1e-12


@given(st.floats(0.1, 5), rewards)
def test_a_temperature_changes_probabilities_and_no_order(temperature, gap):
    sure, calm = bradley_terry(gap, 0).probability, bradley_terry(gap / temperature, 0).probability
    assert (sure > 0.5) == (calm > 0.5)


@given(st.permutations([1, 2, 3, 4, 5]), st.lists(rewards, min_size=5, max_size=5))
def test_a_ranking_is_every_two_of_its_answers_the_better_first_and_costs_their_mean(ranking, given_rewards):
    result = ranking_pairs(ranking, given_rewards)
    assert result.count == len(result.pairs) == 5 * 4 // 2
    assert {frozenset(pair) for pair in result.pairs} == {frozenset(pair) for pair in combinations(range(1, 6), 2)}
    assert all(ranking.index(better) < ranking.index(worse) for better, worse in result.pairs)
    costs = [bradley_terry(given_rewards[better - 1], given_rewards[worse - 1]).loss for better, worse in result.pairs]
    assert result.loss == pytest.approx(math.fsum(costs) * 2 / (5 * 4))


def test_a_ranking_of_nine_has_36_pairs_and_an_answer_is_in_eight_of_them():
    pairs = ranking_pairs(list(range(1, 10)), [0.0] * 9).pairs
    assert len(pairs) == 36
    assert all(sum(answer in pair for pair in pairs) == 8 for answer in range(1, 10))
    assert math.factorial(9) == 362_880


@given(st.floats(0, 0.5))
def test_agreement_of_independent_raters_gives_back_their_error_and_the_ceiling(error):
    agreement = (1 - error) ** 2 + error**2
    root = math.sqrt(max(0.0, 2 * agreement - 1))
    assert (1 - root) / 2 == pytest.approx(error, abs=1e-6)
    assert (1 + root) / 2 == pytest.approx(1 - error, abs=1e-6)
    assert (1 + root) / 2 >= agreement - 1e-12  # the perfect judge agrees more often than a second rater


@given(rewards, margins)
def test_a_margin_asks_for_that_gap_before_the_pair_is_half_satisfied(gap, margin):
    assert reward_loss(gap, margin).loss == pytest.approx(bradley_terry(gap, margin).loss)
    assert reward_loss(margin, margin).pull == pytest.approx(0.5)


@given(rewards, margins, doubts)
def test_smoothing_is_the_loss_of_a_pair_that_a_share_of_raters_labelled_the_other_way(gap, margin, doubt):
    result = reward_loss(gap, margin, doubt)
    mixed = (1 - doubt) * bradley_terry(gap, margin).loss + doubt * bradley_terry(margin, gap).loss
    assert result.loss == pytest.approx(mixed)
    assert slope(lambda at: reward_loss(at, margin, doubt).loss, gap) == pytest.approx(-result.pull, abs=1e-6)
    assert result.best_gap == pytest.approx(margin + math.log((1 - doubt) / doubt))
    assert reward_loss(result.best_gap, margin, doubt).loss <= result.loss + 1e-12
    assert reward_loss(result.best_gap, margin, doubt).pull == pytest.approx(0, abs=1e-12)


def test_without_smoothing_the_loss_never_rests():
    assert reward_loss(30).best_gap is None
    assert 0 < reward_loss(30).pull < 1e-12


def test_the_worked_numbers_of_the_reward_loss():
    assert round(reward_loss(1, 1).loss, 4) == 0.6931
    assert round(reward_loss(0, label_smoothing=0.1).best_gap, 4) == 2.1972


@pytest.mark.parametrize(
    ("arguments", "argument", "need"),
    [
        ({"gap": "wide"}, "gap", "number"),
        ({"gap": 1, "margin": -1}, "margin", "not_negative"),
        ({"gap": 1, "label_smoothing": 0.6}, "label_smoothing", "smoothing"),
    ],
)
def test_what_a_reward_loss_refuses(arguments, argument, need):
    with pytest.raises(Problem) as caught:
        compute("reward-loss", arguments)
    assert (caught.value.params["argument"], caught.value.params["need"]) == (argument, need)


@given(st.floats(0.1, 4), st.floats(0.1, 2))
def test_best_of_n_peaks_at_half_the_distance_where_all_is_lost(alpha, beta):
    peak = overoptimisation(alpha, beta, 1, "bon").peak_d
    assert peak == pytest.approx(alpha / (2 * beta))
    assert overoptimisation(alpha, beta, peak**2, "bon").reward == pytest.approx(alpha**2 / (4 * beta))
    assert overoptimisation(alpha, beta, (2 * peak) ** 2, "bon").reward == pytest.approx(0, abs=1e-9)
    for beside in (0.9 * peak, 1.1 * peak):
        assert overoptimisation(alpha, beta, beside**2, "bon").reward < alpha**2 / (4 * beta)


@given(st.floats(0.1, 2), st.floats(0.2, 2))
def test_rl_peaks_beta_times_its_distance_high_and_loses_all_at_e_times_it(alpha, beta):
    peak = overoptimisation(alpha, beta, 1, "rl").peak_d
    assert peak == pytest.approx(math.exp(alpha / beta - 1))
    top = overoptimisation(alpha, beta, peak**2, "rl").reward
    assert top == pytest.approx(beta * peak)
    assert overoptimisation(alpha, beta, (math.e * peak) ** 2, "rl").reward == pytest.approx(0, abs=1e-6 * top)
    for beside in (0.9 * peak, 1.1 * peak):
        assert overoptimisation(alpha, beta, beside**2, "rl").reward < top


@given(st.lists(st.floats(0.1, 1), min_size=3, max_size=3), st.lists(st.floats(-1, 1), min_size=3, max_size=3))
def test_kl_grows_like_the_square_of_a_small_move(masses, direction):
    start = [mass / math.fsum(masses) for mass in masses]
    mean = math.fsum(p * v for p, v in zip(start, direction, strict=True))

    def divergence(size):
        moved = [p * (1 + size * (v - mean)) for p, v in zip(start, direction, strict=True)]
        return math.fsum(q * math.log(q / p) for q, p in zip(moved, start, strict=True))

    whole, half = divergence(2e-3), divergence(1e-3)
    if whole > 1e-9:
        assert whole / half == pytest.approx(4, rel=0.02)


def test_centred_and_scaled_the_two_judges_of_the_table_cancel():
    judges = [(1, 0), (21, 26)]
    assert [math.fsum(rewards) / 2 for rewards in zip(*judges, strict=True)] == [11, 13]

    def standardised(pair):
        mean = math.fsum(pair) / 2
        deviation = math.sqrt(math.fsum((reward - mean) ** 2 for reward in pair) / 2)
        return [(reward - mean) / deviation for reward in pair]

    assert [a + b for a, b in zip(*map(standardised, judges), strict=True)] == pytest.approx([0, 0])
