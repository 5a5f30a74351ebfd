"""Lab 01 for real: an empty home, the shipped model, a worker process, a gate, and everything that is left of it."""

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from engine.runs.events import read_events

DEADLINE = 120.0  # seconds; ten on an idle machine


@pytest.fixture(scope="module")
def learner(tmp_path_factory):
    """Runs commands as a learner would, in a home that begins empty, and reads their one JSON document."""
    home = tmp_path_factory.mktemp("learner") / "home"

    def run(*arguments, code=0):
        done = subprocess.run(
            [sys.executable, "-m", "tui.cli", *arguments, "--json", "--language", "en"],
            capture_output=True, text=True, timeout=DEADLINE, cwd=home.parent,
            env={**os.environ, "PREFERABLY_HOME": str(home)},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def lab(learner):
    return learner("lab", "01")


def test_the_gate_is_passed_on_held_out_prompts(lab):
    gate = lab["gate"]
    assert (gate["id"], gate["lab"], gate["threshold"], gate["passed"]) == ("win_rate", "01", 0.55, True)
    assert gate["low"] < gate["value"] < gate["high"]
    assert gate["value"] > gate["threshold"]


def test_the_report_shows_its_charts(lab):
    report = Path(lab["report"])
    charts = re.findall(r"!\[[^\]]*\]\(([^)]+\.svg)\)", report.read_text(encoding="utf-8"))
    assert charts
    for chart in charts:
        assert (report.parent / chart).read_text(encoding="utf-8").lstrip().startswith("<svg")


def test_the_run_is_listed_and_whole(lab, learner):
    (run,) = learner("runs")["runs"]
    assert (run["run"], run["method"], run["lab"], run["state"]) == (lab["run"], "dpo", "01", "done")
    assert run["step"] == run["total_steps"] > 0
    assert run["gate"] == lab["gate"]
    events = read_events(Path(run["folder"]))
    assert [event["step"] for event in events if event["event"] == "metric"] == list(range(1, run["total_steps"] + 1))


def test_what_is_exported_carries_no_code_and_gets_the_same_gate_elsewhere(lab, learner, tmp_path):
    learner("export", "run", lab["run"], str(tmp_path / "run.zip"))
    with zipfile.ZipFile(tmp_path / "run.zip") as archive:
        assert archive.testzip() is None
        names = {Path(name).relative_to(lab["run"]).as_posix() for name in archive.namelist()}
        archive.extractall(tmp_path)
    assert {
        "recipe.json", "events.jsonl", "report.md", "adapter_config.json", "adapter_model.safetensors",
        "data/train.jsonl", "data/eval.jsonl",
    } <= names  # fmt: skip
    assert {Path(name).suffix for name in names} <= {".json", ".jsonl", ".safetensors", ".md", ".svg", ".txt"}
    assert learner("eval", str(tmp_path / lab["run"]))["gate"] == lab["gate"]
