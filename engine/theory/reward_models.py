"""The loss of a reward model on one pair, with the two knobs for what raters know: margins and smoothed labels."""

import math
from dataclasses import dataclass

from engine.theory.domains import NOT_NEGATIVE, NUMBER, SMOOTHING
from engine.theory.formula import formula
from engine.theory.numbers import sigmoid, softplus


@dataclass(frozen=True)
class RewardLoss:
    """`best_gap` is where the loss is least; None without smoothing, where it falls for ever."""

    probability: float
    loss: float
    pull: float
    best_gap: float | None


@formula("reward-loss", gap=NUMBER, margin=NOT_NEGATIVE, label_smoothing=SMOOTHING)
def reward_loss(gap: float, margin: float = 0.0, label_smoothing: float = 0.0) -> RewardLoss:
    """loss = -(1-ε) log σ(Δ - m) - ε log σ(m - Δ), Δ = r_w - r_l = `gap`; pull = -∂loss/∂Δ = (1-ε) - σ(Δ - m)

    m is the margin by degree of preference (Touvron 2023, section 3.2.2), ε the share of labels taken to be flipped.
    With ε the loss is least where σ(Δ - m) = 1 - ε, at Δ = m + log((1-ε)/ε); without, the pull is the probability
    σ(m - Δ) of the other outcome and never 0.

    Worked number: Δ = 1 and m = 1 give P = 0.5, loss 0.6931, pull 0.5; ε = 0.1 and m = 0 rest at Δ = log 9 = 2.1972.
    """
    excess = gap - margin
    return RewardLoss(
        probability=sigmoid(excess),
        loss=(1 - label_smoothing) * softplus(-excess) + label_smoothing * softplus(excess),
        # σ(-x) - ε, not (1-ε) - σ(x): where ε = 0 a tiny pull keeps its digits.
        pull=sigmoid(-excess) - label_smoothing,
        best_gap=margin + math.log((1 - label_smoothing) / label_smoothing) if label_smoothing else None,
    )
