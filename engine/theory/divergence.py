"""How far a policy has gone: KL and its estimators, the KL of best-of-N, and what distance costs in gold reward."""

import math
import sys
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from engine.theory.domains import NOT_NEGATIVE, POSITIVE, Choice, Distribution, Integer, Numbers
from engine.theory.formula import formula
from engine.theory.numbers import exp_or_none

FORMS = Choice(("bon", "rl"))
MAX_EXPONENT = 700.0
MAX_ROOT = math.sqrt(sys.float_info.max)


@dataclass(frozen=True)
class KL:
    """The exact divergence, and the expectation of each estimator under the policy."""

    kl: float
    k1: float
    k2: float
    k3: float


@formula("kl", policy=Distribution(), reference=Distribution(like="policy", within="policy"))
def kl(policy: Sequence[float], reference: Sequence[float]) -> KL:
    """KL(π‖π_ref) = Σ π log(π/π_ref) in nats, and E_π of its estimators

    k1 = -log r, k2 = (log r)²/2, k3 = (r - 1) - log r, with r = π_ref/π (Schulman 2020, "Approximating KL
    divergence"). k1 and k3 are unbiased, k2 is not.

    Worked number: π = (0.75, 0.25), π_ref = (0.5, 0.5) gives KL = E k1 = E k3 = 0.1308 and E k2 = 0.1217.
    """
    pairs = [(p, q) for p, q in zip(policy, reference, strict=True) if p > 0]
    log_r = [math.log(q) - math.log(p) for p, q in pairs]
    return KL(
        kl=max(0.0, math.fsum(p * (math.log(p) - math.log(q)) for p, q in pairs)),
        k1=math.fsum(-p * log for (p, _), log in zip(pairs, log_r, strict=True)),
        k2=math.fsum(p * log**2 / 2 for (p, _), log in zip(pairs, log_r, strict=True)),
        # p (r - 1) is q - p, also where r itself is too large for a float.
        k3=math.fsum(
            p * (math.expm1(log) - log) if log < MAX_EXPONENT else q - p - p * log
            for (p, q), log in zip(pairs, log_r, strict=True)
        ),
    )


def _estimates(log_r: float) -> tuple[float, float, float]:
    """k1, k2, k3 of one sample; expm1 keeps k3 ≥ 0 where r is close to 1."""
    return -log_r, log_r**2 / 2, math.expm1(log_r) - log_r


@dataclass(frozen=True)
class KLEstimators:
    k1: tuple[float, ...]
    k2: tuple[float, ...]
    k3: tuple[float, ...]
    mean_k1: float
    mean_k2: float
    mean_k3: float


@formula("kl-estimators", policy_logps=Numbers(at_most=0), ref_logps=Numbers(like="policy_logps", at_most=0))
def kl_estimators(policy_logps: Sequence[float], ref_logps: Sequence[float]) -> KLEstimators:
    """k1 = -log r, k2 = (log r)²/2, k3 = (r - 1) - log r for samples x ~ π, with log r = log π_ref(x) - log π(x)

    Schulman 2020, "Approximating KL divergence". The samples must come from π: with r turned round, k3 estimates
    another divergence.

    Worked number: log π = -1, log π_ref = -2 gives k1 = 1, k2 = 0.5, k3 = e⁻¹ - 1 + 1 = 0.3679.
    """
    each = [_estimates(ref - policy) for policy, ref in zip(policy_logps, ref_logps, strict=True)]
    k1, k2, k3 = (tuple(column) for column in zip(*each, strict=True))
    n = len(each)
    return KLEstimators(
        k1=k1, k2=k2, k3=k3, mean_k1=math.fsum(k1) / n, mean_k2=math.fsum(k2) / n, mean_k3=math.fsum(k3) / n
    )


@dataclass(frozen=True)
class KLConvergence:
    """`kl` is exact; `running_*` hold the mean after 1, 2, … samples; `std_*` is one sample's exact deviation."""

    kl: float
    running_k1: tuple[float, ...]
    running_k2: tuple[float, ...]
    running_k3: tuple[float, ...]
    mean_k1: float
    mean_k2: float
    mean_k3: float
    expected_k2: float
    std_k1: float
    std_k2: float
    std_k3: float


@formula(
    "kl-convergence", policy=Distribution(), reference=Distribution(like="policy", within="policy"),
    samples=Integer(at_least=1, at_most=10_000), seed=Integer(),
)
def kl_convergence(
    policy: Sequence[float], reference: Sequence[float], samples: int = 200, seed: int = 0
) -> KLConvergence:
    """The running means of k1, k2 and k3 over samples drawn from π, against the exact KL(π‖π_ref)   (Schulman 2020)

    The same seed draws the same completions. k1 and k3 go to the divergence, k2 to E[k2], which is near it, not on it.

    Worked number: π = (0.75, 0.25), π_ref = (0.5, 0.5) has KL = 0.1308; one sample of k1 deviates from it by 0.4757.
    """
    exact = kl(policy, reference)
    given = [(p, _estimates(math.log(q) - math.log(p))) for p, q in zip(policy, reference, strict=True) if p > 0]
    means = (exact.k1, exact.k2, exact.k3)
    deviations = [
        math.sqrt(math.fsum(p * (each[k] - mean) ** 2 for p, each in given)) for k, mean in enumerate(means)
    ]
    bounds = list(accumulate(p for p, _ in given))
    draw = Random(seed).random
    drawn = [given[min(bisect(bounds, draw() * bounds[-1]), len(given) - 1)][1] for _ in range(samples)]
    k1, k2, k3 = (
        tuple(total / n for n, total in enumerate(accumulate(column), start=1)) for column in zip(*drawn, strict=True)
    )
    return KLConvergence(
        kl=exact.kl,
        running_k1=k1, running_k2=k2, running_k3=k3,
        mean_k1=k1[-1], mean_k2=k2[-1], mean_k3=k3[-1],
        expected_k2=exact.k2,
        std_k1=deviations[0], std_k2=deviations[1], std_k3=deviations[2],
    )  # fmt: skip


@dataclass(frozen=True)
class BestOfN:
    kl_bound: float


@formula("best-of-n", n=Integer(at_least=1, at_most=1_000_000_000))
def best_of_n(n: int) -> BestOfN:
    """KL(best-of-N‖π_ref) ≤ log N - (N-1)/N   (Stiennon 2020; an upper bound: Beirami 2024)

    Exact only where no two completions tie.

    Worked number: N = 4 gives 1.3863 - 0.75 = 0.6363 nats.
    """
    return BestOfN(kl_bound=math.log(n) - (n - 1) / n)


@dataclass(frozen=True)
class Overoptimisation:
    """`peak_d` (for `rl`) and `peak_kl` are None where they are too large for a float."""

    d: float
    reward: float
    peak_d: float | None
    peak_kl: float | None


@formula("overoptimisation", alpha=NOT_NEGATIVE, beta=POSITIVE, kl=NOT_NEGATIVE, form=FORMS)
def overoptimisation(alpha: float, beta: float, kl: float, form: str) -> Overoptimisation:
    """Gold reward at distance d = √KL: d (α - β d) for best-of-N, d (α - β log d) for RL   (Gao 2022, Eq. 1)

    The peak is at d = α/(2β) for best-of-N (`bon`) and at d = exp(α/β - 1) for RL (`rl`).

    Worked number: α = 2, β = 1, KL = 4 gives d = 2 and a gold reward of 0 for best-of-N (peak at d = 1, KL = 1).
    """
    d = math.sqrt(kl)
    peak_d = alpha / (2 * beta) if form == "bon" else exp_or_none(alpha / beta - 1)
    return Overoptimisation(
        d=d,
        reward=_gold_reward(alpha, beta, d, form),
        peak_d=peak_d,
        peak_kl=None if peak_d is None or peak_d > MAX_ROOT else peak_d**2,
    )


def _gold_reward(alpha: float, beta: float, d: float, form: str) -> float:
    if d == 0:
        return 0.0
    return d * (alpha - beta * (d if form == "bon" else math.log(d)))


@dataclass(frozen=True)
class OveroptimisationCurve:
    kl: tuple[float, ...]
    reward: tuple[float, ...]


@formula(
    "overoptimisation-curve", alpha=NOT_NEGATIVE, beta=POSITIVE, max_kl=POSITIVE, form=FORMS,
    points=Integer(at_least=2, at_most=10_000),
)
def overoptimisation_curve(
    alpha: float, beta: float, max_kl: float, form: str, points: int = 50
) -> OveroptimisationCurve:
    """The gold reward of `overoptimisation` at `points` distances, even in d = √KL from 0 to √max_kl (Gao 2022, Eq. 1)

    Worked number: α = 2, β = 1, max KL 4, best-of-N, 3 points gives KL (0, 1, 4) and reward (0, 1, 0).
    """
    distances = [math.sqrt(max_kl) * i / (points - 1) for i in range(points)]
    return OveroptimisationCurve(
        kl=tuple(d * d for d in distances),
        reward=tuple(_gold_reward(alpha, beta, d, form) for d in distances),
    )
