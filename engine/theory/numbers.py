"""The few elementary functions every formula uses, written so that they neither overflow nor lose digits."""

import math
import sys
from collections.abc import Iterable

LARGEST_EXPONENT = math.log(sys.float_info.max)


def sigmoid(x: float) -> float:
    """σ(x) = 1 / (1 + e^-x). Worked number: σ(1) = 0.7311."""
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def softplus(x: float) -> float:
    """log(1 + e^x) = -log σ(-x). Worked number: softplus(0) = log 2 = 0.6931."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def log_sum_exp(exponents: Iterable[float]) -> float:
    """log Σ e^x, with the largest x taken out first; some x must be finite. Worked number: of (0, 0) it is 0.6931."""
    listed = list(exponents)
    largest = max(listed)
    return largest + math.log(math.fsum(math.exp(x - largest) for x in listed))


def log1m_exp(x: float) -> float:
    """log(1 - e^x) for x < 0: the form that keeps its digits on each side of x = -log 2 (Mächler 2012, Eq. 7)."""
    return math.log(-math.expm1(x)) if x > -math.log(2) else math.log1p(-math.exp(x))


def exp_or_none(x: float) -> float | None:
    """e^x, or None where the number is too large for a float: shown as "too large", never as infinity."""
    return math.exp(x) if x <= LARGEST_EXPONENT else None
