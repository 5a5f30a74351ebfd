"""Methods whose labels come from a model and a constitution."""

from engine.methods.bound import at_least, at_most, bound
from engine.methods.knobs import common, without
from engine.methods.online import CLIP_METRICS, CLIPRANGE, ONLINE_METRICS, online
from engine.methods.row import HyperParameter, Method, Variant

CONSTITUTION = HyperParameter("constitution", "")
"""The path of a constitution file; the shipped one where empty."""

FEEDBACK = (
    Method(
        id="constitutional",
        data="prompt",
        loop="engine.loops.iterate:Constitutional",
        hyper=(
            *common(2e-3, 4, 32),
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
        losses=("sft.sft_loss",),
        bound=bound(at_least("improvement", 0.2), at_least("over_control_raw", 0.15), at_most("kl", 1.0)),
    ),
    Method(
        id="rlaif",
        data="prompt",
        loop="engine.loops.feedback:Feedback",
        hyper=(
            *common(2e-3, 4),
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
            *without("eval_rewards/accuracies"),
        ),
        chapter="05",
        lab="06",
        losses=("preference.soft_dpo_loss",),
        bound=bound(at_least("feedback_win_rate", 0.6), at_most("kl", 1.0)),
        variants=(
            Variant("rlaif-votes", {"votes": 5}),
            Variant("rlaif-hard-labels", {"soft_labels": False}),
            Variant("rlaif-one-order", {"judge_orders": "first"}),
        ),
        judged_by_labels=True,
    ),
    Method(
        id="rl-cai",
        data="prompt",
        loop="engine.loops.reinforce:RLOO",
        hyper=(
            *(row for row in online(4e-3, 60, 0.3, 16, 8) if row.name != "reward"),
            HyperParameter("reward", "constitution", choices=("constitution", "rule")),
            CLIPRANGE,
            HyperParameter("pairs", 240, 8, 20000),
            HyperParameter("clamp", False),
            CONSTITUTION,
        ),
        metrics=(*ONLINE_METRICS, *CLIP_METRICS, "judge/agreement_with_rule", "judge/confidence"),
        chapter="05",
        losses=("reward.soft_reward_loss", "policy_gradient.clipped_surrogate", "policy_gradient.rloo_advantages"),
        bound=bound(at_least("win_rate", 0.55), at_most("kl", 1.0)),
    ),
)
