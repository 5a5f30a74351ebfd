"""Supervised fine-tuning: the negative log-likelihood of the demonstrated completions."""

from torch import Tensor

Metrics = dict[str, Tensor]


def sft_loss(token_logps: Tensor, mask: Tensor) -> tuple[Tensor, Metrics]:
    """L = −(1/|y|) Σ_t log π_θ(y_t | x, y_<t), the mean over all completion tokens of the batch, EOS included.

    The supervised stage of Ouyang et al. 2022 (arXiv:2203.02155) §3.5.

    Args: `token_logps` (N, M) log-probabilities; `mask` (N, M) true on completion tokens.
    Worked number: tokens of probability 0.5 and 0.25 cost (ln 2 + ln 4) / 2 = 1.0397.
    """
    loss = -(token_logps * mask).sum() / mask.sum()
    return loss, {"loss": loss.detach()}
