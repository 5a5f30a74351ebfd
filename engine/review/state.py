"""What is known of a card: a fold of its reviews, with the FSRS scheduler doing the arithmetic of memory.

FSRS-6 keeps for every card a stability S (the days after which it is recalled with probability 0.9) and a difficulty,
and asks again when recall has fallen to that. Only reviews are stored; taking one back is folding without it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from engine.review.day import moment
from engine.review.grading import AGAIN, GOOD

if TYPE_CHECKING:
    import fsrs

    from engine.store import Event, Store

LONGEST_INTERVAL = 60
"""Days: a course comes to an end, so that no card should wait for half a year."""
LEECH = 4
"""From so many lapses on, reading again helps more than asking again."""
WEAK = 2
"""Lapses from which a card counts as weak until it is mastered."""
MASTERED = 21.0
"""Days of stability from which a card counts as mastered (Anki calls such a card mature)."""

REVIEW, BURY = KINDS = ("review", "bury")
"""The kinds of events that move a card. `item` is the card's id, and the payload has the learner's `day`."""


@dataclass(frozen=True)
class CardState:
    """One card as its reviews left it; a card without reviews is new.

    `lapses` counts how often it was forgotten after it had been known. `times_ms` are the times of right answers given
    to a machine without help. `buried` is the day for which the learner put the card away.
    """

    id: str
    memory: "fsrs.Card | None" = None
    grade: int | None = None
    first: date | None = None
    last: date | None = None
    reviews: int = 0
    lapses: int = 0
    times_ms: tuple[int, ...] = ()
    buried: date | None = None

    @property
    def new(self) -> bool:
        return self.memory is None

    @property
    def due(self) -> date | None:
        """The day from which the card is to be asked again: at once while it is forgotten; None for a new card."""
        if self.memory is None:
            return None
        return self.last if self.grade == AGAIN else self.memory.due.date()

    @property
    def stability(self) -> float:
        """Days until recall has fallen to 0.9; 0 for a new card."""
        return (self.memory.stability or 0.0) if self.memory is not None else 0.0

    @property
    def mastered(self) -> bool:
        return self.stability >= MASTERED and self.grade != AGAIN

    @property
    def weak(self) -> bool:
        return not self.mastered and (self.grade == AGAIN or self.lapses >= WEAK)

    @property
    def leech(self) -> bool:
        """Forgotten so often that its section should be read again."""
        return not self.mastered and self.lapses >= LEECH

    def is_due(self, today: date) -> bool:
        """It has been learned before, and today it is to be asked again."""
        return self.due is not None and self.due <= today and not self.is_buried(today)

    def is_buried(self, today: date) -> bool:
        return self.buried is not None and self.buried >= today

    def reviewed(self, grade: int, today: date, *, unaided_ms: int | None = None) -> "CardState":
        """The card after a review today. `unaided_ms`: a machine was answered right, without help, in so many ms."""
        import fsrs

        before = self.memory or fsrs.Card(card_id=_number(self.id), due=moment(today))
        after, _ = scheduler().review_card(before, fsrs.Rating(grade), moment(today))
        return replace(
            self,
            memory=after,
            grade=grade,
            first=self.first or today,
            last=today,
            reviews=self.reviews + 1,
            lapses=self.lapses + (grade == AGAIN and self.grade not in (None, AGAIN)),
            times_ms=self.times_ms if unaided_ms is None else (*self.times_ms, unaided_ms),
        )

    def preview(self, grade: int, today: date) -> int | None:
        """In how many days the card would come again after this grade; None: still in this sitting."""
        return self.reviewed(grade, today).waits(today)

    def waits(self, today: date) -> int | None:
        """Days until it is to be asked; None: it is due already, or new."""
        return None if self.due is None or self.due <= today else (self.due - today).days

    def after(self, kind: str, payload: Mapping[str, Any]) -> "CardState":
        """The card after an event of `KINDS`."""
        day = date.fromisoformat(payload["day"])
        if kind == BURY:
            return replace(self, buried=day)
        unaided = payload.get("correct") and payload["grade"] >= GOOD
        return self.reviewed(payload["grade"], day, unaided_ms=payload["latency_ms"] if unaided else None)


def fold(events: Iterable["Event"]) -> dict[str, CardState]:
    """The state of every card that the events (oldest first) speak of, by id."""
    states: dict[str, CardState] = {}
    for event in events:
        if event.kind in KINDS:
            states[event.item] = states.get(event.item, CardState(event.item)).after(event.kind, event.payload)
    return states


def read_states(store: "Store") -> dict[str, CardState]:
    """The state of every card in the learner's store. Reviews that were taken back do not count."""
    return fold(sorted((event for kind in KINDS for event in store.events(kind)), key=lambda event: event.id))


@cache
def scheduler() -> "fsrs.Scheduler":
    """FSRS-6 with its published parameters. No learning steps: a forgotten card is repeated in the sitting itself.

    Without fuzz, which is random, the interval beside a key is the one that the key gives.
    """
    import fsrs

    return fsrs.Scheduler(learning_steps=(), maximum_interval=LONGEST_INTERVAL, enable_fuzzing=False)


def _number(card: str) -> int:
    """The id of a card as the whole number that FSRS wants; it plays no part in the schedule."""
    return int.from_bytes(blake2b(card.encode(), digest_size=7).digest())
