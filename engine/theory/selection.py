"""Choosing the best of N: the policy that comes of it, exactly."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.divergence import best_of_n
from engine.theory.domains import Distribution, Integer, Numbers
from engine.theory.formula import formula


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
