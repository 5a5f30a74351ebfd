"""Counting successes: the interval of a share, win rates, pass@k."""

import math
from dataclasses import dataclass
from statistics import NormalDist

from engine.errors import Problem
from engine.theory.domains import Integer
from engine.theory.formula import formula

Z_95 = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True)
class Wilson:
    low: float
    high: float


@formula("wilson", n=Integer(at_least=1), successes=Integer(up_to="n"))
def wilson_interval(n: int, successes: int) -> Wilson:
    """(p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n), p = successes/n, z = 1.96   (Wilson 1927)

    The 95 % score interval of a share: it stays inside [0, 1] and is honest for few trials.

    Worked number: 7 of 10 gives 0.3968 to 0.8922.
    """
    return Wilson(*score_interval(successes / n, n))


def score_interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a mean of `n` values between 0 and 1, say of wins with ties as one half. No such value
    varies more than a coin of the same mean, so the interval is rather too wide than too narrow."""
    z2 = Z_95**2
    centre = share + z2 / (2 * n)
    half = Z_95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n**2))
    scale = 1 + z2 / n
    # At 0 and at 1 the bound is exactly that; rounding must not put it a hair inside.
    return 0.0 if share == 0 else (centre - half) / scale, 1.0 if share == 1 else (centre + half) / scale


def wilson(successes: int, n: int) -> tuple[float, float]:
    """The 95 % interval (low, high) of `successes` out of `n` ≥ 1 trials: see `wilson_interval`."""
    interval = wilson_interval(n, successes)
    return interval.low, interval.high


@dataclass(frozen=True)
class WinRate:
    """The fields of the decisive comparisons are None where every comparison was a tie."""

    rate: float
    decisive: float | None
    decisive_low: float | None
    decisive_high: float | None


@formula("win-rate", wins=Integer(), ties=Integer(), losses=Integer())
def win_rate(wins: int, ties: int, losses: int) -> WinRate:
    """rate = (wins + ties/2) / all comparisons; decisive = wins / (wins + losses), with its 95 % Wilson interval.

    Worked number: 24 wins, 22 ties, 30 losses gives rate 0.4605, decisive 0.4444 (0.3200 to 0.5762).
    """
    decided = wins + losses
    if decided + ties == 0:
        raise Problem(
            "theory.out_of_domain", name="win-rate", argument="wins, ties, losses", value="0,0,0", need="comparisons"
        )
    rate = (wins + ties / 2) / (decided + ties)
    if decided == 0:
        return WinRate(rate=rate, decisive=None, decisive_low=None, decisive_high=None)
    low, high = wilson(wins, decided)
    return WinRate(rate=rate, decisive=wins / decided, decisive_low=low, decisive_high=high)


@dataclass(frozen=True)
class PassAtK:
    pass_at_k: float


@formula("pass-at-k", n=Integer(at_least=1), c=Integer(up_to="n"), k=Integer(at_least=1, up_to="n"))
def pass_at_k(n: int, c: int, k: int) -> PassAtK:
    """pass@k = 1 - C(n-c, k) / C(n, k): the chance of a right one among k of n samples, c of them right

    Chen 2021, Eq. 1.

    Worked number: n = 10, c = 3, k = 2 gives 1 - 21/45 = 0.5333.
    """
    if n - c < k:
        return PassAtK(pass_at_k=1.0)
    # C(n-c, k) / C(n, k) = Π (1 - k/i) for i from n-c+1 to n: no large factorials.
    none_right = math.prod(1 - k / i for i in range(n - c + 1, n + 1))
    return PassAtK(pass_at_k=1 - none_right)
