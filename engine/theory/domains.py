"""What each argument of a formula may be: one small class per kind, which reads a value and says what it needs.

`read` takes what a shell, a chapter or a program gives ("0.6,0.4", [0.6, 0.4], "1/3") and returns plain numbers.
A refusal names its need by a code ("positive", "distribution", …); the sentence for it belongs to the screens.
"""

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

SUM_TOLERANCE = 1e-6
"""How far from 1 the probabilities of a distribution may add up: enough for rounded decimals, not for a mistake."""


class OutOfDomain(Exception):
    """The value is refused; `need` is the code of what would be accepted, `params` the words in its sentence."""

    def __init__(self, need: str, **params: Any) -> None:
        super().__init__(need)
        self.need = need
        self.params = params


class Domain(ABC):
    """What one argument may be."""

    @abstractmethod
    def read(self, value: Any, others: Mapping[str, Any]) -> Any:
        """The value as plain numbers; `others` holds the arguments before it. Raises OutOfDomain."""


@dataclass(frozen=True)
class Number(Domain):
    """A finite number within bounds; `need` is the code for the bounds."""

    need: str = "number"
    above: float = -math.inf
    at_least: float = -math.inf
    at_most: float = math.inf
    below: float = math.inf

    def read(self, value: Any, others: Mapping[str, Any]) -> float:
        _refuse_comma(value)
        number = _number(value, self.need)
        if not (self.above < number < self.below and self.at_least <= number <= self.at_most):
            raise OutOfDomain(self.need)
        return number


@dataclass(frozen=True)
class Integer(Domain):
    """A whole number from `at_least`, and no more than the argument named `up_to`, to a size one can still compute."""

    at_least: int = 0
    up_to: str | None = None
    at_most: int = 1_000_000

    def read(self, value: Any, others: Mapping[str, Any]) -> int:
        highest = self.at_most if self.up_to is None else others[self.up_to]
        low_high = {"low": self.at_least, "high": self.up_to or self.at_most}
        _refuse_comma(value)
        number = _number(value, "integer", **low_high)
        if not (number.is_integer() and self.at_least <= number <= highest):
            raise OutOfDomain("integer", **low_high)
        return int(number)


@dataclass(frozen=True)
class Numbers(Domain):
    """A list of finite numbers: at least `shortest` of them, or as many as the argument named `like`."""

    shortest: int = 1
    like: str | None = None
    at_most: float = math.inf
    above: float = -math.inf

    def read(self, value: Any, others: Mapping[str, Any]) -> tuple[float, ...]:
        need = "numbers" if self.at_most == math.inf else "log_probabilities"
        if self.above > -math.inf:
            need = "positive_numbers"
        numbers = tuple(_number(item, need, shortest=self.shortest) for item in _items(value))
        if self.like is not None and len(numbers) != len(others[self.like]):
            raise OutOfDomain("same_length", other=self.like, count=len(others[self.like]))
        if len(numbers) < self.shortest or any(not self.above < number <= self.at_most for number in numbers):
            raise OutOfDomain(need, shortest=self.shortest)
        return numbers


@dataclass(frozen=True)
class Probabilities(Domain):
    """Numbers from 0 to 1, at least one, that need not add up to anything."""

    def read(self, value: Any, others: Mapping[str, Any]) -> tuple[float, ...]:
        numbers = tuple(_number(item, "probabilities") for item in _items(value))
        if not numbers or not all(0 <= number <= 1 for number in numbers):
            raise OutOfDomain("probabilities")
        return numbers


@dataclass(frozen=True)
class Ranking(Domain):
    """The numbers 1…K, each once, best first; K from 2 to `longest`."""

    longest: int = 9

    def read(self, value: Any, others: Mapping[str, Any]) -> tuple[int, ...]:
        numbers = [_number(item, "ranking", longest=self.longest) for item in _items(value)]
        if not 2 <= len(numbers) <= self.longest or sorted(numbers) != list(range(1, len(numbers) + 1)):
            raise OutOfDomain("ranking", longest=self.longest)
        return tuple(int(number) for number in numbers)


@dataclass(frozen=True)
class Distribution(Domain):
    """Probabilities that add up to 1 (within `SUM_TOLERANCE`), over the same outcomes as the argument named `like`.

    `positive`: every outcome must have some. `within`: the outcomes that have probability in that argument must have
    some here, or a logarithm would be infinite.
    """

    like: str | None = None
    within: str | None = None
    positive: bool = False

    def read(self, value: Any, others: Mapping[str, Any]) -> tuple[float, ...]:
        numbers = tuple(_number(item, "distribution") for item in _items(value))
        if self.like is not None and len(numbers) != len(others[self.like]):
            raise OutOfDomain("same_length", other=self.like, count=len(others[self.like]))
        if any(number < 0 for number in numbers) or abs(math.fsum(numbers) - 1) > SUM_TOLERANCE:
            raise OutOfDomain("distribution")
        if self.positive and min(numbers) == 0:
            raise OutOfDomain("positive_distribution")
        if self.within is not None and any(p > 0 and q == 0 for p, q in zip(others[self.within], numbers, strict=True)):
            raise OutOfDomain("covers", other=self.within)
        return numbers


@dataclass(frozen=True)
class Truth(Domain):
    """true or false."""

    def read(self, value: Any, others: Mapping[str, Any]) -> bool:
        word = str(value).strip().lower()
        if word not in ("true", "false"):
            raise OutOfDomain("truth")
        return word == "true"


@dataclass(frozen=True)
class Choice(Domain):
    """One of a few words."""

    words: tuple[str, ...]

    def read(self, value: Any, others: Mapping[str, Any]) -> str:
        if value not in self.words:
            raise OutOfDomain("choice", words=", ".join(self.words))
        return str(value)


NUMBER = Number()
POSITIVE = Number("positive", above=0)
BETA = Number("beta", above=0)
NOT_NEGATIVE = Number("not_negative", at_least=0)
LOG_PROBABILITY = Number("log_probability", at_most=0)
MEAN_LOG_PROBABILITY = Number("mean_log_probability", below=0)
SHARE = Number("share", at_least=0, at_most=1)
SHARE_BELOW_1 = Number("share_below_1", at_least=0, below=1)
INNER_SHARE = Number("inner_share", above=0, below=1)
AGREEMENT = Number("agreement", at_least=0.5, at_most=1)
COSINE = Number("cosine", at_least=-1, at_most=1)
SMOOTHING = Number("smoothing", at_least=0, at_most=0.5)


def _items(value: Any) -> list[Any]:
    if isinstance(value, str):
        return value.split(",")
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _refuse_comma(value: Any) -> None:
    """A single number with a comma: a decimal comma, most likely, which here separates the numbers of a list."""
    if isinstance(value, str) and re.fullmatch(r"\s*[-+]?\d*,\d+\s*", value):
        raise OutOfDomain("decimal_point", point=value.strip().replace(",", "."))


def _number(value: Any, need: str, **params: Any) -> float:
    """`value` as a finite float; "1/3" is read as the fraction. Raises OutOfDomain(need)."""
    try:
        if isinstance(value, bool):
            raise ValueError
        number = float(Fraction(value.strip())) if isinstance(value, str) and "/" in value else float(value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError):
        raise OutOfDomain(need, **params) from None
    if not math.isfinite(number):
        raise OutOfDomain(need, **params)
    return number
