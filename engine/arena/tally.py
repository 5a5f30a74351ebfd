"""What votes add up to: a win rate with its interval, a ranking of all models, and where there are too few to say."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.arena.ranking import groups, standard_errors, strengths
from engine.arena.vote import Vote, between
from engine.errors import Problem
from engine.evaluate.intervals import Estimate
from engine.store.rater import ENOUGH, Share
from engine.theory.measures import Z_95, score_interval
from engine.world.rule import grade

PRIOR = 1.0
"""Imaginary ties for every pair of models that met, so that one who won twice of twice is not infinitely strong."""


@dataclass(frozen=True)
class Match:
    """`one` against `other`. `ties` include the `both_bad`; `same` are the prompts on which nobody was asked.

    `rate` counts a tie half; its 95 % interval is Wilson's over as many trials as there are different `prompts`, as
    votes on one prompt are not independent. None below `ENOUGH` prompts.
    `decisive`: wins among votes that preferred one. `rule`: the better answer by the rule was chosen, where it sees a
    difference.
    """

    one: str
    other: str
    wins: int
    ties: int
    losses: int
    both_bad: int
    same: int
    prompts: int
    rate: Estimate | None
    decisive: Share
    rule: Share

    @property
    def votes(self) -> int:
        return self.wins + self.ties + self.losses

    @property
    def with_same(self) -> float | None:
        """The win rate if every prompt answered alike were a tie; None where nothing was compared."""
        all_ = self.votes + self.same
        return (self.wins + (self.ties + self.same) / 2) / all_ if all_ else None


def match(votes: Sequence[Vote], one: str, other: str) -> Match:
    """All votes on these two models, seen from `one`."""
    found = between(votes, one, other)
    points = [vote.points if vote.first == one else 1 - vote.points for vote in found]
    wins, losses = points.count(1.0), points.count(0.0)
    prompts = len({vote.prompt for vote in found})
    mean = sum(points) / max(1, len(points))
    against_rule = [right for right in map(_with_rule, found) if right is not None]
    return Match(
        one=one,
        other=other,
        wins=wins,
        ties=len(found) - wins - losses,
        losses=losses,
        both_bad=sum(vote.choice == "both_bad" for vote in found),
        same=sum(vote.same for vote in found),
        prompts=prompts,
        rate=Estimate(mean, *score_interval(mean, prompts)) if prompts >= ENOUGH else None,
        decisive=Share.measured(wins, wins + losses),
        rule=Share.measured(sum(against_rule), len(against_rule)),
    )


def _with_rule(vote: Vote) -> bool | None:
    """Whether the vote is as the rule would have it; None where either sees no difference, or the rule is at a loss."""
    try:
        left, right = (grade(vote.prompt, answer).score for answer in (vote.left, vote.right))
    except Problem:
        return None
    if vote.choice not in ("left", "right") or left == right:
        return None
    return (vote.choice == "left") == (left > right)


@dataclass(frozen=True)
class Standing:
    """A model's strength θ (a chance of σ(θ_i - θ_j) against another of its group), and its 95 % interval from the
    curvature of the likelihood; None where its votes are fewer than `ENOUGH`."""

    model: str
    votes: int
    points: float
    strength: float
    low: float | None
    high: float | None


def standings(votes: Sequence[Vote]) -> list[list[Standing]]:
    """Every model voted on, the strongest first, in groups that votes link; the largest group first."""
    results = [(vote.first, vote.second, vote.points) for vote in votes]
    found = [_group(group, [result for result in results if result[0] in group]) for group in groups(results)]
    return sorted(found, key=len, reverse=True)


def _group(models: set[str], results: list[tuple[str, str, float]]) -> list[Standing]:
    fitted = strengths(results, prior=PRIOR)
    errors = standard_errors(results, fitted, prior=PRIOR)
    found = (_standing(model, results, fitted[model], Z_95 * errors[model]) for model in models)
    return sorted(found, key=lambda standing: -standing.strength)


def _standing(model: str, results: list[tuple[str, str, float]], strength: float, half: float) -> Standing:
    mine = [points if one == model else 1 - points for one, other, points in results if model in (one, other)]
    enough = len(mine) >= ENOUGH
    low, high = (strength - half, strength + half) if enough else (None, None)
    return Standing(model, len(mine), sum(mine), strength, low, high)
