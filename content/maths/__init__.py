"""Formulas for a terminal, a browser and the ear: one parser for a whitelisted part of TeX, a printer for each."""

from content.maths.aloud import aloud
from content.maths.display import display
from content.maths.linear import inline
from content.maths.mathml import mathml
from content.maths.parser import parse
from content.maths.spoken import spoken
from content.maths.tree import MathsError

__all__ = ["MathsError", "aloud", "display", "inline", "mathml", "parse", "spoken"]
