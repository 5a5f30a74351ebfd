"""The online methods: REINFORCE, PPO, RLOO and GRPO, each by its advantages and its loss."""

import torch
from torch import Tensor

from engine.loops.online import Experience, Online
from engine.losses.policy_gradient import (
    adapted_coefficient,
    clipped_surrogate,
    gae,
    grpo_advantages,
    kl_estimate,
    masked_mean,
    reinforce_loss,
    rloo_advantages,
    sequence_mean,
    value_loss,
    whiten,
)

Loss = tuple[Tensor, dict[str, Tensor]]


def over_tokens(scores: Tensor, mask: Tensor) -> Tensor:
    """One score a completion (N, K) on every token of it (R, L)."""
    return scores.flatten()[:, None] * mask


class Reinforce(Online):
    """∇J = E[(R − b) ∇ log π(y|x)], R = r − β Σ k1, with the mean of all rewards so far as baseline b.

    Williams 1992; the whole answer is one action (Ahmadian et al. 2024, arXiv:2402.14740, section 3).
    """

    baseline = 0.0
    seen = 0

    def advantages(self, scores: Tensor, kl: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        rewards = scores - self.kl_coef * kl.sum(1).view_as(scores)
        baseline = self.baseline if self.hyper["use_baseline"] else 0.0
        self.seen += 1
        self.baseline += (rewards.mean().item() - self.baseline) / self.seen
        return over_tokens(rewards - baseline, mask), torch.zeros_like(kl)

    def loss(self, experience: Experience, logps: Tensor, values: Tensor) -> Loss:
        return reinforce_loss(logps, experience.advantages, experience.mask)

    def state(self) -> tuple[dict[str, Tensor], dict[str, object]]:
        tensors, state = super().state()
        return tensors, {**state, "baseline": [self.baseline, self.seen]}

    def load(self, tensors: dict[str, Tensor], state: dict[str, object]) -> None:
        super().load(tensors, state)
        self.baseline, self.seen = state["baseline"]  # type: ignore[misc]


class RLOO(Reinforce):
    """REINFORCE with the mean of the group's other answers as baseline (Ahmadian et al. 2024, eq. 8).

    An answer is one action, so that its ratio π(y|x)/π_old(y|x), clipped as PPO's, weighs it once the policy is no
    longer the one that wrote it: in later minibatches and passes. Before that the gradient is REINFORCE's.
    """

    def advantages(self, scores: Tensor, kl: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        rewards = scores - self.kl_coef * kl.sum(1).view_as(scores)
        return over_tokens(rloo_advantages(rewards), mask), torch.zeros_like(kl)

    def loss(self, experience: Experience, logps: Tensor, values: Tensor) -> Loss:
        old_logps, advantages = experience.old_logps.sum(1, keepdim=True), experience.advantages[:, :1]
        answers = torch.ones_like(advantages, dtype=torch.bool)
        losses, metrics = clipped_surrogate(
            logps.sum(1, keepdim=True), old_logps, advantages, answers, self.hyper["cliprange"]
        )
        return losses.mean(), metrics


class GRPO(Online):
    """Group-relative advantages, clipped per token, k3 to the reference in the loss (Shao et al. 2024, eq. 3).

    The corrections as switches: `scale_rewards` off and `loss_type` "dr_grpo" (Liu et al. 2025, arXiv:2503.20783);
    `loss_type` "dapo", `epsilon_high` (Yu et al. 2025, arXiv:2503.14476); `use_bias_correction_kl`, which weighs k3 by
    the ratio, so that it pulls with the gradient of KL(π‖π_ref) and no longer with that of KL(π_ref‖π) (DeepSeek-AI
    2025, arXiv:2512.02556, section 3.1).
    """

    def advantages(self, scores: Tensor, kl: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        return over_tokens(grpo_advantages(scores, self.hyper["scale_rewards"]), mask), torch.zeros_like(kl)

    def loss(self, experience: Experience, logps: Tensor, values: Tensor) -> Loss:
        hyper, mask = self.hyper, experience.mask
        losses, metrics = clipped_surrogate(
            logps, experience.old_logps, experience.advantages, mask, hyper["cliprange"], hyper["epsilon_high"]
        )
        kl = kl_estimate(logps, experience.ref_logps, "k3") * mask
        if hyper["use_bias_correction_kl"]:
            kl = kl * (logps - experience.old_logps).exp()
        losses = losses + self.kl_coef * kl
        if hyper["loss_type"] == "grpo":
            loss = sequence_mean(losses, mask)
        elif hyper["loss_type"] == "dr_grpo":
            loss = (losses * mask).sum() / (len(mask) * hyper["max_new_tokens"])
        else:
            loss = masked_mean(losses, mask)
        return loss, {**metrics, "kl": masked_mean(kl.detach(), mask)}


class PPO(Online):
    """Clipped surrogate with a value head, GAE, and the KL as part of each token's reward.

    Schulman et al. 2017 (arXiv:1707.06347) eq. 7 and 9; Ziegler et al. 2019 (arXiv:1909.08593) eq. 2.
    """

    def head(self) -> Tensor:
        return torch.zeros(1, self.policy.hidden_size)

    def advantages(self, scores: Tensor, kl: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        hyper = self.hyper
        rewards = -self.kl_coef * kl
        last = mask.sum(1) - 1
        rewards[torch.arange(len(rewards)), last] += scores.flatten()
        if hyper["whiten_rewards"]:
            rewards = whiten(rewards, mask, shift_mean=False)
        advantages, returns = gae(rewards, values, mask, hyper["gamma"], hyper["lam"])
        if hyper["adaptive_kl"]:
            measured, items = kl.sum(1).mean().item(), len(kl)
            self.kl_coef = adapted_coefficient(self.kl_coef, measured, hyper["target_kl"], hyper["kl_horizon"], items)
        return (whiten(advantages, mask) if hyper["whiten_advantages"] else advantages), returns

    def loss(self, experience: Experience, logps: Tensor, values: Tensor) -> Loss:
        hyper, mask = self.hyper, experience.mask
        losses, metrics = clipped_surrogate(
            logps, experience.old_logps, experience.advantages, mask, hyper["cliprange"]
        )
        policy = masked_mean(losses, mask)
        value = value_loss(values, experience.old_values, experience.returns, mask, hyper["cliprange_value"])
        metrics |= {"loss/policy_avg": policy.detach(), "loss/value_avg": value.detach()}
        return policy + hyper["vf_coef"] * value, metrics | {"objective/kl_coef": torch.tensor(self.kl_coef)}
