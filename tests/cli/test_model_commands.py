"""`preferably chat`, `arena` and `forecasts` at a shell."""

import sys
from pathlib import Path

import pytest

from engine.arena.vote import Vote, add_vote
from engine.forecasts.forecast import add, direction
from engine.serving import client
from engine.store import Store

sys.path.append(str(Path(__file__).parent.parent / "tui"))

from fake_models import SOURCE  # the stand-in that the screens are tested with, too

PROMPT = "fill: yesterday he __ (go) to school . ->"


@pytest.fixture
def fake(monkeypatch):
    command = (sys.executable, "-S", "-c", SOURCE)
    monkeypatch.setattr(client.Generator.__init__, "__defaults__", (command,))


def test_one_prompt_a_line_to_every_model(fake, document):
    found = document("chat", "sft", "base", "--seed", "4", input="yesterday he ___ (go) to school\n\nnever asked\n")
    (exchange,) = found["exchanges"]
    assert (exchange["prompt"], exchange["answers"], exchange["seed"]) == (PROMPT, ["went", "goed"], 4)
    assert [grade["reason"] for grade in exchange["grades"]] == ["right", "over_regularised"]


def test_lines_for_a_person(fake, invoke):
    result = invoke("chat", "sft", input="explain gravity\n")
    assert result.exit_code == 0
    assert "went" in result.stdout
    assert "explain, gravity" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["sft", "--temperature", "hot"], "hot"), (["a", "b", "c", "d", "e"], "5"), (["unknown"], "unknown")],
)
def test_what_cannot_be_asked_is_refused(fake, invoke, arguments, said):
    result = invoke("chat", *arguments, input="he goed to school yesterday\n")
    assert result.exit_code in (1, 2)
    assert said in result.stderr


def test_a_process_that_dies_is_a_sentence(fake, invoke):
    result = invoke("chat", "dies", input="he goed to school yesterday\n")
    assert result.exit_code == 1
    assert "the machine is full" in result.stderr


def test_the_tally_of_all_votes(document, invoke):
    assert "No votes" in invoke("arena").stdout
    with Store.open() as store:
        for choice in ("left", "left", "tie"):
            add_vote(store, Vote("sft", "base", PROMPT, "went", "goed", choice))
    found = document("arena")
    assert (found["votes"], found["matches"][0]["wins"], found["matches"][0]["rate"]) == (3, 2, None)
    assert [each["model"] for each in found["standings"][0]] == ["sft", "base"]
    assert "too few to say" in invoke("arena").stdout


def test_forecasts_and_their_calibration(document, invoke):
    assert "No forecasts" in invoke("forecasts").stdout
    with Store.open() as store:
        add(store, "01", {"loss:direction": direction("loss", False, 0.8)})
    found = document("forecasts")
    assert (found["forecasts"][0]["up"], found["forecasts"][0]["outcome"]) == (False, None)
    assert found["calibration"]["verdict"] == "too_few"
    assert "falls" in invoke("forecasts").stdout
