"""A diagnosis is kept choice by choice, handed in once, and decided by the six faults."""

import pytest

from content.text import LANGUAGES, sentences
from engine.errors import Problem
from engine.evaluate import diagnosis
from engine.evaluate.signatures import (
    CUT,
    FRESH,
    HELD_OUT,
    KL,
    LENGTH,
    MARGIN,
    OUTSIDE,
    SIGNATURES,
    read_off,
)  # fmt: skip
from engine.loops.sabotage import CASES, FAULTS, hidden
from engine.store import Store

HEALTHY = {MARGIN: 1.0, KL: 0.4, HELD_OUT: 0.75, FRESH: 0.75, LENGTH: 6.2, CUT: 0.0, OUTSIDE: 0.4}
SICK = {
    "beta": {MARGIN: 30.0, KL: 0.1, OUTSIDE: 0.1},
    "swapped": {FRESH: 0.25, KL: 0.8, OUTSIDE: 0.8},
    "length": {LENGTH: 12.0, HELD_OUT: 0.95, FRESH: 0.5, KL: 4.0, OUTSIDE: 4.0, MARGIN: 7.0},
    "leaked": {HELD_OUT: 0.92, MARGIN: 2.0},
    "reference": {MARGIN: 0.0, KL: 0.0, HELD_OUT: 0.0, FRESH: 0.0, OUTSIDE: 2.0},
    "end": {LENGTH: 24.0, CUT: 1.0, KL: 3.0, OUTSIDE: 3.0},
}


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "store.db") as store:
        yield store


@pytest.mark.parametrize("fault", SIGNATURES)
def test_each_fault_shows_its_own_signature_and_no_other(fault):
    assert read_off({**HEALTHY, **SICK[fault]}, HEALTHY) == {fault}


def test_a_healthy_run_shows_none():
    assert read_off(HEALTHY, HEALTHY) == set()


def test_the_last_choice_of_a_case_counts_until_it_is_handed_in(store):
    truth = hidden(3)
    for case in CASES:
        diagnosis.choose(store, "run-1", case, "beta")
        diagnosis.choose(store, "run-1", case, truth[case])
    diagnosis.choose(store, "run-2", "A", "end")
    assert diagnosis.chosen(store, "run-1") == truth
    assert diagnosis.decided(store, "run-1") is None
    gate = diagnosis.hand_in(store, "run-1", 3)
    assert (gate["value"], gate["passed"], gate["said"]) == (1.0, True, truth)
    assert store.gates_passed() == {"11"}
    diagnosis.choose(store, "run-1", "A", next(fault for fault in FAULTS if fault != truth["A"]))
    assert diagnosis.hand_in(store, "run-1", 3) == gate == diagnosis.decided(store, "run-1")


def test_five_of_six_pass_and_four_do_not():
    truth = hidden(0)
    first, second = CASES[:2]
    one_wrong = {**truth, first: truth[second]}
    swapped = {**one_wrong, second: truth[first]}
    assert diagnosis.judge(0, one_wrong)["passed"]
    assert diagnosis.judge(0, one_wrong)["details"] == [{"id": "faults_found", "value": 5}]
    assert not diagnosis.judge(0, swapped)["passed"]
    assert diagnosis.judge(0, swapped)["value"] == pytest.approx(4 / 6)


def test_a_diagnosis_with_an_open_case_is_not_decided(store):
    diagnosis.choose(store, "run-1", "A", "beta")
    with pytest.raises(Problem) as caught:
        diagnosis.hand_in(store, "run-1", 0)
    assert (caught.value.code, caught.value.params["cases"]) == ("cases.unfinished", "B, C, D, E, F")
    assert store.gates("11") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("A", "not_a_choice"), ("G=beta", "unknown_case"), ("A=gamma", "unknown_fault"), ("A=beta,a=end", "twice")],
)
def test_what_was_typed_wrong_is_said(text, code):
    with pytest.raises(Problem) as caught:
        diagnosis.parse(text)
    assert caught.value.code == f"cases.{code}"
    for language in LANGUAGES:
        assert f"problems_cases.{code}" in sentences(language)


def test_typed_with_blanks_and_in_any_case():
    assert diagnosis.parse(" a = Swapped , B=beta,") == {"A": "swapped", "B": "beta"}
