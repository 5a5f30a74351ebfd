"""Cohen's κ of two raters with its interval, from verdicts alone: no model is needed to hold two people together."""

import random
from collections import Counter
from collections.abc import Sequence

from engine.evaluate.intervals import Estimate
from engine.theory import cohen_kappa

DRAWS = 1000
CELLS = ((True, True), (True, False), (False, True), (False, False))


def kappa(verdicts: Sequence[tuple[bool, bool]]) -> float | None:
    """Cohen's κ of two raters' verdicts on the same pairs; None where chance alone would explain everything."""
    counts = Counter(verdicts)
    return cohen_kappa(*(counts[cell] for cell in CELLS)).kappa


def kappa_estimate(verdicts: Sequence[tuple[bool, bool]]) -> Estimate | None:
    """κ with its 95 % percentile interval under resampling of the pairs; None where κ is not defined."""
    found = kappa(verdicts)
    if found is None:
        return None
    source = random.Random(0)
    drawn = (kappa(source.choices(verdicts, k=len(verdicts))) for _ in range(DRAWS))
    values = sorted(value for value in drawn if value is not None)
    return Estimate(found, values[round(0.025 * len(values))], values[round(0.975 * len(values)) - 1])
