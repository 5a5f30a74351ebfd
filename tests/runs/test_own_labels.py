"""What of the learner's labels goes into a run: what it learns from, and for a trial what measures."""

import json
from dataclasses import replace

import pytest

from engine.errors import Problem
from engine.exchange.own import rows_for_run
from engine.labs import LABS
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.store import Label

PROMPT = "fill: yesterday he __ (go) to school . ->"


def label(number, purpose="train", choice="left", **more):
    return Label(f"p{number}", PROMPT, f"went {number}", f"goed {number}", choice, shown_at="2026", purpose=purpose,
                 event=number, **more)  # fmt: skip


LABELS = [
    *(label(number) for number in range(1, 26)),
    label(30, "test"),
    label(31, choice="tie"),
    label(32, "repeat", repeats=1),
    label(33, "repeat", "right", repeats=2),
]
TRIAL = LABS["12"].recipe(data="labels")


def kept(folder, name):
    file = folder / "data" / f"{name}.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else None


def test_a_trial_learns_from_its_share_and_keeps_what_measures(tmp_path):
    folder = library.create(TRIAL, rows_for_run(LABELS, TRIAL), root=tmp_path)
    assert len(kept(folder, "train")) == 25
    assert [row["chosen"] for row in kept(folder, "test")] == ["went 30"]
    assert kept(folder, "repeats") == [{"same": True}, {"same": False}]
    assert len(kept(folder, "eval")) == library.HELD_OUT


def test_other_methods_get_what_is_there_to_learn_from_alone(tmp_path):
    recipe = Recipe.make("dpo", {"data": "labels"})
    folder = library.create(recipe, rows_for_run(LABELS, recipe), root=tmp_path)
    assert len(kept(folder, "train")) == 25
    assert kept(folder, "test") is kept(folder, "repeats") is None


def test_the_shipped_pairs_need_no_labels():
    assert rows_for_run(LABELS, replace(TRIAL, data="shipped")) is None


def test_too_few_are_refused_with_a_way_on(tmp_path):
    with pytest.raises(Problem) as found:
        library.create(TRIAL, rows_for_run(LABELS[:12], TRIAL), root=tmp_path)
    assert (found.value.code, found.value.params) == ("runs.too_few_labels", {"count": 12, "needed": 20})
    assert list(tmp_path.iterdir()) == []
