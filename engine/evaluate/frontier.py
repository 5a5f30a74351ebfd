"""The plane of reward against KL on a task small enough to count: what each method's loss leads to, exactly.

A task is one prompt with a few answers. The policy is a logit for each, so that it can be any distribution; the losses
are those of `engine.losses`, and every mean over samples is an exact sum over all answers, pairs or groups. What is
left is what the loss itself asks for, without noise and without a network that can't follow:

    reinforce, rloo, ppo      π* ∝ π_ref exp(r/β)
    dpo                       π*, where labels follow Bradley-Terry with these rewards (Rafailov 2023, section 4)
    grpo-corrected            π* at the price β K/(K − 1): the mean of a group holds the answer itself, so that the
                              advantage is (K − 1)/K of what it should be
    grpo                      ∝ π_ref/(λ − r), λ above every reward: k3 in the loss pulls with the gradient of
                              KL(π_ref‖π), which is dear where an answer of the reference gets rare
    ipo                       ∝ π_ref exp(P(y ≻ μ)/β): the reward is the chance to win (Azar 2023, section 4)

A π* is on the frontier, whatever its price: for its KL no policy earns more. grpo, ipo and best-of-N lie below.
"""

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from engine.losses.policy_gradient import (
    clipped_surrogate,
    gae,
    grpo_advantages,
    kl_estimate,
    rloo_advantages,
)
from engine.losses.preference import dpo_loss, ipo_loss
from engine.theory import best_of_n_policy, bradley_terry, kl, optimal_policy

GROUP = 3
"""Answers to a group, K."""
CLIPRANGE, PASSES = 0.2, 4
STEP, STEPS = 0.2, 150
PairLoss = Callable[[Tensor, Tensor, Tensor, Tensor], tuple[Tensor, dict[str, Tensor]]]


@dataclass(frozen=True)
class Task:
    """One prompt: how likely the reference gives each answer, all above 0, and the reward of each."""

    prior: tuple[float, ...]
    reward: tuple[float, ...]


@dataclass(frozen=True)
class Point:
    """`setting` is β, or N for best-of-N."""

    setting: float
    kl: float
    reward: float


# -- the losses in expectation, from log-probabilities (answers,) now and, online, those of the sampler


def _reinforce(task: Task, logps: Tensor, old_logps: Tensor, beta: float) -> Tensor:
    weights, rewards = old_logps.exp(), _rewards(task, old_logps, beta)
    return -(weights * (rewards - (weights * rewards).sum()) * logps).sum()


def _rloo(task: Task, logps: Tensor, old_logps: Tensor, beta: float) -> Tensor:
    groups, weights = _groups(old_logps)
    advantages = rloo_advantages(_rewards(task, old_logps, beta)[groups])
    losses, _ = clipped_surrogate(logps[groups], old_logps[groups], advantages, torch.ones_like(groups), CLIPRANGE)
    return (weights * losses.mean(1)).sum()


def _ppo(task: Task, logps: Tensor, old_logps: Tensor, beta: float) -> Tensor:
    """With a value head that has learnt the mean; an answer is one token."""
    weights, rewards = old_logps.exp(), _rewards(task, old_logps, beta)
    values = (weights * rewards).sum().expand_as(rewards)
    real = torch.ones_like(rewards, dtype=torch.bool)[:, None]
    advantages, _ = gae(rewards[:, None], values[:, None], real, 1.0, 0.95)
    losses, _ = clipped_surrogate(logps[:, None], old_logps[:, None], advantages, real, CLIPRANGE)
    return (weights * losses[:, 0]).sum()


def _grpo(task: Task, logps: Tensor, old_logps: Tensor, beta: float, corrected: bool = False) -> Tensor:
    groups, weights = _groups(old_logps)
    rewards, prior = torch.tensor(task.reward, dtype=logps.dtype), torch.tensor(task.prior, dtype=logps.dtype)
    advantages = grpo_advantages(rewards[groups], scale=False)
    losses, _ = clipped_surrogate(logps[groups], old_logps[groups], advantages, torch.ones_like(groups), CLIPRANGE)
    k3 = kl_estimate(logps, prior.log(), "k3")
    if corrected:
        k3 = k3 * (logps - old_logps).exp()
    return (weights * losses.mean(1)).sum() + beta * (old_logps.exp() * k3).sum()


def _grpo_corrected(task: Task, logps: Tensor, old_logps: Tensor, beta: float) -> Tensor:
    return _grpo(task, logps, old_logps, beta, corrected=True)


def _dpo(task: Task, logps: Tensor, beta: float) -> Tensor:
    return _over_pairs(task, logps, partial(dpo_loss, beta=beta))


def _ipo(task: Task, logps: Tensor, beta: float) -> Tensor:
    return _over_pairs(task, logps, partial(ipo_loss, tau=beta))


def _over_pairs(task: Task, logps: Tensor, loss: PairLoss) -> Tensor:
    """The mean over pairs whose answers the reference wrote and whose labels are Bradley-Terry's."""
    log_prior = torch.tensor(task.prior, dtype=logps.dtype).log()
    total = logps.new_zeros(())
    for first, second in itertools.permutations(range(len(task.prior)), 2):
        chance = bradley_terry(task.reward[first], task.reward[second]).probability
        weight = task.prior[first] * task.prior[second] * chance
        pair = logps[[first]], logps[[second]], log_prior[[first]], log_prior[[second]]
        total = total + weight * loss(*pair)[0]
    return total


def _rewards(task: Task, old_logps: Tensor, beta: float) -> Tensor:
    """r − β log π/π_ref of each answer."""
    log_prior = torch.tensor(task.prior, dtype=old_logps.dtype).log()
    return torch.tensor(task.reward, dtype=old_logps.dtype) - beta * kl_estimate(old_logps, log_prior, "k1")


def _groups(old_logps: Tensor) -> tuple[Tensor, Tensor]:
    """All groups of K answers (answers^K, K), and how likely each is."""
    groups = torch.cartesian_prod(*[torch.arange(len(old_logps))] * GROUP)
    return groups, old_logps[groups].sum(1).exp()


ONLINE = {"reinforce": _reinforce, "rloo": _rloo, "ppo": _ppo, "grpo": _grpo, "grpo-corrected": _grpo_corrected}
DIRECT = {"dpo": _dpo, "ipo": _ipo}
METHODS = (*ONLINE, *DIRECT)


# -- training, and where it ends


def train(method: str, task: Task, beta: float) -> tuple[float, ...]:
    """The policy that a method's loss leads to from the reference. `beta` is IPO's τ."""
    theta = torch.tensor(task.prior, dtype=torch.float64).log().requires_grad_()
    if method in DIRECT:
        loss = DIRECT[method]
        optimizer = torch.optim.LBFGS(
            [theta], max_iter=500, tolerance_grad=1e-12, tolerance_change=1e-16, line_search_fn="strong_wolfe"
        )

        def closure() -> float:
            value = loss(task, theta.log_softmax(0), beta)
            (theta.grad,) = torch.autograd.grad(value, theta)
            return value.item()

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        return tuple(theta.detach().softmax(0).tolist())
    for _ in range(STEPS):
        old_logps = theta.detach().log_softmax(0)
        for _ in range(PASSES if method == "ppo" else 1):
            logps = theta.log_softmax(0)
            (slope,) = torch.autograd.grad(ONLINE[method](task, logps, old_logps, beta), theta)
            # The natural gradient, which for a softmax is the gradient over π: rare answers learn as fast as others.
            theta.data -= STEP / beta * slope / logps.detach().exp()
    return tuple(theta.detach().softmax(0).tolist())


def limit(method: str, task: Task, beta: float) -> tuple[float, ...]:
    """Where that is in closed form, as the head of this module has it."""
    share = (GROUP - 1) / GROUP
    if method == "grpo":
        return _forward_optimum(task, beta / share)
    if method == "grpo-corrected":
        return optimal_policy(task.prior, task.reward, beta / share).policy
    if method == "ipo":
        return optimal_policy(task.prior, [_wins(task, mine) for mine in task.reward], beta).policy
    return optimal_policy(task.prior, task.reward, beta).policy


def _wins(task: Task, mine: float) -> float:
    """The chance that an answer of this reward is preferred to one that the reference writes."""
    return math.fsum(p * bradley_terry(mine, r).probability for p, r in zip(task.prior, task.reward, strict=True))


def _forward_optimum(task: Task, beta: float) -> tuple[float, ...]:
    """argmax E_π[r] − β KL(π_ref‖π): π = β π_ref/(λ − r), with the λ above every reward that makes it sum to one."""

    def policy(level: float) -> list[float]:
        return [beta * p / (level - r) for p, r in zip(task.prior, task.reward, strict=True)]

    low, high = max(task.reward), max(task.reward) + beta
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(policy(middle)) > 1 else (low, middle)
    return tuple(policy(high))


# -- the plane


def point(task: Task, policy: Sequence[float], setting: float) -> Point:
    """Where a policy stands: KL(π‖π_ref) in nats and E_π[r]."""
    reward = math.fsum(p * r for p, r in zip(policy, task.reward, strict=True))
    return Point(setting, kl(policy, task.prior).kl, reward)


def plane(task: Task, betas: Sequence[float], counts: Sequence[int]) -> dict[str, list[Point]]:
    """The points of a plot: "optimum" at each β, "best-of-n" at each N, and each method trained at each β."""
    found = {
        "optimum": [point(task, optimal_policy(task.prior, task.reward, beta).policy, beta) for beta in betas],
        "best-of-n": [point(task, best_of_n_policy(task.prior, task.reward, n).policy, n) for n in counts],
    }
    return found | {method: [point(task, train(method, task, beta), beta) for beta in betas] for method in METHODS}
