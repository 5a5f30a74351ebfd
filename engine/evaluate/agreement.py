"""How far two raters agree, and what a judge's position costs: against the rule, and against a learner's labels."""

import random
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.evaluate.kappa import kappa, kappa_estimate
from engine.judges.pairwise import Pair, PairwiseJudge, voted
from engine.runs.seeding import seed_for
from engine.theory import wilson
from engine.world.preferences import held_out_pairs

PAIRS = 400
FEW = 20
"""Below so many labels, an agreement says nothing that could not be luck."""


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
    both = [(mine, theirs) for mine, (_, theirs) in zip(verdicts, labels, strict=True)]
    return {"labels": len(labels), "agreement": sum(a == b for a, b in both) / len(both), "kappa": kappa(both)}


def exam(judge: PairwiseJudge, labels: Sequence[dict[str, Any]], seed: int = 0) -> list[dict[str, Any]]:
    """The judge held against the rule on held-out pairs, in one order, in both and by votes; and against the rows
    `prompt, chosen, rejected` of someone's own labels, or how many there are where they are too few. As the details of
    a gate, `id, value, low, high`."""
    asked = held_out_pairs(seed, PAIRS)
    chances = judge.in_each_order([(row["prompt"], row["chosen"], row["rejected"]) for row in asked])
    first, second = (chances > 0.5).tolist()
    pairs, sides = shuffled(asked, seed)
    mixed = judge.in_each_order(pairs)
    as_shown, both = (mixed[0] > 0.5).tolist(), (mixed.mean(0) > 0.5).tolist()
    details = [
        share("judge_better_first", first),
        share("judge_better_second", second),
        share("judge_first_place", [*first, *(not hit for hit in second)]),
        share("judge_consistent", same(first, second)),
        share("judge_both_orders", same(both, sides)),
        share("judge_one_vote", same(majority(mixed, 1, seed), sides)),
        share("judge_five_votes", same(majority(mixed, 5, seed), sides)),
        *agreed("judge_kappa_one_order", as_shown, sides),
        *agreed("judge_kappa_rule", both, sides),
    ]
    if len(labels) < FEW:
        return [*details, {"id": "labels_too_few", "value": len(labels), "low": None, "high": None}]
    pairs, sides = shuffled(labels, seed)
    verdicts = (judge.both_orders(pairs) > 0.5).tolist()
    return [
        *details,
        share("labels_agreement", same(verdicts, sides)),
        *agreed("labels_kappa", verdicts, sides),
    ]


def shuffled(rows: Sequence[dict[str, Any]], seed: int) -> tuple[list[Pair], list[bool]]:
    """The pairs with their sides shuffled, and for each whether the chosen answer is the first: as rows come, it
    always is, and a rater who always says "first" would look perfect."""
    source = random.Random(seed_for(seed, "sides"))
    sides = [source.random() < 0.5 for _ in rows]
    pairs = [
        (row["prompt"], row["chosen"], row["rejected"]) if first else (row["prompt"], row["rejected"], row["chosen"])
        for row, first in zip(rows, sides, strict=True)
    ]
    return pairs, sides


def majority(chances: Tensor, count: int, seed: int) -> list[bool]:
    """Whether the majority of `count` sampled verdicts, an odd number, is for the first answer of each pair."""
    generator = torch.Generator().manual_seed(seed_for(seed, f"votes:{count}"))
    return [share > 0.5 for share in voted(chances, count, generator).tolist()]


def same(mine: Sequence[bool], theirs: Sequence[bool]) -> list[bool]:
    return [one == other for one, other in zip(mine, theirs, strict=True)]


def share(name: str, hits: Sequence[bool]) -> dict[str, Any]:
    """How often, with its Wilson interval, as a gate's detail."""
    low, high = wilson(sum(hits), len(hits))
    return {"id": name, "value": sum(hits) / len(hits), "low": low, "high": high}


def agreed(name: str, mine: Sequence[bool], theirs: Sequence[bool]) -> list[dict[str, Any]]:
    """κ as a gate's detail; no row where it is not defined."""
    found = kappa_estimate(list(zip(mine, theirs, strict=True)))
    return [] if found is None else [{"id": name, "value": found.value, "low": found.low, "high": found.high}]
