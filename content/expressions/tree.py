"""The tree of an expression. A number keeps the text it was written with, so that every arithmetic reads it exactly."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator: TypeAlias = Literal["+", "-", "*", "/", "^"]
FUNCTIONS = {"log": 1, "exp": 1, "sqrt": 1, "abs": 1, "sigmoid": 1, "C": 2, "min": None, "max": None, "sum": None,
             "mean": None}  # fmt: skip
"""How many arguments each function takes; None: one or more."""


@dataclass(frozen=True)
class Number:
    """A decimal number without sign: digits, at most one point, at most one exponent."""

    text: str


@dataclass(frozen=True)
class Name:
    name: str


@dataclass(frozen=True)
class Vector:
    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Index:
    """A component of a vector, counted from 0, or from the end where `at` is negative."""

    base: "Expression"
    at: int


@dataclass(frozen=True)
class Call:
    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Negative:
    inside: "Expression"


@dataclass(frozen=True)
class Binary:
    operator: Operator
    left: "Expression"
    right: "Expression"


Expression: TypeAlias = Number | Name | Vector | Index | Call | Negative | Binary


def parts(expression: Expression) -> tuple[Expression, ...]:
    """What an expression is directly made of."""
    match expression:
        case Vector(items):
            return items
        case Call(_, arguments):
            return arguments
        case Index(inside, _) | Negative(inside):
            return (inside,)
        case Binary(_, left, right):
            return left, right
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """The expression and everything within it."""
    yield expression
    for part in parts(expression):
        yield from walk(part)


def depth(expression: Expression) -> int:
    """How deep brackets, fractions, powers and arguments lie within each other; a long sum or product is flat."""
    if isinstance(expression, Binary) and expression.operator in ("+", "-", "*"):
        return max(depth(expression.left), 1 + depth(expression.right))
    return 1 + max(map(depth, parts(expression)), default=0)


def names(expression: Expression) -> frozenset[str]:
    """The names that must be given a value."""
    return frozenset(part.name for part in walk(expression) if isinstance(part, Name))


def substitute(expression: Expression, values: Mapping[str, Expression]) -> Expression:
    """The expression with the names in `values` replaced."""
    match expression:
        case Name(name):
            return values.get(name, expression)
        case Vector(items):
            return Vector(tuple(substitute(item, values) for item in items))
        case Call(function, arguments):
            return Call(function, tuple(substitute(argument, values) for argument in arguments))
        case Index(base, at):
            return Index(substitute(base, values), at)
        case Negative(inside):
            return Negative(substitute(inside, values))
        case Binary(operator, left, right):
            return Binary(operator, substitute(left, values), substitute(right, values))
    return expression
