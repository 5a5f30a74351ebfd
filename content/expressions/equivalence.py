"""Whether two expressions are the same function: tried at a few points with thirty digits, never by rewriting them.

Two expressions built from + − × ÷, powers, logarithms and exponentials that agree to twenty digits at eight random
points are equal for every purpose of a course, and where they don't there is a point to show: "at β = 0.7 yours gives
1.2". Rewriting by computer algebra gives no such point, and on wrong answers often no answer at all. The tests hold
the verdicts against SymPy's.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Any

from content.expressions.errors import Undefined
from content.expressions.evaluate import evaluate
from content.expressions.tex import letter
from content.expressions.tree import Expression, names

DIGITS = 30
POINTS = 8
TRIES = 100
EQUAL = 1e-18
"""How far two numbers may be from each other beside their size, after all rounding."""


@dataclass(frozen=True)
class Difference:
    """A point (name and value, as printed) at which two expressions differ, and what each gives there; `yours` is
    empty where it has no real value."""

    at: tuple[tuple[str, str], ...]
    yours: str
    right: str


class Precise:
    """Real numbers with thirty digits. mpmath is imported with the first of them: most sessions need none."""

    def __init__(self) -> None:
        import mpmath

        self.context = mpmath.MPContext()
        self.context.dps = DIGITS

    def number(self, text: str) -> Any:
        return self.context.mpf(text)

    def log(self, x: Any) -> Any:
        return self._real(self.context.log(x))

    def exp(self, x: Any) -> Any:
        return self.context.exp(x)

    def sqrt(self, x: Any) -> Any:
        return self._real(self.context.sqrt(x))

    def power(self, x: Any, exponent: Any) -> Any:
        return self._real(self.context.power(x, exponent))

    def choose(self, n: Any, k: Any) -> Any:
        if abs(n) > 1000 or abs(k) > 1000:
            raise ValueError
        return self._real(self.context.binomial(n, k))

    def _real(self, value: Any) -> Any:
        if not isinstance(value, self.context.mpf):
            raise ValueError
        return value


@lru_cache(maxsize=1)
def precise() -> Precise:
    return Precise()


def difference(
    yours: Expression, right: Expression, symbols: Mapping[str, tuple[float, float]], seed: str = ""
) -> Difference | None:
    """Where two expressions in `symbols` differ, each tried within its range; None if they are the same.

    Points at which the right one has no value are left out. Raises Undefined if there are too few others: then the
    ranges are wrong.
    """
    source = Random(seed)
    tried = 0
    found: Difference | None = None
    for _ in range(TRIES):
        at = {name: _point(source, *ends) for name, ends in symbols.items()}
        try:
            wanted = evaluate(right, at, precise())
        except Undefined:
            continue
        tried += 1
        shown = tuple((name, at[name]) for name in symbols if name in names(yours) | names(right))
        try:
            given = evaluate(yours, at, precise())
        except Undefined:
            found = Difference(_printed(shown), "", _short(wanted))  # a point with two values says more
        else:
            if not _equal(given, wanted):
                return Difference(_printed(shown), *_apart(given, wanted))
        if tried == POINTS:
            return found
    raise Undefined


def _equal(one: Any, other: Any) -> bool:
    if isinstance(one, tuple) or isinstance(other, tuple):
        parts = (one, other) if isinstance(one, tuple) and isinstance(other, tuple) else ((), (0,))
        return len(parts[0]) == len(parts[1]) and all(map(_equal, *parts))
    return bool(abs(one - other) <= EQUAL * max(abs(one), abs(other)) + EQUAL * EQUAL)


def _point(source: Random, low: float, high: float) -> float:
    """A number of the range with about two digits, easy to check by hand."""
    if low == high:
        return low
    places = max(0, 1 - math.floor(math.log10(high - low)))
    return min(high, max(low, round(source.uniform(low, high), places)))


def _apart(one: Any, other: Any) -> tuple[str, str]:
    """Two different numbers with as few digits as show it."""
    for digits in range(4, DIGITS):
        printed = _short(one, digits), _short(other, digits)
        if printed[0] != printed[1]:
            return printed
    return _short(one, DIGITS), _short(other, DIGITS)


def _short(value: Any, digits: int = 4) -> str:
    if isinstance(value, tuple):
        return "(" + ", ".join(_short(item, digits) for item in value) + ")"
    text = str(precise().context.nstr(value, digits))
    return text.removesuffix(".0").replace("-", "−")


def _printed(at: tuple[tuple[str, float], ...]) -> tuple[tuple[str, str], ...]:
    return tuple((letter(name), f"{value:.6g}".replace("-", "−")) for name, value in at)
