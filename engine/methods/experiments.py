"""Runs of several arms, which compare methods on the same data; most belong to a lab."""

from engine.methods.knobs import BETA, common, knobs, of_arms, without
from engine.methods.online import VERIFIED, online
from engine.methods.rounds import GENERATION_METRICS, GENERATIONS, rounds
from engine.methods.row import HyperParameter, Method

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
    ),
)
