"""Reward models of solutions in steps: one that judges the outcome, one that judges every step.

Shapes: N solutions of at most S steps, padded on the right; `mask` (N, S) is true on real steps.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def outcome_loss(logits: Tensor, labels: Tensor) -> tuple[Tensor, Metrics]:
    """L = −E [c log σ(s) + (1 − c) log σ(−s)], c = 1 where the final answer is right.

    Cobbe et al. 2021 (arXiv:2110.14168) §4.2, read at the last token only; Lightman et al. 2023 (arXiv:2305.20050)
    §2.5. Args: `logits` s (N,), one a solution; `labels` c (N,) bool.
    Worked number: logits (2, 0), labels (1, 0) cost (0.1269 + 0.6931)/2 = 0.4100.
    """
    loss = F.binary_cross_entropy_with_logits(logits, labels.to(logits))
    return loss, {"loss": loss.detach(), "accuracy": ((logits > 0) == labels).float().mean()}


def counted_steps(labels: Tensor, mask: Tensor) -> Tensor:
    """(N, S): the steps that a process reward model learns from, up to and including the first wrong one.

    Lightman et al. 2023 (arXiv:2305.20050) §2.6: after a first mistake it is hardly defined what a right step would be,
    and people were not asked.
    """
    right_before = torch.cumprod((labels | ~mask).long(), 1).roll(1, 1)
    right_before[:, 0] = 1
    return mask & right_before.bool()


def process_loss(logits: Tensor, labels: Tensor, mask: Tensor) -> tuple[Tensor, Metrics]:
    """L = −1/M Σ_t [c_t log σ(s_t) + (1 − c_t) log σ(−s_t)] over the M steps up to each solution's first wrong one.

    Lightman et al. 2023 (arXiv:2305.20050) §2.6, appendix F. Args: `logits` s, `labels` c (bool) and `mask` (N, S).
    Worked number: logits (2, 0, 5), labels (1, 0, 1): the third step is not counted, and the loss is
    (0.1269 + 0.6931)/2 = 0.4100.
    """
    counted = counted_steps(labels, mask)
    losses = F.binary_cross_entropy_with_logits(logits, labels.to(logits), reduction="none")
    loss = (losses * counted).sum() / counted.sum()
    hits = ((logits > 0) == labels) & counted
    return loss, {"loss": loss.detach(), "accuracy": hits.sum() / counted.sum()}


def solution_scores(logits: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """(log Π σ(s_t), log min σ(s_t)), each (N,): a solution's score from its steps.

    Lightman et al. 2023 (arXiv:2305.20050) §2.6 and appendix F; both as logarithms, so that long products keep their
    order. Args: `logits` s and `mask` (N, S).
    Worked number: steps of probability (0.9, 0.5) give log 0.45 = −0.7985 and log 0.5 = −0.6931.
    """
    logps = F.logsigmoid(logits)
    return (logps * mask).sum(1), logps.masked_fill(~mask, 0.0).amin(1)
