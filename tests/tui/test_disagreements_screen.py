"""Looking again: what a sure reward model and a flag bring back, staying, changing, and nothing overwritten."""

import json

import pytest
from label_sittings import Sitting, judge, settle_in

from engine.runs import library
from engine.runs.recipe import Recipe
from engine.store import Label, Store
from tui.screens.disagreements import cases

PROMPT = "fill: yesterday he __ (go) to the market . ->"


def label(number, choice="left", **fields):
    """A label of a screen, its answers a (left) and b (right)."""
    fields.setdefault("shown_at", f"2026-01-01T00:00:{number:02d}+00:00")
    return Label(f"pair-{number}", PROMPT, "went", "goed", choice, 2 if choice in ("left", "right") else None, **fields)


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    settle_in()
    return tmp_path


@pytest.fixture
def model(home):
    """A finished reward model on labels, as far as anyone can see from outside."""
    rows = [{"prompt": "p", "chosen": "a", "rejected": "b"}]
    folder = library.create(Recipe.make("reward-model", {"data": "labels"}), rows)
    status = json.loads((folder / "status.json").read_text())
    (folder / "status.json").write_text(json.dumps({**status, "state": "done"}))
    (folder / "adapter_config.json").write_text("{}")
    return folder.name


def kept(*labels):
    with Store.open() as store:
        return store.add_labels(labels)


def test_only_sure_disagreements_and_flags_come_and_nothing_that_measures():
    labels = [
        label(1, "right"),
        label(2, "right"),
        label(3, flagged=True),
        label(4, "right", purpose="test"),
        label(5, "left"),
        label(6, "tie"),
        label(7, "right"),
    ]
    labels = [Label(**{**one.payload(), "event": number}) for number, one in enumerate(labels, 1)]
    said = {"pair-1": 0.85, "pair-2": 0.95, "pair-3": 0.9, "pair-4": 0.99, "pair-5": 0.9, "pair-6": 0.9, "pair-7": 0.7}
    found = cases(labels, set(), "run", said)
    assert [case.label.pair_id for case in found] == ["pair-3", "pair-2", "pair-1"]
    assert [case.by for case in found] == ["flag", "run", "run"]
    assert found[1].sureness == pytest.approx(0.95)
    assert [case.label.pair_id for case in cases(labels, {2, 3}, "run", said)] == ["pair-1"]


async def test_staying_and_changing_leave_a_trail(model):
    first, second, _third = kept(label(1, "right"), label(2, "right"), label(3, "left"))
    async with Sitting("disagreements", generator=judge(0.9)) as sitting:
        await sitting.ready()
        assert f"You said: B, clearly. Your reward model ({model}) is sure of A: 0.90" in sitting.text("#above")
        await sitting.press("k")
        await sitting.ready()
        await sitting.press("1")
        await sitting.until(lambda: not sitting.screen.deciding)
        assert "That was all (2)" in sitting.text("#state")
        store = sitting.app.store
        assert store.adjudicated() == {first.event}
        revised = store.labels()[-1]
        assert (revised.choice, revised.strength, revised.revises) == ("left", 3, second.event)
        assert [one.event for one in store.first_labels()] == [first.event, second.event, _third.event]
        trail = {row["event"]: row for row in store.trail()}
        assert trail[second.event]["revised_by"] == revised.event
        assert trail[first.event]["stayed"][0]["by"] == model
        await sitting.press("u")
        await sitting.ready()
        assert store.labels()[1].choice == "right", "the change is taken back"
        await sitting.press("u")
        await sitting.ready()
        assert store.adjudicated() == set()
    async with Sitting("disagreements", generator=judge(0.9)) as sitting:
        await sitting.ready()
        assert len(sitting.screen.queue) == 2
        await sitting.press("s")
        assert "another day" in sitting.text("#last")
        assert sitting.screen.place == 1


async def test_the_same_choice_again_is_staying(model):
    kept(label(1, "right"))
    async with Sitting("disagreements", generator=judge(0.9)) as sitting:
        await sitting.ready()
        await sitting.press("6")
        assert len(sitting.app.store.adjudicated()) == 1
        assert all(not one.revises for one in sitting.labels)


async def test_without_a_model_flags_come_and_a_change_takes_the_flag_off():
    kept(label(1), label(2, flagged=True))
    async with Sitting("disagreements", generator=judge()) as sitting:
        await sitting.ready()
        assert "flagged it" in sitting.text("#above")
        await sitting.press("b")
        assert [(one.choice, one.flagged) for one in sitting.labels] == [("left", False), ("both_bad", False)]


async def test_nothing_to_look_at_is_said():
    kept(label(1))
    async with Sitting("disagreements", generator=judge()) as sitting:
        await sitting.until(lambda: sitting.screen.queue is not None)
        assert "no reward model yet" in sitting.text("#state")
