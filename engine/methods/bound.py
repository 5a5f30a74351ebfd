"""What a method is held to: runs of at most a minute on a laptop, and what each of three seeds must reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SEEDS = (0, 1, 2)
AT_LEAST, AT_MOST = "≥", "≤"


@dataclass(frozen=True)
class Claim:
    """`measure` names what `engine.evaluate.figures` reads from a finished run: a figure of its gate ("win_rate",
    "kl"), an end of a curve ("last(eval_loss)"), or a difference of two of them."""

    measure: str
    relation: str
    value: float

    def holds(self, found: float) -> bool:
        return found >= self.value if self.relation == AT_LEAST else found <= self.value


def at_least(measure: str, value: float) -> Claim:
    return Claim(measure, AT_LEAST, value)


def at_most(measure: str, value: float) -> Claim:
    return Claim(measure, AT_MOST, value)


@dataclass(frozen=True)
class Trial:
    """A run of the method with these settings, the others as they are by default, and what is claimed of it."""

    claims: tuple[Claim, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Bound:
    """All that is claimed of a method; one trial for most, two where two settings are compared."""

    trials: tuple[Trial, ...]


def bound(*claims: Claim, **settings: Any) -> Bound:
    """The bound of one trial."""
    return Bound((Trial(claims, settings),))
