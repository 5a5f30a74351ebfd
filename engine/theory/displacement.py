"""Likelihood displacement: DPO separates a pair, and both answers may lose probability to everything else."""

import math
from dataclasses import dataclass

from engine.theory.domains import BETA, COSINE, POSITIVE, Integer
from engine.theory.formula import formula
from engine.theory.numbers import log_sum_exp, sigmoid

REFERENCE = (0.2, 0.2, 0.6)
"""Where the policy starts: chosen, rejected, and everything else, which has most of the probability."""
ELSE = (0.0, 0.6, 0.8)
"""Everything else: nothing of what the pair shares, some of what the chosen has and the rejected lacks, and its own."""


@dataclass(frozen=True)
class Displacement:
    """Log-probabilities before the first step and after each one, and DPO's margin β (log-ratio of the pair)."""

    chosen: tuple[float, ...]
    rejected: tuple[float, ...]
    other: tuple[float, ...]
    margin: tuple[float, ...]


@formula(
    "displacement", similarity=COSINE, beta=BETA, learning_rate=POSITIVE, steps=Integer(at_least=1, at_most=10_000)
)
def displacement(
    similarity: float, beta: float = 0.5, learning_rate: float = 0.5, steps: int = 30
) -> Displacement:
    """θ ← θ + η β σ(-m) (φ_w - φ_l), π(y) ∝ π_ref(y) exp(φ(y)·θ)   (Rafailov 2023, section 4; Razin 2024)

    Exact gradient descent on the DPO loss of one pair, for a softmax over three answers. Their feature vectors have
    length 1: φ_w = (a, b, 0) and φ_l = (a, -b, 0) share the part a, and their cosine a² - b² is `similarity`;
    φ_else = (0, 0.6, 0.8). One step of size s lifts the logits by s φ(y)·(φ_w - φ_l): those of the pair by
    ±s (1 - similarity), that of everything else by s · 0.6 √(2 (1 - similarity)). The more alike the pair, the more of
    the push goes elsewhere, which is what Razin 2024 describes. π starts at π_ref = (0.2, 0.2, 0.6).

    Worked number: similarity 0.8, β = 0.5, η = 0.5: the first step is s = 0.125, the logits move by 0.0250, -0.0250 and
    0.0474, and log π(y_w) falls from -1.6094 to -1.6129. After 30 steps it is -1.8819, while the margin has grown
    from 0 to 0.6305.
    """
    shared, apart = math.sqrt((1 + similarity) / 2), math.sqrt((1 - similarity) / 2)
    features = ((shared, apart, 0.0), (shared, -apart, 0.0), ELSE)
    theta = [0.0, 0.0, 0.0]
    rows, margins = [], []
    for _ in range(steps + 1):
        logits = [math.log(p) + _dot(phi, theta) for p, phi in zip(REFERENCE, features, strict=True)]
        log_z = log_sum_exp(logits)
        rows.append([logit - log_z for logit in logits])
        margins.append(beta * (_dot(features[0], theta) - _dot(features[1], theta)))
        size = learning_rate * beta * sigmoid(-margins[-1])
        theta = [t + size * (w - y) for t, w, y in zip(theta, features[0], features[1], strict=True)]
    chosen, rejected, other = (tuple(column) for column in zip(*rows, strict=True))
    return Displacement(chosen=chosen, rejected=rejected, other=other, margin=tuple(margins))


def _dot(left: tuple[float, ...], right: list[float]) -> float:
    return sum(x * y for x, y in zip(left, right, strict=True))
