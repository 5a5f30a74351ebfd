"""On a task of five answers everything is a sum: where each method's loss leads to, against the exact optimum π*."""

import math

import pytest

from engine.evaluate.frontier import GROUP, METHODS, Task, limit, plane, point, train
from engine.theory import kl, optimal_policy
from engine.theory.frontier import policy_with_kl

TASK = Task(prior=(0.4, 0.25, 0.2, 0.1, 0.05), reward=(0.0, 0.3, 0.5, 0.8, 1.0))
BETAS = (0.3, 1.0)
TO_THE_OPTIMUM = ("reinforce", "rloo", "ppo", "dpo")


def far(policy, goal):
    return kl(policy, goal).kl


@pytest.fixture(scope="module")
def trained():
    return {(method, beta): train(method, TASK, beta) for method in METHODS for beta in BETAS}


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("method", TO_THE_OPTIMUM)
def test_it_leads_to_the_optimum(method, beta, trained):
    best = optimal_policy(TASK.prior, TASK.reward, beta).policy
    assert far(TASK.prior, best) > 0.04, "there is some way to go"
    assert far(trained[method, beta], best) < 1e-8


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("method", METHODS)
def test_it_leads_to_its_own_limit(method, beta, trained):
    assert far(trained[method, beta], limit(method, TASK, beta)) < 1e-8


@pytest.mark.parametrize("beta", BETAS)
def test_grpo_pulls_with_the_other_kl(beta, trained):
    """Its limit is stationary for c E[r] − β KL(π_ref‖π), by the derivative for each logit; and it is not π*."""
    share = (GROUP - 1) / GROUP
    policy = trained["grpo", beta]
    mean = sum(p * r for p, r in zip(policy, TASK.reward, strict=True))
    for p, q, r in zip(policy, TASK.prior, TASK.reward, strict=True):
        assert share * p * (r - mean) - beta * (p - q) == pytest.approx(0, abs=1e-6)
    for price in (beta, beta / share):
        assert far(policy, optimal_policy(TASK.prior, TASK.reward, price).policy) > 1e-4


@pytest.mark.parametrize("beta", BETAS)
def test_corrected_grpo_is_the_optimum_at_a_price_that_the_group_raises(beta, trained):
    policy = trained["grpo-corrected", beta]
    assert far(policy, optimal_policy(TASK.prior, TASK.reward, beta * GROUP / (GROUP - 1)).policy) < 1e-8
    assert far(policy, optimal_policy(TASK.prior, TASK.reward, beta).policy) > 1e-3


@pytest.mark.parametrize("tau", BETAS)
def test_ipo_is_the_optimum_of_the_chance_to_win(tau, trained):
    """Azar 2023: π ∝ π_ref exp(P(y ≻ π_ref)/τ), by hand. A chance is bounded: no reward makes IPO certain."""
    wins = [
        sum(q / (1 + math.exp(other - own)) for q, other in zip(TASK.prior, TASK.reward, strict=True))
        for own in TASK.reward
    ]
    weights = [q * math.exp(win / tau) for q, win in zip(TASK.prior, wins, strict=True)]
    expected = [weight / sum(weights) for weight in weights]
    assert trained["ipo", tau] == pytest.approx(expected, abs=1e-5)
    wild = Task(TASK.prior, tuple(1000 * r for r in TASK.reward))
    assert max(limit("ipo", wild, tau)) < 0.9
    assert max(limit("dpo", wild, tau)) > 0.999


def below(task, each):
    """How much more the optimum with the KL of a point earns."""
    _, best = policy_with_kl(task.prior, task.reward, each.kl)
    return point(task, best, 0.0).reward - each.reward


@pytest.fixture(scope="module")
def points():
    return plane(TASK, BETAS, (1, 2, 4, 16))


def test_all_lie_below_the_frontier(points):
    """No policy earns more than π* of the same KL; whoever leads to some π* touches it, the others do not."""
    assert points.keys() == {"optimum", "best-of-n", *METHODS}
    for method, found in points.items():
        for each in found:
            assert below(TASK, each) > -1e-6, method
            if method in (*TO_THE_OPTIMUM, "optimum", "grpo-corrected"):
                assert below(TASK, each) < 1e-5, method
    assert below(TASK, points["grpo"][0]) > 0.01
    assert all(below(TASK, each) > 0.002 for each in points["best-of-n"][1:])


def test_ipo_lies_below_where_chances_are_no_longer_in_proportion_to_rewards():
    wide = Task(TASK.prior, tuple(8 * r for r in TASK.reward))
    assert below(wide, point(wide, limit("ipo", wide, 0.3), 0.3)) > 0.03


def test_a_lower_price_buys_more_reward_for_more_kl(points):
    for method in ("optimum", *METHODS):
        cheap, dear = points[method]
        assert cheap.kl > dear.kl
        assert cheap.reward > dear.reward
    first = points["best-of-n"][0]
    assert (first.setting, first.kl) == (1, 0)
    assert first.reward == pytest.approx(point(TASK, TASK.prior, 1).reward)
