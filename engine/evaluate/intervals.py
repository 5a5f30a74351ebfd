"""Intervals for what is measured: bootstrap over prompts, as a held-out prompt is the unit that was drawn."""

import random
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float


def bootstrap(values: Sequence[float], *, draws: int = 2000, seed: int = 0) -> Estimate:
    """The mean with its 95 % percentile interval under resampling of the values (one a prompt).

    Efron 1979. Raises ValueError for no values.
    """
    if not values:
        raise ValueError("nothing to resample")
    source = random.Random(seed)
    count = len(values)
    means = sorted(sum(source.choices(values, k=count)) / count for _ in range(draws))
    return Estimate(sum(values) / count, means[round(0.025 * draws)], means[round(0.975 * draws) - 1])
