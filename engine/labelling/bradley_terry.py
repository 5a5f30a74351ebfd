"""A Bradley-Terry model on a few features, small enough to be fitted again after each label: P(a over b) = σ(w·x)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from engine.theory.numbers import sigmoid, softplus

Vector = Sequence[float]
ROUNDS = 25
CLOSE = 1e-8


@dataclass(frozen=True)
class Fit:
    """Weights (D,) at the maximum of the posterior, and their covariance (D, D): the inverse of its curvature."""

    weights: list[float]
    covariance: list[list[float]]

    def probability(self, features: Vector) -> float:
        """P(a over b) for the difference of features x = f(a) − f(b)."""
        return sigmoid(_dot(self.weights, features))

    def information(self, features: Vector) -> float:
        """By how much a label on this pair is expected to shrink what is not known: log(1 + p(1 − p) xᵀΣx).

        The gain of log det of the Fisher information (D-optimality), by the matrix determinant lemma.
        """
        p = self.probability(features)
        spread = sum(x * _dot(row, features) for x, row in zip(features, self.covariance, strict=True))
        return math.log1p(p * (1 - p) * spread)


def fit(
    rows: Sequence[tuple[Vector, float]],
    size: int,
    *,
    variance: float,
    start: Vector | None = None,
    close: float = CLOSE,
) -> Fit:
    """The most probable weights given rows (x, y), y = 1 where a was preferred, 0 where b was, ½ for a tie.

    A normal prior with mean 0 and this variance holds them finite where a weight explains every label. Newton's
    method, from `start` where an earlier fit is at hand; a step that would lead down is halved until it does not.
    It ends when no weight moves by more than `close`.
    """
    weights = list(start) if start else [0.0] * size
    covariance = _inverse(_curvature(rows, weights, size, variance))
    for _ in range(ROUNDS):
        gradient = [-weight / variance for weight in weights]
        for features, preferred in rows:
            error = preferred - sigmoid(_dot(weights, features))
            for place, x in enumerate(features):
                gradient[place] += error * x
        step = [_dot(row, gradient) for row in covariance]
        here = _log_posterior(rows, weights, variance)
        while _log_posterior(rows, [w + s for w, s in zip(weights, step, strict=True)], variance) < here - CLOSE:
            step = [change / 2 for change in step]
        weights = [weight + change for weight, change in zip(weights, step, strict=True)]
        covariance = _inverse(_curvature(rows, weights, size, variance))
        if max(map(abs, step), default=0.0) < close:
            break
    return Fit(weights, covariance)


def _log_posterior(rows: Sequence[tuple[Vector, float]], weights: Vector, variance: float) -> float:
    likelihood = 0.0
    for features, preferred in rows:
        logit = _dot(weights, features)
        likelihood -= preferred * softplus(-logit) + (1 - preferred) * softplus(logit)
    return likelihood - _dot(weights, weights) / (2 * variance)


def _curvature(rows: Sequence[tuple[Vector, float]], weights: Vector, size: int, variance: float) -> list[list[float]]:
    matrix = [[1 / variance if row == column else 0.0 for column in range(size)] for row in range(size)]
    for features, _ in rows:
        p = sigmoid(_dot(weights, features))
        weight = p * (1 - p)
        for row, x in enumerate(features):
            if x:
                scaled, line = weight * x, matrix[row]
                for column, other in enumerate(features):
                    line[column] += scaled * other
    return matrix


def _dot(one: Vector, other: Vector) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """The inverse of a positive definite matrix, by Gauss and Jordan; the prior keeps every pivot positive."""
    size = len(matrix)
    rows = [[*line, *(float(place == number) for place in range(size))] for number, line in enumerate(matrix)]
    for pivot in range(size):
        scale = rows[pivot][pivot]
        rows[pivot] = [value / scale for value in rows[pivot]]
        for other in range(size):
            if other != pivot and (factor := rows[other][pivot]):
                rows[other] = [value - factor * top for value, top in zip(rows[other], rows[pivot], strict=True)]
    return [line[size:] for line in rows]
