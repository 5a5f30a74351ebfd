"""A ranking of several answers as labels on its pairs, and back.

InstructGPT asked for 4 to 9 answers in order and learnt from all C(K, 2) pairs of a prompt at once (Ouyang et al. 2022,
arXiv:2203.02155, eq. 1); `engine.losses.reward.ranking_loss` takes the ranks, every other loss the pairs.
"""

import json
import math
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import combinations
from typing import Any

from engine.store.label import Label

MOST = 4
"""So many answers fit on a screen and into a head; TRL and the losses take any number."""


def pair_id(prompt: str, a: str, b: str) -> str:
    """The name of a pair, whichever answer comes first: what a sampled pair of these two answers is called too."""
    return blake2b("\n".join((prompt, *sorted((a, b)))).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def ranking_id(prompt: str, answers: Iterable[str], shown_at: str) -> str:
    return blake2b(json.dumps([prompt, *answers, shown_at]).encode(), digest_size=8).hexdigest()


def labels_of(prompt: str, answers: Sequence[str], ranks: Sequence[int], **fields: Any) -> list[Label]:
    """One label for each pair of answers: the one of the smaller rank is preferred, equal ranks are a tie.

    `answers` stand as they stood on the screen; `fields` are those that all the labels share. Raises ValueError for
    fewer than two answers or not as many ranks.
    """
    if len(answers) < 2 or len(answers) != len(ranks):
        raise ValueError("a ranking has two answers at least, and a rank for each")
    fields.setdefault("ranking", ranking_id(prompt, answers, fields.get("shown_at", "")))
    labels = []
    for first, second in combinations(range(len(answers)), 2):
        left, right = answers[first], answers[second]
        order = ranks[first] - ranks[second]
        labels.append(
            Label(
                pair_id=pair_id(prompt, left, right),
                prompt=prompt,
                left=left,
                right=right,
                choice="tie" if order == 0 else "left" if order < 0 else "right",
                **fields,
            )
        )
    return labels


def rankings(labels: Iterable[Label]) -> list[dict[str, Any]]:
    """`prompt, completions, ranks` of each ranking whose pairs are among the labels, 1 for the best.

    A rank is one more than the answers that are better, so that equal ranks are ties. A ranking that lost a pair, or
    whose revised pairs go round in a circle, is no order any more and is left out; its pairs still are preferences.
    """
    together: dict[str, list[Label]] = {}
    for label in labels:
        if label.ranking:
            together.setdefault(label.ranking, []).append(label)
    found = []
    for pairs in together.values():
        answers = list(dict.fromkeys(text for label in pairs for text in (label.left, label.right)))
        ranks = [1 + sum(label.decisive and label.rejected == answer for label in pairs) for answer in answers]
        if len(pairs) == math.comb(len(answers), 2) and _agree(pairs, dict(zip(answers, ranks, strict=True))):
            found.append({"prompt": pairs[0].prompt, "completions": answers, "ranks": ranks})
    return found


def _agree(pairs: Sequence[Label], rank: dict[str, int]) -> bool:
    """Whether the pairs are those of these ranks."""
    return all(
        rank[label.chosen] < rank[label.rejected] if label.decisive else rank[label.left] == rank[label.right]
        for label in pairs
    )
