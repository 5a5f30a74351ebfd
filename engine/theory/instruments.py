"""What stands between a measured share and the one that is meant: a judge's love of length, and noise in the labels."""

import math
from dataclasses import dataclass

from engine.theory.domains import AGREEMENT, INNER_SHARE, SHARE
from engine.theory.formula import formula
from engine.theory.numbers import sigmoid


@dataclass(frozen=True)
class LengthControlled:
    """Win rates `raw`, over all comparisons, and `controlled`, at equal length; θ and φ of the fit, in log-odds."""

    raw: float
    strength: float
    length_effect: float
    controlled: float


@formula("length-controlled", win_if_longer=INNER_SHARE, win_if_shorter=INNER_SHARE, longer_share=SHARE)
def length_controlled(win_if_longer: float, win_if_shorter: float, longer_share: float) -> LengthControlled:
    """P(win) = σ(θ + φ Δ), controlled = σ(θ)   (after Dubois 2024)

    The plainest case: our answer is the longer one (Δ = 1) in a share of the comparisons and the shorter one (Δ = -1)
    in the rest. With two groups the logistic regression fits both win rates exactly:
    θ = (logit p₊ + logit p₋)/2, φ = (logit p₊ - logit p₋)/2. The published model also has a term for each prompt and
    takes lengths as they are, by a tanh.

    Worked number: 0.65 where longer, 0.3 where shorter, longer in 0.9 of all: raw 0.615, θ = -0.1141, φ = 0.7332,
    controlled 0.4715.
    """
    longer, shorter = (math.log(share / (1 - share)) for share in (win_if_longer, win_if_shorter))
    strength = (longer + shorter) / 2
    return LengthControlled(
        raw=longer_share * win_if_longer + (1 - longer_share) * win_if_shorter,
        strength=strength,
        length_effect=(longer - shorter) / 2,
        controlled=sigmoid(strength),
    )


@dataclass(frozen=True)
class NoiseCeiling:
    """`label_error`: how often a label is wrong; `ceiling`: what a perfect judge scores on such labels;
    `true_accuracy`: the model's own against the truth, None where the labels are coin tosses and tell nothing.

    Above 1 it says that an assumption is broken: a leak, shared mistakes, or the luck of a small sample.
    """

    label_error: float
    ceiling: float
    true_accuracy: float | None


@formula("noise-ceiling", self_agreement=AGREEMENT, model_accuracy=SHARE)
def noise_ceiling(self_agreement: float, model_accuracy: float) -> NoiseCeiling:
    """2s - 1 = (1 - 2e)², ceiling = 1 - e, 2m - 1 = (2a - 1)(1 - 2e)

    s: share of the pairs that get the same label twice; e: how often a label is wrong, each time independently, also of
    the model; m: the model's accuracy on these labels; a: its accuracy against the truth.

    Worked number: s = 0.85, m = 0.8 gives e = 0.0817, ceiling 0.9183, a = 0.8586.
    """
    edge = math.sqrt(2 * self_agreement - 1)
    return NoiseCeiling(
        label_error=(1 - edge) / 2,
        ceiling=(1 + edge) / 2,
        true_accuracy=0.5 + (model_accuracy - 0.5) / edge if edge else None,
    )
