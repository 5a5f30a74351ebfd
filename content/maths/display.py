"""Formulas as blocks of lines, at most so many cells wide."""

from functools import lru_cache

from content.maths.breaking import TooWide, fit
from content.maths.linear import line
from content.maths.parser import parse
from content.maths.printer import Printer
from content.maths.symbols import LOWERED, small
from content.maths.tree import Accented, Braced, Fenced, Fraction, Grid, MathsError, Node, Root, Row, Scripted


@lru_cache(maxsize=512)
def _displayed(tex: str, width: int) -> tuple[str, ...]:
    row = parse(tex)
    low = all(small(script, LOWERED) is not None for script in _subscripts(row))
    roomy = Printer(low, room=1).row(row.items)  # brackets get air if it is to be had
    if roomy.width <= width:
        return roomy.lines
    try:
        return fit(Printer(low, room=0), row.items, width).lines
    except TooWide:
        raise MathsError("too_wide", tex.strip(), 0) from None


def display(tex: str, width: int) -> list[str]:
    """The formula as lines of equal width, at most `width` cells, without an indent.

    Raises MathsError for what the subset does not have and (`content.maths_too_wide`) for what no breaking makes fit.
    """
    return list(_displayed(tex, width))


def _subscripts(node: Node) -> list[str]:
    """Every subscript that is no limit, on a line. Small lowered signs are used for all of a formula's or for none."""
    match node:
        case Row():
            return [text for item in node.items for text in _subscripts(item)]
        case Fraction():
            return _subscripts(node.above) + _subscripts(node.below)
        case Root() | Fenced() | Braced():
            return _subscripts(node.inside)
        case Accented():
            return _subscripts(node.base)
        case Grid():
            return [text for row in node.rows for cell in row for text in _subscripts(cell)]
        case Scripted():
            own = [] if node.below is None or node.limits else [line(node.below, tight=True)]
            return own + _subscripts(node.base)
    return []
