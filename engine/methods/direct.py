"""Supervised fine-tuning, and the losses that learn from preferences directly, without a reward model."""

from engine.methods.knobs import BETA, PREFERENCE_METRICS, common, without
from engine.methods.row import HyperParameter, Method

DIRECT = (
    Method(
        id="sft",
        data="prompt-completion",
        loop="engine.loops.offline:SupervisedFineTuning",
        hyper=common(2e-3, 4, 32),
        metrics=("loss", "mean_token_accuracy", "eval_loss", "grad_norm", "learning_rate"),
        chapter="00",
    ),
    Method(
        id="dpo",
        data="preference",
        loop="engine.loops.direct:DirectPreference",
        hyper=(*common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.0, 0.0, 0.499)),
        metrics=PREFERENCE_METRICS,
        chapter="04",
        lab="01",
    ),
    Method(
        id="cdpo",
        data="preference",
        loop="engine.loops.direct:DirectPreference",
        hyper=(*common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.1, 0.0, 0.499)),
        metrics=PREFERENCE_METRICS,
        chapter="04",
    ),
    Method(
        id="robust-dpo",
        data="preference",
        loop="engine.loops.direct:RobustPreference",
        hyper=(*common(2e-3, 4), BETA, HyperParameter("label_smoothing", 0.05, 0.0, 0.499)),
        metrics=PREFERENCE_METRICS,
        chapter="04",
    ),
    Method(
        id="ipo",
        data="preference",
        loop="engine.loops.direct:IdentityPreference",
        hyper=(
            *common(2e-3, 4),
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
        hyper=(*common(2e-3, 4), BETA, HyperParameter("rpo_alpha", 1.0, 0.0, 1000.0)),
        metrics=(*PREFERENCE_METRICS, "nll_loss"),
        chapter="04",
    ),
    Method(
        id="kto",
        data="unpaired",
        loop="engine.loops.direct:KahnemanTversky",
        hyper=(
            *common(2e-3, 4),
            BETA,
            HyperParameter("desirable_weight", 1.0, 0.0, 100.0),
            HyperParameter("undesirable_weight", 1.0, 0.0, 100.0),
        ),
        metrics=(
            *without("rewards/accuracies", "logps/chosen", "logps/rejected", "eval_rewards/accuracies"),
            "kl",
        ),
        chapter="04",
    ),
    Method(
        id="orpo",
        data="preference",
        loop="engine.loops.direct:OddsRatio",
        hyper=(*common(2e-3, 4), HyperParameter("lam", 1.0, 0.0, 1000.0)),
        metrics=(*without("logps/chosen", "logps/rejected"), "nll_loss", "log_odds_ratio", "log_odds_chosen"),
        chapter="04",
    ),
    Method(
        id="simpo",
        data="preference",
        loop="engine.loops.direct:SimplePreference",
        hyper=(
            *common(2e-3, 4),
            HyperParameter("beta", 2.0, 1e-4, 1000.0),
            HyperParameter("gamma", 1.0, 0.0, 1000.0),
        ),
        metrics=without("logps/chosen", "logps/rejected"),
        chapter="04",
    ),
)
