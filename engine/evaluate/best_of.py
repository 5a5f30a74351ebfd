"""What choosing the best of N by a judge's reward comes to: its reward, the rule's grade and the KL, from one batch of
draws for every N."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory import best_of_n, best_of_n_estimate, best_of_n_policy


@dataclass(frozen=True)
class Pool:
    """Draws of one prompt: the different answers, how often each came, and what judge and rule give it."""

    prompt: str
    answers: list[str]
    counts: list[int]
    scores: list[float]
    gold: list[float]

    def chances(self, weights: Sequence[float]) -> list[float]:
        """How likely each answer is the best of N of the draws, ties at random; `weights` of `best_of_n_estimate`."""
        found = [0.0] * len(self.answers)
        ranked = sorted(range(len(self.answers)), key=self.scores.__getitem__)
        start = 0
        for _, tied in itertools.groupby(ranked, key=self.scores.__getitem__):
            level = list(tied)
            draws = sum(self.counts[number] for number in level)
            chance = sum(weights[start : start + draws])
            for number in level:
                found[number] = chance * self.counts[number] / draws
            start += draws
        return found

    def kl(self, n: int) -> float:
        """KL(π_N‖π_ref) in nats, exact for the finite world of these draws: 0 for N = 1, never above the bound."""
        draws = sum(self.counts)
        return best_of_n_policy([count / draws for count in self.counts], self.scores, n).kl


@dataclass(frozen=True)
class Chosen:
    """Best-of-N prompt by prompt: KL in nats, the judge's reward and the rule's grade; `kl_bound` holds for all."""

    n: int
    kl: list[float]
    scores: list[float]
    gold: list[float]

    @property
    def kl_bound(self) -> float:
        return best_of_n(self.n).kl_bound


def weights(draws: int, n: int) -> tuple[float, ...]:
    """How often the draw of each rank, from the lowest, is the best of a set of n."""
    return best_of_n_estimate([0.0] * draws, n).weights


def choose(pools: Sequence[Pool], n: int) -> Chosen:
    """Reward and grade are estimated without bias, over all sets of n among the draws (chapter 06)."""
    shared = weights(sum(pools[0].counts), n)
    each = [pool.chances(shared) for pool in pools]

    def mean(values: Sequence[float], chances: Sequence[float]) -> float:
        return sum(value * chance for value, chance in zip(values, chances, strict=True))

    return Chosen(
        n,
        [pool.kl(n) for pool in pools],
        [mean(pool.scores, chances) for pool, chances in zip(pools, each, strict=True)],
        [mean(pool.gold, chances) for pool, chances in zip(pools, each, strict=True)],
    )


def sizes(draws: int) -> list[int]:
    """1, 2, 4, … as far as half of the draws: beyond that a few sets share nearly all of their answers."""
    return [1 << power for power in range(max(1, draws // 2).bit_length())]


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


# -- between the points


def at(curve: Sequence[Chosen], by: str, level: float, values: str) -> list[float]:
    """The `values` of best-of-N ("kl", "scores" or "gold"), prompt by prompt, where the mean of its `by` ("kl" or
    "scores", which rise with N) is `level`: on straight lines between the measured N, no further than their ends."""
    for before, after in itertools.pairwise(curve):
        low, high = mean(getattr(before, by)), mean(getattr(after, by))
        if level <= high:
            share = (level - low) / (high - low) if high > low else 0.0
            pairs = zip(getattr(before, values), getattr(after, values), strict=True)
            return [a + max(0.0, share) * (b - a) for a, b in pairs]
    return list(getattr(curve[-1], values))
