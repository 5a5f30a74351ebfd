"""The instruments as a process: what it says, line by line, and what it leaves in the run's folder."""

import json

import pytest

from engine.evaluate import card_process, instruments
from engine.evaluate.instruments import Figure
from engine.runs import status


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "dpo-brave-otter-12"
    folder.mkdir()
    (folder / "recipe.json").write_text('{"method": "dpo"}')
    status.create(folder, "dpo", None)
    return folder


def said(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_card_is_said_and_kept(folder, monkeypatch, capsys):
    def card(policy, reference, progress):
        progress(0.5)
        return [Figure("distinct_2", 0.4, None, None, (0.3, float("inf")), "08")]

    from engine.models import policy

    monkeypatch.setattr(instruments, "card", card)
    monkeypatch.setattr(policy, "load_policy", lambda name: name)
    monkeypatch.setattr("engine.runs.library.model_folder", lambda name: name)
    assert card_process.main(folder, "sft") == 0
    share, last = said(capsys)
    assert share == {"share": 0.5}
    (figure,) = last["card"]["figures"]
    assert (figure["healthy"], figure["fine"], figure["value"]) == ([0.3, None], True, 0.4)
    assert card_process.kept(folder) == last["card"]


def test_a_fault_is_said_as_a_problem(folder, capsys):
    assert card_process.main(folder, "nobody") == 2
    (last,) = said(capsys)
    assert last["error"]["code"] == "runs.model_unfinished"
