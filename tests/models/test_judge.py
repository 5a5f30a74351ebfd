"""The AI judge that ships: it leans to the first answer, and asking in both orders takes that away."""

import json

import pytest
import torch

from engine.evaluate import agreement
from engine.judges.pairwise import PairwiseJudge
from engine.models.policy import JUDGE
from engine.world.preferences import held_out_pairs

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def judge():
    return PairwiseJudge.load()


@pytest.fixture(scope="module")
def pairs():
    return [(row["prompt"], row["chosen"], row["rejected"]) for row in held_out_pairs(7, 120)]


def test_its_report_is_what_it_does(judge):
    written = json.loads((JUDGE / "metrics.json").read_text(encoding="utf-8"))
    found = agreement.with_the_rule(judge)
    assert found == {name: pytest.approx(written[name], abs=0.005) for name in found}


def test_it_leans_to_the_first_answer(judge):
    found = agreement.with_the_rule(judge, seed=3)
    assert found["accuracy_better_first"] > found["accuracy_better_second"] + 0.1
    assert found["first_place_rate"] > 0.55
    assert found["accuracy_both_orders"] > (found["accuracy_better_first"] + found["accuracy_better_second"]) / 2


def test_in_both_orders_it_says_the_same_whichever_way_a_pair_is_given(judge, pairs):
    exchanged = [(prompt, other, one) for prompt, one, other in pairs]
    torch.testing.assert_close(judge.both_orders(pairs), 1 - judge.both_orders(exchanged))


def test_many_votes_come_to_the_soft_label(judge, pairs):
    generator = torch.Generator().manual_seed(0)
    votes = judge.votes(pairs[:20], 2000, generator)
    torch.testing.assert_close(votes, judge.both_orders(pairs[:20]), rtol=0, atol=0.05)


def test_agreement_with_labels(judge, pairs):
    labels = [(pair, True) for pair in pairs[:60]] + [
        ((prompt, other, one), False) for prompt, one, other in pairs[60:]
    ]
    found = agreement.with_labels(judge, labels)
    assert found["labels"] == 120
    assert found["agreement"] > 0.85
    assert found["kappa"] == pytest.approx(2 * found["agreement"] - 1, abs=0.02), "both say first half of the time"
    one_sided = agreement.with_labels(judge, [(pair, True) for pair in pairs[:30]])
    assert one_sided["kappa"] in (None, pytest.approx(0, abs=1e-9))
