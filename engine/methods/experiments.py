"""Runs of several arms, which compare methods on the same data; most belong to a lab."""

from engine.methods.bound import at_least, at_most, bound
from engine.methods.knobs import BETA, common, knobs, of_arms, without
from engine.methods.online import VERIFIED, online
from engine.methods.rounds import GENERATION_METRICS, GENERATIONS, rounds
from engine.methods.row import HyperParameter, Method
from engine.methods.selection import DRAWING, JUDGE_METRICS

EXPERIMENTS = (
    Method(
        id="reasoning",
        data="stepwise",
        loop="engine.loops.reasoning:Reasoning",
        hyper=tuple(
            row
            for row in VERIFIED
            if row.name
            in (
                *("learning_rate", "sample_steps", "save_steps", "rollouts", "prompts_per_rollout"),
                *("num_generations", "kl_coef", "strict", "process_reward"),
            )
        ),
        metrics=(
            *(
                f"{arm}/{metric}"
                for metric in ("correct/answers", "correct/chains", "objective/scores", "eval_objective/kl")
                for arm in ("grpo", "rloo")
            ),
            *(f"{model}/{metric}" for metric in ("eval_auc", "eval_accuracy") for model in ("orm", "prm")),
        ),
        chapter="07",
        lab="07",
        losses=(
            "policy_gradient.clipped_surrogate",
            "policy_gradient.grpo_advantages",
            "policy_gradient.kl_estimate",
            "policy_gradient.rloo_advantages",
            "process.outcome_loss",
            "process.process_loss",
        ),
        bound=bound(at_least("chain_gain", 0.2), at_least("auc_sound_prm_product", 0.8)),
        model="reasoner",
    ),
    Method(
        id="u-curve",
        data="preference",
        loop="engine.loops.contests:UCurve",
        hyper=knobs(
            online(4e-3, 60, 0.3, 64, 2),
            *("learning_rate", "sample_steps", "save_steps", "reward"),
            *("rollouts", "prompts_per_rollout", "kl_coef"),
        ),
        metrics=of_arms(("free", "held"), "objective/scores", "gold/score", "objective/kl"),
        chapter="03",
        lab="03",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.value_loss", "policy_gradient.gae"),
        bound=bound(
            at_least("penalty_worth", 0.1),
            at_least("peak_free - gold_free", 0.15),
            at_most("peak_held - gold_held", 0.1),
            rollouts=50,
        ),
    ),
    Method(
        id="against",
        data="preference",
        loop="engine.loops.against:Against",
        hyper=(
            *knobs(
                online(4e-3, 40, 0.0, 64, 2),
                *("learning_rate", "save_steps", "reward", "rollouts", "prompts_per_rollout", "kl_coef"),
            ),
            HyperParameter("sample_steps", 8, 1, 10000),
            *DRAWING,
        ),
        metrics=(
            *of_arms(("best", "ppo"), "plane/scores", "plane/gold", "plane/kl"),
            *("best/plane/kl_bound", "best/plane/n"),
            *of_arms(("ppo",), "objective/scores", "gold/score", "objective/kl"),
            *JUDGE_METRICS,
        ),
        chapter="06",
        lab="05",
        losses=("policy_gradient.clipped_surrogate", "policy_gradient.value_loss", "policy_gradient.gae"),
        bound=bound(at_least("nats_saved", 0.05), at_least("kl_bound_best - kl_best", 0.5)),
    ),
    Method(
        id="zoo",
        data="preference",
        loop="engine.loops.contests:Zoo",
        hyper=knobs(common(2e-3, 4), "learning_rate", "num_train_epochs", "sample_steps", "save_steps"),
        metrics=(
            *of_arms(("dpo", "cdpo", "ipo", "rpo", "kto", "orpo", "simpo"), "eval_correct", "objective/kl"),
            *of_arms(("dpo", "cdpo", "ipo", "rpo", "orpo", "simpo"), "eval_rewards/accuracies"),
            *of_arms(("dpo", "cdpo", "ipo", "rpo"), "logps/chosen"),
        ),
        chapter="04",
        lab="04",
        losses=(
            "preference.dpo_loss",
            "preference.ipo_loss",
            "preference.rpo_loss",
            "preference.kto_loss",
            "reference_free.orpo_loss",
            "reference_free.simpo_loss",
        ),
        bound=bound(at_least("every_win_rate", 0.55)),
    ),
    Method(
        id="round-after-round",
        data="preference",
        loop="engine.loops.contests:RoundAfterRound",
        hyper=knobs(
            (*rounds(2e-3, 2, 4, 160, 6), BETA),
            *("num_train_epochs", "sample_steps", "save_steps", "reward", "rounds", "prompts", "beta"),
        ),
        metrics=of_arms(("iterative", "spin"), "eval_correct", "round/rows", "objective/kl", "correct/written"),
        chapter="04",
        lab="08",
        losses=("preference.dpo_loss",),
        bound=bound(at_least("every_gain", 0.2), at_most("rows_last_spin - rows_first_spin", -20.0)),
    ),
    Method(
        id="collapse",
        data="prompt",
        loop="engine.loops.collapse:Collapse",
        hyper=knobs(
            GENERATIONS,
            *("learning_rate", "num_train_epochs", "sample_steps", "save_steps"),
            *("generations", "samples", "real_share", "temperature"),
        ),
        metrics=of_arms(("own", "mixed", "filtered"), *GENERATION_METRICS),
        chapter="08",
        lab="09",
        losses=("sft.sft_loss",),
        bound=bound(at_least("fall_own", 0.3), at_most("fall_mixed", 0.2), at_least("variety_kept", 0.05)),
    ),
    Method(
        id="sabotage",
        data="prompt",
        loop="engine.loops.cases:Sabotage",
        hyper=(
            *knobs(common(4e-3, 8), "learning_rate", "num_train_epochs", "save_steps"),
            HyperParameter("sample_steps", 8, 1, 10000),
            BETA,
        ),
        metrics=of_arms(
            ("healthy", *"ABCDEF"),
            *("eval_correct", "objective/kl", "rewards/margins", "completions/mean_length", "loss"),
            *("eval_rewards/accuracies", "fresh_rewards/accuracies", "rewards/accuracies"),
            *("logps/chosen", "logps/rejected", "completions/clipped_ratio"),
        ),
        chapter="09",
        lab="11",
        losses=("preference.rpo_loss",),
        bound=bound(at_least("signatures", 6)),
    ),
    Method(
        id="stages",
        data="prompt",
        loop="engine.loops.stages:Stages",
        hyper=(
            *common(2e-3, 4),
            BETA,
            HyperParameter("pairs_per_stage", 200, 8, 20000),
            HyperParameter("reference", "below", choices=("below", "base")),
        ),
        metrics=(
            "right/grammar",
            "right/manners",
            "loss",
            "loss_at_start",
            "objective/kl",
            *without("loss", "objective/kl", "eval_rewards/accuracies"),
        ),
        chapter="10",
        lab="10",
        losses=("preference.dpo_loss",),
        bound=bound(at_least("stack_win_rate", 0.55), at_most("merged_gap", 0.001), at_most("off_gap", 0.001)),
    ),
)
