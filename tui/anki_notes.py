"""The cards of the course as notes for Anki: HTML, with formulas as Anki's MathJax reads them."""

import html
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from content.questions import Question, right_answer
from engine.exchange.anki import Note
from tui.reviewing import MATHS, drawn, source

if TYPE_CHECKING:
    from content.cards import Card

RELEASED = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
"""When the cards last changed. Anki takes a changed card only from a later release, so this rises with each change."""
SEED = 0
"""Anki cannot draw numbers: a calculator card goes out with those of this seed."""


def notes(cards: "Iterable[Card]", language: str) -> Iterator[Note]:
    """A note for each card, tagged with the language, the chapter and the section."""
    for card in cards:
        chapter, _, section = card.section.partition("#")
        tags = ["preferably", language, f"chapter-{chapter}", section]
        title = " ▸ ".join(source(card, language))
        if card.question is None:
            yield Note(card.id, in_html(card.front), in_html(card.back), title, tuple(tags))
        else:
            question = drawn(card, language, SEED)
            back = "<br><br>".join(_answer(part) for part in question.steps or (question,))
            yield Note(card.id, _front(question), back, title, (*tags, "calculator"))


def in_html(text: str) -> str:
    """A card's text with `$…$` as `\\(…\\)`, everything else literal."""
    pieces = MATHS.split(text)
    return "".join(
        rf"\({html.escape(piece)}\)" if number % 2 else html.escape(piece) for number, piece in enumerate(pieces)
    )


def _front(question: Question) -> str:
    parts = [question.prompt, *(step.prompt for step in question.steps)]
    options = "".join(f"<li>{html.escape(option)}</li>" for option in question.options)
    return "<br>".join(map(_lines, parts)) + (f"<ol>{options}</ol>" if options else "")


def _answer(question: Question) -> str:
    return f"<b>{_lines(right_answer(question))}</b><br>{_lines(question.explanation)}"


def _lines(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")
