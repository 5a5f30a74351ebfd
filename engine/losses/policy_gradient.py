"""What the online methods optimise: advantages, the clipped surrogate, the value loss, and the KL of a sample.

Shapes: R completions of at most L tokens each, padded on the right; `mask` (R, L) is true on real tokens.
"""

import torch
from torch import Tensor

Metrics = dict[str, Tensor]


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean over real tokens, ()."""
    return (values * mask).sum() / mask.sum()


def sequence_mean(values: Tensor, mask: Tensor) -> Tensor:
    """The mean over completions of each one's mean over its tokens, ()."""
    return ((values * mask).sum(1) / mask.sum(1)).mean()


def whiten(values: Tensor, mask: Tensor, shift_mean: bool = True) -> Tensor:
    """(x − mean)/√(var + 1e-8) over real tokens; with `shift_mean` off the mean stays where it was (rewards).

    Ziegler et al. 2019's code; Huang et al. 2024 (arXiv:2403.17031) detail 12. Padding stays 0.
    Worked number: (1, 3) gives (−1, 1), and (1, 3) again with the mean kept.
    """
    mean = masked_mean(values, mask)
    variance = masked_mean((values - mean) ** 2, mask)
    whitened = (values - mean) * torch.rsqrt(variance + 1e-8)
    return (whitened if shift_mean else whitened + mean) * mask


def gae(rewards: Tensor, values: Tensor, mask: Tensor, gamma: float, lam: float) -> tuple[Tensor, Tensor]:
    """Â_t = Σ_l (γλ)^l δ_{t+l},  δ_t = r_t + γ V_{t+1} − V_t,  V = 0 after the last token; returns are Â + V.

    Schulman et al. 2016 (arXiv:1506.02438) eq. 16.
    Args: `rewards`, `values` (R, L), 0 on padding.
    Worked number: rewards (0, 1), values (0.5, 0.5), γ = 1, λ = 0.5 give Â = (0.25, 0.5).
    """
    advantages = torch.zeros_like(rewards)
    running = torch.zeros_like(rewards[:, 0])
    following = torch.zeros_like(rewards[:, 0])
    for step in reversed(range(rewards.shape[1])):
        delta = rewards[:, step] + gamma * following - values[:, step]
        running = (delta + gamma * lam * running) * mask[:, step]
        following = values[:, step] * mask[:, step]
        advantages[:, step] = running
    return advantages, (advantages + values) * mask


def grpo_advantages(rewards: Tensor, scale: bool = True) -> Tensor:
    """A_i = (R_i − mean R) / std R over the group of a prompt, std with n − 1; without `scale` the difference alone.

    Shao et al. 2024 (arXiv:2402.03300) §4.1.2; without the division, Dr. GRPO (Liu et al. 2025, arXiv:2503.20783).
    A group of equal rewards gives 0. Args: `rewards` (N, K), K ≥ 2. Returns (N, K).
    Worked number: (1, 0, 0, 1) gives (0.8660, −0.8660, −0.8660, 0.8660).
    """
    centred = rewards - rewards.mean(1, keepdim=True)
    if not scale:
        return centred
    spread = rewards.std(1, keepdim=True)
    return torch.where(spread > 1e-8, centred / spread.clamp(min=1e-8), torch.zeros_like(centred))


def rloo_advantages(rewards: Tensor) -> Tensor:
    """A_i = R_i − mean of the group's other rewards = K/(K − 1) (R_i − mean R).

    Ahmadian et al. 2024 (arXiv:2402.14740) eq. 8. Args: `rewards` (N, K), K ≥ 2. Returns (N, K).
    Worked number: (3, 1, 2) gives (1.5, −1.5, 0).
    """
    others = rewards.shape[1] - 1
    return rewards - (rewards.sum(1, keepdim=True) - rewards) / others


def reinforce_loss(logps: Tensor, advantages: Tensor, mask: Tensor) -> tuple[Tensor, Metrics]:
    """L = −mean over completions of Σ_t Â_t log π(y_t), whose gradient is that of −E[Â log π(y|x)].

    Williams 1992, *Simple statistical gradient-following algorithms*; the whole answer as one action: Ahmadian et al.
    2024 (arXiv:2402.14740) §3. Args: `logps`, `advantages` (R, L), the latter without gradient.
    Worked number: log π = (−1, −2) in one completion, Â = 0.5 on both tokens: 0.5 · 1 + 0.5 · 2 = 1.5.
    """
    loss = -(advantages * logps * mask).sum(1).mean()
    return loss, {"loss": loss.detach()}


def clipped_surrogate(
    logps: Tensor,
    old_logps: Tensor,
    advantages: Tensor,
    mask: Tensor,
    epsilon: float,
    epsilon_high: float | None = None,
) -> tuple[Tensor, Metrics]:
    """−min(ρ Â, clip(ρ, 1 − ε, 1 + ε_high) Â) for every token, ρ = π(a)/π_old(a)   (R, L).

    Schulman et al. 2017 (arXiv:1707.06347) eq. 7; an ε_high of its own: DAPO (arXiv:2503.14476).
    The caller averages, since methods differ in how. Worked number: ρ = 1.5, Â = 1, ε = 0.2 gives −1.2.
    """
    log_ratio = (logps - old_logps) * mask
    ratio = log_ratio.exp()
    bounded = ratio.clamp(1 - epsilon, 1 + (epsilon if epsilon_high is None else epsilon_high))
    losses = torch.maximum(-ratio * advantages, -bounded * advantages)
    clipped = -bounded * advantages > -ratio * advantages
    metrics = {
        "policy/clipfrac_avg": masked_mean(clipped.float(), mask),
        "policy/approxkl_avg": 0.5 * masked_mean(log_ratio.detach() ** 2, mask),
        "val/ratio": masked_mean(ratio.detach(), mask),
    }
    return losses, metrics


def value_loss(values: Tensor, old_values: Tensor, returns: Tensor, mask: Tensor, cliprange: float) -> Tensor:
    """½ mean max((V − R̂)², (clip(V, V_old ± ε_v) − R̂)²), ().

    Huang et al. 2022, *The 37 implementation details of PPO*, detail 9. `cliprange` 0 clips nothing.
    Worked number: V = 1, V_old = 0, R̂ = 1, ε_v = 0.2 costs ½ · 0.64 = 0.32: a step too far earns nothing.
    """
    losses = (values - returns) ** 2
    if cliprange:
        near = old_values + (values - old_values).clamp(-cliprange, cliprange)
        losses = torch.maximum(losses, (near - returns) ** 2)
    return 0.5 * masked_mean(losses, mask)


def kl_estimate(logps: Tensor, ref_logps: Tensor, kind: str) -> Tensor:
    """k1 = −log r, k2 = (log r)²/2, k3 = (r − 1) − log r for tokens from π, r = π_ref/π   (R, L).

    Schulman 2020, *Approximating KL divergence*. As a loss to differentiate, k2 has the gradient of KL(π‖π_ref) in
    expectation, k3 that of the KL the other way round, k1 none at all.
    Worked number: log π = −1, log π_ref = −2 gives k1 = 1, k2 = 0.5, k3 = 0.3679.
    """
    log_r = ref_logps - logps
    if kind == "k1":
        return -log_r
    if kind == "k2":
        return log_r**2 / 2
    return torch.expm1(log_r) - log_r


def adapted_coefficient(coefficient: float, kl: float, target: float, horizon: float, items: int) -> float:
    """β ← β (1 + clip(KL/target − 1, ±0.2) · items/horizon): Ziegler et al. 2019 (arXiv:1909.08593) §2.2.

    Worked number: β = 0.1, KL = 2 × target, 100 items, horizon 1000: 0.1 · (1 + 0.2 · 0.1) = 0.102.
    """
    error = min(max(kl / target - 1, -0.2), 0.2)
    return coefficient * (1 + error * items / horizon)
