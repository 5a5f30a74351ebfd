"""A ranking as pairs and back: nothing is lost on the way, and the loss of the pairs is that of the ranking."""

import hashlib
import math
from dataclasses import replace
from itertools import product

import pytest
import torch
from torch.nn import functional

from engine.labelling.ranking import labels_of, pair_id, rankings
from engine.losses.reward import ranking_loss

ANSWERS = ["a", "b", "c", "d"]


def competition(ranks):
    """1, 2, 2, 4: a rank is one more than the answers that are better."""
    return [1 + sum(other < rank for other in ranks) for rank in ranks]


@pytest.mark.parametrize("size", [2, 3, 4])
def test_every_order_with_its_ties_survives(size):
    for ranks in product(range(1, size + 1), repeat=size):
        labels = labels_of("p", ANSWERS[:size], ranks)
        assert len(labels) == math.comb(size, 2)
        (found,) = rankings(labels)
        assert found == {"prompt": "p", "completions": ANSWERS[:size], "ranks": competition(ranks)}


def test_the_pairs_carry_the_loss_of_the_ranking():
    rewards = dict(zip(ANSWERS, (0.3, -1.2, 0.9, 0.1), strict=True))
    ranks = [2, 3, 1, 3]
    whole, _ = ranking_loss(torch.tensor([list(rewards.values())]), torch.tensor([ranks]))
    pairs = [label for label in labels_of("p", ANSWERS, ranks) if label.decisive]
    each = [-functional.logsigmoid(torch.tensor(rewards[one.chosen] - rewards[one.rejected])) for one in pairs]
    assert sum(each).item() / math.comb(4, 2) == pytest.approx(whole.item(), abs=1e-6)


def test_a_ranking_that_lost_a_pair_or_goes_in_a_circle_is_none():
    labels = labels_of("p", ANSWERS[:3], [1, 2, 3])
    assert rankings(labels[1:]) == []
    circle = [labels[0], replace(labels[1], choice="right"), labels[2]]  # a > b, c > a, b > c
    assert rankings(circle) == []


def test_two_rankings_are_told_apart_and_a_pair_has_the_name_it_has_elsewhere():
    one = labels_of("p", ANSWERS[:3], [1, 2, 3], shown_at="2026-01-01")
    other = labels_of("p", ANSWERS[:3], [3, 2, 1], shown_at="2026-01-02")
    assert [found["ranks"] for found in rankings([*one, *other])] == [[1, 2, 3], [3, 2, 1]]
    assert pair_id("p", "a", "b") == pair_id("p", "b", "a")
    assert pair_id("p", "b", "a") == hashlib.blake2b(b"p\na\nb", digest_size=8).hexdigest()


@pytest.mark.parametrize(("answers", "ranks"), [(["a"], [1]), (["a", "b"], [1])])
def test_what_is_no_ranking_is_refused(answers, ranks):
    with pytest.raises(ValueError, match="two answers"):
        labels_of("p", answers, ranks)
