"""The texts of the course: both languages say the same, and every number, formula and link is right."""

import re
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from course import FILES, document, matches, pairs, sections, where, wrong_results

from content import chapters, glossary, labs, markup, reference
from content.chapters import Section
from content.exercises import exercise_set
from content.maths import display, inline
from content.questions import Question
from content.text import LANGUAGES, ROOT
from engine.theory import compute
from tui.live import BLOCKS

WIDTHS = (76, 60)  # beside a full margin, and in a narrow column
# A live block that another formula computes: the implicit reward of a pair, by its four log-probabilities.
SHOWN_BY = {"implicit-reward": "dpo"}
NAMED = {"lab": labs.lab, "ref": reference.page, "term": glossary.term}
"""What `[text](kind:id)` may name."""


def test_the_first_chapters_and_labs_are_there() -> None:
    for language in LANGUAGES:
        assert {chapter.id for chapter in chapters.chapters(language)} >= {"03", "04"}
        assert {lab.id for lab in labs.labs(language)} >= {"00", "01", "02"}


# --- the same in both languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_there_in_both_languages(name: str) -> None:
    assert [language for language in LANGUAGES if (ROOT / language / name).exists()] == list(LANGUAGES)


@pytest.mark.parametrize("name", FILES)
def test_same_frame(name: str) -> None:
    english, spanish = (document(name, language) for language in ("en", "es"))
    kind, _, file = name.partition("/")
    assert file.endswith(f"-{english.id}.md") if kind == "reference" else file.startswith(english.id)
    for field in ("id", "minutes", "prerequisites", "method", "gate", "threshold", "chapter"):
        assert getattr(english, field, None) == getattr(spanish, field, None), field
    assert len(getattr(english, "goals", ())) == len(getattr(spanish, "goals", ()))
    assert [section.id for section in english.sections] == [section.id for section in spanish.sections]


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
        Counter(field for text in texts(question) for field in re.findall(r"\{[^{}]+\}", text)),
        [shape(step) for step in question.steps],
    )


def texts(question: Question) -> tuple[str, ...]:
    mistakes = (mistake.text for mistake in question.mistakes)
    return (question.prompt, question.explanation, *question.options, *question.hints, *question.rubric, *mistakes)


def formulas(section: Section, block: bool) -> list[str]:
    found = (formula for formula in markup.formulas(section.source) if formula.block == block)
    return [re.sub(r"\\text\{[^}]*\}|\s+", lambda hit: " " * hit[0].isspace(), formula.tex) for formula in found]


@pytest.mark.parametrize("name", FILES)
def test_same_blocks(name: str) -> None:
    for english, spanish in pairs(name):
        described_en, described_es = (
            [described(fence, section) for fence in markup.fences(section.source)] for section in (english, spanish)
        )
        assert described_en == described_es, english.id
        for mark in (r"^\|", r"^### ", r"^[ ]*[-*] ", r"\n\n\d+\. "):
            counts = [len(re.findall(mark, section.markdown, re.MULTILINE)) for section in (english, spanish)]
            assert counts[0] == counts[1], (english.id, mark)


@pytest.mark.parametrize("name", FILES)
def test_same_formulas_links_numbers_and_checks(name: str) -> None:
    for english, spanish in pairs(name):
        assert formulas(english, block=True) == formulas(spanish, block=True), english.id
        assert set(formulas(english, block=False)) == set(formulas(spanish, block=False)), english.id
        links = [Counter(link.target for link in markup.links(section.source)) for section in (english, spanish)]
        assert links[0] == links[1], english.id
        decimals = [
            Counter(number.size for number in markup.numbers(section.source, language) if number.is_decimal)
            for language, section in (("en", english), ("es", spanish))
        ]
        assert decimals[0] == decimals[1], english.id
        vouchers = [
            [
                [(found.formula, found.arguments, found.results) for found in section.checks],
                [(source.work, source.numbers) for source in markup.sources(section.source)],
                [(worked_out.expression, worked_out.printed) for worked_out in section.arithmetic],
            ]
            for section in (english, spanish)
        ]
        assert vouchers[0] == vouchers[1], english.id


# --- right in each ----------------------------------------------------------------------------------------------------


def test_a_wrong_number_would_be_found() -> None:
    line = "optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5 | policy={} kl=0.2589"
    for printed, wrong in (
        ("0.917,0.083", 0),
        ("0.9172,0.0828", 0),
        ("0.918,0.083", 1),
        ("0.917", 1),
        ("0.083,0.917", 1),
    ):
        found = markup.read_check(line.format(printed), ROOT / "x.md", 1)
        assert len(wrong_results(found)) == wrong, printed


@pytest.mark.parametrize("name", FILES)
def test_every_checked_number_is_what_the_formula_gives(name: str) -> None:
    for _, section in sections(name):
        stated = [question.check for question in section.questions if question.check]
        for found in (*section.checks, *stated):
            assert wrong_results(found) == [], f"{section.file.name}:{found.line}"


@pytest.mark.parametrize("name", FILES)
def test_arithmetic_is_right(name: str) -> None:
    for _, section in sections(name):
        for worked_out in section.arithmetic:
            for printed in worked_out.printed:
                assert matches(printed, worked_out.value), f"{section.file.name}:{worked_out.line} {worked_out}"


@pytest.mark.parametrize("name", FILES)
def test_every_decimal_number_is_vouched_for(name: str) -> None:
    for language, section in sections(name):
        loose = markup.unvouched(section.source, language, section.file)
        assert [(number.text, where(section, number.line)) for number in loose] == []


@pytest.mark.parametrize("name", FILES)
def test_every_comment_vouches_for_something_and_none_is_shown(name: str) -> None:
    for _, section in sections(name):
        count = len(section.checks) + len(markup.sources(section.source))
        count += len({worked_out.line for worked_out in section.arithmetic})
        assert count == section.source.count("<!--"), section.id
        assert "<!--" not in section.markdown


@pytest.mark.parametrize("name", FILES)
def test_every_formula_can_be_shown(name: str) -> None:
    for _, section in sections(name):
        assert section.source.count("$$") % 2 == 0, section.id
        for formula in markup.formulas(section.source):
            assert inline(formula.tex), where(section, formula.line)
            for width in WIDTHS:
                assert display(formula.tex, width), where(section, formula.line)


@pytest.mark.parametrize("name", FILES)
def test_every_live_block_starts_somewhere(name: str) -> None:
    for _, section in sections(name):
        for live in section.lives:
            assert live.formula in BLOCKS
            formula = SHOWN_BY.get(live.formula, live.formula)
            assert compute(formula, dict(live.arguments)), f"{section.file.name}:{live.line}"
            assert live.try_this, f"{section.file.name}:{live.line}"


@pytest.mark.parametrize("name", FILES)
def test_every_link_leads_somewhere(name: str) -> None:
    for language, section in sections(name):
        for link in markup.links(section.source):
            place, _, part = link.target.partition("#")
            kind, _, id = place.rpartition(":")
            if kind:
                assert NAMED[kind](id, language), where(section, link.line)
            elif place.startswith("exercise:"):
                known = exercise_set(place.removeprefix("exercise:"), language)
                assert not part or known.exercise(part), where(section, link.line)
            elif part:
                chapter = chapters.chapter(place, language) if place else document(name, language)
                assert part in [known.id for known in chapter.sections], where(section, link.line)
            else:
                assert chapters.chapter(place, language), where(section, link.line)
