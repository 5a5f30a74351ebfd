"""Which of the waiting pairs teaches most: judged by the learner's own Bradley-Terry model of plain text features.

The features know nothing of the rule or of any model; what counts is what this learner prefers about them.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal, get_args

from engine.labelling.bradley_terry import Fit, fit
from engine.store.label import Label

Acquisition = Literal["information", "reward_model", "random"]
ACQUISITIONS: tuple[Acquisition, ...] = get_args(Acquisition)
"""By the learner's own Bradley-Terry model, by the least sure verdict of their reward model, or in the order drawn."""

SIZE = 9
VARIANCE = 4.0
"""Of the prior of each weight, in nats of log odds a unit of its feature."""
RECENT = 150
CLOSE = 0.02
"""So many of the latest labels are fitted, so closely: more would change little and could be felt on the key."""
PERFECT, FUTURE, PRESENT = {"has", "have", "had"}, {"will"}, {"am", "is", "are", "was", "were"}


@lru_cache(4096)
def features(prompt: str, answer: str) -> tuple[float, ...]:
    """What can be counted in an answer: words, letters a word, endings, auxiliaries, words taken from the prompt."""
    words, given = answer.split(), set(prompt.split())
    count = max(1, len(words))
    return (
        len(words) / 4,
        sum(map(len, words)) / count / 4,
        sum(word.endswith("ed") for word in words),
        sum(word.endswith("eded") or word.endswith("ened") for word in words),
        sum(word.endswith("s") for word in words),
        sum(word.endswith("ing") for word in words),
        sum(word in PERFECT for word in words),
        sum(word in PRESENT or word in FUTURE for word in words),
        sum(word in given for word in words) / count,
    )


def difference(prompt: str, a: str, b: str) -> tuple[float, ...]:
    """x = f(a) − f(b)."""
    return tuple(one - other for one, other in zip(features(prompt, a), features(prompt, b), strict=True))


class Learner:
    """The learner's preferences as a Bradley-Terry model, fitted again whenever labels came or went."""

    def __init__(self) -> None:
        self._fit: Fit = fit([], SIZE, variance=VARIANCE)
        self._fitted: tuple[int, int] = (0, 0)

    def learn(self, labels: Sequence[Label]) -> bool:
        """Take the labels in; whether there was anything new. Skips and "both bad" prefer nothing. The test share is
        not looked at: it has no say in what is learnt from."""
        state = (len(labels), labels[-1].event if labels else 0)
        if state == self._fitted:
            return False
        rows = [
            (difference(label.prompt, label.left, label.right), PREFERRED[label.choice])
            for label in labels[-RECENT:]
            if label.choice in PREFERRED and label.purpose == "train"
        ]
        self._fit = fit(rows, SIZE, variance=VARIANCE, start=self._fit.weights, close=CLOSE)
        self._fitted = state
        return True

    def information(self, prompt: str, a: str, b: str) -> float:
        """See `Fit.information`, in nats."""
        return self._fit.information(difference(prompt, a, b))


PREFERRED = {"left": 1.0, "right": 0.0, "tie": 0.5}


def doubt(preference: float) -> float:
    """How unsure a verdict is: 1 for an even one, 0 for a certain one."""
    return 1 - abs(2 * preference - 1)


def most_informative(scores: Iterable[float | None]) -> int:
    """The place of the highest score, the first of equals; a pair without a score comes after all others."""
    ranked = [(-1.0 if score is None else score, -place) for place, score in enumerate(scores)]
    return -max(ranked)[1]
