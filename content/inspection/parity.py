"""Both languages say the same: the same sections, fences, formulas, links and numbers; only the sentences differ."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from content import markup
from content.documents import Document, Section
from content.inspection.fault import Fault, fault, short
from content.questions import Question

COUNTED = {"rows": r"^\|", "headings": r"^### ", "points": r"^[ ]*[-*] ", "numbered": r"\n\n\d+\. "}
FRONT = ("id", "minutes", "prerequisites", "method", "gate", "chapter")


def same_frame(english: Document, spanish: Document) -> Iterator[Fault]:
    """Front matter and the order of the sections."""
    for key in FRONT:
        if english.front.get(key) != spanish.front.get(key):
            yield Fault("differs", short(spanish.file), 1, {"what": key, "part": "–"})
    if len(english.texts("goals")) != len(spanish.texts("goals")):
        yield Fault("differs", short(spanish.file), 1, {"what": "goals", "part": "–"})
    if [section.id for section in english.sections] != [section.id for section in spanish.sections]:
        yield Fault("differs", short(spanish.file), 1, {"what": "sections", "part": "–"})


def same_section(english: Section, spanish: Section) -> Iterator[Fault]:
    """Everything of a section that has no language."""
    for (what, one), (_, other) in zip(_language_free(english, "en"), _language_free(spanish, "es"), strict=True):
        if one != other:
            yield fault("differs", spanish, 1, what=what, part=spanish.id)


def _language_free(section: Section, language: str) -> Iterator[tuple[str, Any]]:
    yield "fences", [described(fence, section) for fence in markup.fences(section.source)]
    for what, mark in COUNTED.items():
        yield what, len(re.findall(mark, section.markdown, re.MULTILINE))
    yield "displayed formulas", _formulas(section, block=True)
    yield "inline formulas", set(_formulas(section, block=False))
    yield "links", Counter(link.target for link in markup.links(section.source))
    numbers = markup.numbers(section.source, language)
    yield "numbers", Counter(number.size for number in numbers if number.is_decimal)
    yield "checks", [(check.formula, check.arguments, check.results) for check in section.checks]
    yield "sources", [(source.work, source.numbers) for source in markup.sources(section.source)]
    yield "arithmetic", [(found.expression, found.printed) for found in section.arithmetic]


def described(fence: markup.Fence, section: Section) -> Any:
    """A fence without its sentences."""
    if fence.kind == "live":
        (live,) = markup.lives(f"```live {fence.name}\n{fence.body}```", section.file)
        return live.formula, dict(live.arguments), bool(live.try_this)
    if fence.kind != "question":
        return fence.kind, fence.body
    return shape(next(question for question in section.questions if question.line == section.line + fence.line))


def shape(question: Question) -> Any:
    """A question without its sentences, but with the placeholders in them."""
    bare = replace(question, prompt="", options=(), mistakes=(), explanation="", check=None)
    return (
        replace(bare, steps=(), rubric=(), hints=()),
        question.check and (question.check.formula, question.check.arguments, question.check.results),
        [replace(mistake, text="") for mistake in question.mistakes],
        [len(texts) for texts in (question.options, question.rubric, question.hints)],
        [bool(question.explanation), *(bool(mistake.text) for mistake in question.mistakes)],
        Counter(field for text in _texts(question) for field in re.findall(r"\{[^{}]+\}", text)),
        [shape(step) for step in question.steps],
    )


def _texts(question: Question) -> tuple[str, ...]:
    mistakes = (mistake.text for mistake in question.mistakes)
    return (question.prompt, question.explanation, *question.options, *question.hints, *question.rubric, *mistakes)


def _formulas(section: Section, block: bool) -> list[str]:
    """The formulas without their words and blanks."""
    found = (formula for formula in markup.formulas(section.source) if formula.block == block)
    return [re.sub(r"\\text\{[^}]*\}|\s+", lambda hit: " " * hit[0].isspace(), formula.tex) for formula in found]
