"""Chapter 00: what it claims about imitation, sequences of tokens, choices and swapped labels, on random numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import Problem
from engine.theory import bradley_terry, imitation, optimal_policy

shares = st.floats(0.01, 0.99)
rewards = st.floats(-5, 5)


@st.composite
def distributions(draw, size=3):
    masses = draw(st.lists(st.floats(0.02, 1), min_size=size, max_size=size))
    return [mass / math.fsum(masses) for mass in masses]


def mean_loss(people, model):
    """Minus the mean log-probability of the answers, each as frequent as the people write it."""
    return -math.fsum(p * math.log(q) for p, q in zip(people, model, strict=True))


# --- tokens -----------------------------------------------------------------------------------------------------------


@given(st.lists(shares, min_size=1, max_size=20))
def test_the_log_probability_of_an_answer_is_the_sum_over_its_tokens(tokens):
    assert math.exp(math.fsum(map(math.log, tokens))) == pytest.approx(math.prod(tokens), rel=1e-9)


def test_products_vanish_where_sums_do_not():
    assert math.prod([0.5] * 1100) == 0.0
    assert math.fsum([math.log(0.5)] * 1100) == pytest.approx(-762.46, abs=0.01)


# --- Gibbs' inequality ------------------------------------------------------------------------------------------------


@given(st.floats(1e-6, 1e6))
def test_the_logarithm_lies_below_its_tangent_at_1(t):
    assert math.log(t) <= t - 1


@given(distributions(), distributions())
def test_no_model_gets_below_the_mixture_of_those_it_imitates(people, model):
    result = imitation(people, model)
    assert result.cross_entropy == pytest.approx(mean_loss(people, model))
    assert result.entropy == pytest.approx(mean_loss(people, people))
    assert result.cross_entropy >= result.entropy - 1e-12
    assert result.cross_entropy == pytest.approx(result.entropy + result.kl, abs=1e-9)


@given(distributions(), distributions(), st.floats(0.05, 1))
def test_every_step_away_from_the_people_costs(people, model, step):
    elsewhere = [p + step * (q - p) for p, q in zip(people, model, strict=True)]
    distance = math.fsum(abs(p - q) for p, q in zip(people, elsewhere, strict=True))
    assert imitation(people, elsewhere).kl >= distance**2 / 2 - 1e-9  # Pinsker: equality only where nothing moved


@given(shares, shares)
def test_for_two_answers_the_slope_is_0_at_the_peoples_share_and_the_curve_bends_up(p, q):
    def slope(at):
        return -p / at + (1 - p) / (1 - at)

    assert slope(p) == pytest.approx(0, abs=1e-9)
    step = 1e-6 * min(q, 1 - q)
    measured = (mean_loss((p, 1 - p), (q + step, 1 - q - step)) - mean_loss((p, 1 - p), (q - step, 1 - q + step))) / (
        2 * step
    )
    assert measured == pytest.approx(slope(q), rel=1e-3, abs=1e-3)
    assert slope(q) * (q - p) >= 0


@given(distributions(), distributions())
def test_the_curve_of_the_live_block_is_the_loss_along_the_first_answer(people, model):
    curve = imitation(people, model).curve
    for percent in (1, 50, 99):
        others = [(1 - percent / 100) * share / (1 - model[0]) for share in model[1:]]
        assert curve[percent - 1] == pytest.approx(mean_loss(people, [percent / 100, *others]))
    assert len(curve) == 99
    lowest = curve.index(min(curve)) + 1
    assert abs(lowest - 100 * people[0]) <= 1


@given(st.lists(st.floats(0.05, 1), min_size=2, max_size=4), st.data())
def test_the_best_imitator_of_several_groups_is_their_mixture(weights, data):
    groups = [data.draw(distributions()) for _ in weights]
    parts = [weight / math.fsum(weights) for weight in weights]
    mixture = [math.fsum(part * group[y] for part, group in zip(parts, groups, strict=True)) for y in range(3)]
    other = data.draw(distributions())

    def loss(model):
        return math.fsum(part * mean_loss(group, model) for part, group in zip(parts, groups, strict=True))

    assert loss(mixture) <= loss(other) + 1e-12


@given(distributions(size=4), shares)
def test_one_demonstration_sees_only_the_probability_of_its_target(model, kept):
    rest = [kept * (1 - model[0]), (1 - kept) * (1 - model[0]) / 2, (1 - kept) * (1 - model[0]) / 2]
    target = [1, 0, 0, 0]
    assert imitation(target, model).cross_entropy == pytest.approx(-math.log(model[0]))
    assert imitation(target, [model[0], *rest]).cross_entropy == pytest.approx(-math.log(model[0]))


def test_the_worked_numbers():
    assert [round(x, 4) for x in (imitation([0.6, 0.4], [0.5, 0.5]).cross_entropy, imitation([0.6, 0.4], [0.9, 0.1]).kl)
            ] == [0.6931, 0.3112]  # fmt: skip


def test_a_model_that_rules_out_what_people_say_is_refused():
    with pytest.raises(Problem, match="out_of_domain"):
        imitation([0.6, 0.4], [1, 0])


def test_an_answer_nobody_gives_may_have_no_probability():
    assert imitation([1, 0], [1, 0]).cross_entropy == 0
    assert len(imitation([1], [1]).curve) == 99


# --- choices ----------------------------------------------------------------------------------------------------------


@given(shares, shares)
def test_at_a_price_of_1_the_odds_of_what_was_written_and_of_what_was_chosen_multiply(wrote, chose):
    policy = optimal_policy([wrote, 1 - wrote], [math.log(chose / (1 - chose)), 0], 1).policy
    odds = wrote / (1 - wrote) * chose / (1 - chose)
    assert policy[0] == pytest.approx(odds / (1 + odds), rel=1e-9)


@given(rewards, rewards)
def test_swapped_labels_are_learnt_as_well_as_any(better, worse):
    swapped = bradley_terry(worse, better)
    assert swapped.probability == pytest.approx(1 - bradley_terry(better, worse).probability, abs=1e-12)
    assert swapped.loss == pytest.approx(bradley_terry(-better, -worse).loss, rel=1e-9)
