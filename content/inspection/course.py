"""The walk through the whole course: what is there, counted, and what is wrong with it."""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from content import cards, chapters, documents, exercises, glossary, labs, markup, reference
from content.cards import Card
from content.documents import Document
from content.inspection import asked, frame, numbers, parity, texts
from content.inspection.fault import Compute, Fault, short
from content.maths import inline
from content.text import LANGUAGES, ROOT

FOLDERS = ("chapters", "exercises", "labs", "reference")


@dataclass(frozen=True)
class Counts:
    """What there is in one language; `numbers` are those recomputed, in both."""

    chapters: int = 0
    sections: int = 0
    live_blocks: int = 0
    kinds_of_live_blocks: int = 0
    questions: int = 0
    exercises: int = 0
    cards: int = 0
    formulas: int = 0
    labs: int = 0
    pages: int = 0
    terms: int = 0
    numbers: int = 0


@dataclass(frozen=True)
class Report:
    counts: Counts
    faults: tuple[Fault, ...]

    def document(self) -> dict[str, Any]:
        """The report as plain values."""
        return {"counts": asdict(self.counts), "faults": [asdict(found) for found in self.faults]}


def inspect(compute: Compute, blocks: Collection[str], seeds: int = 20) -> Report:
    """Counts and faults of the whole course. `blocks` are the live blocks there are, `seeds` how often each question
    with fresh numbers is drawn. Raises ContentError for a file that cannot be read at all."""
    return Report(counts(), tuple(faults(asked.cached(compute), blocks, seeds)))


def faults(compute: Compute, blocks: Collection[str], seeds: int) -> Iterator[Fault]:
    for name in files():
        yield from faults_of(name, compute, blocks, seeds)
    for language in LANGUAGES:
        for chapter in chapters.chapters(language):
            yield from frame.framed(chapter)
    yield from card_faults(compute)


def files() -> list[str]:
    """The documents of the course, each by its name without the language."""
    found = (file for name in FOLDERS for language in LANGUAGES for file in (ROOT / language / name).glob("*.md"))
    return sorted({f"{file.parent.name}/{file.name}" for file in found})


@cache
def document(name: str, language: str) -> Document:
    """One of them; of a page, with what is filled in from data. Raises ContentError."""
    file = ROOT / language / name
    return (
        documents.parse(reference.source(file, language), file)
        if name.startswith("reference/")
        else documents.load(file)
    )


def faults_of(name: str, compute: Compute, blocks: Collection[str], seeds: int) -> Iterator[Fault]:
    """The faults of one document in both languages."""
    missing = [language for language in LANGUAGES if not (ROOT / language / name).exists()]
    if missing:
        yield Fault("missing_translation", f"{missing[0]}/{name}", 1)
        return
    english, spanish = (document(name, language) for language in LANGUAGES)
    yield from parity.same_frame(english, spanish)
    for one, other in zip(english.sections, spanish.sections, strict=False):
        yield from parity.same_section(one, other)
    for language, written in zip(LANGUAGES, (english, spanish), strict=True):
        for section in written.sections:
            yield from numbers.checked(section, compute)
            yield from numbers.vouched(section, language)
            yield from numbers.answers(section)
            yield from texts.drawable(section)
            yield from texts.startable(section, blocks, compute)
            yield from texts.reachable(section, language)
            # The Spanish questions have the same numbers: a few draws are enough.
            yield from asked.answerable(section, language, compute, seeds if language == "en" else min(seeds, 3))
            yield from asked.hinted(section, compute, name.startswith("exercises/"))


def card_faults(compute: Compute) -> Iterator[Fault]:
    """Cards without a place or a question, with numbers or formulas that are wrong, or in one language only."""
    english, spanish = ({card.id: card for card in cards.cards(language)} for language in LANGUAGES)
    for id in english.keys() ^ spanish.keys():
        card = (english | spanish)[id]
        yield Fault("missing_translation", short(card.file), card.line, {"id": id})
    for id in english.keys() & spanish.keys():
        if _shape(english[id]) != _shape(spanish[id]):
            yield Fault("differs", short(spanish[id].file), spanish[id].line, {"what": "card", "part": id})
    for language, known in zip(LANGUAGES, (english, spanish), strict=True):
        for card in known.values():
            for code, params in _card_faults(card, language, compute):
                yield Fault(code, short(card.file), card.line, {"id": card.id, **params})


def _shape(card: Card) -> object:
    """A card without its words."""
    return (
        card.section,
        card.question,
        sorted(formula.tex for formula in markup.formulas(card.source)),
        [(check.formula, check.arguments, check.results) for check in card.checks],
        [(found.expression, found.printed) for found in card.arithmetic],
        [(source.work, source.numbers) for source in markup.sources(card.source)],
    )


def _card_faults(card: Card, language: str, compute: Compute) -> Iterator[tuple[str, dict[str, Any]]]:
    chapter, _, section = card.section.partition("#")
    if section not in [known.id for known in chapters.chapter(chapter, language).sections]:
        yield "dead_link", {"target": card.section}
    if card.question and not exercises.find_question(card.question, language).fresh:
        yield "stale_card", {}
    for formula in markup.formulas(card.source):
        if not inline(formula.tex):
            yield "bad_formula", {"tex": formula.tex, "why": ""}
    for number in markup.unvouched(card.source, language, card.file):
        yield "loose_number", {"number": number.text}
    for check in card.checks:
        for wrong in numbers.wrong_results(check, compute):
            yield "wrong_number", {"formula": check.formula, "found": wrong}
    for found in card.arithmetic:
        if not all(numbers.matches(printed, found.value) for printed in found.printed):
            yield "wrong_number", {"formula": found.expression, "found": str(found.value)}


def counts(language: str = LANGUAGES[0]) -> Counts:
    """What there is."""
    told, sets, walks = chapters.chapters(language), exercises.exercises(language), labs.labs(language)
    everything = [section for part in told for section in part.sections]
    everything += [section for part in sets for section in part.sections]
    everything += [section for part in walks for section in part.sections]
    lives = [live.formula for section in everything for live in section.lives]
    there = [(name, each) for name in files() for each in LANGUAGES if (ROOT / each / name).exists()]
    return Counts(
        chapters=len(told),
        sections=sum(len(chapter.sections) for chapter in told),
        live_blocks=len(lives),
        kinds_of_live_blocks=len(set(lives)),
        questions=sum(len(section.questions) for chapter in told for section in chapter.sections),
        exercises=sum(len(exercise.questions) for one in sets for exercise in one.sections),
        cards=len(cards.cards(language)),
        formulas=sum(len(markup.formulas(section.source)) for section in everything),
        labs=len(walks),
        pages=len(reference.pages(language)),
        terms=len(glossary.glossary(language)),
        numbers=sum(numbers.count(section) for name, each in there for section in document(name, each).sections),
    )
