"""Losses on one preference: Bradley-Terry and the direct methods.

Log-probabilities are sums over the tokens of the completion, its end token included, unless called a mean.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.theory.domains import (
    BETA,
    LOG_PROBABILITY,
    MEAN_LOG_PROBABILITY,
    NOT_NEGATIVE,
    NUMBER,
    POSITIVE,
    SMOOTHING,
    Integer,
    Numbers,
    Ranking,
    Truth,
)
from engine.theory.formula import formula
from engine.theory.numbers import log1m_exp, sigmoid, softplus


@dataclass(frozen=True)
class BradleyTerry:
    probability: float
    loss: float


@formula("bradley-terry", chosen=NUMBER, rejected=NUMBER)
def bradley_terry(chosen: float, rejected: float) -> BradleyTerry:
    """P(y_w ≻ y_l) = σ(r_w - r_l), loss = -log σ(r_w - r_l)   (Bradley & Terry 1952; Ouyang 2022, Eq. 1)

    Worked number: rewards 1 and 0 give P = 0.7311 and a loss of 0.3133.
    """
    return BradleyTerry(probability=sigmoid(chosen - rejected), loss=softplus(rejected - chosen))


@dataclass(frozen=True)
class RankingPairs:
    """`pairs` are (better, worse) by the completions' numbers, from 1; the other lists follow their order."""

    pairs: tuple[tuple[int, int], ...]
    count: int
    probabilities: tuple[float, ...]
    losses: tuple[float, ...]
    loss: float


@formula("ranking-pairs", ranking=Ranking(), rewards=Numbers(like="ranking"))
def ranking_pairs(ranking: Sequence[int], rewards: Sequence[float]) -> RankingPairs:
    """A ranking of K completions as K(K-1)/2 pairs, loss = mean of -log σ(r_better - r_worse)   (Ouyang 2022, Eq. 1)

    `ranking` names the completions by number, best first; `rewards` are those of completion 1, 2, … in that order.

    Worked number: ranking (2, 1, 3), rewards (0.2, 1.1, -0.4) gives the pairs 2≻1, 2≻3, 1≻3 and a loss of 0.3267.
    """
    pairs = tuple(combinations(ranking, 2))
    each = [bradley_terry(rewards[better - 1], rewards[worse - 1]) for better, worse in pairs]
    return RankingPairs(
        pairs=pairs,
        count=len(pairs),
        probabilities=tuple(pair.probability for pair in each),
        losses=tuple(pair.loss for pair in each),
        loss=math.fsum(pair.loss for pair in each) / len(pairs),
    )


@dataclass(frozen=True)
class DPO:
    loss: float
    reward_chosen: float
    reward_rejected: float
    margin: float
    gradient_weight: float


@formula(
    "dpo", policy_chosen=LOG_PROBABILITY, policy_rejected=LOG_PROBABILITY, ref_chosen=LOG_PROBABILITY,
    ref_rejected=LOG_PROBABILITY, beta=BETA, label_smoothing=SMOOTHING,
)
def dpo(
    policy_chosen: float,
    policy_rejected: float,
    ref_chosen: float,
    ref_rejected: float,
    beta: float,
    label_smoothing: float = 0.0,
) -> DPO:
    """loss = -(1-ε) log σ(m) - ε log σ(-m), m = r̂_w - r̂_l, r̂(y) = β (log π(y) - log π_ref(y))

    Rafailov 2023, Eq. 7 for ε = 0; Mitchell's note on conservative DPO, Eq. 3, for a share ε of flipped labels.
    The gradient's weight is σ(r̂_l - r̂_w) (Rafailov 2023, section 4): how wrong the implicit reward still is.

    Worked number: log π = (-10, -12), log π_ref = (-11, -11), β = 0.1 gives rewards (0.1, -0.1), margin 0.2,
    loss 0.5981, weight 0.4502.
    """
    reward_chosen = beta * (policy_chosen - ref_chosen)
    reward_rejected = beta * (policy_rejected - ref_rejected)
    margin = reward_chosen - reward_rejected
    return DPO(
        loss=(1 - label_smoothing) * softplus(-margin) + label_smoothing * softplus(margin),
        reward_chosen=reward_chosen,
        reward_rejected=reward_rejected,
        margin=margin,
        gradient_weight=sigmoid(-margin),
    )


@dataclass(frozen=True)
class IPO:
    loss: float
    h: float


@formula(
    "ipo", policy_chosen=LOG_PROBABILITY, policy_rejected=LOG_PROBABILITY, ref_chosen=LOG_PROBABILITY,
    ref_rejected=LOG_PROBABILITY, tau=POSITIVE,
)
def ipo(policy_chosen: float, policy_rejected: float, ref_chosen: float, ref_rejected: float, tau: float) -> IPO:
    """loss = (h - 1/(2τ))², h = log(π_w/π_ref,w) - log(π_l/π_ref,l)   (Azar 2024, Eq. 17)

    The margin h is drawn to 1/(2τ) and no further, where DPO would push it on for ever.

    Worked number: at the reference h = 0, and τ = 0.1 gives a loss of 25.
    """
    h = (policy_chosen - ref_chosen) - (policy_rejected - ref_rejected)
    return IPO(loss=(h - 1 / (2 * tau)) ** 2, h=h)


@dataclass(frozen=True)
class KTO:
    loss: float


@formula("kto", log_ratio=NUMBER, desirable=Truth(), z0=NOT_NEGATIVE, beta=BETA, weight=NOT_NEGATIVE)
def kto(log_ratio: float, desirable: bool, z0: float, beta: float, weight: float = 1.0) -> KTO:
    """loss = λ (1 - σ(β (l - z0))) if desirable, λ (1 - σ(β (z0 - l))) if not   (Ethayarajh 2024, Eq. 7 and 8)

    l = log π(y)/π_ref(y); z0 ≥ 0 is the batch's estimate of the KL, the point from which gain and loss are felt;
    λ = `weight`.

    Worked number: l = 0, z0 = 0 gives 0.5, whatever β.
    """
    gain = log_ratio - z0 if desirable else z0 - log_ratio
    return KTO(loss=weight * sigmoid(-beta * gain))


@dataclass(frozen=True)
class ORPO:
    log_odds_ratio: float
    odds_loss: float
    loss: float


@formula("orpo", mean_logp_chosen=MEAN_LOG_PROBABILITY, mean_logp_rejected=MEAN_LOG_PROBABILITY, lam=NOT_NEGATIVE)
def orpo(mean_logp_chosen: float, mean_logp_rejected: float, lam: float) -> ORPO:
    """loss = -log P(y_w) + λ · -log σ(log odds(y_w) - log odds(y_l)), odds = P/(1-P)   (Hong 2024, Eq. 3 to 7)

    log P is the mean log-probability per token, which keeps the odds away from 0; no reference policy is needed.

    Worked number: P = 0.5 for both (mean log-probability -0.6931) and λ = 0.1 gives 0.6931 + 0.1 · 0.6931 = 0.7625.
    """
    log_odds_ratio = _log_odds(mean_logp_chosen) - _log_odds(mean_logp_rejected)
    odds_loss = softplus(-log_odds_ratio)
    return ORPO(log_odds_ratio=log_odds_ratio, odds_loss=odds_loss, loss=-mean_logp_chosen + lam * odds_loss)


def _log_odds(log_probability: float) -> float:
    return log_probability - log1m_exp(log_probability)


@dataclass(frozen=True)
class SimPO:
    loss: float


@formula(
    "simpo", logp_chosen=LOG_PROBABILITY, length_chosen=Integer(at_least=1), logp_rejected=LOG_PROBABILITY,
    length_rejected=Integer(at_least=1), beta=BETA, gamma=NOT_NEGATIVE,
)
def simpo(
    logp_chosen: float, length_chosen: int, logp_rejected: float, length_rejected: int, beta: float, gamma: float
) -> SimPO:
    """loss = -log σ(β/|y_w| log π(y_w) - β/|y_l| log π(y_l) - γ)   (Meng 2024, Eq. 6)

    The reward is the mean log-probability per token times β, and must win by a margin γ; there is no reference policy.

    Worked number: log π = (-4, -9) over (4, 6) tokens, β = 2, γ = 0.5 gives -log σ(0.5) = 0.4741.
    """
    margin = beta * (logp_chosen / length_chosen - logp_rejected / length_rejected) - gamma
    return SimPO(loss=softplus(-margin))
