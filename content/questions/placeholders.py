"""Numbers put into a text: `{beta}`, `{policy[0]:.3f}`, `{reward[0]/beta}`. Braces meant as such are doubled."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from string import Formatter
from typing import Any

from content.expressions import Expression, ExpressionError, evaluate, read
from content.expressions.tree import Name

FORMAT = re.compile(r"\+?(?:,)?(?:\.\d)?[feg%]?")


@lru_cache(maxsize=4096)
def parts(text: str) -> tuple[tuple[str, Expression | None, str], ...]:
    """The text cut up: each piece of prose with the placeholder after it and its format. Raises ExpressionError."""
    try:
        pieces = list(Formatter().parse(text))
    except ValueError:
        raise ExpressionError("braces", 0) from None
    found = []
    for prose, field, form, conversion in pieces:
        if conversion or not FORMAT.fullmatch(form or ""):
            raise ExpressionError("format", 0)
        found.append((prose, None if field is None else read(field), form or ""))
    return tuple(found)


def fill(text: str, values: Mapping[str, Any], stated: Mapping[str, Any]) -> str:
    """The text with its numbers. A number named in `stated` is printed as it is there, another with four decimals at
    most where no format asks for something else. Raises KeyError and Undefined."""
    filled = ""
    for prose, expression, form in parts(text):
        filled += prose
        if isinstance(expression, Name) and expression.name in stated and not form:
            filled += shown(stated[expression.name], ".12g")
        elif expression is not None:
            filled += shown(evaluate(expression, values), form)
    return filled


def shown(value: Any, form: str = "") -> str:
    """A value as the texts print it: `(0.6, 0.4)`, `−1`, a word as it is."""
    if isinstance(value, list | tuple):
        return "(" + ", ".join(shown(item, form) for item in value) + ")"
    if isinstance(value, bool | str):
        return str(value).lower() if isinstance(value, bool) else value
    if not form and abs(value) >= 0.001:
        value, form = round(value, 4), ".10g"
    text = f"{value:{form}}" if form else f"{Decimal(f'{value:.2g}'):f}"
    return text.replace("-", "−" if re.search("[1-9]", text) else "")  # a minus, and none before a zero
