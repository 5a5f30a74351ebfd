"""Answers as learners type them, and what is said to each."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.errors import ContentError
from content.questions import Question, check, from_mapping, predicted, read, read_as, right_answer

FILE = Path("03-ppo.md")


def question(**settings: Any) -> Question:
    return from_mapping({"id": "q", "prompt": "?", **settings}, FILE, 1)


NUMBER = question(
    type="number",
    answer=0.917,
    tolerance=0.001,
    mistakes=[{"answer": 0.712, "text": "You multiplied by β."}, {"answer": 1, "text": "You took the best one."}],
)
VECTOR = question(type="vector", answer=[0.8143, 0.1797, 0.006], tolerance=0.0005)
CHOICE = question(
    type="choice",
    answer=2,
    options=["Z is 1", "π sums to 1", "neither"],
    mistakes=[{"answer": 1, "text": "It is 4.8."}],
)
SHARE = question(type="number", metric="eval_accuracy", unit="percent")


@pytest.mark.parametrize(
    ("asked", "typed", "code"),
    [
        (NUMBER, "0.917", "correct"),
        (NUMBER, " 0,917 ", "correct"),
        (NUMBER, "0.9172", "correct"),
        (NUMBER, ".917", "correct"),
        (NUMBER, "91.7%", "correct"),
        (NUMBER, "91,7 %", "correct"),
        (NUMBER, "11/12", "correct"),
        (NUMBER, "11 / 12", "correct"),
        (NUMBER, "9.17e-1", "correct"),
        (NUMBER, "+0.917", "correct"),
        (NUMBER, "0.712", "mistake"),
        (NUMBER, "1", "mistake"),
        (NUMBER, "0.92", "too_coarse"),
        (NUMBER, "0.9", "too_coarse"),
        (NUMBER, "92 %", "too_coarse"),
        (NUMBER, "-0.917", "wrong"),
        (NUMBER, "−0.917", "wrong"),
        (NUMBER, "0.93", "wrong"),
        (NUMBER, "0", "wrong"),
        (NUMBER, "", "unparsed"),
        (NUMBER, "about 0.9", "unparsed"),
        (NUMBER, "1/0", "unparsed"),
        (NUMBER, "0.9.17", "unparsed"),
        (NUMBER, "__import__('os')", "unparsed"),
        (NUMBER, "1e99999999", "unparsed"),
        (NUMBER, "9" * 5000, "unparsed"),
        (VECTOR, "0.8143, 0.1797, 0.0060", "correct"),
        (VECTOR, "0,8143; 0,1797; 0,0060", "correct"),
        (VECTOR, "0,8143 0,1797 0,0060", "correct"),
        (VECTOR, "0,8143, 0,1797, 0,0060", "correct"),
        (VECTOR, "(0.8143,0.1797,0.006)", "correct"),
        (VECTOR, "81.43 %, 17.97 %, 0.60 %", "correct"),
        (VECTOR, "0.81, 0.18, 0.01", "too_coarse"),
        (VECTOR, "0.1797, 0.8143, 0.0060", "wrong"),
        (VECTOR, "0.8143, 0.1797", "unparsed"),
        (VECTOR, "1, 0, 0", "wrong"),
        (CHOICE, "2", "correct"),
        (CHOICE, "b", "correct"),
        (CHOICE, "B)", "correct"),
        (CHOICE, "π sums to 1", "correct"),
        (CHOICE, "1", "mistake"),
        (CHOICE, "3", "wrong"),
        (CHOICE, "4", "unparsed"),
        (CHOICE, "", "unparsed"),
        (SHARE, "80", "recorded"),
        (SHARE, "many", "unparsed"),
        (question(type="free", explanation="A model answer."), "because", "recorded"),
    ],
)
def test_verdicts(asked: Question, typed: str, code: str) -> None:
    assert check(asked, typed).code == code


def test_a_mistake_is_named_with_its_own_sentence() -> None:
    assert check(NUMBER, "71,2 %").params == {"name": None, "text": "You multiplied by β."}
    assert check(CHOICE, "a").params == {"name": None, "text": "It is 4.8."}


def test_too_coarse_says_how_many_decimals_it_takes() -> None:
    assert check(NUMBER, "0.9").params == {"decimals": 3}
    assert check(question(type="number", answer=0.3133), "0.31").params == {"decimals": 4}


@pytest.mark.parametrize(
    ("asked", "typed", "shown"),
    [
        (NUMBER, "11/12", "0.916667"),
        (NUMBER, "0,5", "0.5"),
        (NUMBER, "1,", "1"),
        (NUMBER, "-,5", "−0.5"),
        (NUMBER, "50 %", "0.5"),
        (NUMBER, "x", ""),
        (VECTOR, "1/2 1/4 1/4", "0.5, 0.25, 0.25"),
        (VECTOR, "1,0,0", "1, 0, 0"),
        (CHOICE, "c", "neither"),
        (SHARE, "80", "80 %"),
        (SHARE, "80 %", "80 %"),
        (SHARE, "0.8", "80 %"),
        (SHARE, "1", "1 %"),
    ],
)
def test_how_an_answer_is_understood_is_shown(asked: Question, typed: str, shown: str) -> None:
    assert read_as(asked, typed) == shown


def test_a_prediction_is_kept_as_a_share() -> None:
    assert predicted(SHARE, "80") == predicted(SHARE, "80%") == predicted(SHARE, "0,8") == 0.8
    assert predicted(SHARE, "most") is None


def test_without_a_tolerance_the_last_decimal_written_decides() -> None:
    asked = question(type="number", answer=0.25)
    assert check(asked, "0.254").code == "correct"
    assert check(asked, "0.256").code == "wrong"
    assert check(question(type="number", answer=3), "3.0001").code == "wrong"


@given(st.floats(-1000, 1000).map(lambda value: round(value, 4)))
def test_every_form_of_the_right_answer_is_right(answer: float) -> None:
    asked = question(type="number", answer=answer, tolerance=0.00005)
    for typed in (f"{answer:.4f}", f"{answer:.4f}".replace(".", ","), f"{100 * answer:.2f} %", right_answer(asked)):
        assert check(asked, typed).code == "correct", typed


@given(st.text(max_size=300))
def test_any_text_gets_a_verdict(typed: str) -> None:
    for asked in (NUMBER, VECTOR, CHOICE, SHARE):
        assert check(asked, typed).code in ("correct", "mistake", "too_coarse", "wrong", "unparsed", "recorded")
        assert isinstance(read_as(asked, typed), str)


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"type": "essay"}, "type"),
        ({"type": None}, "type"),
        ({"id": 3}, "id"),
        ({"prompt": " "}, "prompt"),
        ({"answer": "0.9."}, "answer"),
        ({"answer": "beta"}, "answer"),
        ({"answer": None}, "answer"),
        ({"answer": float("nan")}, "answer"),
        ({"answer": True}, "answer"),
        ({"tolerance": -1}, "tolerance"),
        ({"options": ["a", "b"]}, "options"),
        ({"type": "choice", "options": ["a"]}, "options"),
        ({"type": "choice", "options": ["a", "b"], "answer": 3}, "answer"),
        ({"type": "choice", "options": ["a", "b"], "answer": 0}, "answer"),
        ({"type": "vector", "answer": [1]}, "answer"),
        ({"type": "free"}, "explanation"),
        ({"mistakes": [{"answer": 1}]}, "mistakes"),
        ({"mistakes": ["no"]}, "mistakes"),
        ({"unit": "kg"}, "unit"),
    ],
)
def test_a_question_written_wrongly_is_refused_by_key(change: dict[str, Any], key: str) -> None:
    with pytest.raises(ContentError) as caught:
        from_mapping({"id": "q", "type": "number", "prompt": "?", "answer": 0.9, **change}, FILE, 12)
    assert caught.value.params["key"] == key
    assert (caught.value.params["file"], caught.value.params["line"]) == ("03-ppo.md", 12)


def test_an_unknown_key_is_answered_with_the_closest() -> None:
    with pytest.raises(ContentError) as caught:
        read("id: q\ntype: number\nprompt: x\nanswer: 1\ntolerence: 2\n", FILE, 40)
    assert caught.value.code == "content.unknown_key"
    assert caught.value.params == {"file": "03-ppo.md", "line": 40, "key": "tolerence", "closest": "tolerance"}


def test_broken_yaml_is_named_with_its_line() -> None:
    with pytest.raises(ContentError) as caught:
        read("id: q\nprompt: what: now\n", FILE, 40)
    assert (caught.value.code, caught.value.params["line"]) == ("content.yaml", 41)
