"""How a function becomes a formula of the catalogue: arguments read and checked, results guarded."""

import functools
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, ParamSpec, TypeVar

from engine.errors import Problem
from engine.theory.domains import Domain, OutOfDomain

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")
REQUIRED = object()


@dataclass(frozen=True)
class Parameter:
    """One argument of a formula; `default` is `REQUIRED` where there is none."""

    name: str
    domain: Domain
    default: Any

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True)
class Formula:
    """One row of the catalogue: `function(**arguments)` returns a frozen dataclass whose fields are `results`."""

    name: str
    function: Callable[..., Any]
    parameters: tuple[Parameter, ...]
    results: tuple[str, ...]


FORMULAS: dict[str, Formula] = {}


def formula(
    name: str, **domains: Domain
) -> Callable[[Callable[Arguments, Result]], Callable[Arguments, Result]]:
    """Enter the function in the catalogue as `name`, and let no argument outside `domains` reach it.

    The function then raises `Problem("theory.out_of_domain")` for a bad argument, and `Problem("theory.too_large")`
    where a result would not fit a float: it never returns NaN or infinity.
    """

    def enter(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
        signature = inspect.signature(function)

        @functools.wraps(function)
        def guarded(*positional: Arguments.args, **named: Arguments.kwargs) -> Result:
            given = signature.bind(*positional, **named)
            given.apply_defaults()
            try:
                result = function(**_checked(name, domains, given.arguments))  # type: ignore[call-arg]
            except (OverflowError, ZeroDivisionError):
                raise Problem("theory.too_large", name=name) from None
            if not _all_finite(result):
                raise Problem("theory.too_large", name=name)
            return result

        FORMULAS[name] = Formula(
            name=name,
            function=guarded,
            parameters=tuple(
                Parameter(parameter.name, domains[parameter.name], _default(parameter))
                for parameter in signature.parameters.values()
            ),
            results=tuple(field.name for field in fields(signature.return_annotation)),
        )
        return guarded

    return enter


def _default(parameter: inspect.Parameter) -> Any:
    return REQUIRED if parameter.default is inspect.Parameter.empty else parameter.default


def _checked(name: str, domains: Mapping[str, Domain], given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments as the numbers they stand for. Raises Problem("theory.out_of_domain")."""
    values: dict[str, Any] = {}
    for argument, value in given.items():
        try:
            values[argument] = domains[argument].read(value, values)
        except OutOfDomain as refusal:
            raise Problem(
                "theory.out_of_domain", name=name, argument=argument, value=_shown(value), need=refusal.need,
                **refusal.params,
            ) from None
    return values


def _shown(value: Any) -> str:
    """`value` as the learner would have typed it, and never a screenful of it."""
    if isinstance(value, (list, tuple)):
        text = ",".join(str(item) for item in value)
    elif isinstance(value, bool):
        text = str(value).lower()
    else:
        text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _all_finite(result: Any) -> bool:
    return all(_finite(getattr(result, field.name)) for field in fields(result))


def _finite(value: Any) -> bool:
    """Whether no number in `value`, a number or a tuple (of tuples) of them, is infinite or NaN."""
    if isinstance(value, tuple):
        return all(map(_finite, value))
    return not isinstance(value, float) or math.isfinite(value)
