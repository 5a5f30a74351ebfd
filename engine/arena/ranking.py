"""Strengths of many models from votes on pairs of them: Bradley-Terry, fitted by maximum likelihood."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

Result = tuple[str, str, float]
"""(one model, another, points of the first: 1, 0 or one half)."""
CLOSE, MOST_ROUNDS = 1e-10, 10_000


def groups(results: Iterable[Result]) -> list[set[str]]:
    """The models, put together where votes link them, directly or over others: only such can be compared."""
    found: list[set[str]] = []
    for one, other, _ in results:
        linked = [group for group in found if one in group or other in group]
        found = [group for group in found if group not in linked] + [{one, other}.union(*linked)]
    return found


def strengths(results: Iterable[Result], *, prior: float = 0.0) -> dict[str, float]:
    """θ of each model of one group, their mean 0, such that P(i beats j) = σ(θ_i - θ_j)   (Bradley & Terry 1952)

    A tie counts half a win for both. The likelihood is maximised by the rounds of Hunter 2004, Eq. 3:
    γ_i ← w_i / Σ_j n_ij / (γ_i + γ_j), γ = exp θ. Two models: θ_1 - θ_2 is the logit of the first one's win rate.

    `prior` ties are added to every pair that met. Without any, a model that never lost has no finite strength: raises
    ValueError where some models never lost a point to the rest, and for no results.
    """
    points, met = _table(results, prior)
    if not met:
        raise ValueError("no results")
    models = sorted({one for one, _ in met})
    if not _beat_in_a_circle(models, points):
        raise ValueError("some models never lost a point to the rest")
    wins = {one: sum(points.get((one, other), 0.0) for other in models) for one in models}
    rivals = {one: [(other, met[one, other]) for other in models if (one, other) in met] for one in models}
    gamma = dict.fromkeys(models, 1.0)
    for _ in range(MOST_ROUNDS):
        after = {
            one: wins[one] / sum(count / (gamma[one] + gamma[other]) for other, count in rivals[one]) for one in models
        }
        level = math.exp(math.fsum(map(math.log, after.values())) / len(models))
        after = {one: value / level for one, value in after.items()}
        change = max(abs(math.log(after[one] / gamma[one])) for one in models)
        gamma = after
        if change < CLOSE:
            break
    return {one: math.log(value) for one, value in gamma.items()}


def standard_errors(results: Iterable[Result], found: Mapping[str, float], *, prior: float = 0.0) -> dict[str, float]:
    """How sure each strength is: from the curvature of the log-likelihood at its maximum `found`, the sum held at 0.

    The curvature is Σ_j n_ij p_ij (1 - p_ij) on the diagonal and -n_ij p_ij (1 - p_ij) beside it. Two models that met
    n times at a win rate p: the difference has the error 1/√(n p (1 - p)), each strength half of it.
    """
    _, met = _table(results, prior)
    models = list(found)
    size = len(models)
    matrix = [[1.0 / size] * size for _ in models]  # makes the direction in which all strengths move together finite
    for i, one in enumerate(models):
        for j, other in enumerate(models):
            chance = 1 / (1 + math.exp(found[other] - found[one]))
            weight = met.get((one, other), 0.0) * chance * (1 - chance)
            matrix[i][i] += weight
            matrix[i][j] -= weight
    inverse = _inverse(matrix)
    return {model: math.sqrt(max(0.0, inverse[i][i] - 1 / size)) for i, model in enumerate(models)}


def _inverse(matrix: list[list[float]]) -> list[list[float]]:
    """By Gauss and Jordan; the matrix is symmetric and positive definite, so no pivot is 0."""
    size = len(matrix)
    rows = [[*row, *(float(i == j) for j in range(size))] for i, row in enumerate(matrix)]
    for i in range(size):
        rows[i] = [value / rows[i][i] for value in rows[i]]
        for j in range(size):
            if j != i:
                rows[j] = [value - rows[j][i] * above for value, above in zip(rows[j], rows[i], strict=True)]
    return [row[size:] for row in rows]


def _table(
    results: Iterable[Result], prior: float
) -> tuple[Mapping[tuple[str, str], float], Mapping[tuple[str, str], float]]:
    """Points of one against another, and how often they met; both with the prior's ties."""
    points: defaultdict[tuple[str, str], float] = defaultdict(float)
    met: defaultdict[tuple[str, str], float] = defaultdict(float)
    for one, other, mine in results:
        points[one, other] += mine
        points[other, one] += 1 - mine
        met[one, other] += 1
        met[other, one] += 1
    for pair in list(met):
        points[pair] += prior / 2
        met[pair] += prior
    return points, met


def _beat_in_a_circle(models: list[str], points: Mapping[tuple[str, str], float]) -> bool:
    """Whether a chain of points leads from every model to every other: Ford 1957's condition for a maximum."""

    def reached(forward: bool) -> set[str]:
        seen, open_ = {models[0]}, [models[0]]
        while open_:
            here = open_.pop()
            for other in models:
                pair = (here, other) if forward else (other, here)
                if other not in seen and points.get(pair, 0.0) > 0:
                    seen.add(other)
                    open_.append(other)
        return seen

    return len(reached(True)) == len(reached(False)) == len(models)
