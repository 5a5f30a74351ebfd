"""From a template to a question with numbers: one value for each variable, the formula computed, the texts filled.

Numbers at random can make a wrong way lead to the right answer (with β = 1, multiplying by β instead of dividing does),
and then nothing could be learnt from the answer. So a draw counts only if the answer and all named mistakes differ.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any, TypeAlias

from content.errors import ContentError
from content.expressions import (
    ExpressionError,
    Undefined,
    Value,
    canonical,
    evaluate,
    names,
    read,
    substitute,
)
from content.expressions.tree import Expression, Negative, Number, Vector
from content.questions import placeholders
from content.questions.question import LISTING, Mistake, Question, Values
from content.questions.written import DECIMALS, suits

Compute: TypeAlias = Callable[[str, Mapping[str, Any]], Mapping[str, Any]]
"""`engine.theory.compute`: the results of a formula by its name and arguments."""
ATTEMPTS = 400
APART = 3
"""By how many tolerances two answers must differ: each may be typed one off, and something must remain between."""


class _Rejected(Exception):
    """This draw won't do, and why: an answer has no value, or two of them are too close."""


def draw(question: Question, seed: int, compute: Compute) -> Question:
    """The question with the numbers of `seed`, always the same; the question itself if there is nothing to draw.

    Raises ContentError: content.no_draw if the lists allow none, content.draw for an expression that has no meaning.
    """
    if not question.to_draw:
        return question
    source = Random(f"{question.id} {seed}")
    reason = ""
    for _ in range(ATTEMPTS if question.variables else 1):
        numbers = {name: source.choice(choices) for name, choices in question.variables.items()}
        try:
            return replace(_Draw(question, numbers, compute).result(), template=question, seed=seed)
        except _Rejected as rejected:
            reason = str(rejected)
    raise ContentError("content.no_draw", file=question.file, line=question.line, id=question.id, reason=reason)


def another(question: Question, compute: Compute) -> Question:
    """A drawn question with other numbers than it has now, if its lists allow any."""
    template, first = question.template or question, (question.seed or 0) + 1
    drawn = question
    for seed in range(first, first + ATTEMPTS):
        drawn = draw(template, seed, compute)
        if drawn.drawn != question.drawn or not template.fresh:
            break
    return drawn


class _Draw:
    """One choice of numbers for one question."""

    def __init__(self, question: Question, numbers: Mapping[str, Any], compute: Compute) -> None:
        self.written = question
        self.numbers = numbers
        self.compute = compute

    def result(self) -> Question:
        """The question with these numbers. Raises _Rejected and ContentError."""
        values = {**self.numbers, **self._results({})}
        question = self._answered(values)
        drawn = replace(
            question,
            prompt=self._fill(question.prompt, values),
            options=tuple(self._fill(option, values) for option in question.options),
            hints=tuple(self._fill(hint, values) for hint in question.hints),
            rubric=tuple(self._fill(point, values) for point in question.rubric),
            explanation=self._fill(question.explanation, values),
            mistakes=tuple(replace(mistake, text=self._fill(mistake.text, values)) for mistake in question.mistakes),
            steps=tuple(_Draw(step, self.numbers, self.compute).result() for step in question.steps),
            drawn=dict(self.numbers),
        )
        if len(set(drawn.options)) < len(drawn.options):
            raise _Rejected("options")
        return drawn

    def _answered(self, values: Mapping[str, Any]) -> Question:
        """The question with its answer and its mistakes computed."""
        written = self.written
        if written.expression is not None:
            mistakes = (
                replace(mistake, expression=self._symbolic(mistake.expression))
                for mistake in written.mistakes
                if mistake.expression is not None
            )
            return replace(written, expression=self._symbolic(written.expression), mistakes=tuple(mistakes))
        if written.answer is None:
            return written
        right = self._values(written.answer, values)
        answered = replace(written, values=right, decimals=_decimals(written))
        return replace(answered, mistakes=self._mistakes(right, values))

    def _mistakes(self, right: Values, values: Mapping[str, Any]) -> tuple[Mistake, ...]:
        """The mistakes with what they come to. Raises _Rejected if two answers could be taken for each other."""
        mistakes = tuple(self._mistake(mistake, values) for mistake in self.written.mistakes)
        answers = [right, *(mistake.values for mistake in mistakes)]
        for number, one in enumerate(answers):
            for other in answers[number + 1 :]:
                if len(one) == len(other) and distance(one, other) <= APART * self.written.tolerance:
                    raise _Rejected("=")
        return mistakes

    def _mistake(self, mistake: Mistake, values: Mapping[str, Any]) -> Mistake:
        if mistake.arguments:
            values = {**self.numbers, **self._results(mistake.arguments)}
        answer = self.written.answer if mistake.answer is None else mistake.answer
        return replace(mistake, values=self._values(answer, values))

    def _results(self, changed: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the formula gives, with some arguments changed. Raises _Rejected."""
        formula = self.written.formula
        if formula is None:
            return {}
        stated = {name: self._argument(value) for name, value in {**self.written.arguments, **changed}.items()}
        try:
            return self._computed(formula, {**self.numbers, **stated}, stated)
        except Exception as problem:
            if getattr(problem, "code", None) in ("theory.out_of_domain", "theory.too_large"):
                raise _Rejected(str(problem)) from problem
            raise

    def _computed(self, formula: str, given: dict[str, Any], stated: Mapping[str, Any]) -> Mapping[str, Any]:
        """The results of the formula. Drawn variables that it does not take stay out: it says itself what it takes."""
        try:
            return self.compute(formula, given)
        except Exception as problem:
            if getattr(problem, "code", None) != "theory.unknown_argument":
                raise
            known = getattr(problem, "params", {})["known"].split(", ")
            if set(stated) - set(known):
                raise
        return self.compute(formula, {name: value for name, value in given.items() if name in known})

    def _argument(self, value: Any) -> Any:
        """An argument as written: a constant, an expression in drawn variables, a list of them, or a word."""
        if isinstance(value, list):
            return [self._argument(item) for item in value]
        if not isinstance(value, str):
            return value
        if value.isidentifier() and canonical(value) not in self.numbers:
            return value
        if canonical(value) in self.numbers:
            return self.numbers[canonical(value)]
        result = self._value(value, self.numbers)
        return list(result) if isinstance(result, tuple) else result

    def _values(self, answer: Any, values: Mapping[str, Any]) -> Values:
        """The answer as numbers of the type asked for. Raises _Rejected and ContentError."""
        if isinstance(answer, list):
            given = tuple(self._value(item, values) if isinstance(item, str) else item for item in answer)
        else:
            value = self._value(answer, values) if isinstance(answer, str) else answer
            given = value if isinstance(value, tuple) else (value,)
        if any(isinstance(item, tuple) for item in given):
            raise self._problem(answer, "vector")
        exact = tuple(Fraction(str(item)) for item in given)
        if self.written.type in LISTING or _decimals(self.written) == 0:
            exact = tuple(Fraction(round(item)) for item in exact)
        if not suits(self.written.type, exact, len(self.written.options)):
            raise self._problem(answer, self.written.type)
        return exact

    def _value(self, text: str, values: Mapping[str, Any]) -> Value:
        return self._tried(text, lambda: evaluate(read(text), values))

    def _fill(self, text: str, values: Mapping[str, Any]) -> str:
        return str(self._tried(text, lambda: placeholders.fill(text, values, self.numbers)))

    def _tried(self, text: str, work: Callable[[], Any]) -> Any:
        """What `work` makes of `text`. Raises _Rejected where these numbers give it no value, ContentError where none
        could."""
        try:
            return work()
        except Undefined:
            raise _Rejected(text) from None
        except KeyError as missing:
            raise self._problem(text, f"{missing.args[0]}?") from None
        except ExpressionError as problem:
            raise self._problem(text, problem.why) from None

    def _symbolic(self, expression: Expression) -> Expression:
        """An expression in the symbols alone, drawn variables replaced by their numbers."""
        inside = names(expression) & self.numbers.keys()
        return substitute(expression, {name: _written(self.numbers[name]) for name in inside})

    def _problem(self, text: Any, what: str) -> ContentError:
        written = self.written
        return ContentError(
            "content.draw", file=written.file, line=written.line, id=written.id, text=str(text), what=what
        )


def distance(one: Values, other: Values) -> Fraction:
    """By how much two answers of one length differ, at most."""
    return max(abs(x - y) for x, y in zip(one, other, strict=True))


def _decimals(question: Question) -> int | None:
    """With how many decimals the answer is printed."""
    if question.decimals is not None or question.type not in ("number", "vector"):
        return question.decimals
    return max(0, math.ceil(-math.log10(2 * question.tolerance))) if question.tolerance else DECIMALS


def _written(value: Any) -> Expression:
    if isinstance(value, list | tuple):
        return Vector(tuple(_written(item) for item in value))
    number = Number(repr(abs(value)))
    return Negative(number) if value < 0 else number
