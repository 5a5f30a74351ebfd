"""Formulas in a terminal and in a browser: one parser for a whitelisted part of TeX, and a printer for each form."""

from content.maths.display import display
from content.maths.linear import inline
from content.maths.mathml import mathml
from content.maths.parser import parse
from content.maths.tree import MathsError

__all__ = ["MathsError", "display", "inline", "mathml", "parse"]
