"""The rater as an instrument: what their labels say about them, each figure with an interval or with "too few to say".

Only labels given on a screen count, and not the pairs of rankings, whose sides were chosen by nobody.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.errors import Problem
from engine.evaluate.kappa import kappa_estimate
from engine.labelling.bradley_terry import fit
from engine.store.label import Label
from engine.store.rater import BATCH, ENOUGH, by_the_rule, pairs_given_here
from engine.theory import noise_ceiling, wilson
from engine.theory.measures import Z_95
from engine.world.rule import grade

ENOUGH_FOR_HABITS = 100
"""A habit is claimed only from here on: at 100, one of 65 % is found three times in four."""
VARIANCE = 9.0
"""Of the prior of each weight in the fit for length, wide enough to leave what the labels say."""


@dataclass(frozen=True)
class Reading:
    """One instrument. `count` cases were seen; under `needed` no figure is given (`value` None), and under `claimed`
    none is interpreted. `neutral` is what no habit, or chance alone, would give. `undefined`: there are cases enough,
    but they are all alike, so that there is nothing to compare."""

    id: str
    count: int
    needed: int = ENOUGH
    claimed: int = ENOUGH
    value: float | None = None
    low: float | None = None
    high: float | None = None
    neutral: float | None = None
    hits: int | None = None
    undefined: bool = False

    @property
    def verdict(self) -> str:
        """How the interval lies to `neutral`: "above", "below", "unclear"; "few" and "undefined" come first."""
        if self.undefined:
            return "undefined"
        if self.low is None or self.high is None:
            return "few"
        if self.neutral is None:
            return "plain"
        if self.count < self.claimed:
            return "early"
        return "above" if self.low > self.neutral else "below" if self.high < self.neutral else "unclear"


def share(id: str, hits: int, count: int, *, neutral: float | None = None, claimed: int = ENOUGH) -> Reading:
    """`hits` of `count`, with the Wilson interval."""
    if count < ENOUGH:
        return Reading(id, count, claimed=claimed, neutral=neutral, hits=hits)
    low, high = wilson(hits, count)
    return Reading(id, count, ENOUGH, claimed, hits / count, low, high, neutral, hits)


def instruments(labels: Sequence[Label], judge: Mapping[str, float]) -> tuple[Reading, ...]:
    """All readings of these labels, oldest first; `judge` has P(a is better) by the AI judge of the pairs it has read.

    Where the rule speaks, it speaks of whole batches of ten, so that it does not steer the next label.
    """
    given = pairs_given_here(labels)
    first = [label for label in given if label.purpose != "repeat"]
    judged = [label for label in given[: len(given) - len(given) % BATCH] if label.purpose != "repeat"]
    return (
        first_side(given),
        length(judged),
        *self_agreement(given),
        kappa_with_rule(judged),
        kappa_with_judge(first, judge),
        drift(judged),
    )


def first_side(labels: Sequence[Label]) -> Reading:
    """How often the left or upper answer was chosen. Sides are drawn, so that no preference moves this."""
    preferences = [label for label in labels if label.decisive]
    chosen = sum(label.choice == "left" for label in preferences)
    return share("first_side", chosen, len(preferences), neutral=0.5, claimed=ENOUGH_FOR_HABITS)


def length(labels: Sequence[Label]) -> Reading:
    """What one word more does to the odds of being chosen, at equal grade by the rule.

    The odds ratio exp(γ) of log-odds(left) = α + δ Δgrade + γ Δwords: Bradley-Terry with covariates, as arenas control
    for style (Dubois et al. 2024, arXiv:2404.04475). Preferences on pairs of different lengths are needed.
    """
    rows = []
    for label in labels:
        grades = _grades(label)
        if label.decisive and grades is not None:
            words = len(label.left.split()) - len(label.right.split())
            rows.append(((1.0, grades[0] - grades[1], float(words)), float(label.choice == "left")))
    count = sum(features[2] != 0 for features, _ in rows)
    if count < ENOUGH:
        return Reading("length", count, claimed=ENOUGH_FOR_HABITS, neutral=1.0)
    found = fit(rows, 3, variance=VARIANCE)
    weight, error = found.weights[2], math.sqrt(found.covariance[2][2])
    value, low, high = (math.exp(weight + turns * Z_95 * error) for turns in (0, -1, 1))
    return Reading("length", count, ENOUGH, ENOUGH_FOR_HABITS, value, low, high, 1.0)


def repeats(labels: Sequence[Label]) -> list[tuple[Label, Label]]:
    """(first, again): each pair that was asked twice and decided or called a tie both times."""
    by_event = {label.event: label for label in labels}
    return [
        (by_event[label.repeats], label)
        for label in labels
        if label.purpose == "repeat" and label.repeats in by_event and label.choice in ("left", "right", "tie")
    ]


def self_agreement(labels: Sequence[Label]) -> tuple[Reading, Reading, Reading]:
    """How often a pair gets the same label twice: in all, with the sides as before, and with the sides exchanged.

    A habit of side shows as less agreement where the sides are exchanged; plain noise is the same on both.
    """
    twice = repeats(labels)
    same = [pair for pair in twice if pair[0].swapped == pair[1].swapped]
    turned = [pair for pair in twice if pair[0].swapped != pair[1].swapped]
    return (
        share("self_agreement", _alike(twice), len(twice)),
        share("self_agreement_same", _alike(same), len(same)),
        share("self_agreement_swapped", _alike(turned), len(turned)),
    )


def _alike(twice: Sequence[tuple[Label, Label]]) -> int:
    return sum(first.verdict == again.verdict for first, again in twice)


def kappa_with_rule(labels: Sequence[Label]) -> Reading:
    """κ of the preferences with the rule's, on pairs where it sees a difference.

    The verdicts are about sides, as they were shown: the order in which pairs come may give the better one away.
    """
    verdicts = []
    for label in labels:
        preferred = by_the_rule(label)
        if label.decisive and preferred is not None:
            verdicts.append((label.choice == "left", (preferred == "a") != label.swapped))
    return _kappa("kappa_rule", verdicts)


def kappa_with_judge(labels: Sequence[Label], judge: Mapping[str, float]) -> Reading:
    """κ of the preferences with the AI judge's, on the pairs it has read."""
    decided = [label for label in labels if label.decisive and label.pair_id in judge]
    verdicts = [(label.choice == "left", (judge[label.pair_id] > 0.5) != label.swapped) for label in decided]
    return _kappa("kappa_judge", verdicts)


def _kappa(id: str, verdicts: list[tuple[bool, bool]]) -> Reading:
    if len(verdicts) < ENOUGH:
        return Reading(id, len(verdicts), neutral=0.0)
    found = None
    if all(len(set(rater)) == 2 for rater in zip(*verdicts, strict=True)):  # κ of one who always says the same is 0
        found = kappa_estimate(verdicts)
    if found is None:
        return Reading(id, len(verdicts), neutral=0.0, undefined=True)
    return Reading(id, len(verdicts), ENOUGH, ENOUGH, found.value, found.low, found.high, 0.0)


def drift(labels: Sequence[Label]) -> Reading:
    """Agreement with the rule in the later half of the labels less that in the earlier one.

    With the interval of Newcombe 1998 (Statistics in Medicine 17, 873-890, method 10), from the halves' own intervals.
    """
    hits = []
    for label in labels:
        preferred = by_the_rule(label)
        if label.decisive and preferred is not None:
            hits.append(label.verdict == preferred)
    half = len(hits) // 2
    if half < ENOUGH:
        return Reading("drift", len(hits), 2 * ENOUGH, 2 * ENOUGH, neutral=0.0)
    early, late = sum(hits[:half]), sum(hits[-half:])
    before, after = early / half, late / half
    (low_before, high_before), (low_after, high_after) = wilson(early, half), wilson(late, half)
    value = after - before
    low = value - math.hypot(after - low_after, high_before - before)
    high = value + math.hypot(high_after - after, before - low_before)
    return Reading("drift", len(hits), 2 * ENOUGH, 2 * ENOUGH, value, low, high, 0.0)


def reward_model(labels: Sequence[Label], preferences: Mapping[str, float]) -> Reading:
    """How often the learner's reward model agrees with them on their test share, which no model was trained on.

    `preferences` has P(a is better) by the model of the pairs it has scored.
    """
    decided = [label for label in tested(labels) if label.pair_id in preferences]
    hits = sum((label.verdict == "a") == (preferences[label.pair_id] > 0.5) for label in decided)
    return share("reward_model", hits, len(decided), neutral=0.5)


def tested(labels: Sequence[Label]) -> list[Label]:
    """The preferences of the test share."""
    return [label for label in labels if label.purpose == "test" and label.decisive]


def ceiling(agreement: Reading) -> float | None:
    """What a perfect model would score on labels that agree with themselves so often; None where they do not tell."""
    if agreement.value is None or agreement.value < 0.5:
        return None
    return noise_ceiling(agreement.value, agreement.value).ceiling


def _grades(label: Label) -> tuple[float, float] | None:
    """The rule's grades of left and right; None for a prompt that it does not know."""
    try:
        return grade(label.prompt, label.left).score, grade(label.prompt, label.right).score
    except Problem:
        return None
