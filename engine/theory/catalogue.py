"""One door to every formula by name: what the command line, the live blocks and the checked numbers of the text use."""

from collections.abc import Mapping
from dataclasses import asdict
from difflib import get_close_matches
from typing import Any

from engine.errors import Problem
from engine.theory.formula import FORMULAS, Formula


def compute(name: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The result of the formula `name` as a plain dict of numbers, lists, booleans and None (too large, or undefined).

    Values may be numbers, lists, or text such as "0.6,0.4", "true" and "1/3".
    Raises Problem: theory.unknown_formula, theory.unknown_argument, theory.missing_argument, theory.out_of_domain,
    theory.too_large.
    """
    formula = find(name)
    known = [parameter.name for parameter in formula.parameters]
    for argument in arguments:
        if argument not in known:
            raise Problem("theory.unknown_argument", name=name, argument=argument, known=", ".join(known))
    for parameter in formula.parameters:
        if parameter.required and parameter.name not in arguments:
            raise Problem("theory.missing_argument", name=name, argument=parameter.name, known=", ".join(known))
    result = asdict(formula.function(**arguments))
    return {field: _listed(value) for field, value in result.items()}


def _listed(value: Any) -> Any:
    """Tuples as lists, the ones inside them as well."""
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def find(name: str) -> Formula:
    """The formula `name`. Raises Problem "theory.unknown_formula", or "_close" with the name probably meant."""
    if name not in FORMULAS:
        closest = get_close_matches(name, FORMULAS, n=1)
        if closest:
            raise Problem("theory.unknown_formula_close", name=name, closest=closest[0])
        raise Problem("theory.unknown_formula", name=name)
    return FORMULAS[name]
