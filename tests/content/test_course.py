"""The chapters and labs themselves: both languages say the same, and every number, formula and link is right."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

import pytest

from content import chapters, labs, markup
from content.chapters import Section
from content.maths import display, inline
from content.questions import LISTING, Question, as_typed, check, draw, right_answer, sentence
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
        if (ROOT / language / name).exists():  # that it does is tested once, below
            for section in document(name, language).sections:
                yield language, section


def where(section: Section, line: int) -> str:
    return f"{section.file.parent.parent.name}/{section.file.name}:{section.line + line - 1}"


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_there_in_both_languages(name: str) -> None:
    assert [language for language in LANGUAGES if (ROOT / language / name).exists()] == list(LANGUAGES)


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
    question = next(question for question in section.questions if question.id in fence.body)
    return shape(question)


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


SEEDS = 200
compute_once = lru_cache(maxsize=None)(lambda name, arguments: compute(name, json.loads(arguments)))


def cached(name: str, arguments: Any) -> Any:
    return compute_once(name, json.dumps(arguments, sort_keys=True))


def questions(name: str, seeds: int = 1) -> Iterator[tuple[str, Question]]:
    """Every question with numbers, each step by itself; those with fresh numbers once for each seed (in English: the
    Spanish ones have the same numbers, and are drawn a few times)."""
    for language, section in sections(name):
        for question in section.questions:
            for seed in range((seeds if language == "en" else min(seeds, 3)) if question.fresh else 1):
                drawn = draw(question, seed, cached)
                for asked in drawn.steps or (drawn,):
                    yield f"{language} {asked.id} seed {seed}", asked


@pytest.mark.parametrize("name", FILES)
def test_every_question_accepts_its_answer_and_names_its_mistakes(name: str) -> None:
    for label, question in questions(name, SEEDS):
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


def right(question: Question) -> Any:
    return question.values if question.expression is None else question.expression


def typed(question: Question, answer: Any) -> str:
    """An answer as a learner types it: options by their numbers."""
    if question.type in LISTING:
        return " ".join(str(int(value)) for value in answer)
    return as_typed(question, answer)


@pytest.mark.parametrize("name", FILES)
def test_no_hint_gives_the_answer_away(name: str) -> None:
    leaks: Counter[str] = Counter()
    drawn: Counter[str] = Counter()
    for label, question in questions(name, 40):
        if question.type not in ("number", "vector"):
            continue
        drawn[label.split(" seed")[0]] += 1
        answer = right_answer(question).strip("()")
        leaks[label.split(" seed")[0]] += any(
            re.search(rf"(?<![\d.]){re.escape(answer)}(?![\d.]*\d)", hint) for hint in question.hints
        )
    # By chance a drawn number now and then equals the answer; a hint that contains it does so always.
    assert [label for label, count in leaks.items() if count > drawn[label] / 2] == []


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


def test_question_ids_are_unique() -> None:
    for language in LANGUAGES:
        ids = Counter(
            question.id
            for name in FILES
            for found, section in sections(name)
            for question in section.questions
            if found == language
        )
        assert [id for id, count in ids.items() if count > 1] == []
