"""Two stages of DPO: each begins at its own reference; what is listed, loaded and switched off is what was trained."""

import json
import math

import pytest
import torch

from engine.evaluate import gates
from engine.models.policy import load_policy
from engine.models.stages import load_without, parts


@pytest.fixture(autouse=True)
def few_samples(monkeypatch):
    monkeypatch.setattr(gates, "SAMPLES_PER_PROMPT", 1)


def finished(loop):
    return [loop.step() for _ in range(loop.total_steps - loop.next_step)]


@torch.no_grad()
def logps(policy, batch):
    return policy.logps(batch)


def test_both_stages_begin_at_log_2(new_loop):
    loop = new_loop("stages")
    logged = finished(loop)
    assert loop.zero == {"grammar": pytest.approx(math.log(2)), "manners": pytest.approx(math.log(2))}
    assert logged[0]["rewards/accuracies"] == logged[loop.stage_steps]["rewards/accuracies"] == 0
    assert logged[1]["loss"] != pytest.approx(math.log(2), abs=1e-6)


def test_the_wrong_reference_shows_before_the_first_update(new_loop):
    loop = new_loop("stages", reference="base")
    first = loop.step()
    assert abs(first["loss"] - math.log(2)) > 1e-3
    assert first["rewards/accuracies"] > 0


def test_the_first_stage_is_finished_when_the_second_begins(new_loop):
    loop = new_loop("stages")
    while loop.next_step < loop.stage_steps:
        loop.step()
    grammar = loop.adapter.state()["theta"].clone()
    batch = loop.batches[0]
    trained = logps(loop.policy, batch)
    loop.step()
    assert loop.adapter.state()["theta"].shape == grammar.shape
    with loop.policy.switched_off():
        assert torch.equal(logps(loop.policy, batch), trained)


def test_a_run_has_all_its_stages(new_loop):
    loop = new_loop("stages")
    finished(loop)
    loop.save_model(loop.folder)
    folder = str(loop.folder)
    assert [part.name for part in parts(folder)] == ["base", "sft", "grammar", "manners"]
    batch = loop.batches[0]
    assert torch.equal(logps(load_policy(folder), batch), logps(loop.policy, batch))
    with loop.policy.switched_off():
        assert torch.equal(logps(load_without(folder, 1), batch), logps(loop.policy, batch))
    assert torch.equal(logps(load_without(folder, 2), batch), logps(load_policy("sft"), batch))


def test_a_run_that_starts_anew_forgets_the_stage_it_had_finished(new_loop, again):
    loop = new_loop("stages")
    finished(loop)
    fresh = again(loop)
    assert len(fresh.below) == 1
    assert json.loads((loop.kept / "stage.json").read_text(encoding="utf-8")) == {"name": "grammar", "own": True}
    assert torch.equal(logps(fresh.policy, fresh.batches[0]), logps(load_policy("sft"), fresh.batches[0]))


def test_the_gate_asks_about_both_skills(new_loop):
    loop = new_loop("stages")
    finished(loop)
    gate = loop.finish()
    found = {detail["id"]: detail["value"] for detail in gate["details"]}
    assert found["merged_gap"] < 1e-5
    assert found["single_gap"] < 1e-4
    assert found["off_gap"] == 0
    assert found["loss_zero_grammar"] == pytest.approx(found["log_2"])
    assert found["loss_zero_base"] > found["log_2"]
    assert found["parameters_stage"] == 30720
    assert gate["passed"] == (gate["low"] > 0.5)
    assert loop.finish() == gate
