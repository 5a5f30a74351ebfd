"""Losses that learn from pairs against a reference: DPO, its cautious relatives, IPO, and DPO with an SFT term."""

import torch
from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def implicit_rewards(
    beta: float, chosen_logps: Tensor, rejected_logps: Tensor, ref_chosen_logps: Tensor, ref_rejected_logps: Tensor
) -> tuple[Tensor, Metrics]:
    """The margin β h of every pair (N,), and what all methods with a reference report.

    r̂(x, y) = β log π(y|x)/π_ref(y|x); Rafailov et al. 2023 (arXiv:2305.18290) §5.1.
    """
    rewards_chosen = beta * (chosen_logps - ref_chosen_logps)
    rewards_rejected = beta * (rejected_logps - ref_rejected_logps)
    margins = rewards_chosen - rewards_rejected
    return margins, {
        "rewards/chosen": rewards_chosen.detach().mean(),
        "rewards/rejected": rewards_rejected.detach().mean(),
        "rewards/accuracies": (margins > 0).float().mean(),
        "rewards/margins": margins.detach().mean(),
        "logps/chosen": chosen_logps.detach().mean(),
        "logps/rejected": rejected_logps.detach().mean(),
    }


def dpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    beta: float,
    label_smoothing: float | Tensor = 0.0,
) -> tuple[Tensor, Metrics]:
    """L = −E[(1 − ε) log σ(β h) + ε log σ(−β h)],  h = log π(y_w)/π_ref(y_w) − log π(y_l)/π_ref(y_l).

    Rafailov et al. 2023 (arXiv:2305.18290) eq. 7 at ε = 0; conservative DPO (Mitchell 2023) at ε > 0, least where
    β h = log((1 − ε)/ε). The gradient's weight is σ(−β h): pairs that are still ranked wrongly pull hardest.

    Args: four tensors (N,) of log π(y|x), summed over the completion's tokens with EOS; `beta` > 0;
    `label_smoothing` ε in [0, 0.5): the chance that a label is wrong; or (N,), one for each pair.
    Worked number: policy −1, −2, reference −1.5, −1.5, β = 0.1 gives h = 1 and L = −log σ(0.1) = 0.6444.
    """
    margins, metrics = implicit_rewards(beta, chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps)
    losses = -(1 - label_smoothing) * F.logsigmoid(margins) - label_smoothing * F.logsigmoid(-margins)
    loss = losses.mean()
    return loss, {"loss": loss.detach(), **metrics}


def soft_dpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    beta: float,
    probability: Tensor,
) -> tuple[Tensor, Metrics]:
    """L = −E[p log σ(β h) + (1 − p) log σ(−β h)]: DPO on soft labels, with h as in DPO.

    The cross-entropy against a judge's soft label with which Lee et al. 2023 (arXiv:2309.00267) §2.2.1 train a reward
    model, on DPO's implicit rewards; the form of conservative DPO (Mitchell 2023), with an ε = 1 − p of its own for
    each pair. The slope in β h is σ(β h) − p, so that a pair comes to rest at β h = log(p/(1 − p)), the judge's
    log-odds; with p = 1 it is DPO, and never does.

    Args: as `dpo_loss`; `probability` p (N,) in [0, 1]: how likely the chosen answer is the better one.
    Worked number: policy −1, −2, reference −1.5, −1.5, β = 1, p = 0.75: 0.75 · 0.3133 + 0.25 · 1.3133 = 0.5633.
    """
    return dpo_loss(chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps, beta, 1 - probability)


def robust_dpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    beta: float,
    label_smoothing: float,
) -> tuple[Tensor, Metrics]:
    """L = E[−(1 − ε) log σ(β h) + ε log σ(−β h)] / (1 − 2ε).

    Chowdhury et al. 2024 (arXiv:2403.00409): if every label was flipped with chance ε, the mean of this loss is the
    DPO loss on the labels before flipping. Unlike conservative DPO it is unbounded below and has no resting point.

    Args: as `dpo_loss`, with ε in [0, 0.5).
    Worked number: policy −1, −2, reference −1.5, −1.5, β = 1, ε = 0.1: (0.9 · 0.3133 − 0.1 · 1.3133)/0.8 = 0.1883.
    """
    margins, metrics = implicit_rewards(beta, chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps)
    losses = -(1 - label_smoothing) * F.logsigmoid(margins) + label_smoothing * F.logsigmoid(-margins)
    loss = (losses / (1 - 2 * label_smoothing)).mean()
    return loss, {"loss": loss.detach(), **metrics}


def ipo_loss(
    chosen_logps: Tensor, rejected_logps: Tensor, ref_chosen_logps: Tensor, ref_rejected_logps: Tensor, tau: float
) -> tuple[Tensor, Metrics]:
    """L = E[(h − 1/(2τ))²], h as in DPO: the margin is drawn to 1/(2τ) and no further.

    Azar et al. 2023 (arXiv:2310.12036) eq. 17. `rewards/…` are τ times the log-ratio.

    Args: four tensors (N,) of log π(y|x): sums over the completion's tokens, as in the paper, or means, as TRL has
    them. `tau` > 0.
    Worked number: at the reference h = 0; τ = 0.1 gives (0 − 5)² = 25.
    """
    margins, metrics = implicit_rewards(tau, chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps)
    loss = (margins / tau - 1 / (2 * tau)).square().mean()
    return loss, {"loss": loss.detach(), **metrics}


def rpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    chosen_lengths: Tensor,
    beta: float,
    rpo_alpha: float,
) -> tuple[Tensor, Metrics]:
    """L = E[−log σ(β h) − α log π(y_w)/|y_w|]: DPO that may not let the chosen answer fall.

    Pang et al. 2024, Iterative Reasoning Preference Optimization (arXiv:2404.19733) eq. 1.

    Args: as `dpo_loss`; `chosen_lengths` (N,) tokens of y_w, EOS included; `rpo_alpha` α ≥ 0.
    Worked number: policy −1, −2, reference −1.5, −1.5, 2 tokens, β = 0.1, α = 1: 0.6444 + 0.5 = 1.1444.
    """
    loss, metrics = dpo_loss(chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps, beta)
    nll = -(chosen_logps / chosen_lengths).mean()
    loss = loss + rpo_alpha * nll
    return loss, {**metrics, "loss": loss.detach(), "nll_loss": nll.detach()}


def kto_loss(
    log_ratios: Tensor,
    desirable: Tensor,
    z0: Tensor,
    beta: float,
    desirable_weight: float = 1.0,
    undesirable_weight: float = 1.0,
) -> tuple[Tensor, Metrics]:
    """L = E[λ_D (1 − σ(β (l − z₀)))] on desirable answers, λ_U (1 − σ(β (z₀ − l))) on the others; l = log π/π_ref.

    Ethayarajh et al. 2024 (arXiv:2402.01306) eq. 7 and 8. No pairs: a label for each answer is enough.

    Args: `log_ratios` (N,); `desirable` (N,) booleans; `z0` (), ≥ 0, from `kto_reference_point`.
    Worked number: l = 0 and z₀ = 0 cost 0.5 whatever β, with a label of either kind.
    """
    gains = torch.where(desirable, log_ratios - z0, z0 - log_ratios)
    good, bad = log_ratios.new_tensor([desirable_weight, undesirable_weight])
    weights = torch.where(desirable, good, bad)
    loss = (weights * (1 - torch.sigmoid(beta * gains))).mean()
    rewards = beta * log_ratios.detach()
    metrics = {"loss": loss.detach(), "kl": z0.detach()}
    for name, which in (("chosen", desirable), ("rejected", ~desirable)):
        if which.any():
            metrics[f"rewards/{name}"] = rewards[which].mean()
    if "rewards/chosen" in metrics and "rewards/rejected" in metrics:
        metrics["rewards/margins"] = metrics["rewards/chosen"] - metrics["rewards/rejected"]
    return loss, metrics


def kto_reference_point(mismatched_log_ratios: Tensor) -> Tensor:
    """z₀ = max(0, mean of log π/π_ref of *other prompts'* answers): a rough KL(π‖π_ref), through which no gradient
    flows (Ethayarajh et al. 2024, §4.1).

    Args: `mismatched_log_ratios` (N,): prompt i with the answer of prompt i + 1.
    Worked number: (0.5, −1.5, 2.0) gives 0.3333; (−1, −2) gives 0.
    """
    return mismatched_log_ratios.detach().mean().clamp(min=0)
