"""The table of a sitting: the card that lies on it, which side is up, and what the learner may do with it."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from engine.review import CardState, Session
from tui.reviewing import Calculation, drawn, new_seed

if TYPE_CHECKING:
    from content.cards import Card
    from content.questions import Verdict

Phase = Literal["front", "back", "asking", "graded", "leech", "over"]
"""front and back of a card; asking and graded for a calculator card; leech, when its section is worth more; over."""


class Table:
    """Deals the cards of a session. `seeds` gives fresh numbers, `clock` seconds, monotonic.

    `graded` is the state of the card that was graded last, `grade_given` its grade.
    """

    def __init__(
        self,
        session: Session,
        language: str,
        seeds: Callable[[], int] = new_seed,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.session, self.language, self.seeds, self.clock = session, language, seeds, clock
        self.phase: Phase = "over"
        self.card: Card | None = None
        self.calculation: Calculation | None = None
        self.graded: CardState | None = None
        self.grade_given: int | None = None
        self.began = self.shown = clock()
        self.deal()

    def deal(self) -> None:
        """Put the next card on the table; where there is none, the sitting is over."""
        self.card = self.session.current  # type: ignore[assignment]  # the session knows cards by their id and section
        self.calculation = None
        if self.card is None:
            self.phase = "over"
        elif self.card.question is None:
            self.phase = "front"
        else:
            self.phase = "asking"
            seed = self.seeds()
            self.calculation = Calculation(drawn(self.card, self.language, seed), seed)
        self.shown = self.clock()

    def turn(self) -> None:
        """Turn the card over."""
        if self.phase == "front":
            self.phase = "back"

    def grade(self, grade: int, **answer: Any) -> None:
        """Keep the grade, then deal the next card, unless this one became a leech.

        Raises Problem when it cannot be kept; nothing has moved then.
        """
        assert self.card is not None
        before = self.session.state(self.card.id)
        latency = round(1000 * (self.clock() - self.shown))
        self.graded = self.session.grade(grade, latency_ms=latency, **answer)
        self.grade_given = grade
        if self.graded.leech and self.graded.lapses > before.lapses:
            self.phase = "leech"
        elif self.phase == "asking":
            self.phase = "graded"
        else:
            self.deal()

    def heard(self, verdict: "Verdict") -> None:
        """The calculator card was answered. Raises Problem when its grade cannot be kept."""
        if self.calculation is not None and self.phase == "asking":
            self.calculation.heard(verdict)
            self._end_calculation()

    @property
    def hints_left(self) -> bool:
        """Whether there is a hint that was not taken yet."""
        return self.calculation is not None and len(self.calculation.shown) < len(self.calculation.question.hints)

    def hint(self) -> None:
        """Take the next hint."""
        if self.calculation is not None and self.phase == "asking" and self.hints_left:
            self.calculation.hints += 1

    def show_solution(self) -> None:
        """The learner gave up. Raises Problem when the grade cannot be kept."""
        if self.calculation is not None and self.phase == "asking":
            self.calculation.solution_shown = True
            self._end_calculation()

    def _end_calculation(self) -> None:
        assert self.card is not None
        assert self.calculation is not None
        if self.calculation.over:
            latency = round(1000 * (self.clock() - self.shown))
            grade = self.calculation.grade(self.session.state(self.card.id), latency)
            self.grade(grade, seed=self.calculation.seed, correct=self.calculation.solved)

    def undo(self) -> bool:
        """Take the last act back: its card is on the table again, turned over. Raises Problem."""
        undone = self.session.undo()
        if undone is None:
            return False
        self.deal()
        self.turn()
        return True

    def bury(self) -> None:
        """Put the card away until tomorrow. Raises Problem."""
        self.session.bury()
        self.deal()

    def translate(self, cards: "tuple[Card, ...]", language: str) -> None:
        """The same card, at the same point, in another language."""
        self.session.cards, self.language = cards, language
        if self.card is not None:
            here = self.card.id
            self.card = next(card for card in cards if card.id == here)
            if self.calculation is not None:
                question = drawn(self.card, language, self.calculation.seed)
                self.calculation = replace(self.calculation, question=question)
