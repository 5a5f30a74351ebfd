"""Choosing the best of N: the policy that comes of it, its reward estimated from samples, its N for a budget of KL."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.theory.divergence import best_of_n
from engine.theory.domains import NOT_NEGATIVE, Distribution, Integer, Numbers
from engine.theory.formula import formula

LARGEST_BUDGET = 30.0
"""In nats: beyond it N has more digits than a float."""


@dataclass(frozen=True)
class BestOfNPolicy:
    """`kl` is the true divergence from the prior, `kl_bound` what log N - (N-1)/N allows; both in nats."""

    policy: tuple[float, ...]
    kl: float
    kl_bound: float
    expected_reward: float


@formula(
    "best-of-n-policy", prior=Distribution(), reward=Numbers(like="prior"), n=Integer(at_least=1, at_most=1_000_000_000)
)
def best_of_n_policy(prior: Sequence[float], reward: Sequence[float], n: int) -> BestOfNPolicy:
    """π_N(y) = π(y)/π(r = r(y)) · [F(r(y))^N - F(r(y)-)^N], F(r) = Σ π(y') over r(y') ≤ r   (Beirami 2024)

    The best of N independent draws has reward at most r exactly when all N have. Draws that tie for the best are
    chosen among at random, so answers of equal reward share their probability as in the prior π. KL(π_N‖π) never
    exceeds the bound log N - (N-1)/N (Beirami 2024), and stays below it wherever answers are few.

    Worked number: prior (0.6, 0.4), reward (1, 0), N = 4 gives π_4 = (1 - 0.4⁴, 0.4⁴) = (0.9744, 0.0256),
    KL = 0.4021 nats against a bound of 0.6363, E[r] = 0.9744.
    """
    levels = sorted(set(reward))
    shares = {level: math.fsum(p for p, r in zip(prior, reward, strict=True) if r == level) for level in levels}
    chosen, below = {}, 0.0
    for level in levels:
        up_to = 1.0 if level == levels[-1] else min(1.0, below + shares[level])
        chosen[level] = up_to**n - below**n
        below = up_to
    policy = tuple(
        p / shares[r] * chosen[r] if p > 0 else 0.0 for p, r in zip(prior, reward, strict=True)
    )
    return BestOfNPolicy(
        policy=policy,
        kl=max(0.0, math.fsum(q * (math.log(q) - math.log(p)) for q, p in zip(policy, prior, strict=True) if q > 0)),
        kl_bound=best_of_n(n).kl_bound,
        expected_reward=math.fsum(q * r for q, r in zip(policy, reward, strict=True)),
    )


@dataclass(frozen=True)
class BestOfNEstimate:
    """`weights` belong to the scores in rising order; `expected` is the mean best score of n."""

    weights: tuple[float, ...]
    expected: float


@formula("best-of-n-estimate", scores=Numbers(), n=Integer(at_least=1, at_most=1_000))
def best_of_n_estimate(scores: Sequence[float], n: int) -> BestOfNEstimate:
    """E max of n, without bias, from M ≥ n independent scores: Σ_i C(i-1, n-1) / C(M, n) · R_(i), R_(1) ≤ … ≤ R_(M)

    The mean of the best score over all sets of n among the M: R_(i) is the best of a set that holds it and n - 1 of the
    i - 1 below it. With scores 0 and 1 this is pass@n (Chen 2021, Eq. 1).

    Worked number: scores (0.1, 0.3, 0.4, 0.7, 0.9), n = 2 gives weights (0, 0.1, 0.2, 0.3, 0.4) and 0.68.
    """
    if n > len(scores):
        raise Problem(
            "theory.out_of_domain", name="best-of-n-estimate", argument="n", value=str(n), need="integer",
            low=1, high=len(scores),
        )  # fmt: skip
    sets = math.comb(len(scores), n)
    weights = tuple(math.comb(below, n - 1) / sets for below in range(len(scores)))
    return BestOfNEstimate(
        weights=weights, expected=math.fsum(w * r for w, r in zip(weights, sorted(scores), strict=True))
    )


@dataclass(frozen=True)
class BestOfNBudget:
    n: int


@formula("best-of-n-budget", kl=NOT_NEGATIVE)
def best_of_n_budget(kl: float) -> BestOfNBudget:
    """The largest N whose bound log N - (N-1)/N is no more than `kl` nats; about e^(kl + 1) - 1 where that is large

    From log N = kl + 1 - 1/N (the bound of Stiennon 2020), which has no solution in closed form.

    Worked number: kl = 2 gives N = 19, whose bound is 1.9971 nats.
    """
    if kl > LARGEST_BUDGET:
        raise OverflowError
    low, high = 1, math.ceil(math.exp(kl + 1)) + 1  # the bound of `high` is above kl, since it exceeds log N - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if math.log(middle) - (middle - 1) / middle <= kl else (low, middle)
    return BestOfNBudget(n=low)
