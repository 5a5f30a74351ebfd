"""The files of the course, for the tests that go through all of them, each by its name without the language."""

import json
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Any

from content import chapters, exercises, labs, markup, reference
from content.chapters import Section
from content.questions import Question, draw
from content.text import LANGUAGES, ROOT
from engine.theory import compute

FILES = sorted(
    {f"{file.parent.name}/{file.name}" for language in LANGUAGES for file in (ROOT / language).glob("*/*.md")}
)
EXERCISES = [name for name in FILES if name.startswith("exercises/")]
READERS = {"labs": labs.read, "chapters": chapters.read, "exercises": exercises.read, "reference": reference.read}


@cache
def document(name: str, language: str) -> Any:
    return READERS[name.partition("/")[0]](ROOT / language / name, language)


def sections(name: str) -> Iterator[tuple[str, Section]]:
    for language in LANGUAGES:
        if (ROOT / language / name).exists():  # that it does is a test of its own
            for section in document(name, language).sections:
                yield language, section


def pairs(name: str) -> list[tuple[Section, Section]]:
    english, spanish = (document(name, language).sections for language in ("en", "es"))
    return list(zip(english, spanish, strict=True))


def where(section: Section, line: int) -> str:
    return f"{section.file.parent.parent.name}/{section.file.name}:{section.line + line - 1}"


# --- numbers


def matches(printed: str, actual: Any) -> bool:
    """Whether a number is what `actual` rounds to in the decimals printed."""
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return printed == str(actual).lower()
    unit = Decimal(1).scaleb(Decimal(printed).as_tuple().exponent)
    return abs(Decimal(actual) - Decimal(printed)) <= unit / 2 + Decimal("1e-9")


def wrong_results(found: markup.Check) -> list[str]:
    results = compute(found.formula, dict(found.arguments))
    wrong = []
    for name, printed in found.results.items():
        actual = results[name] if isinstance(results[name], list) else [results[name]]
        if len(printed) != len(actual) or not all(map(matches, printed, actual)):
            wrong.append(f"{name} = {actual}, printed {printed}")
    return wrong


# --- questions


@cache
def _compute_once(name: str, arguments: str) -> Any:
    return compute(name, json.loads(arguments))


def cached(name: str, arguments: Any) -> Any:
    """`compute`, which a draw asks for the same thing again and again."""
    return _compute_once(name, json.dumps(arguments, sort_keys=True))


def questions(name: str, seeds: int = 1) -> Iterator[tuple[str, Question]]:
    """Every question with numbers, each step by itself; those with fresh numbers once for each seed (in English: the
    Spanish ones have the same numbers, and are drawn a few times)."""
    for language, section in sections(name):
        for question in section.questions:
            for seed in range((seeds if language == "en" else min(seeds, 3)) if question.fresh else 1):
                drawn = draw(question, seed, cached)
                for asked in drawn.steps or (drawn,):
                    yield f"{language} {asked.id} seed {seed}", asked
