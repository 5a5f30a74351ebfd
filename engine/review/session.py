"""A sitting with the cards: which one is asked now, what a grade does to it, and taking grades back."""

import random
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from engine.review.day import learning_day, local_now
from engine.review.grading import AGAIN, GRADES
from engine.review.queue import Card, Limits, queue
from engine.review.state import BURY, REVIEW, CardState, read_states

if TYPE_CHECKING:
    from engine.store import Store

REPEAT_AFTER = 5
"""A forgotten card comes again after so many others, or last where there are fewer."""


@dataclass(frozen=True)
class Left:
    """Cards that still wait in this sitting: due ones, new ones, and those to be asked again."""

    due: int = 0
    new: int = 0
    again: int = 0

    @property
    def cards(self) -> int:
        return self.due + self.new + self.again


@dataclass(frozen=True)
class Act:
    """What the learner did, and what it takes to undo it: the event in the store, and how all stood before."""

    card: str
    grade: int | None
    event: int | None
    waiting: tuple[str, ...]
    repeated: frozenset[str]
    state: CardState


@dataclass
class Session:
    """Asks the cards of today. Each grade is in the store when `grade` returns, and only then the next card comes.

    `waiting` are the ids still to be asked; the first is on the table. `repeated` are those asked already in this
    sitting. `read` are the sections that were read (None: new cards of any section). `now` gives the time on the
    learner's clock.
    """

    store: "Store"
    cards: Sequence[Card]
    limits: Limits = field(default_factory=Limits)
    read: Collection[str] | None = None
    now: Callable[[], datetime] = local_now

    scheduled = True
    """Whether grades change the schedule."""

    def __post_init__(self) -> None:
        self.states = read_states(self.store)
        self.done: list[Act] = []
        self.repeated: frozenset[str] = frozenset()
        self.waiting = self._start()

    def _start(self) -> tuple[str, ...]:
        return tuple(queue(self.cards, self.states, self.today, self.limits, self.read))

    @property
    def today(self) -> date:
        return learning_day(self.now())

    @property
    def current(self) -> Card | None:
        """The card on the table; None when the sitting is over."""
        return next((card for card in self.cards if card.id == self.waiting[0]), None) if self.waiting else None

    def state(self, card: str) -> CardState:
        return self.states.get(card, CardState(card))

    @property
    def left(self) -> Left:
        again = [card for card in self.waiting if self._again(card)]
        new = [card for card in self.waiting if not self._again(card) and self.state(card).new]
        return Left(len(self.waiting) - len(again) - len(new), len(new), len(again))

    @property
    def ahead(self) -> int:
        """New cards that wait for their section to be read."""
        read = self.read
        return 0 if read is None else sum(self.state(card.id).new and card.section not in read for card in self.cards)

    def _again(self, card: str) -> bool:
        return card in self.repeated or self.state(card).last == self.today

    def preview(self) -> dict[int, int | None]:
        """What each grade would do to the card on the table: days until it comes again; None: in this sitting."""
        state = self.state(self.waiting[0])
        return {grade: state.preview(grade, self.today) for grade in GRADES}

    def grade(self, grade: int, *, latency_ms: int, seed: int | None = None, correct: bool | None = None) -> CardState:
        """Grade the card on the table, keep the review, and return the card's new state.

        `seed` and `correct` belong to a question with fresh numbers: which numbers, and whether it was answered right.
        Raises Problem when the store cannot be written; the card is then still on the table.
        """
        asked = {"seed": seed, "correct": correct}
        payload = {
            "card": self.waiting[0],
            "grade": grade,
            "latency_ms": latency_ms,
            "day": self.today.isoformat(),
            **{name: value for name, value in asked.items() if value is not None},
        }
        return self._act(REVIEW, payload, grade)

    def bury(self) -> None:
        """Put the card on the table away until tomorrow."""
        self._act(BURY, {"card": self.waiting[0], "day": self.today.isoformat()}, None)

    def _act(self, kind: str, payload: dict[str, Any], grade: int | None) -> CardState:
        card, before = self.waiting[0], self.state(self.waiting[0])
        after = before.after(kind, payload)
        event = self.store.record(kind, card, payload)
        self.done.append(Act(card, grade, event, self.waiting, self.repeated, before))
        self.states[card] = after
        self._move_on(card, again=after.is_due(self.today))
        return after

    def _move_on(self, card: str, *, again: bool) -> None:
        """The next card comes; one to be asked again goes back among those waiting."""
        rest = self.waiting[1:]
        self.waiting = (*rest[:REPEAT_AFTER], card, *rest[REPEAT_AFTER:]) if again else rest
        self.repeated |= {card}

    def undo(self) -> Act | None:
        """Take back the last grade (or the putting away) of this sitting; its card is on the table again."""
        if not self.done:
            return None
        act = self.done[-1]
        if act.event is not None:
            self.store.undo(act.event)
        self.done.pop()
        self.waiting, self.repeated, self.states[act.card] = act.waiting, act.repeated, act.state
        return act


@dataclass
class Cram(Session):
    """Asks every card once, in an order of chance, and the forgotten ones until they are known. The store and the
    schedule never hear of it."""

    seed: int = 0

    scheduled = False

    def _start(self) -> tuple[str, ...]:
        wanted = [card.id for card in self.cards if self.read is None or card.section in self.read]
        random.Random(self.seed).shuffle(wanted)
        return tuple(wanted)

    @property
    def left(self) -> Left:
        again = sum(card in self.repeated for card in self.waiting)
        return Left(due=len(self.waiting) - again, again=again)

    def _act(self, kind: str, payload: dict[str, Any], grade: int | None) -> CardState:
        card = self.waiting[0]
        self.done.append(Act(card, grade, None, self.waiting, self.repeated, self.state(card)))
        self._move_on(card, again=grade == AGAIN)
        return self.state(card)
