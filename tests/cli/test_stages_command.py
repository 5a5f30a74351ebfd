"""`stages` and `export model`: what they say, what they write, and what they refuse."""

import json

import pytest


def test_the_stages_of_a_model_are_listed_from_the_base_upwards(invoke, document):
    lines = invoke("stages", "sft").stdout.splitlines()
    assert [line.split()[:2] for line in lines[1:]] == [["base", "179,008"], ["sft", "30,720"]]
    found = document("stages", "sft")["stages"]
    assert [(part["name"], part["size"], part["r"]) for part in found] == [("base", 719024, None), ("sft", 128128, 8)]
    assert len(found[1]["sha256"]) == 64


@pytest.mark.parametrize(("flag", "file"), [((), "model.safetensors"), (("--adapter",), "adapter_model.safetensors")])
def test_a_model_is_written_as_one(flag, file, invoke, document, tmp_path):
    target = tmp_path / "out"
    assert document("export", "model", "sft", str(target), *flag)["folder"] == str(target)
    assert (target / file).is_file()
    config = json.loads((target / ("adapter_config.json" if flag else "config.json")).read_text(encoding="utf-8"))
    assert config["r" if flag else "vocab_size"] > 0
    again = invoke("export", "model", "sft", str(target), *flag)
    assert again.exit_code == 2


def test_more_stages_than_there_are_cannot_be_left_off(invoke, tmp_path):
    result = invoke("export", "model", "sft", str(tmp_path / "out"), "--off", "2")
    assert result.exit_code == 2
    assert "this model has 1" in result.stderr
    assert invoke("stages", "no-such-run").exit_code == 2
