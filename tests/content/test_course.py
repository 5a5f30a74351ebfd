"""The chapters and labs themselves: both languages say the same, and every number, formula and link is right."""

import re
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from content import chapters, labs, markup
from content.chapters import Section
from content.maths import display, inline
from content.questions import Question, as_typed, check, right_answer
from content.text import LANGUAGES, ROOT
from engine.theory import compute
from tui.live import BLOCKS

WIDTHS = (76, 60)  # beside a full margin, and in a narrow column
# A live block that another formula computes: the implicit reward of a pair, by its four log-probabilities.
SHOWN_BY = {"implicit-reward": "dpo"}
FILES = sorted(
    {f"{file.parent.name}/{file.name}" for language in LANGUAGES for file in (ROOT / language).glob("*/*.md")}
)


def document(name: str, language: str) -> Any:
    file = ROOT / language / name
    return labs.read(file, language) if name.startswith("labs/") else chapters.read(file, language)


def sections(name: str) -> Iterator[tuple[str, Section]]:
    for language in LANGUAGES:
        for section in document(name, language).sections:
            yield language, section


def where(section: Section, line: int) -> str:
    return f"{section.file.parent.parent.name}/{section.file.name}:{section.line + line - 1}"


def pairs(name: str) -> list[tuple[Section, Section]]:
    english, spanish = (document(name, language).sections for language in ("en", "es"))
    return list(zip(english, spanish, strict=True))


def test_the_first_chapters_and_labs_are_there() -> None:
    for language in LANGUAGES:
        assert {chapter.id for chapter in chapters.chapters(language)} >= {"03", "04"}
        assert {lab.id for lab in labs.labs(language)} >= {"00", "01", "02"}


# --- the same in both languages ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_same_frame(name: str) -> None:
    english, spanish = (document(name, language) for language in ("en", "es"))
    assert name.split("/")[1].startswith(english.id)
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
    question = next(question for question in section.questions if f'"{question.id}"' in fence.body)
    mistakes = [mistake.values for mistake in question.mistakes]
    shape = (len(question.options), bool(question.explanation), question.metric, question.percent)
    return question.id, question.type, question.values, question.tolerance, mistakes, shape


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
            if place.startswith("lab:"):
                assert labs.lab(place.removeprefix("lab:"), language), where(section, link.line)
            elif part:
                chapter = chapters.chapter(place, language) if place else document(name, language)
                assert part in [known.id for known in chapter.sections], where(section, link.line)
            else:
                assert chapters.chapter(place, language), where(section, link.line)


def questions(name: str) -> Iterator[tuple[str, Question]]:
    for language, section in sections(name):
        for question in section.questions:
            yield f"{language} {question.id}", question


@pytest.mark.parametrize("name", FILES)
def test_every_question_accepts_its_answer_and_names_its_mistakes(name: str) -> None:
    for label, question in questions(name):
        if question.metric:
            assert not question.values, f"{label}: a prediction has no answer"
            continue
        assert question.explanation, label
        if question.type == "free":
            continue
        answer = right_answer(question)
        assert check(question, answer).code == "correct", label
        if question.type == "number":
            assert check(question, answer.replace(".", ",")).code == "correct", label
        for mistake in question.mistakes:
            typed = as_typed(question, mistake.values)
            verdict = check(question, typed)
            assert (verdict.code, verdict.params.get("text")) == ("mistake", mistake.text), f"{label}: {typed}"


@pytest.mark.parametrize("name", FILES)
def test_every_numerical_answer_is_a_checked_number(name: str) -> None:
    for _, section in sections(name):
        beside = [result for found in section.checks for result in found.results.values()]
        beside += [worked_out.printed for worked_out in section.arithmetic]
        for question in section.questions:
            if question.metric or question.type not in ("number", "vector"):
                continue
            own = list(question.check.results.values()) if question.check else []
            printed = [Decimal(number) for result in own or beside for number in result if number[-1:].isdigit()]
            for value in question.values:
                nearest = min((abs(Decimal(float(value)) - number) for number in printed), default=Decimal("inf"))
                assert nearest <= Decimal(float(question.tolerance)) + Decimal("1e-9"), question.id


def test_question_ids_are_unique() -> None:
    for language in LANGUAGES:
        ids = Counter(
            question.id
            for name in FILES
            for section in document(name, language).sections
            for question in section.questions
        )
        assert [id for id, count in ids.items() if count > 1] == []
