"""How far the learner's certainty can be trusted: what was said with 80 % should come true four times in five."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from engine.forecasts.forecast import GATE, STATED
from engine.forecasts.scoring import Outcome
from engine.store.rater import ENOUGH, Share

COIN = 0.25
"""The Brier score of someone who always says "one half": what a forecaster has to beat."""
EDGES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Verdict = Literal["too_few", "over", "under", "fits"]


@dataclass(frozen=True)
class Bin:
    """The forecasts made with a confidence from `low` up to `high`, its mean, and how many came true."""

    low: float
    high: float
    confidence: float
    share: Share


@dataclass(frozen=True)
class Calibration:
    """`right` counts directions that came true, `confidence` is the mean certainty with which they were said.

    `brier` is the mean of (confidence - came true)²   (Brier 1950, for one of two outcomes), None without directions.
    `covered` counts intervals that held the value, to be compared with `STATED`; `within` gate values that lay in the
    gate's own interval. `skill` is the mean over the `curves` that have one.
    """

    right: Share
    confidence: float | None
    brier: float | None
    bins: tuple[Bin, ...]
    covered: Share
    within: Share
    curves: int
    skill: float | None

    @property
    def verdict(self) -> Verdict:
        """Whether the certainty fits the hits; nothing is claimed below `ENOUGH`."""
        return _verdict(self.right, self.confidence)

    @property
    def interval_verdict(self) -> Verdict:
        """Whether the intervals are as wide as they should be: "over" is too sure, so too narrow."""
        return _verdict(self.covered, STATED)


def calibration(outcomes: Sequence[Outcome]) -> Calibration:
    """What all forecasts whose runs are done say together."""
    directions = [
        (outcome.forecast.confidence, bool(outcome.hit))
        for outcome in outcomes
        if outcome.forecast.kind == "direction" and outcome.forecast.confidence is not None
    ]
    values = [outcome for outcome in outcomes if outcome.forecast.kind == "value" and outcome.hit is not None]
    intervals = [bool(outcome.hit) for outcome in values if outcome.forecast.low is not None]
    within = [
        bool(outcome.hit) for outcome in values if outcome.forecast.low is None and outcome.forecast.metric == GATE
    ]
    skills = [outcome.skill for outcome in outcomes if outcome.skill is not None]
    return Calibration(
        right=_share([hit for _, hit in directions]),
        confidence=_mean([confidence for confidence, _ in directions]),
        brier=_mean([(confidence - hit) ** 2 for confidence, hit in directions]),
        bins=_bins(directions),
        covered=_share(intervals),
        within=_share(within),
        curves=len(skills),
        skill=_mean(skills),
    )


def _bins(directions: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    """The bins that something was said in."""
    found = []
    for low, high in pairwise(EDGES):
        inside = [(c, hit) for c, hit in directions if low <= c < high or (high == EDGES[-1] and c == high)]
        if inside:
            mean = sum(c for c, _ in inside) / len(inside)
            found.append(Bin(low, high, mean, _share([hit for _, hit in inside])))
    return tuple(found)


def _share(hits: Sequence[bool]) -> Share:
    return Share.measured(sum(hits), len(hits))


def _verdict(share: Share, said: float | None) -> Verdict:
    if share.low is None or share.high is None or said is None or share.of < ENOUGH:
        return "too_few"
    return "over" if share.high < said else "under" if share.low > said else "fits"


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
