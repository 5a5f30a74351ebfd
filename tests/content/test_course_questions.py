"""The questions of the course: each accepts its answer, names its mistakes, and gives nothing away, at every draw."""

import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from course import EXERCISES, FILES, questions, sections

from content import exercises
from content.questions import LISTING, Question, as_typed, check, right_answer, sentence
from content.text import LANGUAGES

SEEDS = 200


def right(question: Question) -> Any:
    return question.values if question.expression is None else question.expression


def typed(question: Question, answer: Any) -> str:
    """An answer as a learner types it: options by their numbers."""
    if question.type in LISTING:
        return " ".join(str(int(value)) for value in answer)
    return as_typed(question, answer)


@pytest.mark.parametrize("name", FILES)
def test_every_question_accepts_its_answer_and_names_its_mistakes(name: str) -> None:
    seen = set()
    for label, question in questions(name, SEEDS):
        if question.expression is not None:
            symbolic = (label.split()[:2], question.expression, *(mistake.expression for mistake in question.mistakes))
            if str(symbolic) in seen:  # the same at another draw
                continue
            seen.add(str(symbolic))
        if question.metric:
            assert not question.values, f"{label}: a prediction has no answer"
            continue
        assert question.explanation, label
        assert check(question, "").code == "unparsed", label
        if question.type == "free":
            continue
        assert check(question, typed(question, right(question))).code == "correct", label
        if question.type == "number":
            assert check(question, right_answer(question).replace(".", ",")).code == "correct", label
        for mistake in question.mistakes:
            answer = mistake.values if mistake.expression is None else mistake.expression
            verdict = check(question, typed(question, answer))
            named = (verdict.code, verdict.params.get("name"), verdict.params.get("text"))
            assert named == ("mistake", mistake.name, mistake.text), f"{label}: {typed(question, answer)}"
            assert len(sentence(verdict, label[:2])) > 20, label


@pytest.mark.parametrize("name", FILES)
def test_no_hint_gives_the_answer_away(name: str) -> None:
    leaks: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for label, question in questions(name, 40):
        id = label.split(" seed")[0]
        drawn[id] += 1
        answer = right_answer(question)
        if question.type in ("number", "vector", "expression"):
            given = rf"(?<![\d.]){re.escape(answer)}(?![\d.]*\d)"
            leaks[id] += any(re.search(given, hint) for hint in question.hints)
        elif question.type == "choice":
            leaks[id] += any(answer in hint for hint in question.hints)
    # By chance a drawn number now and then equals the answer; a hint that contains it does so always.
    assert [id for id, count in leaks.items() if count > drawn[id] / 4] == []


@pytest.mark.parametrize("name", FILES)
def test_every_numerical_answer_is_a_checked_number(name: str) -> None:
    for _, section in sections(name):
        beside = [result for found in section.checks for result in found.results.values()]
        beside += [worked_out.printed for worked_out in section.arithmetic]
        for question in section.questions:
            if question.metric or question.to_draw or question.type not in ("number", "vector"):
                continue
            own = list(question.check.results.values()) if question.check else []
            printed = [Decimal(number) for result in own or beside for number in result if number[-1:].isdigit()]
            for value in question.values:
                nearest = min((abs(Decimal(float(value)) - number) for number in printed), default=Decimal("inf"))
                assert nearest <= Decimal(float(question.tolerance)) + Decimal("1e-9"), question.id


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_hints_to_climb(name: str) -> None:
    """Where to look, the formula with blanks, the first step; free words need one or two."""
    for _, section in sections(name):
        for question in section.questions:
            if question.type == "free":
                assert question.rubric, question.id
                assert 1 <= len(question.hints) <= 3, question.id
            elif question.type == "steps":
                assert len(question.hints) == 3 or all(step.hints for step in question.steps), question.id
            else:
                assert len(question.hints) == 3, question.id


def test_question_ids_are_unique_and_begin_with_their_chapter() -> None:
    for language in LANGUAGES:
        assert all(id.startswith(found.chapter) for id, found in exercises.everything(language).items())
    ids = Counter(
        (language, question.id)
        for name in FILES
        for language, section in sections(name)
        for question in section.questions
    )
    assert [id for id, count in ids.items() if count > 1] == []
