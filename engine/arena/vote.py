"""One blind vote: two answers of two models to one prompt, and which was better."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from engine.store import Store

KIND = "vote"  # of the event in the store
Choice = Literal["left", "right", "tie", "both_bad"]
CHOICES = ("left", "right", "tie", "both_bad")


@dataclass(frozen=True)
class Vote:
    """`first` and `second` are the models by name; `swapped` says that the second one's answer stood on the left.

    `own`: the learner wrote the prompt. `same` counts the prompts before this one on which both models gave the same
    answer, so that nobody was asked. `shown_at` is the time of the first rendering (ISO 8601, UTC). `event` is the row
    in the store, 0 before the vote is saved.
    """

    first: str
    second: str
    prompt: str
    first_answer: str
    second_answer: str
    choice: Choice
    swapped: bool = False
    own: bool = False
    same: int = 0
    seed: int = 0
    temperature: float = 1.0
    latency_ms: int | None = None
    shown_at: str = ""
    event: int = 0

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise ValueError(f"choice is {self.choice!r}, not one of {', '.join(CHOICES)}")

    @property
    def points(self) -> float:
        """What the vote gives the first model: 1, 0, or one half where neither was better."""
        if self.choice not in ("left", "right"):
            return 0.5
        return float((self.choice == "left") != self.swapped)

    @property
    def left(self) -> str:
        return self.second_answer if self.swapped else self.first_answer

    @property
    def right(self) -> str:
        return self.first_answer if self.swapped else self.second_answer

    def payload(self) -> dict[str, Any]:
        """The vote as it is kept: every field but the row's own number."""
        kept = asdict(self)
        del kept["event"]
        return kept


def add_vote(store: "Store", vote: Vote) -> Vote:
    """Keep the vote; it is on the disk when this returns. Raises the store's Problems."""
    return replace(vote, event=store.record(KIND, vote.prompt, vote.payload()))


def votes(store: "Store") -> list[Vote]:
    """The votes that stand, oldest first."""
    known = {field.name for field in fields(Vote)}
    return [
        Vote(**{name: value for name, value in event.payload.items() if name in known}, event=event.id)
        for event in store.events(KIND)
    ]


def between(votes: Iterable[Vote], one: str, other: str) -> list[Vote]:
    """The votes on these two models, in whichever order they were asked."""
    return [vote for vote in votes if {vote.first, vote.second} == {one, other}]
