"""`eval`, `bench` and `build`: how they call what measures and builds, and what they answer."""

import sys
import types

import pytest

from engine.evaluate import cards
from engine.models import build

GATE = {
    "id": "win_rate", "lab": "01", "value": 0.71, "low": 0.58, "high": 0.82, "threshold": 0.55, "passed": True,
    "details": [{"id": "kl", "value": 0.5, "low": None, "high": None}],
}  # fmt: skip


@pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 1)])
def test_eval_says_the_gate_again(passed, code, invoke, document, quick_worker, monkeypatch):
    run = document("train", "dpo")["run"]
    asked = []
    monkeypatch.setattr(cards, "evaluate_run", lambda folder: asked.append(folder.name) or GATE | {"passed": passed})
    result = invoke("eval", run)
    assert result.exit_code == code
    assert "0.71 (0.58–0.82)" in result.stdout
    assert document("eval", run, exit_code=code)["gate"]["value"] == 0.71
    assert asked == [run, run]


def test_bench_passes_the_names_on_and_answers_with_what_was_measured(document, monkeypatch):
    def run(names, report):
        report("bench.ratio_only", measure="dpo", ratio="3.60", who="trl")
        return {"names": names, "pairs_per_second": 1000.0}

    bench = types.ModuleType("engine.bench")
    bench.run = run
    monkeypatch.setitem(sys.modules, "engine.bench", bench)
    assert document("bench", "dpo")["names"] == ["dpo"]


def test_build_base_says_how_far_it_is_and_what_the_model_can_do(invoke, document, monkeypatch, tmp_path):
    def build_base(seed, folder, progress):
        for step in range(1, 101):
            progress("base", step, 100, {"loss": 1 / step})
        return {"base": {"parameters": 7, "seed": seed}}

    monkeypatch.setattr(build, "build_base", build_base)
    result = document("build", "base", "--seed", "3", "--folder", str(tmp_path / "models"))
    assert result["report"]["base"] == {"parameters": 7, "seed": 3}
    assert result["folder"] == str(tmp_path / "models")
    assert 15 <= len(invoke("build", "base").stderr.splitlines()) <= 25
    assert invoke("build", "base", "--seed", "x").exit_code == 2
