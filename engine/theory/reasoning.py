"""Step by step or by the end alone: what a process score and an outcome score say of the same solution."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from engine.theory.domains import SHARE, Probabilities
from engine.theory.formula import formula


@dataclass(frozen=True)
class ProcessOutcome:
    """`first_error` counts from 1 and is None where no step is doubtful; `so_far` are the running products."""

    product: float
    minimum: float
    first_error: int | None
    so_far: tuple[float, ...]
    gap: float


@formula("process-outcome", steps=Probabilities(), outcome=SHARE)
def process_outcome(steps: Sequence[float], outcome: float) -> ProcessOutcome:
    """product = Π p_t, minimum = min p_t, first error = the first t with p_t < 1/2   (Lightman 2023)

    p_t is what a process reward model gives step t: the probability that the step is right. Their product is the
    probability that every step is, if the p_t are taken as conditional on the steps before. `outcome` is the one number
    of an outcome reward model for the whole; gap = outcome - product.

    Worked number: steps (0.98, 0.95, 0.30, 0.97), outcome 0.7 gives product 0.2709, minimum 0.3, first error at
    step 3, gap 0.4291.
    """
    so_far = tuple(accumulate(steps, mul))
    doubtful = (number for number, step in enumerate(steps, 1) if step < 0.5)
    return ProcessOutcome(
        product=so_far[-1], minimum=min(steps), first_error=next(doubtful, None), so_far=so_far,
        gap=outcome - so_far[-1],
    )
