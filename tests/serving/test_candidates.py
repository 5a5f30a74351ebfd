"""Which models can answer: the shipped ones, and runs that left a model that writes."""

import json

import torch
from safetensors.torch import save_file

from engine.runs import library
from engine.runs.recipe import Recipe
from engine.serving.models import candidates


def finish(folder, *, head=False):
    name = "score.weight" if head else "model.layers.0.self_attn.q_proj.lora_A.weight"
    save_file({f"base_model.model.{name}": torch.zeros(1, 2)}, folder / "adapter_model.safetensors")
    (folder / "adapter_config.json").write_text(json.dumps({}))


def test_runs_that_write_come_first_with_what_they_were_trained_from(tmp_path):
    rows = [{"prompt": f"fill: he __ (go) {n} . ->", "chosen": "went", "rejected": "goed"} for n in range(3)]
    first = library.create(Recipe.make("dpo", {"data": "labels"}), rows, root=tmp_path)
    finish(first)
    second = library.create(Recipe.make("dpo", {"data": "labels", "model": first.name}), rows, root=tmp_path)
    finish(second)
    judge = library.create(Recipe.make("reward-model", {"data": "labels"}), rows, root=tmp_path)
    finish(judge, head=True)
    library.create(Recipe.make("dpo", {"data": "labels"}), rows, root=tmp_path)  # without weights yet
    found = {each.name: each for each in candidates(tmp_path)}
    assert set(found) == {first.name, second.name, "sft", "base", "reasoner"}
    assert found[second.name].ancestor == first.name
    assert (found[first.name].ancestor, found[first.name].method) == ("sft", "dpo")
    assert (found["sft"].ancestor, found["base"].ancestor) == ("base", None)


def test_a_damaged_model_is_left_out(tmp_path):
    rows = [{"prompt": f"fill: he __ (go) {n} . ->", "chosen": "went", "rejected": "goed"} for n in range(3)]
    run = library.create(Recipe.make("dpo", {"data": "labels"}), rows, root=tmp_path)
    finish(run)
    (run / "adapter_model.safetensors").write_bytes(b"\xff" * 20)
    assert [each.name for each in candidates(tmp_path)] == ["sft", "base", "reasoner"]
