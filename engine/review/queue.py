"""Which cards are for today, and how a chapter stands."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Protocol

from engine.review.state import CardState


class Card(Protocol):
    """What a review needs to know of a card: its id, and the section it comes from (`03#closed-form`)."""

    @property
    def id(self) -> str: ...

    @property
    def section(self) -> str: ...


@dataclass(frozen=True)
class Limits:
    """How many cards a day: first meetings, and meetings again. Forgotten cards come again whatever the limit."""

    new: int = 10
    reviews: int = 100


@dataclass(frozen=True)
class Counts:
    """`cards` in all. `due` today; `new`, never asked; `mastered`; `weak`, forgotten lately or often."""

    cards: int = 0
    due: int = 0
    new: int = 0
    mastered: int = 0
    weak: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(self)))


def count(cards: Iterable[Card], states: Mapping[str, CardState], today: date) -> Counts:
    """How these cards stand today."""
    return sum((_count_one(states.get(card.id, CardState(card.id)), today) for card in cards), Counts())


def count_by_chapter(cards: Iterable[Card], states: Mapping[str, CardState], today: date) -> dict[str, Counts]:
    """The same for each chapter that has cards, in the order of the cards."""
    found: dict[str, Counts] = {}
    for card in cards:
        name = chapter_of(card)
        found[name] = found.get(name, Counts()) + count([card], states, today)
    return found


def _count_one(state: CardState, today: date) -> Counts:
    return Counts(1, due=state.is_due(today), new=state.new, mastered=state.mastered, weak=state.weak)


def chapter_of(card: Card) -> str:
    """`03` of a card from `03#closed-form`."""
    return card.section.partition("#")[0]


def queue(
    cards: Sequence[Card],
    states: Mapping[str, CardState],
    today: date,
    limits: Limits,
    read: Collection[str] | None = None,
) -> list[str]:
    """The ids of the cards for today, in order: those due, the longest overdue first, then new ones in course order.

    What was asked today already counts against the limits. New cards come only from the sections in `read`, because
    nothing is asked before it is taught; None stands for all sections.
    """
    known = [(card, states.get(card.id, CardState(card.id))) for card in cards]
    met_today = sum(state.first == today for _, state in known)
    again_today = sum(state.last == today and state.first != today for _, state in known)

    forgotten = [state for _, state in known if state.is_due(today) and state.last == today]
    due = [state for _, state in known if state.is_due(today) and state.last != today]
    due.sort(key=lambda state: state.due or today)
    new = [
        state
        for card, state in known
        if state.new and not state.is_buried(today) and (read is None or card.section in read)
    ]
    due = due[: max(0, limits.reviews - again_today)]
    new = new[: max(0, limits.new - met_today)]
    return [state.id for state in (*forgotten, *due, *new)]
