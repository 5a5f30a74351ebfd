"""The value of an expression: with floats for the numbers of a text, or in the arithmetic that a caller brings."""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from typing import Any, Protocol, TypeAlias

from content.expressions.errors import Undefined
from content.expressions.tree import Binary, Call, Expression, Index, Name, Negative, Number, Vector

Value: TypeAlias = Any
"""A number of the arithmetic in use, or a tuple of them."""
LARGEST = 1e300
LARGEST_EXPONENT = 1000


class Arithmetic(Protocol):
    """Numbers and their functions. A function raises ValueError, ZeroDivisionError or OverflowError where it has no
    real value."""

    def number(self, text: str) -> Any: ...
    def log(self, x: Any) -> Any: ...
    def exp(self, x: Any) -> Any: ...
    def sqrt(self, x: Any) -> Any: ...
    def power(self, x: Any, exponent: Any) -> Any: ...
    def choose(self, n: Any, k: Any) -> Any: ...


class Floats:
    """Python's own numbers."""

    number = staticmethod(float)
    log = staticmethod(math.log)
    exp = staticmethod(math.exp)
    sqrt = staticmethod(math.sqrt)
    power = staticmethod(math.pow)

    def choose(self, n: float, k: float) -> float:
        if not (n.is_integer() and k.is_integer() and 0 <= k <= n <= 1000):
            raise ValueError
        return float(math.comb(int(n), int(k)))


def evaluate(expression: Expression, values: Mapping[str, Value], arithmetic: Arithmetic | None = None) -> Value:
    """The value, where each name has the one in `values`; vectors are taken component by component.

    Raises KeyError for a name without a value and Undefined where the result is not a real number within ±1e300.
    """
    return _Evaluation(values, arithmetic or Floats()).value(expression)


class _Evaluation:
    def __init__(self, values: Mapping[str, Value], arithmetic: Arithmetic) -> None:
        self.values = values
        self.arithmetic = arithmetic

    def value(self, expression: Expression) -> Value:
        match expression:
            case Number(text):
                return self._each(self.arithmetic.number, text)
            case Name(name):
                return self._given(self.values[name])
            case Vector(items):
                return tuple(_single(self.value(item)) for item in items)
            case Index(base, at):
                vector = self.value(base)
                if not isinstance(vector, tuple) or not -len(vector) <= at < len(vector):
                    raise Undefined
                return vector[at]
            case Negative(inside):
                return self._each(lambda x: -x, self.value(inside))
            case Binary(sign, left, right):
                return self._each(self._operators()[sign], self.value(left), self.value(right))
            case Call(function, arguments):
                return self._call(function, [self.value(argument) for argument in arguments])
        raise TypeError(expression)

    def _given(self, value: Value) -> Value:
        """A value from outside: numbers, booleans (as 0 and 1) and lists of them."""
        if isinstance(value, list | tuple):
            return tuple(_single(self._given(item)) for item in value)
        if isinstance(value, str) or value is None:
            raise Undefined
        return self.arithmetic.number(repr(value)) if isinstance(value, float) else self.arithmetic.number(str(+value))

    def _operators(self) -> dict[str, Callable[[Any, Any], Any]]:
        return {
            "+": operator.add,
            "-": operator.sub,
            "*": operator.mul,
            "/": operator.truediv,
            "^": self._power,
        }

    def _power(self, base: Any, exponent: Any) -> Any:
        if abs(exponent) > LARGEST_EXPONENT:
            raise OverflowError
        return self.arithmetic.power(base, exponent)

    def _exp(self, x: Any) -> Any:
        if abs(x) > LARGEST_EXPONENT:
            raise OverflowError
        return self.arithmetic.exp(x)

    def _sigmoid(self, x: Any) -> Any:
        return 1 / (1 + self._exp(-x))

    def _call(self, function: str, arguments: Sequence[Value]) -> Value:
        match function:
            case "min" | "max" | "sum" | "mean":
                return self._of_all(function, arguments)
            case "log":
                return self._each(self.arithmetic.log, *arguments)
            case "exp":
                return self._each(self._exp, *arguments)
            case "sqrt":
                return self._each(self.arithmetic.sqrt, *arguments)
            case "abs":
                return self._each(abs, *arguments)
            case "sigmoid":
                return self._each(self._sigmoid, *arguments)
        return self._each(self.arithmetic.choose, *arguments)

    def _of_all(self, function: str, arguments: Sequence[Value]) -> Value:
        """The least, greatest, sum or mean of several numbers, of vectors, or of both together."""
        items = [item for part in arguments for item in (part if isinstance(part, tuple) else (part,))]
        if not items:
            raise Undefined
        if function in ("min", "max"):
            return min(items) if function == "min" else max(items)
        total = reduce(lambda x, y: self._each(operator.add, x, y), items)
        return total if function == "sum" else self._each(lambda x: x / len(items), total)

    def _each(self, function: Callable[..., Any], *operands: Value) -> Value:
        """The function of numbers, or of vectors of one length component by component. Raises Undefined."""
        lengths = {len(operand) for operand in operands if isinstance(operand, tuple)}
        if len(lengths) > 1:
            raise Undefined
        if lengths:
            rows = [operand if isinstance(operand, tuple) else (operand,) * max(lengths) for operand in operands]
            return tuple(self._each(function, *row) for row in zip(*rows, strict=True))
        try:
            result = function(*operands)
            size = abs(result)
        except (ArithmeticError, ValueError):
            raise Undefined from None
        if not size <= LARGEST:  # NaN neither
            raise Undefined
        return result if size >= 1 / LARGEST else 0 * result


def _single(value: Value) -> Value:
    if isinstance(value, tuple):
        raise Undefined
    return value
