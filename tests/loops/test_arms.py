"""Runs of several arms: each arm is what its method alone would be, and a judge is trained once for all."""

import pytest
import torch

from content.text import LANGUAGES, sentences
from engine.loops.arms import JUDGE_STEPS


def finished(loop):
    while loop.next_step < loop.total_steps:
        loop.step()
    return loop


def same(first, second):
    return all(torch.equal(tensor, second.adapter.state()[name]) for name, tensor in first.adapter.state().items())


def test_an_arm_is_the_method_alone(new_loop):
    zoo = finished(new_loop("zoo"))
    assert same(zoo.loops["dpo"], finished(new_loop("dpo", num_train_epochs=1)))
    assert same(zoo.loops["orpo"], finished(new_loop("orpo", num_train_epochs=1)))
    assert not same(zoo.loops["dpo"], zoo.loops["rpo"])


def test_kto_takes_both_sides_of_every_pair(new_loop):
    zoo = new_loop("zoo")
    pairs = [row for group in zoo.loops["dpo"].train_rows for row in group]
    rows = [row for group in zoo.loops["kto"].train_rows for row in group]
    assert {(row["prompt"], row["completion"]) for row in rows if row["label"]} == {
        (pair["prompt"], pair["chosen"]) for pair in pairs
    }
    assert {(row["prompt"], row["completion"]) for row in rows if not row["label"]} == {
        (pair["prompt"], pair["rejected"]) for pair in pairs
    }
    assert len(rows) == 2 * len(pairs)


def test_the_judge_is_trained_once_and_is_the_same_for_every_arm(new_loop):
    loop = new_loop("u-curve", reward="learned", rollouts=1)
    free, held = loop.loops.values()
    while loop.next_step < loop.judge_steps:
        assert loop.phase == "reward"
        logged = loop.step()
        assert logged.keys() == {"judge/accuracy", "judge/eval_accuracy"}
    assert loop.judge_steps == -(-free.judge_steps // JUDGE_STEPS)
    assert free.next_step == held.next_step == free.judge_steps
    assert same(free.judge.loop, held.judge.loop)
    assert loop.phase == "policy"
    first = loop.step()
    assert first["free/objective/scores"] == pytest.approx(first["held/objective/scores"], abs=1e-6)


def test_only_the_price_of_the_kl_parts_the_two_arms(new_loop):
    parted, equal = finished(new_loop("u-curve")), finished(new_loop("u-curve", kl_coef=0.0))
    assert not same(*parted.loops.values())
    assert same(*equal.loops.values())


def test_arms_of_unlike_length_each_run_to_their_own_end(new_loop):
    loop = new_loop("u-curve")
    loop.loops["held"].total_steps -= 2
    finished(loop)
    assert [arm.next_step for arm in loop.loops.values()] == [6, 4]


def test_the_highest_of_every_curve_is_kept(new_loop):
    loop = new_loop("u-curve")
    seen = []
    while loop.next_step < loop.total_steps:
        seen.append(loop.step()["free/gold/score"])
    assert loop.highest["free/gold/score"] == max(seen)


@pytest.mark.parametrize(
    ("method", "compared", "arms"),
    [
        ("u-curve", "gold_", 2),
        pytest.param("zoo", "win_rate_", 7, marks=pytest.mark.long),
        ("round-after-round", "gain_", 2),
    ],
)
def test_the_gate_is_that_of_the_weakest_and_every_measure_has_its_words(method, compared, arms, new_loop):
    gate = finished(new_loop(method)).finish()
    measured = {detail["id"]: detail["value"] for detail in gate["details"]}
    values = [value for name, value in measured.items() if name.startswith(compared)]
    assert len(values) == arms
    if method == "u-curve":
        assert gate["value"] == pytest.approx(measured["gold_held"] - measured["gold_free"])
        assert gate["passed"] == (gate["low"] > 0)
    else:
        assert gate["value"] == min(values)
    for language in LANGUAGES:
        said = sentences(language)
        assert [name for name in (gate["id"], *measured) if f"gate.measure.{name}" not in said] == []
        assert f"lab.passes_when.{gate['id']}" in said
