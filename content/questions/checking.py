"""The verdict on an answer, and how it is understood while it is typed."""

import math
from fractions import Fraction
from typing import Any

from content.expressions import ExpressionError
from content.expressions import read as read_expression
from content.expressions.equivalence import difference
from content.expressions.tex import one_line
from content.questions.drawing import distance
from content.questions.question import LISTING, Mistake, Question, Values, Verdict
from content.questions.typed import Unreadable, read_typed


def check(question: Question, text: str) -> Verdict:
    """The verdict on an answer as typed. Raises ValueError for a template, which has no answer until it is drawn, and
    for a question in steps, each of which is checked by itself."""
    if question.to_draw or question.type == "steps":
        raise ValueError(f"{question.id}: {'draw it first' if question.to_draw else 'check its steps'}")
    if not text.strip():
        return Verdict("unparsed", {"text": text, "why": "empty"})
    if question.type == "free":
        return Verdict("recorded")
    if question.type == "expression":
        return _check_expression(question, text)
    try:
        values, decimals = read_typed(question, text)
    except Unreadable as problem:
        return Verdict("unparsed", {"text": problem.text, "why": problem.why, **problem.params})
    if not question.values:
        return Verdict("recorded")
    if _close(values, question.values, question.tolerance):
        return Verdict("correct")
    for mistake in question.mistakes:
        if _close(values, mistake.values, question.tolerance):
            return _named(mistake)
    return _near(question, values, decimals) or Verdict("wrong")


def read_as(question: Question, text: str) -> str:
    """How an answer is understood while it is typed (`11/12` is `0.916667`); empty where it cannot be."""
    if question.type in ("free", "steps"):
        return text.strip()
    try:
        if question.type == "expression":
            return one_line(read_expression(text, question.symbols))
        values, _ = read_typed(question, text)
    except (Unreadable, ExpressionError):
        return ""
    return _typed(question, values, ".6g")


def right_answer(question: Question) -> str:
    """The right answer as a learner would type it, or the text of the right option; empty where there is none."""
    return as_typed(question, question.expression or question.values)


def as_typed(question: Question, answer: Any) -> str:
    """An answer (the `values` or the `expression` of a mistake) in the form in which it would be typed; of a choice,
    the text of the option."""
    if not isinstance(answer, tuple):
        return one_line(answer)
    return _typed(question, answer, ".12g")


def predicted(question: Question, text: str) -> float | None:
    """The number of a prediction, a share where it was asked for in %; None if it cannot be read."""
    try:
        values, _ = read_typed(question, text)
    except Unreadable:
        return None
    return float(values[0])


def _typed(question: Question, values: Values, form: str) -> str:
    if question.type in LISTING:
        chosen = [question.options[int(value) - 1] for value in values]
        return (" → " if question.type == "order" else "; ").join(chosen)
    scale, unit = (100, " %") if question.percent else (1, "")
    if question.decimals is not None and form != ".6g":
        values = tuple(round(value, question.decimals) for value in values)
    return ", ".join(f"{float(value * scale):{form}}{unit}" for value in values).replace("-", "−")


# --- numbers and options


def _close(values: Values, wanted: Values, tolerance: Fraction) -> bool:
    return len(values) == len(wanted) and distance(values, wanted) <= tolerance


def _near(question: Question, values: Values, decimals: int | None) -> Verdict | None:
    """What can be said of a wrong answer by looking at it."""
    if question.type in ("several", "order"):
        return _partly(question, values)
    if question.type == "vector" and (factor := _factor(question, values)):
        return Verdict("not_normalised", {"factor": f"{float(factor):.4g}"})
    if question.range is not None:
        low, high = question.range
        if outside := [value for value in values if not low <= value <= high]:
            params = {"value": f"{float(outside[0]):.6g}".replace("-", "−"), "low": f"{low:g}", "high": f"{high:g}"}
            return Verdict("out_of_domain", {"why": "range", **params})
    if _rounds_to(question.values, values, decimals):
        return Verdict("too_coarse", {"decimals": _decimals_needed(question)})
    return None


def _partly(question: Question, values: Values) -> Verdict | None:
    """How many of the options chosen belong there, or stand in their place."""
    if question.type == "order":
        right, extra = sum(x == y for x, y in zip(values, question.values, strict=True)), 0
    else:
        right = len(set(values) & set(question.values))
        extra = len(values) - right
    params = {"kind": question.type, "right": right, "count": len(question.values), "extra": extra}
    return Verdict("partly", params) if right else None


def _factor(question: Question, values: Values) -> Fraction | None:
    """By which factor the values are too large, if the right answer is a distribution and that is all that is wrong."""
    right = question.values
    if abs(sum(right, Fraction(0)) - 1) > len(right) * question.tolerance or min(right) < 0 or min(values) < 0:
        return None
    total = sum(values, Fraction(0))
    if not total or abs(total - 1) <= len(values) * question.tolerance:
        return None
    scaled = tuple(value / total for value in values)
    return total if _close(scaled, right, question.tolerance) else None


def _rounds_to(answer: Values, values: Values, decimals: int | None) -> bool:
    """Whether `values` is the answer rounded too far. Rounding it to nothing or to a whole number does not count."""
    return bool(decimals) and any(values) and _close(values, answer, Fraction(1, 2 * 10 ** (decimals or 0)))


def _decimals_needed(question: Question) -> int:
    """Decimals with which every rounding is within the tolerance."""
    return max(0, math.ceil(-math.log10(2 * question.tolerance))) if question.tolerance else 4


def _named(mistake: Mistake) -> Verdict:
    return Verdict("mistake", {"name": mistake.name, "text": mistake.text})


# --- expressions


def _check_expression(question: Question, text: str) -> Verdict:
    """The same function of the symbols is right, however it is written; otherwise, where it differs."""
    try:
        yours = read_expression(text, question.symbols)
    except ExpressionError as problem:
        where = {"text": text.strip(), "why": problem.why, "position": problem.position + 1, **problem.params}
        return Verdict("out_of_domain" if problem.why == "unknown_name" else "unparsed", where)
    assert question.expression is not None  # so it was read
    found = difference(yours, question.expression, question.symbols, seed=question.id)
    if found is None:
        return Verdict("correct")
    for mistake in question.mistakes:
        if mistake.expression is not None and not difference(yours, mistake.expression, question.symbols, question.id):
            return _named(mistake)
    at = ", ".join(f"{name} = {value}" for name, value in found.at)
    return Verdict("counterexample", {"at": at, "yours": found.yours, "right": found.right})
