"""Each formula against values computed apart from it: `vectors.json` beside this file, and numbers worked by hand."""

import json
import math
from pathlib import Path

import pytest

from engine.theory import (
    FORMULAS,
    best_of_n,
    bradley_terry,
    compute,
    dpo,
    gae,
    grpo_advantages,
    implicit_reward,
    ipo,
    kl,
    kl_estimators,
    kto,
    optimal_policy,
    optimal_policy_limits,
    orpo,
    overoptimisation,
    overoptimisation_curve,
    pass_at_k,
    ppo_clip,
    rloo_advantages,
    simpo,
    wilson,
    win_rate,
)

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[f"{i}-{v['name']}" for i, v in enumerate(VECTORS)])
def test_every_vector_to_nine_digits(vector):
    result = compute(vector["name"], vector["args"])
    assert result.keys() == vector["result"].keys()
    for key, expected in vector["result"].items():
        assert result[key] == pytest.approx(expected, rel=1e-9, abs=1e-9), key


def test_the_vectors_name_formulas_of_the_catalogue_with_their_results():
    for vector in VECTORS:
        assert FORMULAS[vector["name"]].results == tuple(vector["result"])


def rounded(value, digits=4):
    return tuple(round(v, digits) for v in value) if isinstance(value, tuple) else round(value, digits)


def test_the_worked_check_of_the_closed_form():
    result = optimal_policy(prior=[0.6, 0.4], reward=[1, 0], beta=0.5)
    assert rounded(result.weights) == (4.4334, 0.4)
    assert rounded(result.Z) == 4.8334
    assert rounded(result.policy) == (0.9172, 0.0828)
    assert rounded(result.kl) == 0.2589
    assert rounded(result.expected_reward) == 0.9172


def test_the_exercise_of_the_closed_form_and_its_limits():
    prior, reward = [0.5, 0.3, 0.2], [1.0, 0.5, -1.0]
    result = optimal_policy(prior, reward, 0.5)
    assert rounded(result.weights) == (3.6945, 0.8155, 0.0271)
    assert rounded(result.Z) == 4.5371
    assert rounded(result.policy) == (0.8143, 0.1797, 0.0060)
    limits = optimal_policy_limits(prior, reward)
    assert limits.beta_to_zero == (1, 0, 0)
    assert limits.beta_to_infinity == (0.5, 0.3, 0.2)


def test_tied_best_rewards_share_the_limit_as_the_reference_does():
    assert rounded(optimal_policy_limits([0.6, 0.2, 0.2], [1, 1, 0]).beta_to_zero) == (0.75, 0.25, 0)


def test_numbers_worked_by_hand():
    assert rounded(bradley_terry(1, 0).probability) == 0.7311
    assert rounded(bradley_terry(1, 0).loss) == 0.3133
    assert rounded(implicit_reward([0.75, 0.25], [0.5, 0.5], 0.5).rewards) == (0.2027, -0.3466)
    loss = dpo(-10, -12, -11, -11, 0.1)
    assert rounded((loss.reward_chosen, loss.reward_rejected, loss.margin)) == (0.1, -0.1, 0.2)
    assert rounded((loss.loss, loss.gradient_weight)) == (0.5981, 0.4502)
    assert rounded(ipo(-1, -2, -1, -2, tau=0.1).loss) == 25
    assert kto(0, True, 0, 0.3).loss == kto(0, False, 0, 0.3).loss == 0.5
    assert rounded(orpo(-math.log(2), -math.log(2), 0.1).loss) == 0.7625
    assert rounded(simpo(-4, 4, -9, 6, 2, 0.5).loss) == 0.4741
    assert rounded(kl([0.75, 0.25], [0.5, 0.5]).kl) == 0.1308
    assert rounded(kl([0.75, 0.25], [0.5, 0.5]).k2) == 0.1217
    assert rounded(best_of_n(4).kl_bound) == 0.6363
    assert rounded(pass_at_k(10, 3, 2).pass_at_k) == 0.5333
    assert rounded(wilson(7, 10)) == (0.3968, 0.8922)


def test_one_sample_of_each_kl_estimator():
    result = kl_estimators([-1], [-2])
    assert (result.k1, result.k2) == ((1,), (0.5,))
    assert rounded(result.mean_k3) == 0.3679


@pytest.mark.parametrize(
    ("ratio", "advantage", "objective", "clipped"),
    [(1.5, 1, 1.2, True), (1.5, -1, -1.5, False), (0.5, 1, 0.5, False), (0.5, -1, -0.8, True), (1, 2, 2, False),
     (1.2, 1, 1.2, False), (1.5, 0, 0, False)],
)
def test_the_cases_of_the_clip(ratio, advantage, objective, clipped):
    result = ppo_clip(ratio, advantage, 0.2)
    assert result.objective == pytest.approx(objective)
    assert result.clipped is clipped


def test_advantages_worked_by_hand():
    assert rounded(rloo_advantages([3, 1, 2]).advantages) == (1.5, -1.5, 0)
    group = grpo_advantages([1, 0, 0, 1])
    assert rounded((group.mean, group.std)) == (0.5, 0.5774)
    assert rounded(group.advantages) == (0.8660, -0.8660, -0.8660, 0.8660)
    assert gae([0, 1], [0.5, 0.5], gamma=1, lam=0.5).advantages == (0.25, 0.5)


@pytest.mark.parametrize("reward", [0.1, -3.7, 0, 1e300])
def test_a_group_of_equal_rewards_teaches_nothing(reward):
    group = grpo_advantages([reward] * 3)
    assert group.std == 0
    assert group.advantages == (0, 0, 0)


def test_gold_reward_by_distance():
    assert overoptimisation(2, 1, 4, "bon").reward == 0
    assert overoptimisation(2, 1, 4, "bon").peak_d == 1
    curve = overoptimisation_curve(2, 1, 4, "bon", points=3)
    assert (curve.kl, curve.reward) == ((0, 1, 4), (0, 1, 0))
    assert overoptimisation(1, 1, 0, "rl").reward == 0


def test_without_a_decisive_comparison_there_is_no_decisive_rate():
    result = win_rate(0, 5, 0)
    assert result.rate == 0.5
    assert (result.decisive, result.decisive_low, result.decisive_high) == (None, None, None)


def test_every_formula_says_its_source_and_a_worked_number():
    for formula in FORMULAS.values():
        assert "Worked number:" in formula.function.__doc__, formula.name
