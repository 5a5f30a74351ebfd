"""The learner as an instrument: how often their labels agree with the rule, and with the side of the screen.

Only labels given on a screen count; imported ones say nothing about this rater.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.store.label import Label
from engine.theory import wilson
from engine.world.rule import Grade, grade

ENOUGH = 20
"""Below this many cases a share is not claimed: at 20, a 95 % interval is still about 0.4 wide."""

BATCH = 10
"""The rule speaks after every ten labels, not after each, so that it does not steer the next one."""


@dataclass(frozen=True)
class Share:
    """`hits` of `of` cases, with the 95 % Wilson interval; None where there are too few to say."""

    hits: int
    of: int
    low: float | None = None
    high: float | None = None

    @classmethod
    def measured(cls, hits: int, of: int) -> "Share":
        return cls(hits, of, *wilson(hits, of)) if of >= ENOUGH else cls(hits, of)

    @property
    def value(self) -> float | None:
        """The share itself; None where there are too few cases to say."""
        return None if self.low is None else self.hits / self.of


@dataclass(frozen=True)
class Comparison:
    """A label beside the grades that the rule gives the two answers."""

    label: Label
    chosen: Grade
    rejected: Grade


@dataclass(frozen=True)
class Habits:
    """`given` labels by choice; `judged` of them have been held against the rule (whole batches only).

    `agreement`: the better answer by the rule was chosen, among preferences where the rule sees a difference.
    `first_side`: the left (or upper) answer was chosen, among all preferences.
    """

    given: int
    choices: dict[str, int]
    judged: int
    agreement: Share
    first_side: Share
    disagreements: tuple[Comparison, ...]


def given_here(labels: Sequence[Label]) -> list[Label]:
    """The labels that were given on a screen of this program."""
    return [label for label in labels if label.shown_at]


def pairs_given_here(labels: Sequence[Label]) -> list[Label]:
    """Those given one pair at a time: in a ranking, no side of a screen and no time belongs to a single pair."""
    return [label for label in given_here(labels) if not label.ranking]


def habits(labels: Sequence[Label]) -> Habits:
    """What the labels say about the rater. Prompts that the rule does not know are not held against it."""
    given = pairs_given_here(labels)
    judged = given[: len(given) - len(given) % BATCH]
    compared = [case for case in map(_against_rule, judged) if case is not None]
    apart = [case for case in compared if case.chosen.score < case.rejected.score]
    preferences = [label for label in given if label.decisive]
    return Habits(
        given=len(given),
        choices=dict(Counter(label.choice for label in given)),
        judged=len(judged),
        agreement=Share.measured(len(compared) - len(apart), len(compared)),
        first_side=Share.measured(sum(label.choice == "left" for label in preferences), len(preferences)),
        disagreements=tuple(apart),
    )


def by_the_rule(label: Label) -> str | None:
    """The answer that the rule grades higher, "a" or "b"; None where it sees no difference or knows no such prompt."""
    try:
        a, b = (grade(label.prompt, answer).score for answer in label.answers)
    except Problem:
        return None
    return None if a == b else "a" if a > b else "b"


def _against_rule(label: Label) -> Comparison | None:
    """Both grades; None where nothing was preferred, the rule sees no difference, or does not know the prompt. A pair
    that comes again would count twice."""
    if not label.decisive or label.purpose == "repeat":
        return None
    try:
        case = Comparison(label, grade(label.prompt, label.chosen), grade(label.prompt, label.rejected))
    except Problem:
        return None
    return case if case.chosen.score != case.rejected.score else None
