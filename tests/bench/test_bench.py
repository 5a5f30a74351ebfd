"""The benchmark measures real runs and says plainly what it lacks."""

import importlib.util
import json

import pytest
from click.testing import CliRunner

from content.text import say
from engine import bench
from engine.bench import measures
from engine.errors import Problem


@pytest.fixture(autouse=True)
def briefly(monkeypatch):
    """One short round: enough to see that both sides run, not to learn how fast they are."""
    for name, value in {"WARM": 1, "STEPS": 2, "ROUNDS": 1}.items():
        monkeypatch.setattr(measures, name, value)


@pytest.fixture
def heard():
    return []


@pytest.fixture
def report(heard):
    def take(key, /, **params):
        heard.append(say("es", key, **params))
        say("en", key, **params)

    return take


@pytest.mark.parametrize("name", ["dpo", "reward-model"])
def test_both_sides_run_and_the_ratio_is_that_of_their_rounds(name, report, heard, capfd):
    found = bench.run([name], report)
    measure = found["measures"][name]
    rounds = measure["rounds"]
    assert set(rounds) == {"ours", "trl", *(["trl_precomputed"] if name == "dpo" else [])}
    assert all(value > 0 for values in rounds.values() for value in values)
    assert measure["ratio"] == pytest.approx(rounds["ours"][0] / rounds["trl"][0], rel=0.01)
    assert measure["passed"] == (measure["ratio"] >= measure["expected"]) == found["passed"]
    assert len(heard) == len(rounds) + (2 if name == "dpo" else 1)
    assert capfd.readouterr().out == ""
    json.dumps(found, allow_nan=False)


def test_the_start_of_a_real_worker(report, heard):
    found = bench.run(["start"], report)["measures"]["start"]
    assert 0 < found["median"] < 60
    assert len(heard) == len(found["rounds"]) == 1


def test_an_unknown_name(report):
    with pytest.raises(Problem) as caught:
        bench.run(["dpo", "nothing"], report)
    assert caught.value.code == "bench.unknown_name"
    assert "reward-model" in caught.value.params["known"]


def test_without_trl_there_is_one_clear_sentence(report, monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: None if name == "trl" else real(name))
    with pytest.raises(Problem) as caught:
        bench.run([], report)
    assert caught.value.code == "bench.no_trl"


def test_the_command_speaks_json_alone():
    from tui.cli.program import preferably

    result = CliRunner().invoke(preferably, ["bench", "start", "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["measures"]["start"]["unit"] == "s"
