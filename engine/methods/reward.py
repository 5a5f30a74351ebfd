"""Models that say how good an answer, or a step of one, is."""

from engine.methods.bound import at_least, bound
from engine.methods.knobs import common
from engine.methods.row import HyperParameter, Method, Variant

STEP_METRICS = ("loss", "accuracy", "eval_accuracy", "eval_auc", "grad_norm", "learning_rate")

REWARD = (
    Method(
        id="reward-model",
        data="preference",
        loop="engine.loops.offline:RewardModelling",
        hyper=(
            *common(8e-3, 15, weight_decay=0.1),
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
        losses=("reward.reward_loss",),
        bound=bound(at_least("accuracy_500", 0.8), at_least("accuracy_held_out_verbs", 0.75)),
        variants=(
            Variant("reward-ensemble", {"members": 5}),
            Variant("reward-margin", {"use_margin": True}),
            Variant("reward-centring", {"center_rewards_coefficient": 0.01}),
            Variant("reward-label-smoothing", {"label_smoothing": 0.1}),
        ),
    ),
    Method(
        id="orm",
        data="stepwise",
        loop="engine.loops.process:OutcomeReward",
        hyper=common(4e-3, 6, 32),
        metrics=STEP_METRICS,
        chapter="07",
        losses=("process.outcome_loss",),
        bound=bound(at_least("auc_orm", 0.7)),
        model="reasoner",
    ),
    Method(
        id="prm",
        data="stepwise",
        loop="engine.loops.process:ProcessReward",
        hyper=common(4e-3, 6, 32),
        metrics=(*STEP_METRICS[:4], *(f"eval_accuracy/step_{step}" for step in (1, 2, 3, 4)), *STEP_METRICS[4:]),
        chapter="07",
        losses=("process.process_loss",),
        bound=bound(at_least("auc_sound_prm_product", 0.85), at_least("best_of_eight", 0.15)),
        model="reasoner",
    ),
)
