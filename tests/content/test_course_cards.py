"""The cards of the course: the same in both languages, each with its place, its numbers vouched for."""

from pathlib import Path

import pytest
from course import matches, wrong_results

from content import cards, chapters, exercises, markup
from content.cards import Card
from content.maths import inline
from content.text import LANGUAGES, ROOT

FILES = sorted({f"cards/{file.name}" for language in LANGUAGES for file in (ROOT / language / "cards").glob("*.toml")})


def of(name: str, language: str) -> tuple[Card, ...]:
    file: Path = ROOT / language / name
    return cards.read(file) if file.exists() else ()


def shape(card: Card) -> object:
    """A card without its words: what stands behind it, its formulas and its numbers."""
    formulas = sorted(formula.tex for formula in markup.formulas(card.source))
    vouchers = [(check.formula, check.arguments, check.results) for check in card.checks]
    worked_out = [(found.expression, found.printed) for found in card.arithmetic]
    sources = [(source.work, source.numbers) for source in markup.sources(card.source)]
    return card.id, card.section, card.question, formulas, vouchers, worked_out, sources


@pytest.mark.parametrize("name", FILES)
def test_same_cards_in_both_languages(name: str) -> None:
    english, spanish = ([shape(card) for card in of(name, language)] for language in ("en", "es"))
    assert english == spanish


@pytest.mark.parametrize("name", FILES)
def test_every_card_has_its_place_and_its_numbers(name: str) -> None:
    for language in LANGUAGES:
        for card in of(name, language):
            label = f"{language} {card.id}"
            assert card.id.startswith(name.removeprefix("cards/")[:2]), label
            chapter, _, section = card.section.partition("#")
            assert chapters.chapter(chapter, language).section(section), label
            if card.question:
                assert exercises.find_question(card.question, language).fresh, label
            for formula in markup.formulas(card.source):
                assert inline(formula.tex), label
            assert [number.text for number in markup.unvouched(card.source, language, card.file)] == [], label
            assert [wrong for check in card.checks for wrong in wrong_results(check)] == [], label
            for worked_out in card.arithmetic:
                assert all(matches(printed, worked_out.value) for printed in worked_out.printed), label


def test_ids_are_unique() -> None:
    for language in LANGUAGES:
        cards.cards(language)  # refuses a repeated one
