"""One draw of REINFORCE: the score of what was said, and the push it gives to the logits."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.domains import NUMBER, Distribution
from engine.theory.formula import formula


@dataclass(frozen=True)
class ScoreFunction:
    """Both by the logits, in the order of `policy`."""

    score: tuple[float, ...]
    estimate: tuple[float, ...]


@formula("score-function", policy=Distribution(), drawn=Distribution(like="policy"), reward=NUMBER, baseline=NUMBER)
def score_function(
    policy: Sequence[float], drawn: Sequence[float], reward: float, baseline: float = 0.0
) -> ScoreFunction:
    """score = ∇ log π(y) = e_y - π by the logits of a softmax; estimate = (R(y) - b) · score   (Williams 1992)

    `drawn` is e_y: 1 for the answer y that was said and 0 for the others.

    Worked number: π = (0.6, 0.2, 0.2), the second answer with R = 0.5, b = 0 gives score (-0.6, 0.8, -0.2) and
    estimate (-0.3, 0.4, -0.1).
    """
    score = tuple(said - p for said, p in zip(drawn, policy, strict=True))
    return ScoreFunction(score=score, estimate=tuple((reward - baseline) * slope for slope in score))
