"""Methods that choose among many answers by a score."""

from engine.methods.bound import at_least, bound
from engine.methods.rounds import ROUND_METRICS, rounds
from engine.methods.row import HyperParameter, Method

DRAWING = (
    HyperParameter("prompts", 50, 8, 2000),
    HyperParameter("draws", 256, 2, 1000),
)
"""How much is drawn for best-of-N: answers to each of so many held-out prompts."""
BEST_OF_N = (
    *DRAWING,
    HyperParameter("temperature", 1.0, 0.01, 10.0),
    HyperParameter("max_new_tokens", 20, 1, 256),
    HyperParameter("missing_eos_penalty", 1.0, 0.0, 1000.0),
    HyperParameter("sample_steps", 1, 1, 10000),
    HyperParameter("save_steps", 5, 1, 10000),
)
CHOICE_METRICS = ("plane/scores", "plane/gold", "plane/kl", "plane/kl_bound", "plane/n", "plane/different")
JUDGE_METRICS = ("judge/accuracy", "judge/eval_accuracy")

SELECTION = (
    Method(
        id="best-of-n",
        data="preference",
        loop="engine.loops.selection:BestOfN",
        hyper=(HyperParameter("reward", "learned", choices=("learned", "rule")), *BEST_OF_N),
        metrics=(*CHOICE_METRICS, *JUDGE_METRICS),
        chapter="06",
        losses=("reward.reward_loss",),
        bound=bound(at_least("choice_gain", 0.05), at_least("gold_peak - gold_largest", 0.1)),
    ),
    Method(
        id="on-trial",
        data="preference",
        loop="engine.loops.on_trial:OnTrial",
        hyper=BEST_OF_N,
        metrics=(*CHOICE_METRICS, *JUDGE_METRICS),
        chapter="06",
        lab="12",
        losses=("reward.reward_loss",),
        bound=bound(at_least("choice_gain", 0.05), at_least("accuracy_500", 0.75)),
        tries_labels=True,
        least_labels=20,
    ),
    Method(
        id="rejection-sampling",
        data="preference",
        loop="engine.loops.rounds:RejectionSampling",
        hyper=rounds(4e-3, 2, 2, 320, 4),
        metrics=(*ROUND_METRICS, "grad_norm", "learning_rate"),
        chapter="06",
        losses=("sft.sft_loss",),
        bound=bound(at_least("last(eval_correct) - correct_before", 0.1), at_least("win_rate", 0.53)),
    ),
)
