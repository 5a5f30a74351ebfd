"""Direct preference optimisation: the policy is its own reward model."""

from torch import Tensor
from torch.nn import functional as F

Metrics = dict[str, Tensor]


def dpo_loss(
    chosen_logps: Tensor,
    rejected_logps: Tensor,
    ref_chosen_logps: Tensor,
    ref_rejected_logps: Tensor,
    beta: float,
    label_smoothing: float = 0.0,
) -> tuple[Tensor, Metrics]:
    """L = −E[(1 − ε) log σ(β h) + ε log σ(−β h)],  h = log π(y_w)/π_ref(y_w) − log π(y_l)/π_ref(y_l).

    Rafailov et al. 2023 (arXiv:2305.18290) eq. 7 at ε = 0; conservative DPO (Mitchell 2023) at ε > 0, least where
    β h = log((1 − ε)/ε). The gradient's weight is σ(−β h): pairs that are still ranked wrongly pull hardest.

    Args: four tensors (N,) of log π(y|x), summed over the completion's tokens with EOS; `beta` > 0;
    `label_smoothing` ε in [0, 0.5): the chance that a label is wrong.
    Worked number: policy −1, −2, reference −1.5, −1.5, β = 0.1 gives h = 1 and L = −log σ(0.1) = 0.6444.
    """
    rewards_chosen = beta * (chosen_logps - ref_chosen_logps)
    rewards_rejected = beta * (rejected_logps - ref_rejected_logps)
    margins = rewards_chosen - rewards_rejected
    losses = -(1 - label_smoothing) * F.logsigmoid(margins) - label_smoothing * F.logsigmoid(-margins)
    loss = losses.mean()
    return loss, {
        "loss": loss.detach(),
        "rewards/chosen": rewards_chosen.detach().mean(),
        "rewards/rejected": rewards_rejected.detach().mean(),
        "rewards/accuracies": (margins > 0).float().mean(),
        "rewards/margins": margins.detach().mean(),
        "logps/chosen": chosen_logps.detach().mean(),
        "logps/rejected": rejected_logps.detach().mean(),
    }
