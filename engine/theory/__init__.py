"""The formulas of the chapters on plain floats: what the text prints, the live blocks move and the tests check."""

from engine.theory.agreement import cohen_kappa
from engine.theory.catalogue import compute
from engine.theory.displacement import displacement
from engine.theory.divergence import (
    best_of_n,
    kl,
    kl_convergence,
    kl_estimators,
    overoptimisation,
    overoptimisation_curve,
)
from engine.theory.diversity import expected_diversity
from engine.theory.filtering import filter_yield
from engine.theory.formula import FORMULAS, REQUIRED, Formula, Parameter
from engine.theory.frontier import reward_kl_plane
from engine.theory.imitation import imitation
from engine.theory.instruments import length_controlled, noise_ceiling
from engine.theory.judges import position_bias, votes
from engine.theory.lora import lora_parameters, lora_stages
from engine.theory.measures import pass_at_k, wilson, wilson_interval, win_rate
from engine.theory.optimum import beta_table, implicit_reward, optimal_policy, optimal_policy_limits
from engine.theory.policy_gradient import (
    gae,
    group_advantages,
    grpo_advantages,
    ppo_clip,
    reinforce_variance,
    rloo_advantages,
)
from engine.theory.preference import bradley_terry, dpo, ipo, kto, orpo, ranking_pairs, simpo
from engine.theory.reasoning import process_outcome
from engine.theory.reward_models import reward_loss
from engine.theory.score_function import score_function
from engine.theory.selection import best_of_n_budget, best_of_n_estimate, best_of_n_policy
from engine.theory.side_by_side import preference_losses
from engine.theory.synthetic import self_training
from engine.theory.verifiable import silent_group

__all__ = [
    "FORMULAS",
    "REQUIRED",
    "Formula",
    "Parameter",
    "best_of_n",
    "best_of_n_budget",
    "best_of_n_estimate",
    "best_of_n_policy",
    "beta_table",
    "bradley_terry",
    "cohen_kappa",
    "compute",
    "displacement",
    "dpo",
    "expected_diversity",
    "filter_yield",
    "gae",
    "group_advantages",
    "grpo_advantages",
    "imitation",
    "implicit_reward",
    "ipo",
    "kl",
    "kl_convergence",
    "kl_estimators",
    "kto",
    "length_controlled",
    "lora_parameters",
    "lora_stages",
    "noise_ceiling",
    "optimal_policy",
    "optimal_policy_limits",
    "orpo",
    "overoptimisation",
    "overoptimisation_curve",
    "pass_at_k",
    "position_bias",
    "ppo_clip",
    "preference_losses",
    "process_outcome",
    "ranking_pairs",
    "reinforce_variance",
    "reward_kl_plane",
    "reward_loss",
    "rloo_advantages",
    "score_function",
    "self_training",
    "silent_group",
    "simpo",
    "votes",
    "wilson",
    "wilson_interval",
    "win_rate",
]
