"""The plane of reward against KL: what best-of-N reaches, and the most that any policy reaches for the same KL."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.domains import Distribution, Integer, Numbers
from engine.theory.formula import formula
from engine.theory.optimum import optimal_policy, optimal_policy_limits
from engine.theory.selection import best_of_n_policy

WIDEST, HALVINGS = 1e6, 80


@dataclass(frozen=True)
class RewardKLPlane:
    """`kl` and `expected_reward` of best-of-N; `frontier_*` belong to the optimal policy with that same `kl`.

    `beta` is None at the two ends: where the KL is 0 (no price is high enough) and where it is the largest that any
    price buys (none is low enough).
    """

    kl: float
    expected_reward: float
    beta: float | None
    frontier_policy: tuple[float, ...]
    frontier_reward: float


@formula(
    "reward-kl-plane", prior=Distribution(), reward=Numbers(like="prior"), n=Integer(at_least=1, at_most=1_000_000_000)
)
def reward_kl_plane(prior: Sequence[float], reward: Sequence[float], n: int) -> RewardKLPlane:
    """Best-of-N (Beirami 2024) beside π* = π_ref exp(r/β)/Z with the β for which KL(π*‖π_ref) is the same

    No policy with that KL earns more than π*: J = E[r] - β KL is largest there (Rafailov 2023, Eq. 4). KL(π*‖π_ref)
    falls as β rises, so β is found by halving.

    Worked number: prior (0.4, 0.3, 0.2, 0.1), reward (0, 0.1, 0.2, 1), N = 4 gives KL = 0.5871 and E[r] = 0.449;
    π* with that KL has β = 0.3948 and E[r] = 0.574.
    """
    best = best_of_n_policy(prior, reward, n)
    beta, frontier = policy_with_kl(prior, reward, best.kl)
    return RewardKLPlane(
        kl=best.kl,
        expected_reward=best.expected_reward,
        beta=beta,
        frontier_policy=frontier,
        frontier_reward=math.fsum(p * r for p, r in zip(frontier, reward, strict=True)),
    )


def policy_with_kl(
    prior: Sequence[float], reward: Sequence[float], kl: float
) -> tuple[float | None, tuple[float, ...]]:
    """β and policy of the optimum with this KL, or the end nearest to it."""
    top, spread = max(reward), max(reward) - min(reward)
    if spread == 0:
        return None, tuple(prior)
    if not math.isfinite(spread):
        raise OverflowError
    scaled = [(r - top) / spread for r in reward]  # from -1 to 0; only r/β matters, so β is in units of the spread
    low, high = 1 / WIDEST, WIDEST
    if kl <= optimal_policy(prior, scaled, high).kl:
        return None, tuple(prior)
    if kl >= optimal_policy(prior, scaled, low).kl:
        return None, optimal_policy_limits(prior, scaled).beta_to_zero
    for _ in range(HALVINGS):
        middle = math.sqrt(low * high)
        low, high = (low, middle) if optimal_policy(prior, scaled, middle).kl < kl else (middle, high)
    return high * spread, optimal_policy(prior, scaled, high).policy
