"""Our AdamW against torch's, step for step."""

import pytest
import torch

from engine.loops.adamw import AdamW


@pytest.mark.parametrize(("weight_decay", "clip"), [(0.0, 0.0), (0.1, 0.0), (0.01, 0.5)])
def test_equal_to_torch(weight_decay, clip):
    shapes = [(4, 3), (5,), (2, 2)]
    source = torch.Generator().manual_seed(0)
    ours = [torch.nn.Parameter(torch.randn(shape, generator=source)) for shape in shapes]
    theirs = [torch.nn.Parameter(parameter.detach().clone()) for parameter in ours]
    mine = AdamW(ours, weight_decay=weight_decay)
    torchs = torch.optim.AdamW(theirs, lr=1.0, weight_decay=weight_decay)
    for step in range(20):
        rate = 0.1 / (step + 1)
        for a, b in zip(ours, theirs, strict=True):
            gradient = torch.randn(a.shape, generator=source)
            a.grad, b.grad = gradient.clone(), gradient.clone()
        norm = mine.step(rate, clip)
        expected = torch.nn.utils.clip_grad_norm_(theirs, clip or float("inf"))
        torchs.param_groups[0]["lr"] = rate
        torchs.step()
        assert norm == pytest.approx(float(expected), rel=1e-5)
        for a, b in zip(ours, theirs, strict=True):
            torch.testing.assert_close(a.detach(), b.detach(), rtol=1e-5, atol=1e-6)


def test_state_and_load_take_it_back():
    parameter = torch.nn.Parameter(torch.ones(3))
    optimizer = AdamW([parameter])

    def go():
        parameter.grad = torch.full((3,), 0.5)
        optimizer.step(0.1)
        return parameter.detach().clone()

    go()
    kept = optimizer.state()
    expected = [go(), go()]
    optimizer.load(kept)
    assert [torch.equal(go(), value) for value in expected] == [True, True]
