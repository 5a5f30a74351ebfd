"""`preferably runs compare`: what differs and what came of it, as text and as a document."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tui.cli.program import preferably

sys.path.append(str(Path(__file__).parent.parent / "tui"))
from run_folders import GATE, write_run


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    write_run(tmp_path / "runs", "dpo-brave-otter-12")
    write_run(tmp_path / "runs", "dpo-calm-lynx-44", steps=52, state="done", gate=GATE, settings={"beta": 0.3})


def call(*words):
    return CliRunner().invoke(preferably, ["runs", *words])


def test_two_runs_side_by_side(runs):
    found = call("compare", "dpo-brave-otter-12", "dpo-calm-lynx-44")
    assert found.exit_code == 0
    lines = [line.split() for line in found.output.splitlines()]
    assert ["A", "dpo-brave-otter-12"] in lines
    assert ["beta", "1.0", "0.3"] in lines
    assert ["step", "38/52", "52/52"] in lines


def test_as_a_document(runs):
    found = json.loads(call("compare", "dpo-brave-otter-12", "dpo-calm-lynx-44", "--json").output)
    assert found["differences"] == {"beta": [1.0, 0.3]}
    assert [run["run"] for run in found["runs"]] == ["dpo-brave-otter-12", "dpo-calm-lynx-44"]
    assert found["metrics"][1]["loss"] == pytest.approx(0.193)


@pytest.mark.parametrize("words", [("compare",), ("compare", "dpo-calm-lynx-44"), ("contrast", "a", "b")])
def test_wrong_use_is_said(runs, words):
    found = call(*words)
    assert found.exit_code == 2
