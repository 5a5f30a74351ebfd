"""What PPO, GRPO and RLOO reinforce: the clipped surrogate and three ways to turn rewards into advantages."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.domains import NOT_NEGATIVE, NUMBER, SHARE, SHARE_BELOW_1, Numbers
from engine.theory.formula import formula


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
