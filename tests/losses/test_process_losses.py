"""Outcome and process losses: worked numbers, theory, and what must not count."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.losses.process import counted_steps, outcome_loss, process_loss, solution_scores
from engine.theory import process_outcome

TRUE3 = torch.ones(1, 3, dtype=torch.bool)


def test_worked_numbers():
    loss, metrics = outcome_loss(torch.tensor([2.0, 0.0]), torch.tensor([True, False]))
    assert loss.item() == pytest.approx(0.4100, abs=5e-5)
    assert metrics["accuracy"].item() == 1
    labels = torch.tensor([[True, False, True]])
    loss, metrics = process_loss(torch.tensor([[2.0, 0.0, 5.0]]), labels, TRUE3)
    assert loss.item() == pytest.approx(0.4100, abs=5e-5)
    assert metrics["accuracy"].item() == 1
    product, minimum = solution_scores(torch.logit(torch.tensor([[0.9, 0.5]])), torch.ones(1, 2, dtype=torch.bool))
    assert product.item() == pytest.approx(-0.7985, abs=5e-5)
    assert minimum.item() == pytest.approx(-0.6931, abs=5e-5)


def test_steps_count_up_to_and_including_the_first_wrong_one():
    labels = torch.tensor([[1, 1, 1], [1, 0, 1], [0, 0, 1], [1, 0, 0]]).bool()
    mask = torch.tensor([[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 0, 0]]).bool()
    assert counted_steps(labels, mask).int().tolist() == [[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, 0]]


def test_what_comes_after_the_first_mistake_has_no_gradient():
    logits = torch.zeros(1, 4, requires_grad=True)
    labels, mask = torch.tensor([[True, False, True, False]]), torch.ones(1, 4, dtype=torch.bool)
    process_loss(logits, labels, mask)[0].backward()
    assert logits.grad is not None
    assert logits.grad[0].tolist() == [pytest.approx(-0.25), pytest.approx(0.25), 0, 0]


def test_padding_changes_nothing():
    logits, labels = torch.tensor([[1.0, -1.0]]), torch.tensor([[True, True]])
    mask = torch.ones(1, 2, dtype=torch.bool)
    padded = (torch.tensor([[1.0, -1.0, 9.0]]), torch.tensor([[True, True, False]]), torch.tensor([[1, 1, 0]]).bool())
    assert process_loss(logits, labels, mask)[0] == process_loss(*padded)[0]
    for short, long in zip(solution_scores(logits, mask), solution_scores(padded[0], padded[2]), strict=True):
        assert torch.equal(short, long)


def test_one_step_is_the_outcome():
    logits, labels = torch.tensor([1.5, -0.3, 0.2]), torch.tensor([True, True, False])
    step = process_loss(logits[:, None], labels[:, None], torch.ones(3, 1, dtype=torch.bool))[0]
    torch.testing.assert_close(step, outcome_loss(logits, labels)[0])


def test_the_least_loss_is_at_the_true_share():
    """Of four equal solutions three are right: the best logit is log 3."""
    logit = torch.zeros((), requires_grad=True)
    labels = torch.tensor([True, True, True, False])
    shifted = logit + math.log(3)
    (gradient,) = torch.autograd.grad(outcome_loss(shifted.expand(4), labels)[0], logit)
    assert gradient.item() == pytest.approx(0, abs=1e-7)


@given(st.lists(st.floats(0.01, 0.99), min_size=1, max_size=8))
def test_the_scores_are_those_of_the_theory(steps):
    expected = process_outcome(steps=steps, outcome=0.5)
    logits = torch.logit(torch.tensor([steps], dtype=torch.float64))
    product, minimum = solution_scores(logits, torch.ones_like(logits, dtype=torch.bool))
    assert product.exp().item() == pytest.approx(expected.product, rel=1e-9)
    assert minimum.exp().item() == pytest.approx(expected.minimum, rel=1e-9)
