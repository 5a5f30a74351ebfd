"""Methods that learn from answers that the policy writes as it trains."""

from dataclasses import replace

from engine.methods.bound import Bound, Trial, at_least, at_most, bound
from engine.methods.knobs import common
from engine.methods.row import HyperParameter, Method, Variant


def online(
    learning_rate: float, rollouts: int, kl_coef: float, prompts: int, generations: int, minibatches: int = 1
) -> tuple[HyperParameter, ...]:
    return (
        *(
            row
            for row in common(learning_rate, 1)
            if row.name not in ("num_train_epochs", "per_device_train_batch_size")
        ),
        HyperParameter("reward", "learned", choices=("learned", "rule")),
        HyperParameter("rollouts", rollouts, 1, 100_000),
        HyperParameter("prompts_per_rollout", prompts, 1, 4096),
        HyperParameter("num_generations", generations, 1, 256),
        HyperParameter("num_ppo_epochs", 1, 1, 64),
        HyperParameter("num_mini_batches", minibatches, 1, 64),
        HyperParameter("kl_coef", kl_coef, 0.0, 1000.0),
        HyperParameter("temperature", 1.0, 0.01, 10.0),
        HyperParameter("max_new_tokens", 20, 1, 256),
        HyperParameter("missing_eos_penalty", 1.0, 0.0, 1000.0),
    )


ONLINE_METRICS = (
    "objective/scores",
    "gold/score",
    "objective/kl",
    "objective/rlhf_reward",
    "objective/entropy",
    "completions/mean_length",
    "distinct_1",
    "frac_reward_zero_std",
    "loss",
    "grad_norm",
    "learning_rate",
)
CLIP_METRICS = ("policy/clipfrac_avg", "policy/approxkl_avg", "val/ratio")
CLIPRANGE = HyperParameter("cliprange", 0.2, 0.0, 10.0)
GRPO = (
    CLIPRANGE,
    HyperParameter("epsilon_high", 0.2, 0.0, 10.0),
    HyperParameter("scale_rewards", True),
    HyperParameter("use_bias_correction_kl", False),
    HyperParameter("loss_type", "grpo", choices=("grpo", "dr_grpo", "dapo")),
)
CHECKER = (
    HyperParameter("strict", True),
    HyperParameter("process_reward", 0.0, 0.0, 1.0),
)
VERIFIED = (
    *(
        replace(row, default=24) if row.name == "max_new_tokens" else row
        for row in online(4e-3, 40, 0.05, 16, 8)
        if row.name != "reward"
    ),
    HyperParameter("chain_of_thought", True),
    *CHECKER,
)
"""The online methods when a checker pays, for answers in steps or given at once."""
VERIFIED_METRICS = ("objective/scores", "correct/answers", "correct/chains", *ONLINE_METRICS[1:])

ONLINE = (
    Method(
        id="reinforce",
        data="preference",
        loop="engine.loops.reinforce:Reinforce",
        hyper=(*online(4e-3, 60, 0.3, 32, 4), HyperParameter("use_baseline", True)),
        metrics=ONLINE_METRICS,
        chapter="01",
        losses=("policy_gradient.reinforce_loss",),
        bound=bound(at_least("win_rate", 0.6), at_most("kl", 1.0)),
        variants=(Variant("reinforce-without-baseline", {"use_baseline": False}),),
    ),
    Method(
        id="rloo",
        data="preference",
        loop="engine.loops.reinforce:RLOO",
        hyper=(*online(4e-3, 60, 0.3, 16, 8), CLIPRANGE),
        metrics=(*ONLINE_METRICS, *CLIP_METRICS),
        chapter="03",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.rloo_advantages"),
        bound=bound(at_least("win_rate", 0.6), at_most("kl", 1.0)),
    ),
    Method(
        id="grpo",
        data="preference",
        loop="engine.loops.reinforce:GRPO",
        hyper=(
            *online(4e-3, 60, 0.3, 16, 8),
            *GRPO,
        ),
        metrics=(*ONLINE_METRICS, "kl", *CLIP_METRICS),
        chapter="03",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.grpo_advantages", "policy_gradient.kl_estimate"),
        bound=Bound(
            (
                Trial((at_most("fall(gold/score)", 0.1), at_least("win_rate", 0.58), at_most("kl", 1.0))),
                Trial((at_least("fall(gold/score)", 0.2),), {"kl_coef": 0.0, "rollouts": 90}),
            )
        ),
        variants=(
            Variant("dr-grpo", {"loss_type": "dr_grpo", "scale_rewards": False}),
            Variant("dapo", {"loss_type": "dapo", "epsilon_high": 0.28}),
            Variant("grpo-corrected-kl", {"use_bias_correction_kl": True}),
        ),
    ),
    Method(
        id="ppo",
        data="preference",
        loop="engine.loops.reinforce:PPO",
        hyper=(
            *online(4e-3, 40, 0.3, 64, 2, minibatches=2),
            CLIPRANGE,
            HyperParameter("cliprange_value", 0.2, 0.0, 10.0),
            HyperParameter("vf_coef", 0.1, 0.0, 100.0),
            HyperParameter("gamma", 1.0, 0.0, 1.0),
            HyperParameter("lam", 0.95, 0.0, 1.0),
            HyperParameter("whiten_rewards", False),
            HyperParameter("whiten_advantages", True),
            HyperParameter("adaptive_kl", False),
            HyperParameter("target_kl", 1.0, 0.001, 1000.0),
            HyperParameter("kl_horizon", 2000.0, 1.0, 1e9),
        ),
        metrics=(*ONLINE_METRICS, "loss/policy_avg", "loss/value_avg", "objective/kl_coef", *CLIP_METRICS),
        chapter="03",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.value_loss", "policy_gradient.gae"),
        bound=Bound(
            (
                Trial((at_most("fall(gold/score)", 0.1), at_least("win_rate", 0.52), at_most("kl", 1.0))),
                Trial((at_least("fall(gold/score)", 0.2),), {"kl_coef": 0.0, "rollouts": 60}),
            )
        ),
        variants=(
            Variant("ppo-adaptive-kl", {"adaptive_kl": True}),
            Variant("ppo-whitened-rewards", {"whiten_rewards": True}),
        ),
    ),
    Method(
        id="rlvr",
        data="prompt",
        loop="engine.loops.verified:VerifiedGRPO",
        hyper=(*VERIFIED, *GRPO),
        metrics=(*VERIFIED_METRICS, "kl", *CLIP_METRICS),
        chapter="07",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.grpo_advantages", "policy_gradient.kl_estimate"),
        bound=bound(at_least("chain_gain", 0.2), at_most("kl", 1.0)),
        variants=(
            Variant("rlvr-at-once", {"chain_of_thought": False}),
            Variant("rlvr-process-rewards", {"process_reward": 0.5}),
        ),
        model="reasoner",
    ),
    Method(
        id="rlvr-rloo",
        data="prompt",
        loop="engine.loops.verified:VerifiedRLOO",
        hyper=(*VERIFIED, CLIPRANGE),
        metrics=(*VERIFIED_METRICS, *CLIP_METRICS),
        chapter="07",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.rloo_advantages"),
        bound=bound(at_least("chain_gain", 0.2), at_most("kl", 1.0)),
        model="reasoner",
    ),
)
