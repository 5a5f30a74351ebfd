"""Formulas as people type them: one reader for templates, for checked numbers in the text and for learners' answers."""

from content.expressions.errors import ExpressionError, Undefined
from content.expressions.evaluate import Value, evaluate
from content.expressions.reader import canonical, read
from content.expressions.tree import Expression, names, substitute

__all__ = [
    "Expression",
    "ExpressionError",
    "Undefined",
    "Value",
    "canonical",
    "evaluate",
    "names",
    "read",
    "substitute",
]
