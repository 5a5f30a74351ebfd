"""What a question is, what is wrong with an answer, and what is said to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, TypeAlias

from content.expressions import Expression
from content.markup import Check

Type: TypeAlias = Literal["number", "vector", "expression", "choice", "several", "order", "steps", "free"]
TYPES: tuple[Type, ...] = ("number", "vector", "expression", "choice", "several", "order", "steps", "free")
LISTING: tuple[Type, ...] = ("choice", "several", "order")
"""The types whose answer picks from `options`."""
Values: TypeAlias = tuple[Fraction, ...]
Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that shows what went wrong: `name` is a misconception of `text/misconception.toml`, `text` a
    sentence of the question's own.

    `answer` and `arguments` are what the author wrote: another expression, or the same formula with these arguments
    changed. `values` (or `expression`) is what that comes to.
    """

    name: str | None = None
    text: str = ""
    values: Values = ()
    expression: Expression | None = None
    answer: Any = None
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One question. `values` is the right answer: the number, the components, or the numbers of options (from 1).

    An `expression` question has `expression` instead. A `steps` question is answered step by step, each in `steps` a
    question of its own. A `free` question is answered in the learner's own words, compared with the points of its
    `rubric` and with `explanation` as a model answer; it never gates. A prediction has a `metric`, which a run
    measures later, and no answer of its own.

    As written, a question may be a template: its texts have placeholders, and its answer follows from `variables`, of
    which each draw takes one value each, and from a `formula` of the engine with `arguments`. Drawing turns it into a
    question with `drawn` numbers that remembers its `template` and `seed`.
    """

    id: str
    type: Type
    prompt: str
    values: Values = ()
    tolerance: Fraction = Fraction(0)
    options: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    explanation: str = ""
    check: Check | None = None
    metric: str | None = None
    percent: bool = False  # a bare number is a percentage
    decimals: int | None = None  # how a computed answer is printed
    range: Range | None = None  # where an answer must lie to make sense: a probability in (0, 1)
    expression: Expression | None = None
    symbols: Mapping[str, Range] = field(default_factory=dict)  # the names of an expression, each tried here
    steps: tuple["Question", ...] = ()
    rubric: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    answer: Any = None
    variables: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    formula: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    drawn: Mapping[str, Any] | None = None
    template: "Question | None" = field(default=None, repr=False)
    seed: int | None = None
    file: str = field(default="", compare=False)
    line: int = field(default=0, compare=False)

    @property
    def fresh(self) -> bool:
        """Whether every attempt may have new numbers."""
        return bool(self.variables)

    @property
    def to_draw(self) -> bool:
        """Whether it is still a template, whose answer must be computed before it can be asked."""
        computed = self.answer is not None and not self.values and self.expression is None
        mine = bool(self.variables) or self.formula is not None or computed
        return self.drawn is None and (mine or any(step.to_draw for step in self.steps))


Code: TypeAlias = Literal[
    "correct", "mistake", "too_coarse", "not_normalised", "counterexample", "partly", "wrong", "out_of_domain",
    "unparsed", "recorded",
]  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """What is found about an answer, without words: `content.questions.sentence` puts it into a language.

    - correct
    - mistake (name, text): a known way to go wrong, by its name or in the question's own words
    - too_coarse (decimals): right, but rounded further than asked
    - not_normalised (factor): a distribution but for a factor
    - counterexample (at, yours, right): an expression, and where it differs; `yours` is empty where it has no value
    - partly (kind, right, count, extra): of several or in order
    - wrong
    - out_of_domain (why, …): no answer to this can look so: a probability above 1, a symbol that is not in the question
    - unparsed (text, and if known why, position, …): what could not be read
    - recorded: a prediction or free words, nothing to judge
    """

    code: Code
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def counts(self) -> bool:
        """Whether it was an attempt: a slip of the keyboard costs nothing."""
        return self.code not in ("unparsed", "out_of_domain")

    @property
    def good(self) -> bool:
        """Whether the question is answered."""
        return self.code in ("correct", "recorded")
