"""Methods that choose among many answers by a score."""

from engine.methods.bound import at_least, bound
from engine.methods.rounds import ROUND_METRICS, rounds
from engine.methods.row import Method

SELECTION = (
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
