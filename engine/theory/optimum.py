"""The objective max_π E_π[r] - β KL(π‖π_ref): its optimum, the two limits, and the way back to the reward."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.domains import BETA, Distribution, Numbers
from engine.theory.formula import formula
from engine.theory.numbers import exp_or_none, log_sum_exp


@dataclass(frozen=True)
class OptimalPolicy:
    """`weights` and `Z` are None where too large for a float (0 where too small); the policy is always there."""

    weights: tuple[float | None, ...]
    Z: float | None
    policy: tuple[float, ...]
    kl: float
    expected_reward: float


@formula("optimal-policy", prior=Distribution(), reward=Numbers(like="prior"), beta=BETA)
def optimal_policy(prior: Sequence[float], reward: Sequence[float], beta: float) -> OptimalPolicy:
    """π*(y) = π_ref(y) exp(r(y)/β) / Z, with Z = Σ_y π_ref(y) exp(r(y)/β)   (Rafailov 2023, Eq. 4; Ziegler 2019)

    Takes the prior π_ref(y) and the reward r(y) of every completion y. Gives the weights π_ref exp(r/β), their sum Z,
    the policy π*, KL(π*‖π_ref) in nats and E_π*[r]. Everything is computed relative to the best reward, so that
    exp(r/β) may overflow while π* stays exact.

    Worked number: prior (0.6, 0.4), reward (1, 0), β = 0.5 gives weights (4.4334, 0.4000), Z = 4.8334,
    π* = (0.9172, 0.0828), KL = 0.2589 nats, E[r] = 0.9172.
    """
    best = max(r for p, r in zip(prior, reward, strict=True) if p > 0)
    log_weights = [
        math.log(p) + (r - best) / beta if p > 0 else -math.inf for p, r in zip(prior, reward, strict=True)
    ]
    log_Z = log_sum_exp(log_weights)
    policy = tuple(math.exp(w - log_Z) for w in log_weights)
    return OptimalPolicy(
        weights=tuple(exp_or_none(w + best / beta) if w > -math.inf else 0.0 for w in log_weights),
        Z=exp_or_none(log_Z + best / beta),
        policy=policy,
        kl=max(0.0, math.fsum(
            q * (w - log_Z - math.log(p)) for q, w, p in zip(policy, log_weights, prior, strict=True) if q > 0
        )),
        expected_reward=math.fsum(q * r for q, r in zip(policy, reward, strict=True)),
    )


@dataclass(frozen=True)
class BetaTable:
    """One entry for each β, in the order given."""

    policies: tuple[tuple[float, ...], ...]
    kls: tuple[float, ...]
    expected_rewards: tuple[float, ...]


@formula("beta-table", prior=Distribution(), reward=Numbers(like="prior"), betas=Numbers(above=0))
def beta_table(prior: Sequence[float], reward: Sequence[float], betas: Sequence[float]) -> BetaTable:
    """The optimal policy for one β after another: its probabilities, KL(π*‖π_ref) and E_π*[r]   (Rafailov 2023, Eq. 4)

    As β falls, both the divergence and the expected reward rise, from (0, E_π_ref[r]) to those of the best answer.

    Worked number: prior (0.6, 0.4), reward (1, 0), β = (0.5, 5) gives KL (0.2589, 0.0047) and E[r] (0.9172, 0.6469).
    """
    best = [optimal_policy(prior, reward, beta) for beta in betas]
    return BetaTable(
        policies=tuple(row.policy for row in best),
        kls=tuple(row.kl for row in best),
        expected_rewards=tuple(row.expected_reward for row in best),
    )


@dataclass(frozen=True)
class OptimalPolicyLimits:
    beta_to_zero: tuple[float, ...]
    beta_to_infinity: tuple[float, ...]


@formula("optimal-policy-limits", prior=Distribution(), reward=Numbers(like="prior"))
def optimal_policy_limits(prior: Sequence[float], reward: Sequence[float]) -> OptimalPolicyLimits:
    """β → 0: π* keeps only the best-rewarded completions, in the proportions of π_ref. β → ∞: π* = π_ref.

    Both follow from Rafailov 2023, Eq. 4: dividing by the largest weight, exp((r - max r)/β) goes to 0 or to 1.

    Worked number: prior (0.5, 0.3, 0.2), reward (1, 0.5, -1) gives (1, 0, 0) and (0.5, 0.3, 0.2).
    """
    best = max(r for p, r in zip(prior, reward, strict=True) if p > 0)
    kept = [p if r == best else 0.0 for p, r in zip(prior, reward, strict=True)]
    total = math.fsum(kept)
    return OptimalPolicyLimits(beta_to_zero=tuple(p / total for p in kept), beta_to_infinity=tuple(prior))


@dataclass(frozen=True)
class ImplicitReward:
    rewards: tuple[float, ...]


@formula(
    "implicit-reward", policy=Distribution(positive=True), prior=Distribution(like="policy", positive=True), beta=BETA
)
def implicit_reward(policy: Sequence[float], prior: Sequence[float], beta: float) -> ImplicitReward:
    """r̂(y) = β log(π(y)/π_ref(y)): the closed form turned round, up to the constant β log Z (Rafailov 2023, Eq. 5)

    Every policy is the optimal one of this reward. A completion that the policy never gives has no finite reward and
    is refused.

    Worked number: policy (0.75, 0.25), prior (0.5, 0.5), β = 0.5 gives (0.2027, -0.3466).
    """
    return ImplicitReward(rewards=tuple(
        beta * (math.log(p) - math.log(q)) for p, q in zip(policy, prior, strict=True)
    ))
