"""Reward modelling: the Bradley-Terry likelihood of the preferences."""

import torch
from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def reward_loss(
    chosen_rewards: Tensor,
    rejected_rewards: Tensor,
    margin: Tensor | None = None,
    center_rewards_coefficient: float = 0.0,
) -> tuple[Tensor, Metrics]:
    """L = −E log σ(r_w − r_l − m) + c E (r_w + r_l)².

    Ouyang et al. 2022 (arXiv:2203.02155) eq. 1; margin m: Touvron et al. 2023 (arXiv:2307.09288) §3.2.2;
    centring c: Eisenstein et al. 2023 (arXiv:2312.09244) eq. 2. Only differences of rewards matter when c = 0.

    Args: `chosen_rewards`, `rejected_rewards`, `margin` (N,).
    Worked number: r_w = 2, r_l = 1 costs −log σ(1) = 0.3133.
    """
    difference = chosen_rewards - rejected_rewards
    logits = difference if margin is None else difference - margin
    loss = -F.logsigmoid(logits).mean()
    if center_rewards_coefficient:
        loss = loss + center_rewards_coefficient * (chosen_rewards + rejected_rewards).square().mean()
    rewards = torch.cat((chosen_rewards, rejected_rewards)).detach()
    return loss, {
        "loss": loss.detach(),
        "accuracy": (difference > 0).float().mean(),
        "margin": difference.detach().mean(),
        "min_reward": rewards.min(),
        "mean_reward": rewards.mean(),
        "max_reward": rewards.max(),
    }
