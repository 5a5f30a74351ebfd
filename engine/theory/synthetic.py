"""A model that learns from its own samples, generation after generation."""

import math
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.theory.domains import SHARE, Distribution, Integer
from engine.theory.formula import formula


@dataclass(frozen=True)
class SelfTraining:
    """Per generation, the first policy included: entropy in nats, and how many kinds still have probability."""

    entropies: tuple[float, ...]
    survivors: tuple[int, ...]
    policy: tuple[float, ...]


@formula(
    "self-training", policy=Distribution(), samples=Integer(at_least=1, at_most=10_000),
    generations=Integer(at_least=1, at_most=500), real_share=SHARE, seed=Integer(),
)
def self_training(
    policy: Sequence[float], samples: int, generations: int, real_share: float = 0.0, seed: int = 0
) -> SelfTraining:
    """π_{g+1} = frequencies of n samples, of which n (1 - s) are drawn from π_g and n s from π_0

    Resampling with refitting: the model of genetic drift of Fisher (1930) and Wright (1931), for the collapse described
    by Shumailov 2024. With s = `real_share` = 0 the expected Σ π(1 - π) shrinks by the factor 1 - 1/n a generation, and
    a kind that has died out stays dead. Real data (n s is rounded) bring kinds back (Gerstgrasser 2024 keep it all).
    `policy` of the result is the last generation. The same seed gives the same history.

    Worked number: policy (0.5, 0.5) and 1 sample a generation: all probability on one kind after one generation,
    entropies (0.6931, 0), survivors (2, 1).
    """
    return summary(list(generations_of(policy, samples, generations, real_share, seed)))


def summary(history: Sequence[tuple[float, ...]]) -> SelfTraining:
    """What `self_training` says of a history of policies."""
    return SelfTraining(
        entropies=tuple(max(0.0, -math.fsum(p * math.log(p) for p in each if p > 0)) for each in history),
        survivors=tuple(sum(p > 0 for p in each) for each in history),
        policy=history[-1],
    )


def generations_of(
    policy: Sequence[float], samples: int, generations: int, real_share: float, seed: int
) -> Iterator[tuple[float, ...]]:
    """The policies of `self_training`, from the given one on: `generations` + 1 of them."""
    generator = random.Random(seed)
    kinds, current = range(len(policy)), tuple(policy)
    real = round(real_share * samples)
    yield current
    for _ in range(generations):
        drawn = Counter(generator.choices(kinds, policy, k=real))
        drawn.update(generator.choices(kinds, current, k=samples - real))
        current = tuple(drawn[kind] / samples for kind in kinds)
        yield current
