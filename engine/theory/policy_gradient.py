"""What REINFORCE, PPO, GRPO and RLOO reinforce: the score-function gradient, the clip, and ways to an advantage."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.domains import NOT_NEGATIVE, NUMBER, SHARE, SHARE_BELOW_1, Distribution, Numbers
from engine.theory.formula import formula


@dataclass(frozen=True)
class ReinforceVariance:
    """`gradient` is that of E[R] by the logits; the variances are those of one sample, summed over the logits."""

    expected_reward: float
    gradient: tuple[float, ...]
    variance: float
    variance_without: float
    best_baseline: float
    variance_at_best: float


@formula("reinforce-variance", policy=Distribution(), reward=Numbers(like="policy"), baseline=NUMBER)
def reinforce_variance(
    policy: Sequence[float], reward: Sequence[float], baseline: float = 0.0
) -> ReinforceVariance:
    """One sample y ~ π estimates the gradient of E[R] by the logits as (R(y) - b) (e_y - π)   (Williams 1992)

    Its mean, π_j (R_j - E[R]), does not depend on the baseline b; its variance (the trace of the covariance) does:
    E[(R - b)² w] - ‖gradient‖², with w(y) = ‖e_y - π‖² = 1 - 2 π(y) + Σ π². It is lowest at b* = E[w R]/E[w]
    (Greensmith 2004), not at E[R]. A policy that is certain has w = 0 and no variance: there b* is its reward.

    Worked number: π = (0.6, 0.3, 0.1), R = (1, 0.5, 0), b = 0 gives gradient (0.15, -0.075, -0.075), variance 0.18675;
    b* = 0.5278 leaves 0.0363.
    """
    expected = math.fsum(p * r for p, r in zip(policy, reward, strict=True))
    gradient = tuple(p * (r - expected) for p, r in zip(policy, reward, strict=True))
    size = math.fsum(slope**2 for slope in gradient)
    # p · w for every completion, where w is summed without a difference that could lose its digits.
    squares = math.fsum(p**2 for p in policy)
    weights = [p * max(0.0, (1 - p) ** 2 + squares - p**2) for p in policy]
    total = math.fsum(weights)
    best = math.fsum(w * r for w, r in zip(weights, reward, strict=True)) / total if total > 0 else expected

    def variance(b: float) -> float:
        return max(0.0, math.fsum(w * (r - b) ** 2 for w, r in zip(weights, reward, strict=True)) - size)

    return ReinforceVariance(
        expected_reward=expected,
        gradient=gradient,
        variance=variance(baseline),
        variance_without=variance(0.0),
        best_baseline=best,
        variance_at_best=variance(best),
    )


@dataclass(frozen=True)
class PPOClip:
    """`clipped`: the clip decides the objective, so the gradient through the ratio is 0."""

    objective: float
    clipped: bool


@formula("ppo-clip", ratio=NOT_NEGATIVE, advantage=NUMBER, epsilon=SHARE_BELOW_1)
def ppo_clip(ratio: float, advantage: float, epsilon: float = 0.2) -> PPOClip:
    """objective = min(ρ A, clip(ρ, 1-ε, 1+ε) A), ρ = π(a)/π_old(a)   (Schulman 2017, Eq. 7)

    Worked number: ρ = 1.5, A = 1, ε = 0.2 gives 1.2, clipped; with A = -1 it gives -1.5, not clipped.
    """
    unclipped = ratio * advantage
    clipped = min(max(ratio, 1 - epsilon), 1 + epsilon) * advantage
    return PPOClip(objective=min(unclipped, clipped), clipped=clipped < unclipped)


@dataclass(frozen=True)
class GAE:
    advantages: tuple[float, ...]
    returns: tuple[float, ...]


@formula("gae", rewards=Numbers(), values=Numbers(like="rewards"), gamma=SHARE, lam=SHARE)
def gae(rewards: Sequence[float], values: Sequence[float], gamma: float = 1.0, lam: float = 0.95) -> GAE:
    """A_t = Σ_l (γλ)^l δ_{t+l}, δ_t = r_t + γ V(s_{t+1}) - V(s_t), with V = 0 after the end   (Schulman 2016, Eq. 16)

    `returns` are A_t + V(s_t), what the value function is trained on. λ = 0 is the one-step error δ_t,
    λ = 1 the discounted return minus V(s_t).

    Worked number: rewards (0, 1), values (0.5, 0.5), γ = 1, λ = 0.5 gives δ = (0, 0.5), A = (0.25, 0.5).
    """
    advantages: list[float] = []
    advantage, next_value = 0.0, 0.0
    for reward, value in zip(reversed(rewards), reversed(values), strict=True):
        delta = reward + gamma * next_value - value
        advantage = delta + gamma * lam * advantage
        advantages.append(advantage)
        next_value = value
    advantages.reverse()
    return GAE(
        advantages=tuple(advantages),
        returns=tuple(a + value for a, value in zip(advantages, values, strict=True)),
    )


@dataclass(frozen=True)
class GRPOAdvantages:
    mean: float
    std: float
    advantages: tuple[float, ...]


@formula("grpo-advantages", rewards=Numbers(shortest=2))
def grpo_advantages(rewards: Sequence[float]) -> GRPOAdvantages:
    """A_i = (R_i - mean R) / std R over the group of completions of one prompt   (Shao 2024, section 4.1.2)

    std is the sample standard deviation (n - 1). A group whose rewards are all equal teaches nothing: advantages 0.

    Worked number: rewards (1, 0, 0, 1) give mean 0.5, std 0.5774, advantages (0.8660, -0.8660, -0.8660, 0.8660).
    """
    n = len(rewards)
    if min(rewards) == max(rewards):
        return GRPOAdvantages(mean=rewards[0], std=0.0, advantages=(0.0,) * n)
    mean = math.fsum(rewards) / n
    std = math.sqrt(math.fsum((reward - mean) ** 2 for reward in rewards) / (n - 1))
    return GRPOAdvantages(mean=mean, std=std, advantages=tuple((reward - mean) / std for reward in rewards))


@dataclass(frozen=True)
class RLOOAdvantages:
    advantages: tuple[float, ...]


@formula("rloo-advantages", rewards=Numbers(shortest=2))
def rloo_advantages(rewards: Sequence[float]) -> RLOOAdvantages:
    """A_i = R_i - mean of the other rewards: a baseline that does not know R_i (Ahmadian 2024, Eq. 8; Kool 2019)

    Worked number: rewards (3, 1, 2) give (1.5, -1.5, 0).
    """
    total, others = math.fsum(rewards), len(rewards) - 1
    return RLOOAdvantages(advantages=tuple(reward - (total - reward) / others for reward in rewards))


@dataclass(frozen=True)
class GroupAdvantages:
    """`centred` is R - mean; `rloo` and `grpo` stretch it, by n/(n - 1) and by 1/std."""

    mean: float
    std: float
    centred: tuple[float, ...]
    rloo: tuple[float, ...]
    grpo: tuple[float, ...]


@formula("group-advantages", rewards=Numbers(shortest=2))
def group_advantages(rewards: Sequence[float]) -> GroupAdvantages:
    """RLOO (Ahmadian 2024), GRPO (Shao 2024) and the centred reward (Liu 2025, Dr. GRPO) of one group, side by side

    All three are the same list up to a factor: RLOO's depends on the number of completions alone, GRPO's on how far
    the rewards of this very prompt are spread.

    Worked number: rewards (1, 0, 0, 1) give centred ±0.5, RLOO ±0.6667, GRPO ±0.8660.
    """
    group = grpo_advantages(rewards)
    return GroupAdvantages(
        mean=group.mean,
        std=group.std,
        centred=tuple(reward - group.mean for reward in rewards),
        rloo=rloo_advantages(rewards).advantages,
        grpo=group.advantages,
    )
