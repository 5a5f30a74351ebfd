"""One judgement of the learner on one pair of answers."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Choice = Literal["left", "right", "tie", "both_bad", "skip"]
Purpose = Literal["train", "test", "repeat", "gold"]
"""What a pair was asked for: to learn from, as a random sample that is never trained on, to see whether the rater says
the same twice, or as one with a known answer."""

CHOICES = ("left", "right", "tie", "both_bad", "skip")
PURPOSES = ("train", "test", "repeat", "gold")
STRENGTHS = {1: "slightly", 2: "clearly", 3: "strongly"}


@dataclass(frozen=True)
class Label:
    """What was shown, what was chosen, and how the choice came about.

    `left` and `right` are the answers as they stood on the screen. The pair came as (a, b): `swapped` says that b stood
    on the left. `strength` (1 slightly, 2 clearly, 3 strongly) belongs to `left` and `right` only. `shown_at` is the
    time of the first rendering (ISO 8601, UTC) and is empty for a label that was imported rather than given here;
    such a label may carry a `margin` of its own. `event` is the row in the store, 0 before the label is saved.

    Only what is for "train" is ever trained on. `acquired_by` says how the pair was chosen among those that waited, and
    `score` what it was chosen for. `repeats` and `revises` are the events of earlier labels on this pair: one that was
    asked again blindly, and one that this takes the place of. The pairs of one ranking share `ranking`. `viewport` is
    the size of the screen in cells; `read_to_end`, whether all of both answers has been in sight.
    """

    pair_id: str
    prompt: str
    left: str
    right: str
    choice: Choice
    strength: int | None = None
    left_source: str = ""
    right_source: str = ""
    swapped: bool = False
    showing: int = 0
    note: str = ""
    latency_ms: int | None = None
    shown_at: str = ""
    layout: str = ""
    margin: float | None = None
    purpose: Purpose = "train"
    acquired_by: str = ""
    score: float | None = None
    flagged: bool = False
    repeats: int = 0
    revises: int = 0
    ranking: str = ""
    viewport: str = ""
    read_to_end: bool | None = None
    event: int = 0

    def __post_init__(self) -> None:
        if self.choice not in CHOICES:
            raise ValueError(f"choice is {self.choice!r}, not one of {', '.join(CHOICES)}")
        if self.strength is not None and (not self.decisive or self.strength not in STRENGTHS):
            raise ValueError(f"strength {self.strength!r} does not go with choice {self.choice!r}")

    @property
    def decisive(self) -> bool:
        """One answer was preferred to the other."""
        return self.choice in ("left", "right")

    @property
    def answers(self) -> tuple[str, str]:
        """(a, b): the answers in the order in which the pair came."""
        return (self.right, self.left) if self.swapped else (self.left, self.right)

    @property
    def verdict(self) -> str:
        """The choice whatever the sides were: "a", "b", or as it is."""
        if not self.decisive:
            return self.choice
        return "a" if (self.choice == "left") != self.swapped else "b"

    @property
    def chosen(self) -> str:
        """The preferred answer. Raises ValueError when neither was preferred."""
        return self._answers()[0]

    @property
    def rejected(self) -> str:
        """The other answer. Raises ValueError when neither was preferred."""
        return self._answers()[1]

    def _answers(self) -> tuple[str, str]:
        if not self.decisive:
            raise ValueError(f"a label {self.choice!r} prefers no answer")
        return (self.left, self.right) if self.choice == "left" else (self.right, self.left)

    def payload(self) -> dict[str, Any]:
        """The label as it is kept in the store: every field but the row's own number."""
        fields = asdict(self)
        del fields["event"]
        return fields
