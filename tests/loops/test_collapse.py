"""Generations of self-training: what each learns from, and what filter and real text do to it."""

import pytest
import torch

from engine.loops import collapse
from engine.loops.collapse import is_right, is_sentence, judged, sentences, verb_groups
from engine.models.policy import load_policy


def finished(loop):
    while loop.next_step < loop.total_steps:
        loop.step()
    return loop


def written(loop):
    loop.step()
    return loop.rows


def test_the_rule_reads_plain_sentences():
    assert is_right("he went to school yesterday .")
    assert judged("he goed to school yesterday .").reason == "over_regularised"
    assert judged("yesterday yesterday .").reason == "garbled"
    assert not is_sentence("fill : he __ ( go ) home now . -> is going")
    assert verb_groups(["he went to school yesterday .", "she went to work last week .", "no sentence"]) == {("went",)}


def test_sentences_are_those_without_an_exercise():
    found, right = sentences(load_policy("sft"), 40, torch.Generator().manual_seed(0))
    assert len(found) == 40
    assert all(map(is_sentence, found))
    assert right == sum(map(is_right, found))


def test_own_sentences_alone_are_what_the_tutor_writes(new_loop):
    assert len(written(new_loop("self-training", real_share=0.0))) == 20
    assert written(new_loop("self-training", real_share=0.0)) == written(new_loop("self-training", real_share=0.0))


def test_a_share_is_real_and_drawn_afresh_each_generation(new_loop):
    loop = new_loop("self-training", real_share=0.25)
    own, first = written(loop)[:15], loop.rows[15:]
    assert own == written(new_loop("self-training", real_share=0.0))[:15] or len(own) == 15
    while loop.phase != "write":
        loop.step()
    assert len(first) == 5
    assert written(loop)[15:] != first
    assert all(map(is_sentence, first))


def test_the_filter_keeps_what_is_right_once(new_loop):
    rows = written(new_loop("self-training", real_share=0.0, filter=True))
    assert len(rows) == len(set(rows)) == 20
    assert all(map(is_right, rows))


def test_each_generation_begins_with_a_fresh_stage(new_loop):
    loop = new_loop("self-training", num_train_epochs=2)
    begun = []
    while loop.next_step < loop.total_steps:
        place = loop.next_step % loop.generation_steps
        loop.step()
        if place == 0 and loop.next_step > 1:
            assert loop.adapter.state()["theta"].abs().sum() > 0
        if place == 1:
            begun.append(loop.adapter)
    assert len(begun) == 2
    assert begun[0] is not begun[1]


def test_without_anything_to_learn_from_nothing_changes(new_loop, monkeypatch):
    loop = new_loop("self-training", filter=True, real_share=0.0)
    monkeypatch.setattr(collapse, "is_right", lambda text: False)
    loop.step()
    before = loop.adapter.state()["theta"]
    assert loop.rows == []
    assert loop.step()["loss"] == 0.0
    assert torch.equal(loop.adapter.state()["theta"], before)


def test_arms_are_what_they_say_and_the_gate_compares_two_of_them(new_loop):
    loop = finished(new_loop("collapse"))
    settings = {name: (arm.hyper["real_share"], arm.hyper["filter"]) for name, arm in loop.loops.items()}
    assert settings == {"own": (0.0, False), "mixed": (0.25, False), "filtered": (0.0, True)}
    gate = loop.finish()
    found = {detail["id"]: detail["value"] for detail in gate["details"]}
    assert gate["value"] == pytest.approx(found["distinct_mixed"] - found["distinct_own"])
    assert found["fall_own"] == pytest.approx(1 - found["distinct_own"] / found["distinct_start"])
    assert gate["passed"] == (gate["low"] > 0)
    assert loop.finish() == gate
