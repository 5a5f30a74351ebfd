"""What the registry says of a method: one row, and the knobs in it."""

from dataclasses import dataclass


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
class Method:
    """`data` is the shape of its training rows: preference, unpaired, prompt-completion, stepwise or prompt. `metrics`
    are those it logs at every step, the first ones first on a screen. `model` is what it starts from unless told. With
    `judged_by_labels` the learner's own labels go into its runs to hold the judge against."""

    id: str
    data: str
    loop: str
    hyper: tuple[HyperParameter, ...]
    metrics: tuple[str, ...]
    chapter: str
    lab: str | None = None
    model: str = "sft"
    judged_by_labels: bool = False

    def parameter(self, name: str) -> HyperParameter | None:
        return next((row for row in self.hyper if row.name == name), None)
