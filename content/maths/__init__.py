"""Formulas in a terminal: one parser for a whitelisted part of TeX, one printer in two dimensions, one on a line."""

from content.maths.display import display
from content.maths.linear import inline
from content.maths.parser import parse
from content.maths.tree import MathsError

__all__ = ["MathsError", "display", "inline", "parse"]
