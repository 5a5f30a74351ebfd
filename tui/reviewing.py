"""What a sitting with the cards needs of the course: the cards in a language, fresh numbers, and what an answer earned.

The screen and the command line share it; it draws nothing.
"""

import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from content.chapters import chapter
from content.errors import ContentError
from content.maths import inline
from engine.review import AGAIN, Cram, Limits, Session, graded_by_machine
from engine.review.day import local_now
from engine.review.queue import chapter_of

if TYPE_CHECKING:
    from content.cards import Card
    from content.questions import Question, Verdict
    from engine.review.queue import Card as AnyCard
    from engine.review.state import CardState
    from engine.store import Store
    from tui.settings import Settings

MATHS = re.compile(r"(?<!\\)\$([^$]+)\$")


def new_seed() -> int:
    """Fresh numbers for a calculator card."""
    return secrets.randbits(31)


def deck(language: str, chapter: str | None = None) -> "tuple[Card, ...]":
    """The cards of the course, or of one chapter, in reading order."""
    from content.cards import cards

    return tuple(card for card in cards(language) if chapter in (None, chapter_of(card)))


def drawn(card: "Card", language: str, seed: int) -> "Question":
    """The question of a calculator card, with the numbers that `seed` gives."""
    from content.exercises import find_question
    from content.questions import draw
    from engine.theory import compute

    assert card.question is not None
    return draw(find_question(card.question, language), seed, compute)


def open_session(
    store: "Store",
    cards: "Sequence[Card]",
    allowed: Limits,
    *,
    ahead: bool = False,
    cram: bool = False,
    now: Callable[[], datetime] = local_now,
) -> Session:
    """Today's sitting, or one of cramming. New cards come from sections that were read; with `ahead` from any."""
    read = None if ahead else sections_read(store)
    if cram:
        return Cram(store, cards, allowed, read, now, seed=new_seed())
    return Session(store, cards, allowed, read, now)


def today(store: "Store", language: str, settings: "Settings", chapter: str | None = None) -> Session:
    """A sitting with what waits today, within the limits that the learner has set."""
    return open_session(store, deck(language, chapter), limits(settings))


def limits(settings: "Settings") -> Limits:
    """How many cards a day the learner wants."""
    return Limits(new=settings.new_cards, reviews=settings.reviews)


def sections_read(store: "Store") -> set[str]:
    """The sections that were read to their end, as `03#closed-form`."""
    return {event.item for event in store.events("section")}


def due_tomorrow(session: Session) -> int:
    """Cards that will be due when the next day begins, as far as it is known now."""
    tomorrow = session.today + timedelta(days=1)
    return sum(session.state(card.id).is_due(tomorrow) for card in session.cards)


def parts(text: str) -> Iterator[tuple[str, bool]]:
    """A card's text in pieces (text, is it a formula), formulas on one line of Unicode. Raises MathsError."""
    for number, piece in enumerate(MATHS.split(text)):
        if piece:
            yield (inline(piece), True) if number % 2 else (piece, False)


def plain(text: str) -> str:
    """A card's text on a terminal: formulas as Unicode."""
    return "".join(piece for piece, _ in parts(text))


def source(card: "AnyCard", language: str) -> tuple[str, str]:
    """Where a card comes from: the chapter (`03 PPO for language`) and the section's title.

    A section that is not in the course (another version of it) goes by its own name.
    """
    chapter_id, _, section = card.section.partition("#")
    try:
        found = chapter(chapter_id, language)
    except ContentError:
        return chapter_id, section
    titles = {part.id: part.title for part in found.sections}
    return f"{found.id} {found.title}", titles.get(section, section)


@dataclass
class Calculation:
    """A calculator card on the table: its question with the numbers of `seed`, and how it went so far."""

    question: "Question"
    seed: int
    tries: int = 0
    hints: int = 0
    solution_shown: bool = False
    verdicts: "list[Verdict]" = field(default_factory=list)

    def heard(self, verdict: "Verdict") -> None:
        """An answer was given. A slip of the keyboard costs nothing, nor does rounding too far."""
        self.verdicts.append(verdict)
        self.tries += verdict.counts and verdict.code != "too_coarse"

    @property
    def questions(self) -> "tuple[Question, ...]":
        """What is asked one after the other: the steps of a derivation, or the question itself."""
        return self.question.steps or (self.question,)

    @property
    def shown(self) -> tuple[str, ...]:
        """The hints taken so far."""
        return self.question.hints[: self.hints]

    @property
    def solved(self) -> bool:
        return bool(self.verdicts) and self.verdicts[-1].good

    @property
    def over(self) -> bool:
        """There is nothing more to find out: answered right, or the solution seen."""
        return self.solved or self.solution_shown

    def grade(self, state: "CardState", latency_ms: int) -> int:
        """What it earned; see `graded_by_machine`."""
        if not self.solved:
            return AGAIN
        return graded_by_machine(
            tries=self.tries,
            hints=self.hints,
            solution_shown=self.solution_shown,
            latency_ms=latency_ms,
            earlier_ms=state.times_ms,
        )
