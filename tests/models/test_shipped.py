"""What ships: small, hashed, made by the recipe beside it, and imperfect in the way the labs need."""

import hashlib
import json
from dataclasses import asdict

import pytest

from engine.models.policy import BASE, SFT
from engine.models.pretrain import PretrainRecipe

WEIGHTS = {BASE: "model.safetensors", SFT: "adapter_model.safetensors"}


def written(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", WEIGHTS)
def test_the_hash_in_the_report_is_that_of_the_weights(folder):
    weights = (folder / WEIGHTS[folder]).read_bytes()
    assert hashlib.sha256(weights).hexdigest() == written(folder, "metrics.json")["sha256"]
    assert len(weights) < 2_000_000


def test_the_base_is_what_the_build_command_makes_by_default():
    assert written(BASE, "recipe.json") == asdict(PretrainRecipe())
    assert 100_000 < written(BASE, "metrics.json")["parameters"] < 300_000


@pytest.mark.parametrize("folder", WEIGHTS)
def test_alignment_has_work_to_do(folder):
    report = written(folder, "metrics.json")
    for way in ("sampled", "greedy"):
        assert report["answers"][way]["over_regularised"] > 0.1
        assert report["answers"][way]["right"] > 0.5
    assert report["roles"]["critique_precision"] > 0.9
    assert report["roles"]["revise_mends"] > 0.9
    assert report["roles"]["revise_spoils"] > 0.1, "a revision without a true critique must do harm"


@pytest.mark.parametrize("folder", WEIGHTS)
def test_no_path_of_the_machine_that_built_it(folder):
    for file in folder.glob("*.json"):
        if file.name != "tokenizer.json":
            assert '"/' not in file.read_text(encoding="utf-8"), file.name
