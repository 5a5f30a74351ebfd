"""Cards and a clock for the tests of reviewing."""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True)
class Card:
    id: str
    section: str


CARDS = tuple(Card(f"0{chapter}-{number}", f"0{chapter}#s{number % 2}") for chapter in (1, 2) for number in range(6))
HERE = timezone(timedelta(hours=-5))


class Clock:
    """The learner's clock, which goes when the test says so; it starts at nine in the morning."""

    def __init__(self):
        self.now = datetime(2026, 3, 2, 9, 0, tzinfo=HERE)

    def __call__(self):
        return self.now

    def days(self, number):
        self.now += timedelta(days=number)
