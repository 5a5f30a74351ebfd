"""The formulas of the chapters on plain floats: what the text prints, the live blocks move and the tests check."""

from engine.theory.catalogue import compute
from engine.theory.divergence import best_of_n, kl, kl_estimators, overoptimisation, overoptimisation_curve
from engine.theory.formula import FORMULAS, REQUIRED, Formula, Parameter
from engine.theory.measures import pass_at_k, wilson, wilson_interval, win_rate
from engine.theory.optimum import implicit_reward, optimal_policy, optimal_policy_limits
from engine.theory.policy_gradient import gae, grpo_advantages, ppo_clip, rloo_advantages
from engine.theory.preference import bradley_terry, dpo, ipo, kto, orpo, simpo

__all__ = [
    "FORMULAS",
    "REQUIRED",
    "Formula",
    "Parameter",
    "best_of_n",
    "bradley_terry",
    "compute",
    "dpo",
    "gae",
    "grpo_advantages",
    "implicit_reward",
    "ipo",
    "kl",
    "kl_estimators",
    "kto",
    "optimal_policy",
    "optimal_policy_limits",
    "orpo",
    "overoptimisation",
    "overoptimisation_curve",
    "pass_at_k",
    "ppo_clip",
    "rloo_advantages",
    "simpo",
    "wilson",
    "wilson_interval",
    "win_rate",
]
