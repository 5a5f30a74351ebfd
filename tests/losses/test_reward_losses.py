"""What a reward model may learn from besides plain pairs: smoothed labels, margins, rankings, pairs that count more."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import theory
from engine.losses.reward import ranking_loss, reward_loss

unhurried = settings(deadline=None, max_examples=60)
REWARD = st.floats(-8, 8, allow_nan=False)
SMOOTHING = st.floats(0.01, 0.45)


def tensor(*values):
    return torch.tensor(values, dtype=torch.float64)


def test_worked_numbers():
    assert reward_loss(tensor(2.0), tensor(1.0), label_smoothing=0.1)[0].item() == pytest.approx(0.4133, abs=5e-5)
    assert ranking_loss(tensor([2.0, 1.0, 0.0]), torch.tensor([[0, 1, 2]]))[0].item() == pytest.approx(0.2512, abs=5e-5)


@unhurried
@given(REWARD, REWARD, st.floats(0, 3), SMOOTHING)
def test_smoothing_and_margin_are_the_formula_of_the_chapter(chosen, rejected, margin, smoothing):
    first = tensor(chosen).requires_grad_()
    loss, _ = reward_loss(first, tensor(rejected), tensor(margin), label_smoothing=smoothing)
    expected = theory.reward_loss(chosen - rejected, margin, smoothing)
    assert loss.item() == pytest.approx(expected.loss, rel=1e-9)
    assert -torch.autograd.grad(loss, first)[0].item() == pytest.approx(expected.pull, rel=1e-7, abs=1e-9)


@unhurried
@given(SMOOTHING, st.floats(0, 3))
def test_with_smoothing_the_loss_rests_where_the_odds_are_those_of_the_labels(smoothing, margin):
    gap = tensor(margin + math.log((1 - smoothing) / smoothing)).requires_grad_()
    loss, _ = reward_loss(gap, tensor(0.0), tensor(margin), label_smoothing=smoothing)
    assert torch.autograd.grad(loss, gap)[0].item() == pytest.approx(0, abs=1e-9)


@unhurried
@given(st.lists(st.tuples(REWARD, REWARD, st.integers(0, 3)), min_size=1, max_size=6), SMOOTHING)
def test_a_pair_of_weight_two_is_the_pair_twice(rows, smoothing):
    """A bootstrap sample as weights or as rows: the same loss and the same gradient."""
    if not any(weight for *_, weight in rows):
        return
    columns = [tensor(*column) for column in zip(*rows, strict=True)]
    chosen, rejected = columns[0].requires_grad_(), columns[1]
    weighted, _ = reward_loss(chosen, rejected, None, 0.02, smoothing, columns[2])
    places = torch.tensor([place for place, (*_, weight) in enumerate(rows) for _ in range(weight)])
    repeated, _ = reward_loss(chosen[places], rejected[places], None, 0.02, smoothing)
    repeated = repeated * len(places) / len(rows)
    assert weighted.item() == pytest.approx(repeated.item(), rel=1e-9)
    gradients = [torch.autograd.grad(loss, chosen, retain_graph=True)[0] for loss in (weighted, repeated)]
    torch.testing.assert_close(*gradients)


# -- rankings


def by_hand(rewards, ranking):
    """Ouyang 2022, eq. 1, pair by pair."""
    total = 0.0
    for one, other in itertools.permutations(range(len(rewards)), 2):
        if ranking[one] < ranking[other]:
            total += math.log1p(math.exp(-(rewards[one] - rewards[other])))
    return total / math.comb(len(rewards), 2)


def lists_of(elements, size):
    return st.lists(elements, min_size=size, max_size=size)


RANKED = st.integers(2, 5).flatmap(
    lambda size: st.lists(st.tuples(lists_of(REWARD, size), lists_of(st.integers(0, 3), size)), min_size=1, max_size=4)
)


@unhurried
@given(RANKED)
def test_a_ranking_is_all_its_pairs(rows):
    rewards, rankings = zip(*rows, strict=True)
    loss, _ = ranking_loss(torch.tensor(rewards, dtype=torch.float64), torch.tensor(rankings))
    expected = sum(by_hand(*row) for row in rows) / len(rows)
    assert loss.item() == pytest.approx(expected, rel=1e-9, abs=1e-12)


@unhurried
@given(REWARD, REWARD)
def test_a_ranking_of_two_is_a_pair(first, second):
    loss, metrics = ranking_loss(tensor([first, second]), torch.tensor([[2, 1]]))
    expected, plain = reward_loss(tensor(second), tensor(first))
    assert loss.item() == pytest.approx(expected.item())
    assert metrics["accuracy"] == plain["accuracy"]


def test_only_the_order_of_the_ranks_matters_and_ties_teach_nothing():
    rewards = tensor([0.3, -1.0, 0.8]).requires_grad_()
    assert ranking_loss(rewards, torch.tensor([[0, 5, 9]]))[0] == ranking_loss(rewards, torch.tensor([[1, 2, 3]]))[0]
    tied, _ = ranking_loss(rewards, torch.tensor([[1, 1, 1]]))
    assert tied.item() == 0
    assert not torch.autograd.grad(tied, rewards)[0].any()


def test_no_prompt_counts_more_because_it_has_more_answers():
    """With equal rewards every pair costs ln 2, and so does every ranking without ties, whatever its K."""
    for size in (2, 3, 6):
        loss, _ = ranking_loss(torch.zeros(1, size), torch.arange(size)[None])
        assert loss.item() == pytest.approx(math.log(2))
