"""Losses on pairs that need no reference policy: ORPO and SimPO. Both read log-probabilities per token."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def log1mexp(log_probability: Tensor) -> Tensor:
    """log(1 − exp(x)) for x < 0, without losing the digits at either end (Mächler 2012)."""
    x = log_probability.clamp(max=-torch.finfo(log_probability.dtype).tiny)
    near = x > -math.log(2)
    # Each branch is fed only what it can bear, or the gradient of the other one would be NaN.
    close = torch.log(-torch.expm1(torch.where(near, x, -1.0)))
    far = torch.log1p(-torch.exp(torch.where(near, -1.0, x)))
    return torch.where(near, close, far)


def orpo_loss(mean_chosen_logps: Tensor, mean_rejected_logps: Tensor, lam: float) -> tuple[Tensor, Metrics]:
    """L = E[−log P(y_w)] − λ E[log σ(log odds(y_w) − log odds(y_l))],  odds = P/(1 − P),  log P = mean log π per token.

    Hong et al. 2024 (arXiv:2403.07691) eq. 3 to 7: SFT and preference in one, with no reference policy.

    Args: two tensors (N,) of mean log-probabilities per token, EOS included; `lam` λ ≥ 0.
    Worked number: P = 0.5 for both and λ = 0.1: 0.6931 + 0.1 · 0.6931 = 0.7625.
    """
    log_odds = [logps - log1mexp(logps) for logps in (mean_chosen_logps, mean_rejected_logps)]
    log_odds_ratio = log_odds[0] - log_odds[1]
    nll = -mean_chosen_logps.mean()
    odds_loss = -F.logsigmoid(log_odds_ratio)
    loss = nll + lam * odds_loss.mean()
    rewards_chosen, rewards_rejected = lam * mean_chosen_logps.detach(), lam * mean_rejected_logps.detach()
    return loss, {
        "loss": loss.detach(),
        "nll_loss": nll.detach(),
        "log_odds_ratio": odds_loss.detach().mean().neg(),
        "log_odds_chosen": log_odds_ratio.detach().mean(),
        "rewards/chosen": rewards_chosen.mean(),
        "rewards/rejected": rewards_rejected.mean(),
        "rewards/accuracies": (rewards_chosen > rewards_rejected).float().mean(),
        "rewards/margins": (rewards_chosen - rewards_rejected).mean(),
    }


def simpo_loss(
    mean_chosen_logps: Tensor, mean_rejected_logps: Tensor, beta: float, gamma: float
) -> tuple[Tensor, Metrics]:
    """L = −E log σ(β/|y_w| log π(y_w) − β/|y_l| log π(y_l) − γ): the reward is what the policy itself thinks likely,
    per token, and the chosen answer must win by γ.

    Meng et al. 2024 (arXiv:2405.14734) eq. 6. γ is in units of reward, as in the paper; TRL's `simpo_gamma` is the
    same number.

    Args: two tensors (N,) of mean log-probabilities per token, EOS included; `beta` > 0; `gamma` ≥ 0.
    Worked number: log π = (−4, −9) over (4, 6) tokens, β = 2, γ = 0.5: −log σ(2 · (−1 + 1.5) − 0.5) = 0.4741.
    """
    rewards_chosen, rewards_rejected = beta * mean_chosen_logps, beta * mean_rejected_logps
    margins = rewards_chosen - rewards_rejected
    loss = -F.logsigmoid(margins - gamma).mean()
    return loss, {
        "loss": loss.detach(),
        "rewards/chosen": rewards_chosen.detach().mean(),
        "rewards/rejected": rewards_rejected.detach().mean(),
        "rewards/accuracies": (margins > 0).float().mean(),
        "rewards/margins": margins.detach().mean(),
    }
