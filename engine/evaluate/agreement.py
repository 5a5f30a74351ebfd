"""How far two raters agree, and what a judge's position costs: against the rule, and against a learner's labels."""

from collections.abc import Sequence
from typing import Any

from engine.judges.pairwise import Pair, PairwiseJudge
from engine.theory import cohen_kappa
from engine.world.preferences import held_out_pairs

PAIRS = 400


def with_the_rule(judge: PairwiseJudge, seed: int = 0, count: int = PAIRS) -> dict[str, float]:
    """The judge on held-out pairs whose better answer is known, shown first, shown second, and in both orders."""
    rows = held_out_pairs(seed, count)
    better_first = [(row["prompt"], row["chosen"], row["rejected"]) for row in rows]
    first = judge.as_shown(better_first)
    second = 1 - judge.as_shown([(prompt, other, one) for prompt, one, other in better_first])
    both = (first + second) / 2
    shares = {name: (chance > 0.5).float().mean().item() for name, chance in (("first", first), ("second", second))}
    return {
        "accuracy_better_first": shares["first"],
        "accuracy_better_second": shares["second"],
        "accuracy_both_orders": (both > 0.5).float().mean().item(),
        "first_place_rate": (shares["first"] + 1 - shares["second"]) / 2,
        "consistent_share": ((first > 0.5) == (second > 0.5)).float().mean().item(),
    }


def with_labels(judge: PairwiseJudge, labels: Sequence[tuple[Pair, bool]]) -> dict[str, Any]:
    """Agreement with someone's decided labels: (pair, whether the first answer was preferred). Cohen's κ is None
    where chance alone would explain everything. Raises ValueError for no labels."""
    if not labels:
        raise ValueError("no labels to agree with")
    verdicts = (judge.both_orders([pair for pair, _ in labels]) > 0.5).tolist()
    counts = {(mine, theirs): 0 for mine in (True, False) for theirs in (True, False)}
    for verdict, (_, preferred) in zip(verdicts, labels, strict=True):
        counts[verdict, preferred] += 1
    found = cohen_kappa(counts[True, True], counts[True, False], counts[False, True], counts[False, False])
    return {"labels": len(labels), "agreement": found.observed, "kappa": found.kappa}
