"""The reasoner that ships: it answers in steps, errs as its examples do, and can still answer at once."""

import json

import pytest
import torch

from engine.evaluate import report
from engine.models.policy import REASONER, load_policy

torch.set_num_threads(1)


def test_its_report_is_what_it_does():
    written = json.loads((REASONER / "metrics.json").read_text(encoding="utf-8"))
    found = report.reasoning(load_policy("reasoner"))
    assert found["answers"]["sampled"] == pytest.approx(written["answers"]["sampled"], abs=0.01)
    assert found["steps"] == pytest.approx(written["steps"], abs=0.01)


def test_it_is_half_taught_and_knows_better():
    written = json.loads((REASONER / "metrics.json").read_text(encoding="utf-8"))
    assert 0.5 < written["answers"]["sampled"]["right"] < 0.75, "room for a reward to work in"
    assert written["answers"]["greedy"]["right"] > 0.95
    assert written["right_for_the_wrong_reason"] > 0.08
    assert written["at_once"]["right"] > 0.5
