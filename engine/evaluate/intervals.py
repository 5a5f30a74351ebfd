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
    """The mean with its 95 % percentile interval under resampling of the values, one a prompt (Efron 1979).

    Raises ValueError for no values.
    """
    return bootstrap_ratio([(value, 1.0) for value in values], draws=draws, seed=seed)


def bootstrap_ratio(parts: Sequence[tuple[float, float]], *, draws: int = 2000, seed: int = 0) -> Estimate:
    """Σ first / Σ second over prompts, say wins over decided comparisons, resampled prompt by prompt.

    Several comparisons of one prompt are not independent, so the prompt is the unit. Raises ValueError when the
    seconds sum to zero.
    """
    if sum(second for _, second in parts) == 0:
        raise ValueError("nothing to resample")
    source = random.Random(seed)
    ratios: list[float] = []
    while len(ratios) < draws:
        drawn = source.choices(parts, k=len(parts))
        if (below := sum(second for _, second in drawn)) > 0:
            ratios.append(sum(first for first, _ in drawn) / below)
    ratios.sort()
    value = sum(first for first, _ in parts) / sum(second for _, second in parts)
    return Estimate(value, ratios[round(0.025 * draws)], ratios[round(0.975 * draws) - 1])
