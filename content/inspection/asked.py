"""Questions: each accepts its answer, names its mistakes, and gives nothing away, at every draw."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from content.documents import Section
from content.inspection.fault import Compute, Fault, short
from content.questions import LISTING, Question, as_typed, check, draw, right_answer, sentence


def cached(compute: Compute) -> Compute:
    """`compute`, which draws ask for the same thing again and again."""
    known: dict[str, Mapping[str, Any]] = {}

    def once(name: str, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        key = json.dumps([name, arguments], sort_keys=True)
        if key not in known:
            known[key] = compute(name, arguments)
        return known[key]

    return once


def drawn(question: Question, seeds: int, compute: Compute) -> Iterator[Question]:
    """The question with numbers, each step by itself; one with fresh numbers once for each seed."""
    for seed in range(seeds if question.fresh else 1):
        concrete = draw(question, seed, compute)
        yield from concrete.steps or (concrete,)


def typed(question: Question, answer: Any) -> str:
    """An answer as a learner types it: options by their numbers."""
    if question.type in LISTING:
        return " ".join(str(int(value)) for value in answer)
    return as_typed(question, answer)


def answerable(section: Section, language: str, compute: Compute, seeds: int) -> Iterator[Fault]:
    """Right answers that are not accepted, mistakes that are not named, questions without an explanation."""
    for question in section.questions:
        seen = set()
        for concrete in drawn(question, seeds, compute):
            if concrete.expression is not None:
                key = str((concrete.id, concrete.expression, [mistake.expression for mistake in concrete.mistakes]))
                if key in seen:  # the same at another draw
                    continue
                seen.add(key)
            for code, params in _faults(concrete, language):
                yield Fault(code, short(section.file), question.line, {"id": concrete.id, **params})


def _faults(question: Question, language: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if question.metric:
        if question.values:
            yield "answered_prediction", {}
        return
    if not question.explanation:
        yield "no_explanation", {}
    if check(question, "").code != "unparsed":
        yield "blank_accepted", {}
    if question.type == "free":
        return
    answer = typed(question, question.values if question.expression is None else question.expression)
    spellings = [answer, answer.replace(".", ",")] if question.type == "number" else [answer]
    for spelling in spellings:
        if check(question, spelling).code != "correct":
            yield "answer_refused", {"answer": spelling}
    for mistake in question.mistakes:
        wrong = typed(question, mistake.values if mistake.expression is None else mistake.expression)
        verdict = check(question, wrong)
        named = verdict.code, verdict.params.get("name"), verdict.params.get("text")
        if named != ("mistake", mistake.name, mistake.text) or not sentence(verdict, language):
            yield "mistake_unnamed", {"answer": wrong}


def hinted(section: Section, compute: Compute, in_exercises: bool, seeds: int = 40) -> Iterator[Fault]:
    """Hints that give the answer away; exercises with too few of them."""
    for question in section.questions:
        leaks: Counter[str] = Counter()
        count: Counter[str] = Counter()
        for concrete in drawn(question, seeds, compute):
            count[concrete.id] += 1
            leaks[concrete.id] += _gives_away(concrete)
        # By chance a drawn number now and then equals the answer; a hint that contains it does so always.
        for id, found in leaks.items():
            if found > count[id] / 4:
                yield Fault("hint_tells", short(section.file), question.line, {"id": id})
        if in_exercises and not _enough(question):
            yield Fault("too_few_hints", short(section.file), question.line, {"id": question.id})


def _gives_away(question: Question) -> bool:
    answer = right_answer(question)
    if question.type in ("number", "vector", "expression"):
        given = rf"(?<![\d.]){re.escape(answer)}(?![\d.]*\d)"
        return any(re.search(given, hint) for hint in question.hints)
    return question.type == "choice" and any(answer in hint for hint in question.hints)


def _enough(question: Question) -> bool:
    """Where to look, the formula with blanks, the first step; free words need one or two."""
    if question.type == "free":
        return bool(question.rubric) and 1 <= len(question.hints) <= 3
    if question.type == "steps":
        return len(question.hints) == 3 or all(step.hints for step in question.steps)
    return len(question.hints) == 3
