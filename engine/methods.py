"""The registry of methods, one row each: it drives command line, screens, recipes and tests. Imports no torch."""

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class HyperParameter:
    """One knob of a method, under the name that the field gives it. `low` and `high` are inclusive bounds, `choices`
    the words that a text may be."""

    name: str
    default: float | int | str | bool
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> type:
        return type(self.default)


@dataclass(frozen=True)
class Method:
    """`data` is the shape of its training rows: preference, unpaired, prompt-completion, stepwise or prompt. `metrics`
    are those it logs at every step, the first ones first on a screen. `model` is what it starts from unless told. With
    `judged_by_labels` the learner's own labels go into its runs to hold the judge against."""

    id: str
    data: str
    loop: str
    hyper: tuple[HyperParameter, ...]
    metrics: tuple[str, ...]
    chapter: str
    lab: str | None = None
    model: str = "sft"
    judged_by_labels: bool = False

    def parameter(self, name: str) -> HyperParameter | None:
        return next((row for row in self.hyper if row.name == name), None)


def _common(
    learning_rate: float, epochs: int, batch: int = 16, weight_decay: float = 0.0
) -> tuple[HyperParameter, ...]:
    return (
        HyperParameter("learning_rate", learning_rate, 1e-7, 1.0),
        HyperParameter("num_train_epochs", epochs, 1, 1000),
        HyperParameter("per_device_train_batch_size", batch, 1, 512),
        HyperParameter("weight_decay", weight_decay, 0.0, 1.0),
        HyperParameter("max_grad_norm", 1.0, 0.0, 1000.0),
        HyperParameter("lora_r", 8, 1, 64),
        HyperParameter("lora_alpha", 16, 1, 256),
        HyperParameter("sample_steps", 10, 1, 10000),
        HyperParameter("save_steps", 20, 1, 10000),
    )


PREFERENCE_METRICS = (
    "loss",
    "rewards/margins",
    "objective/kl",
    "rewards/accuracies",
    "logps/chosen",
    "logps/rejected",
    "rewards/chosen",
    "rewards/rejected",
    "eval_rewards/accuracies",
    "grad_norm",
    "learning_rate",
)


def _without(*names: str) -> tuple[str, ...]:
    return tuple(name for name in PREFERENCE_METRICS if name not in names)


BETA = HyperParameter("beta", 1.0, 1e-4, 1000.0)
CONSTITUTION = HyperParameter("constitution", "")
"""The path of a constitution file; the shipped one where empty."""


def _online(
    learning_rate: float, rollouts: int, kl_coef: float, prompts: int, generations: int, minibatches: int = 1
) -> tuple[HyperParameter, ...]:
    return (
        *(
            row
            for row in _common(learning_rate, 1)
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
        for row in _online(4e-3, 40, 0.05, 16, 8)
        if row.name != "reward"
    ),
    HyperParameter("chain_of_thought", True),
    *CHECKER,
)
"""The online methods when a checker pays, for answers in steps or given at once."""
VERIFIED_METRICS = ("objective/scores", "correct/answers", "correct/chains", *ONLINE_METRICS[1:])
STEP_METRICS = ("loss", "accuracy", "eval_accuracy", "eval_auc", "grad_norm", "learning_rate")


def _rounds(
    learning_rate: float, epochs: int, rounds: int, prompts: int, generations: int
) -> tuple[HyperParameter, ...]:
    return (
        *_common(learning_rate, epochs),
        HyperParameter("reward", "learned", choices=("learned", "rule")),
        HyperParameter("rounds", rounds, 1, 1000),
        HyperParameter("prompts", prompts, 8, 20000),
        HyperParameter("num_generations", generations, 1, 256),
    )


ROUND_METRICS = ("eval_correct", "objective/kl", "correct/written", "round/rows", "loss")


def _knobs(rows: tuple[HyperParameter, ...], *names: str) -> tuple[HyperParameter, ...]:
    """Those that a run of several arms leaves to the learner; the others are the methods' own."""
    return tuple(row for row in rows if row.name in names)


def _of_arms(arms: tuple[str, ...], *metrics: str) -> tuple[str, ...]:
    return tuple(f"{arm}/{metric}" for metric in metrics for arm in arms)


GENERATIONS = (
    *(replace(row, default=25) if row.name == "sample_steps" else row for row in _common(1e-2, 6)),
    HyperParameter("generations", 10, 1, 1000),
    HyperParameter("samples", 64, 8, 20000),
    HyperParameter("real_share", 0.25, 0.0, 1.0),
    HyperParameter("temperature", 1.0, 0.01, 10.0),
)
GENERATION_METRICS = (
    "distinct_2",
    "survivors",
    "correct/sentences",
    "distinct_1",
    "objective/entropy",
    "objective/kl",
    "loss",
)

METHODS = {
    row.id: row
    for row in (
        Method(
            id="sft",
            data="prompt-completion",
            loop="engine.loops.offline:SupervisedFineTuning",
            hyper=_common(2e-3, 4, 32),
            metrics=("loss", "mean_token_accuracy", "eval_loss", "grad_norm", "learning_rate"),
            chapter="00",
        ),
        Method(
            id="reward-model",
            data="preference",
            loop="engine.loops.offline:RewardModelling",
            hyper=(
                *_common(8e-3, 15, weight_decay=0.1),
                HyperParameter("center_rewards_coefficient", 0.01, 0.0, 10.0),
                HyperParameter("label_smoothing", 0.0, 0.0, 0.499),
                HyperParameter("use_margin", True),
                HyperParameter("members", 1, 1, 16),
            ),
            metrics=(
                "loss",
                "accuracy",
                "margin",
                "eval_accuracy",
                "ensemble/spread",
                "min_reward",
                "mean_reward",
                "max_reward",
                "grad_norm",
                "learning_rate",
            ),
            chapter="02",
            lab="00",
        ),
        Method(
            id="dpo",
            data="preference",
            loop="engine.loops.direct:DirectPreference",
            hyper=(*_common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.0, 0.0, 0.499)),
            metrics=PREFERENCE_METRICS,
            chapter="04",
            lab="01",
        ),
        Method(
            id="cdpo",
            data="preference",
            loop="engine.loops.direct:DirectPreference",
            hyper=(*_common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.1, 0.0, 0.499)),
            metrics=PREFERENCE_METRICS,
            chapter="04",
        ),
        Method(
            id="robust-dpo",
            data="preference",
            loop="engine.loops.direct:RobustPreference",
            hyper=(*_common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.05, 0.0, 0.499)),
            metrics=PREFERENCE_METRICS,
            chapter="04",
        ),
        Method(
            id="ipo",
            data="preference",
            loop="engine.loops.direct:IdentityPreference",
            hyper=(
                *_common(2e-3, 4),
                HyperParameter("tau", 0.1, 1e-4, 1000.0),
                HyperParameter("length_normalized", False),
            ),
            metrics=PREFERENCE_METRICS,
            chapter="04",
        ),
        Method(
            id="rpo",
            data="preference",
            loop="engine.loops.direct:RegularizedPreference",
            hyper=(*_common(2e-3, 4), BETA, HyperParameter("rpo_alpha", 1.0, 0.0, 1000.0)),
            metrics=(*PREFERENCE_METRICS, "nll_loss"),
            chapter="04",
        ),
        Method(
            id="kto",
            data="unpaired",
            loop="engine.loops.direct:KahnemanTversky",
            hyper=(
                *_common(2e-3, 4),
                BETA,
                HyperParameter("desirable_weight", 1.0, 0.0, 100.0),
                HyperParameter("undesirable_weight", 1.0, 0.0, 100.0),
            ),
            metrics=(
                *_without("rewards/accuracies", "logps/chosen", "logps/rejected", "eval_rewards/accuracies"),
                "kl",
            ),
            chapter="04",
        ),
        Method(
            id="orpo",
            data="preference",
            loop="engine.loops.direct:OddsRatio",
            hyper=(*_common(2e-3, 4), HyperParameter("lam", 1.0, 0.0, 1000.0)),
            metrics=(*_without("logps/chosen", "logps/rejected"), "nll_loss", "log_odds_ratio", "log_odds_chosen"),
            chapter="04",
        ),
        Method(
            id="simpo",
            data="preference",
            loop="engine.loops.direct:SimplePreference",
            hyper=(
                *_common(2e-3, 4),
                HyperParameter("beta", 2.0, 1e-4, 1000.0),
                HyperParameter("gamma", 1.0, 0.0, 1000.0),
            ),
            metrics=_without("logps/chosen", "logps/rejected"),
            chapter="04",
        ),
        Method(
            id="constitutional",
            data="prompt",
            loop="engine.loops.iterate:Constitutional",
            hyper=(
                *_common(2e-3, 4, 32),
                HyperParameter("prompts", 480, 32, 20000),
                HyperParameter("replay", 160, 0, 20000),
                HyperParameter("controls", True),
                CONSTITUTION,
            ),
            metrics=(
                "loss",
                "critique/precision",
                "critique/recall",
                "correct/before",
                "correct/revised",
                "correct/revised_all",
                "grad_norm",
                "learning_rate",
            ),
            chapter="05",
            lab="02",
        ),
        Method(
            id="rlaif",
            data="prompt",
            loop="engine.loops.feedback:Feedback",
            hyper=(
                *_common(2e-3, 4),
                HyperParameter("beta", 0.25, 1e-4, 1000.0),
                HyperParameter("pairs", 240, 8, 20000),
                HyperParameter("judge_orders", "both", choices=("both", "first")),
                HyperParameter("votes", 0, 0, 1001),
                HyperParameter("soft_labels", True),
            ),
            metrics=(
                "judge/first_place_rate",
                "judge/consistent",
                "judge/agreement_with_rule",
                "judge/confidence",
                *_without("eval_rewards/accuracies"),
            ),
            chapter="05",
            lab="06",
            judged_by_labels=True,
        ),
        Method(
            id="rl-cai",
            data="prompt",
            loop="engine.loops.reinforce:RLOO",
            hyper=(
                *(row for row in _online(4e-3, 60, 0.3, 16, 8) if row.name != "reward"),
                HyperParameter("reward", "constitution", choices=("constitution", "rule")),
                CLIPRANGE,
                HyperParameter("pairs", 240, 8, 20000),
                HyperParameter("clamp", False),
                CONSTITUTION,
            ),
            metrics=(*ONLINE_METRICS, *CLIP_METRICS, "judge/agreement_with_rule", "judge/confidence"),
            chapter="05",
        ),
        Method(
            id="reinforce",
            data="preference",
            loop="engine.loops.reinforce:Reinforce",
            hyper=(*_online(4e-3, 60, 0.3, 32, 4), HyperParameter("use_baseline", True)),
            metrics=ONLINE_METRICS,
            chapter="01",
        ),
        Method(
            id="rloo",
            data="preference",
            loop="engine.loops.reinforce:RLOO",
            hyper=(*_online(4e-3, 60, 0.3, 16, 8), CLIPRANGE),
            metrics=(*ONLINE_METRICS, *CLIP_METRICS),
            chapter="03",
        ),
        Method(
            id="grpo",
            data="preference",
            loop="engine.loops.reinforce:GRPO",
            hyper=(
                *_online(4e-3, 60, 0.3, 16, 8),
                *GRPO,
            ),
            metrics=(*ONLINE_METRICS, "kl", *CLIP_METRICS),
            chapter="03",
        ),
        Method(
            id="ppo",
            data="preference",
            loop="engine.loops.reinforce:PPO",
            hyper=(
                *_online(4e-3, 40, 0.3, 64, 2, minibatches=2),
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
        ),
        Method(
            id="orm",
            data="stepwise",
            loop="engine.loops.process:OutcomeReward",
            hyper=_common(4e-3, 6, 32),
            metrics=STEP_METRICS,
            chapter="07",
            model="reasoner",
        ),
        Method(
            id="prm",
            data="stepwise",
            loop="engine.loops.process:ProcessReward",
            hyper=_common(4e-3, 6, 32),
            metrics=(*STEP_METRICS[:4], *(f"eval_accuracy/step_{step}" for step in (1, 2, 3, 4)), *STEP_METRICS[4:]),
            chapter="07",
            model="reasoner",
        ),
        Method(
            id="rlvr",
            data="prompt",
            loop="engine.loops.verified:VerifiedGRPO",
            hyper=(*VERIFIED, *GRPO),
            metrics=(*VERIFIED_METRICS, "kl", *CLIP_METRICS),
            chapter="07",
            model="reasoner",
        ),
        Method(
            id="rlvr-rloo",
            data="prompt",
            loop="engine.loops.verified:VerifiedRLOO",
            hyper=(*VERIFIED, CLIPRANGE),
            metrics=(*VERIFIED_METRICS, *CLIP_METRICS),
            chapter="07",
            model="reasoner",
        ),
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
            id="iterative-dpo",
            data="preference",
            loop="engine.loops.rounds:IterativeDPO",
            hyper=(*_rounds(2e-3, 2, 3, 160, 6), BETA),
            metrics=(*ROUND_METRICS, *_without("loss", "objective/kl", "eval_rewards/accuracies")),
            chapter="04",
        ),
        Method(
            id="spin",
            data="preference",
            loop="engine.loops.rounds:SPIN",
            hyper=(*_rounds(1e-3, 2, 4, 160, 1), BETA),
            metrics=(*ROUND_METRICS, *_without("loss", "objective/kl", "eval_rewards/accuracies")),
            chapter="04",
        ),
        Method(
            id="rejection-sampling",
            data="preference",
            loop="engine.loops.rounds:RejectionSampling",
            hyper=_rounds(4e-3, 2, 2, 320, 4),
            metrics=(*ROUND_METRICS, "grad_norm", "learning_rate"),
            chapter="06",
        ),
        Method(
            id="u-curve",
            data="preference",
            loop="engine.loops.contests:UCurve",
            hyper=_knobs(
                _online(4e-3, 60, 0.3, 64, 2),
                *("learning_rate", "sample_steps", "save_steps", "reward"),
                *("rollouts", "prompts_per_rollout", "kl_coef"),
            ),
            metrics=_of_arms(("free", "held"), "objective/scores", "gold/score", "objective/kl"),
            chapter="03",
            lab="03",
        ),
        Method(
            id="zoo",
            data="preference",
            loop="engine.loops.contests:Zoo",
            hyper=_knobs(_common(2e-3, 4), "learning_rate", "num_train_epochs", "sample_steps", "save_steps"),
            metrics=(
                *_of_arms(("dpo", "cdpo", "ipo", "rpo", "kto", "orpo", "simpo"), "eval_correct", "objective/kl"),
                *_of_arms(("dpo", "cdpo", "ipo", "rpo", "orpo", "simpo"), "eval_rewards/accuracies"),
                *_of_arms(("dpo", "cdpo", "ipo", "rpo"), "logps/chosen"),
            ),
            chapter="04",
            lab="04",
        ),
        Method(
            id="round-after-round",
            data="preference",
            loop="engine.loops.contests:RoundAfterRound",
            hyper=_knobs(
                (*_rounds(2e-3, 2, 4, 160, 6), BETA),
                *("num_train_epochs", "sample_steps", "save_steps", "reward", "rounds", "prompts", "beta"),
            ),
            metrics=_of_arms(("iterative", "spin"), "eval_correct", "round/rows", "objective/kl", "correct/written"),
            chapter="04",
            lab="08",
        ),
        Method(
            id="self-training",
            data="prompt",
            loop="engine.loops.collapse:SelfTraining",
            hyper=(*GENERATIONS, HyperParameter("filter", False)),
            metrics=(*GENERATION_METRICS, "correct/written", "grad_norm", "learning_rate"),
            chapter="08",
        ),
        Method(
            id="collapse",
            data="prompt",
            loop="engine.loops.collapse:Collapse",
            hyper=_knobs(
                GENERATIONS,
                *("learning_rate", "num_train_epochs", "sample_steps", "save_steps"),
                *("generations", "samples", "real_share", "temperature"),
            ),
            metrics=_of_arms(("own", "mixed", "filtered"), *GENERATION_METRICS),
            chapter="08",
            lab="09",
        ),
        Method(
            id="stages",
            data="prompt",
            loop="engine.loops.stages:Stages",
            hyper=(
                *_common(2e-3, 4),
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
                *_without("loss", "objective/kl", "eval_rewards/accuracies"),
            ),
            chapter="10",
            lab="10",
        ),
    )
}
