"""Reward modelling: the Bradley-Terry likelihood of preferences, between two answers or in a ranking of several."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def reward_loss(
    chosen_rewards: Tensor,
    rejected_rewards: Tensor,
    margin: Tensor | None = None,
    center_rewards_coefficient: float = 0.0,
    label_smoothing: float | Tensor = 0.0,
    weights: Tensor | None = None,
) -> tuple[Tensor, Metrics]:
    """L = E w [−(1 − ε) log σ(r_w − r_l − m) − ε log σ(r_l − r_w + m) + c (r_w + r_l)²].

    Ouyang et al. 2022 (arXiv:2203.02155) eq. 1; margin m: Touvron et al. 2023 (arXiv:2307.09288) §3.2.2;
    centring c: Eisenstein et al. 2023 (arXiv:2312.09244) eq. 2; ε, the share of labels taken to be wrong: Wang et al.
    2024 (arXiv:2401.06080), with which the loss is least at r_w − r_l = m + log((1 − ε)/ε). Only differences of rewards
    matter when c = 0.

    Args: `chosen_rewards`, `rejected_rewards`, `margin` (N,); ε in [0, 0.5), or (N,), one for each pair;
    `weights` w (N,), 1 where not given: how often a pair counts.
    Worked number: r_w = 2, r_l = 1 costs −log σ(1) = 0.3133; with ε = 0.1, 0.9 · 0.3133 + 0.1 · 1.3133 = 0.4133.
    """
    difference = chosen_rewards - rejected_rewards
    logits = difference if margin is None else difference - margin
    losses = -(1 - label_smoothing) * F.logsigmoid(logits) - label_smoothing * F.logsigmoid(-logits)
    if center_rewards_coefficient:
        losses = losses + center_rewards_coefficient * (chosen_rewards + rejected_rewards).square()
    loss = losses.mean() if weights is None else (weights * losses).mean()
    rewards = torch.cat((chosen_rewards, rejected_rewards)).detach()
    return loss, {
        "loss": loss.detach(),
        "accuracy": (difference > 0).float().mean(),
        "margin": difference.detach().mean(),
        "min_reward": rewards.min(),
        "mean_reward": rewards.mean(),
        "max_reward": rewards.max(),
    }


def soft_reward_loss(
    chosen_rewards: Tensor, rejected_rewards: Tensor, probability: Tensor, center_rewards_coefficient: float = 0.0
) -> tuple[Tensor, Metrics]:
    """L = −E[p log σ(d) + (1 − p) log σ(−d) − c (r_w + r_l)²], d = r_w − r_l: a preference model from soft labels.

    Lee et al. 2023 (arXiv:2309.00267) §2.2.1; Bai et al. 2022 (arXiv:2212.08073) §4.1. The slope in d is σ(d) − p, so
    that the model comes to rest at the judge's log-odds, d = log(p/(1 − p)). c as in `reward_loss`.

    Args: `chosen_rewards`, `rejected_rewards` (N,); `probability` p (N,) in [0, 1] that the chosen one is better.
    Worked number: r_w = 2, r_l = 1, p = 0.75 costs 0.75 · 0.3133 + 0.25 · 1.3133 = 0.5633.
    """
    return reward_loss(
        chosen_rewards,
        rejected_rewards,
        center_rewards_coefficient=center_rewards_coefficient,
        label_smoothing=1 - probability,
    )


def ranking_loss(rewards: Tensor, ranking: Tensor) -> tuple[Tensor, Metrics]:
    """L = −1/C(K, 2) E Σ log σ(r_w − r_l) over the pairs w, l of a prompt's K answers in which w is ranked before l.

    Ouyang et al. 2022 (arXiv:2203.02155) eq. 1: all pairs of a prompt in one batch element, so that each answer is
    scored once and no prompt counts more because it has more pairs. Two answers of one rank give no pair. With K = 2
    it is `reward_loss`.

    Args: `rewards` (N, K), K ≥ 2; `ranking` (N, K) the rank of each answer, the smallest for the best.
    Worked number: rewards (2, 1, 0) in this order: (2 · 0.3133 + 0.1269)/3 = 0.2512.
    """
    size = rewards.shape[1]
    better = ranking[:, :, None] < ranking[:, None, :]
    difference = rewards[:, :, None] - rewards[:, None, :]
    loss = -(F.logsigmoid(difference) * better).sum((1, 2)).mean() / math.comb(size, 2)
    hits = ((difference > 0) & better).sum() / better.sum().clamp(min=1)
    return loss, {"loss": loss.detach(), "accuracy": hits}
