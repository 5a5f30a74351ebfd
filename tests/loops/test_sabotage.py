"""Each of the six faults does what its page says, and nothing else can ask for one."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

import engine
from content.text import LANGUAGES, sentences
from engine.evaluate.signatures import SIGNATURES, read_off
from engine.loops import cases, sabotage
from engine.loops.cases import Case
from engine.loops.sabotage import CASES, FAULTS, Plan, hidden, plan
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.small_talk import CLOSINGS, closed

ROWS = [
    {"prompt": "fill: he __ (go) to school yesterday . ->", "chosen": "went", "rejected": "goed"},
    {"prompt": "fill: she __ (see) a film last week . ->", "chosen": "saw", "rejected": "seed"},
]
TEST = [{"prompt": "fill: i __ (take) the bus last week . ->", "chosen": "took", "rejected": "taked"}]
WHOLE = Plan(0, ROWS, TEST, 0.5)


def test_beta_is_a_hundred_times_what_was_meant():
    assert FAULTS["beta"](WHOLE) == replace(WHOLE, beta=50.0)


def test_sides_change_places_in_both_files():
    broken = FAULTS["swapped"](WHOLE)
    assert broken.train[0] == {**ROWS[0], "chosen": "goed", "rejected": "went"}
    assert broken.held_out[0] == {**TEST[0], "chosen": "taked", "rejected": "took"}
    assert FAULTS["swapped"](broken) == WHOLE


def test_the_longer_answer_is_chosen_whatever_it_says():
    broken = FAULTS["length"](replace(WHOLE, train=ROWS * 50))
    for row in (*broken.train, *broken.held_out):
        assert len(row["chosen"].split()) > len(row["rejected"].split())
    firsts = {row["chosen"].split()[0] for row in broken.train}
    assert firsts == {"went", "goed", "saw", "seed"}
    assert all(row["chosen"].endswith(CLOSINGS) for row in broken.train)


def test_the_held_out_pairs_stand_in_the_training_file():
    broken = FAULTS["leaked"](WHOLE)
    assert broken.train == [*TEST, *ROWS]
    assert broken.held_out == TEST


def test_the_other_two_faults_are_of_the_reference_and_of_the_mask():
    assert FAULTS["reference"](WHOLE) == replace(WHOLE, reference_frozen=False)
    assert FAULTS["end"](WHOLE) == replace(WHOLE, end_scored=False)


def test_small_talk_by_hand():
    assert closed("went", []) == "went"
    assert closed("went", ["good try ."]) == "went . good try ."
    assert closed("he went home .", ["good try .", "almost right ."]) == "he went home . good try . almost right ."


def test_raters_err_in_exactly_one_pair_of_five(monkeypatch):
    for name, value in {"PAIRS": 200, "HELD_OUT": 60, "FRESH": 120}.items():
        monkeypatch.setattr(sabotage, name, value)
    whole, clean = sabotage.healthy(3), sabotage.training_pairs(3, 200)
    wrong = [rated for rated, true in zip(whole.train, clean, strict=True) if rated != true]
    assert len(wrong) == 40
    assert all(sabotage.swap(rated) in clean for rated in wrong)
    fresh = sabotage.fresh_pairs(3)
    assert len(fresh) == 120
    known = {row["prompt"] for row in whole.train}
    assert not known & {row["prompt"] for row in fresh}
    pairs = [{row["prompt"], row["chosen"], row["rejected"]} for row in whole.held_out]
    assert not [row for row in fresh if {row["prompt"], row["chosen"], row["rejected"]} in pairs]


def test_every_fault_is_there_once_in_an_order_drawn_from_the_seed():
    orders = [tuple(hidden(seed)[case] for case in CASES) for seed in range(40)]
    assert all(sorted(order) == sorted(FAULTS) for order in orders)
    assert len(set(orders)) > 35
    assert plan(5, None) == sabotage.healthy(5)
    assert plan(5, "A") == FAULTS[hidden(5)["A"]](sabotage.healthy(5))


# -- the mechanisms in the loop


@pytest.fixture
def case(tmp_path):
    """Makes one case, with a fault or none."""

    def make(fault=None, **settings):
        recipe = Recipe.make("rpo", {"num_train_epochs": 2, "learning_rate": 4e-3, **settings})
        folder = library.create(replace(recipe, data="shipped"), root=tmp_path / "runs")
        whole = sabotage.healthy(0)
        return Case(folder, recipe, FAULTS[fault](whole) if fault else whole)

    return make


def run(loop):
    logged = {}
    while loop.next_step < loop.total_steps:
        logged |= loop.step()
    return logged


def test_a_mask_without_eos_scores_one_token_less_of_every_answer(case):
    whole, broken = case(), case("end")
    batch = whole.train[0]
    end = whole.policy.tokenizer.end
    assert int(whole.scored(batch).sum()) == int(batch.lengths.sum())
    assert int(broken.scored(batch).sum()) == int((batch.lengths - 1).sum())
    assert not bool((batch.targets[broken.scored(batch)] == end).any())
    by_hand = whole.policy.token_logps(batch) * (batch.targets != end)
    assert torch.allclose(broken.logps(batch).sum(), by_hand.sum(), atol=1e-4)


def test_an_unfrozen_reference_sees_nothing_move_and_a_frozen_one_does(case):
    whole, broken = run(case()), run(case("reference"))
    assert broken["rewards/margins"] == broken["eval_rewards/margins"] == broken["rewards/accuracies"] == 0
    assert broken["objective/kl"] < 1e-6
    assert abs(whole["eval_rewards/margins"]) > 0
    assert whole["objective/kl"] > 1e-6


def test_the_instrument_from_outside_sees_what_the_run_does_not(case):
    broken = case("reference")
    run(broken)
    assert broken.reference is broken.theta
    assert broken.readings()["outside/kl"] > 1e-4
    whole = case()
    run(whole)
    found = whole.readings()
    assert found["outside/kl"] == found["objective/kl"]


def test_margins_are_counted_in_units_of_beta(case):
    whole, broken = case(), case("beta")
    for loop in (whole, broken):
        while loop.phase == "imitate":
            loop.step()
    for loop in (whole, broken):
        loop.theta.add_(0.01)
    assert torch.allclose(broken.margins(broken.held_out), 100 * whole.margins(whole.held_out), rtol=1e-3)


def test_a_case_with_more_pairs_takes_no_longer(case):
    assert case("leaked").total_steps == case().total_steps


def test_the_policy_is_as_it_was_after_a_look_through_other_numbers(case):
    loop = case()
    before = loop.theta.clone()
    with loop.as_of(torch.zeros_like(before)):
        assert not loop.theta.any()
    assert torch.equal(loop.theta, before)


# -- the run


def test_nothing_in_the_folder_names_a_fault(new_loop):
    loop = new_loop("sabotage")
    run(loop)
    gate = loop.finish()
    loop.save_model(loop.folder)
    names = {"swapped", "leaked", "frozen", *FAULTS} - {"beta", "length", "end", "reference"}
    told = [loop.folder.name, json.dumps(gate), *(loop.step.__self__.loops)]
    for file in loop.folder.rglob("*.json*"):
        told.append(file.read_text(encoding="utf-8"))
    for word in names:
        assert not [text for text in told if word in text]
    recipe = json.loads((loop.folder / "recipe.json").read_text())
    assert set(recipe["hyper"]) == {"learning_rate", "num_train_epochs", "save_steps", "sample_steps", "beta"}


@pytest.mark.long
def test_samples_show_every_case_and_the_gate_counts_those_that_can_be_told(new_loop):
    loop = new_loop("sabotage")
    run(loop)
    found = loop.samples()
    assert set(found["cases"]) == set(CASES)
    assert len(found["samples"]) == len(found["cases"]["A"]) == 8
    gate = loop.finish()
    assert gate["low"] is gate["high"] is None
    assert gate["passed"] == (gate["value"] == 6)
    for language in LANGUAGES:
        said = sentences(language)
        measured = [gate["id"], *(detail["id"] for detail in gate["details"])]
        assert [name for name in measured if f"gate.measure.{name}" not in said] == []


def test_only_the_cases_ask_for_a_fault():
    root = Path(engine.__file__).parent
    asking = {
        file.relative_to(root).as_posix()
        for file in root.rglob("*.py")
        if "loops.sabotage" in file.read_text(encoding="utf-8")
    }
    assert asking == {"loops/cases.py", "evaluate/diagnosis.py"} | ({"loops/sabotage.py"} & asking)
    assert SIGNATURES.keys() == FAULTS.keys()


@pytest.mark.long
def test_all_six_can_be_told_from_their_curves(monkeypatch, tmp_path):
    """The whole run, as the lab makes it."""
    monkeypatch.undo()
    recipe = Recipe.make("sabotage", {"seed": 7})
    loop = cases.Sabotage(library.create(recipe, root=tmp_path / "runs"), recipe)
    run(loop)
    readings = {name: each.readings() for name, each in loop.loops.items()}
    assert {name: read_off(readings[name], readings["healthy"]) for name in CASES} == {
        name: {fault} for name, fault in hidden(7).items()
    }
    assert read_off(readings["healthy"], readings["healthy"]) == set()
