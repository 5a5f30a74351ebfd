"""Judges that are not perfect: the pull of the first place, and what a vote among several mends."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.theory.domains import NUMBER, SHARE, Integer
from engine.theory.formula import formula
from engine.theory.numbers import sigmoid


@dataclass(frozen=True)
class PositionBias:
    """Probabilities that the judge picks A: shown first, shown second, the mean of both, and without the bias.

    `consistency`: the probability that the verdicts on the two orders name the same answer.
    """

    first_order: float
    second_order: float
    averaged: float
    fair: float
    consistency: float


@formula("position-bias", preference=NUMBER, bias=NUMBER)
def position_bias(preference: float, bias: float) -> PositionBias:
    """P(A | A first) = σ(d + b), P(A | A second) = σ(d - b), averaged = (P₁ + P₂)/2   (Lee 2023; Zheng 2023)

    d is the judge's log-odds for A over B, b its bonus for the answer that stands first, in the same unit. The mean of
    both orders is above 1/2 exactly when d > 0, whatever the bias; it lies nearer to 1/2 than σ(d).

    Worked number: d = 1, b = 0.8 gives 0.8581 and 0.5498, averaged 0.7040, against σ(1) = 0.7311 without bias. Two
    verdicts drawn independently agree with probability 0.5357.
    """
    first, second = sigmoid(preference + bias), sigmoid(preference - bias)
    return PositionBias(
        first_order=first,
        second_order=second,
        averaged=(first + second) / 2,
        fair=sigmoid(preference),
        consistency=first * second + (1 - first) * (1 - second),
    )


@dataclass(frozen=True)
class Votes:
    """`majority`: the chance that the vote is right. `curve`: the same for 1, 2, … votes. `limit`: for ever more."""

    majority: float
    limit: float
    curve: tuple[float, ...]


@formula("votes", accuracy=SHARE, votes=Integer(at_least=1, at_most=10_000), correlation=SHARE)
def votes(accuracy: float, votes: int, correlation: float = 0.0) -> Votes:
    """P(majority right) = ρ p + (1 - ρ) Σ_{k > n/2} C(n,k) p^k (1-p)^{n-k}   (Condorcet 1785 for ρ = 0; Wang 2022)

    Each of n votes is right with probability p = `accuracy`; a tie is settled by a fair coin. The model of correlation
    is the plainest there is: with probability ρ all votes copy one draw, otherwise they are independent. Any two votes
    then have correlation ρ, and no number of votes gets past ρ p + (1 - ρ) · [p > 1/2].

    Worked number: p = 0.6 and 5 independent votes give 0.6826; with ρ = 0.5 only 0.6413.
    """
    sure = (accuracy > 0.5) + (accuracy == 0.5) / 2
    curve = tuple(
        correlation * accuracy + (1 - correlation) * right for right in _independent(accuracy, votes)
    )
    return Votes(majority=curve[-1], limit=correlation * accuracy + (1 - correlation) * sure, curve=curve)


def _independent(accuracy: float, votes: int) -> Iterator[float]:
    """The chance that a majority of 1, 2, …, `votes` independent votes is right.

    Two more votes decide only where one vote leads: M(2m+1) = M(2m-1) + (2p - 1) C(2m-1, m) (p (1-p))^m. With a fair
    coin for ties, an even number of votes is worth as much as one vote fewer.
    """
    right = accuracy
    pair = accuracy * (1 - accuracy)
    gain, m = pair, 1  # C(2m-1, m) (p (1-p))^m
    for number in range(1, votes + 1):
        if number > 1 and number % 2:
            right += (2 * accuracy - 1) * gain
            gain *= pair * 2 * (2 * m + 1) / (m + 1)
            m += 1
        yield min(1.0, max(0.0, right))
