"""What the registry says of a method: one row, and the knobs in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.methods.bound import Bound


@dataclass(frozen=True)
class HyperParameter:
    """One knob of a method, under the name that the field gives it. `low` and `high` are inclusive bounds, `choices`
    the words that a text may be."""

    name: str
    default: float | int | str | bool
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def type(self) -> type:
        return type(self.default)


@dataclass(frozen=True)
class Variant:
    """A method of the field that is another one with some settings; the sentence `methods.variant.<id>` names it."""

    id: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Method:
    """`data` is the shape of its training rows: preference, unpaired, prompt-completion, stepwise or prompt. `metrics`
    are those it logs at every step, the first ones first on a screen. `losses` name functions of `engine.losses`
    ("preference.dpo_loss"), `bound` what three seeds of it reach. `model` is what it starts from unless told. With
    `judged_by_labels` the learner's own labels go into its runs to hold the judge against; with `tries_labels`, beside
    those it trains on, those that measure, and there must be `least_labels` to train on."""

    id: str
    data: str
    loop: str
    hyper: tuple[HyperParameter, ...]
    metrics: tuple[str, ...]
    chapter: str
    lab: str | None = None
    losses: tuple[str, ...] = ()
    bound: Bound | None = None
    variants: tuple[Variant, ...] = field(default=())
    model: str = "sft"
    judged_by_labels: bool = False
    tries_labels: bool = False
    least_labels: int = 1

    def parameter(self, name: str) -> HyperParameter | None:
        return next((row for row in self.hyper if row.name == name), None)
