"""Best-of-N, its comparison with PPO, and the trial of a reward model: what each draws, measures and says."""

import json

import pytest
import torch

from content.text import LANGUAGES, sentences
from engine.evaluate.best_of import mean
from engine.world.preferences import training_pairs
from engine.world.rule import grade


@pytest.fixture(autouse=True)
def few_pairs(monkeypatch):
    """An exam of a few pairs, where no model is good."""
    monkeypatch.setattr("engine.evaluate.trial.PAIRS", 40)


def finished(loop):
    logged = []
    while loop.next_step < loop.total_steps:
        logged.append(loop.step())
    return logged


def test_every_prompt_gets_its_draws_and_is_scored_as_the_judge_and_the_rule_say(new_loop):
    loop = new_loop("best-of-n", reward="rule")
    logged = finished(loop)
    assert len(loop.pools) == 8 + 8
    for pool in loop.pools:
        assert sum(pool.counts) == 8
        assert pool.gold == [grade(pool.prompt, answer).score for answer in pool.answers]
        assert all(score <= gold + 1e-6 for score, gold in zip(pool.scores, pool.gold, strict=True))
    sizes = [row["plane/n"] for row in logged if "plane/n" in row]
    assert sizes == [1.0, 2.0, 4.0]
    rewards = [row["plane/scores"] for row in logged if "plane/n" in row]
    assert rewards == sorted(rewards), "the best of more is never worse by its own measure"


def test_nothing_learns_but_the_judge(new_loop, tmp_path):
    loop = new_loop("best-of-n", reward="learned")
    before = loop.policy.logps(loop.policy.pack(["fill: a ->"], [["went"]]))
    finished(loop)
    assert torch.equal(loop.policy.logps(loop.policy.pack(["fill: a ->"], [["went"]])), before)
    (tmp_path / "model").mkdir()
    loop.save_model(tmp_path / "model")
    assert {file.name for file in (tmp_path / "model").iterdir()} == {
        "adapter_config.json",
        "adapter_model.safetensors",
    }


def test_the_watched_answers_are_those_of_the_n_just_done(new_loop):
    loop = new_loop("best-of-n", reward="rule", draws=64)
    finished(loop)
    shown = loop.samples()
    right = {pool.prompt: any(gold == 1.0 for gold in pool.gold) for pool in loop.pools[:8]}
    for sample in shown["samples"]:
        assert sample["reason"] == "right" or not right[sample["prompt"]]
    assert all(sum(choice["options"].values()) <= 1 + 1e-9 for choice in shown["choices"])


def test_ppo_sets_out_where_best_of_one_stands(new_loop):
    loop = new_loop("against", sample_steps=2)
    phases, logged = [], []
    while loop.next_step < loop.total_steps:
        phases.append(loop.phase)
        logged.append(loop.step())
    assert phases == ["draw"] * 4 + ["choose"] * 3 + [None] * 6
    assert mean(loop.path[0].kl) == pytest.approx(0, abs=1e-6)
    assert sum("ppo/plane/kl" in row for row in logged) == len(loop.path)
    assert loop.loops["ppo"].next_step == loop.loops["ppo"].total_steps


def test_both_are_measured_on_the_same_prompts(new_loop):
    loop = new_loop("against")
    finished(loop)
    assert [len(place.kl) for place in loop.path] == [8] * len(loop.path)
    assert [pool.prompt for pool in loop.loops["best"].measured_pools] == loop.loops["best"].prompts


def test_a_lead_is_the_difference_at_the_same_kl(new_loop):
    loop = new_loop("against")
    finished(loop)
    curve = loop.loops["best"].curve()
    there = type(loop.path[0])(curve[1].kl, curve[1].scores, curve[1].gold)
    assert loop.lead(curve, [there], "scores").value == pytest.approx(0, abs=1e-9)
    assert loop.saved(curve, [there]).value == pytest.approx(0, abs=1e-9)
    far = type(loop.path[0])([99.0] * 8, [0.0] * 8, [0.0] * 8)
    assert loop.lead(curve, [far], "scores").value == pytest.approx(mean(curve[-1].scores))


@pytest.mark.parametrize("method", ["best-of-n", "on-trial", "against"])
def test_every_measure_has_its_words(method, new_loop):
    loop = new_loop(method)
    finished(loop)
    gate = loop.finish()
    measured = {detail["id"] for detail in gate["details"]}
    assert gate["passed"] == (gate["low"] > gate["threshold"])
    for language in LANGUAGES:
        said = sentences(language)
        assert [name for name in (gate["id"], *measured) if f"gate.measure.{name}" not in said] == []
        assert f"lab.passes_when.{gate['id']}" in said


def test_the_trial_of_ones_own_labels_reads_the_test_share_and_the_repeats(new_loop):
    loop = new_loop("on-trial")
    data = loop.folder / "data"
    rows = training_pairs(1, 30)
    (data / "test.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (data / "repeats.jsonl").write_text('{"same": true}\n' * 9 + '{"same": false}\n')
    finished(loop)
    gate = loop.finish()
    found = {row["id"]: row["value"] for row in gate["details"]}
    assert found["labels_trained"] == 40
    assert found["labels_as_rule"] == 1.0
    assert found["self_agreement"] == 0.9
    assert found["noise_ceiling"] == pytest.approx((1 + 0.8**0.5) / 2)
    assert gate["verdict"][-1]["code"] in ("below_ceiling", "at_ceiling")
