"""Methods that write their own data and learn from it, round after round."""

from dataclasses import replace

from engine.methods.bound import Bound, Trial, at_least, at_most, bound
from engine.methods.knobs import BETA, common, without
from engine.methods.row import HyperParameter, Method, Variant


def rounds(
    learning_rate: float, epochs: int, rounds: int, prompts: int, generations: int
) -> tuple[HyperParameter, ...]:
    return (
        *common(learning_rate, epochs),
        HyperParameter("reward", "learned", choices=("learned", "rule")),
        HyperParameter("rounds", rounds, 1, 1000),
        HyperParameter("prompts", prompts, 8, 20000),
        HyperParameter("num_generations", generations, 1, 256),
    )


ROUND_METRICS = ("eval_correct", "objective/kl", "correct/written", "round/rows", "loss")

GENERATIONS = (
    *(replace(row, default=25) if row.name == "sample_steps" else row for row in common(1e-2, 6)),
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

ROUNDS = (
    Method(
        id="iterative-dpo",
        data="preference",
        loop="engine.loops.rounds:IterativeDPO",
        hyper=(*rounds(2e-3, 2, 3, 160, 6), BETA),
        metrics=(*ROUND_METRICS, *without("loss", "objective/kl", "eval_rewards/accuracies")),
        chapter="04",
        losses=("preference.dpo_loss",),
        bound=bound(
            at_least("last(eval_correct) - correct_before", 0.15), at_least("win_rate", 0.57), at_most("kl", 1.0)
        ),
    ),
    Method(
        id="spin",
        data="preference",
        loop="engine.loops.rounds:SPIN",
        hyper=(*rounds(1e-3, 2, 4, 160, 1), BETA),
        metrics=(*ROUND_METRICS, *without("loss", "objective/kl", "eval_rewards/accuracies")),
        chapter="04",
        losses=("preference.dpo_loss",),
        bound=bound(
            at_least("first(eval_correct) - correct_before", 0.05),
            at_least("last(eval_correct) - correct_before", 0.2),
            at_most("last(round/rows) / first(round/rows)", 0.5),
            num_train_epochs=4,
        ),
    ),
    Method(
        id="self-training",
        data="prompt",
        loop="engine.loops.collapse:SelfTraining",
        hyper=(*GENERATIONS, HyperParameter("filter", False)),
        metrics=(*GENERATION_METRICS, "correct/written", "grad_norm", "learning_rate"),
        chapter="08",
        losses=("sft.sft_loss",),
        bound=Bound(
            (
                Trial((at_most("last(distinct_2) / first(distinct_2)", 0.7),), {"real_share": 0.0}),
                Trial((at_least("last(distinct_2) / first(distinct_2)", 0.8),), {"real_share": 0.5}),
            )
        ),
        variants=(Variant("filtered-synthetic-data", {"filter": True}),),
    ),
)
