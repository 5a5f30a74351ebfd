"""From YAML to a question. What is missing, unknown or of the wrong form is refused with its file, line and key."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from content.expressions import Expression, ExpressionError, names
from content.markup import mapping, read_check
from content.questions import placeholders
from content.questions.keys import KEYS, OF_A_MISTAKE, OF_A_STEP, Keys, is_number
from content.questions.question import LISTING, Mistake, Question, Type, Values

DECIMALS = 3
"""With how many decimals a computed answer is given where the question does not say."""


def read(text: str, file: Path, line: int) -> Question:
    """A question from its YAML, which starts on `line` of `file`. Raises ContentError, which says where and what."""
    return from_mapping(mapping(text, file, line), file, line)


def from_mapping(raw: Mapping[str, Any], file: Path, line: int) -> Question:
    """A question from loaded YAML. Raises ContentError."""
    return _Reader(raw, file, line, KEYS).question()


class _Reader(Keys):
    """Puts a question together from its keys; a step takes over the variables and the formula around it."""

    def question(self) -> Question:
        options = self._options()
        explanation = str(self.raw.get("explanation") or "").strip()
        if self.kind == "free" and not explanation:
            raise self.wrong("explanation", "text")
        if self.raw.get("unit", "percent") != "percent" or ("unit" in self.raw and not self._numeric):
            raise self.wrong("unit", "percent")
        stated = self.raw.get("check")
        question = Question(
            id=self._text("id"),
            type=self.kind,
            prompt=self._text("prompt"),
            options=options,
            explanation=explanation,
            check=read_check(str(stated), self.file, self.line) if stated else None,
            metric=str(self.raw["metric"]) if self.raw.get("metric") else None,
            percent="unit" in self.raw,
            decimals=self._decimals(),
            range=self._range("range", self.raw.get("range")) if "range" in self.raw else None,
            symbols=self._symbols(),
            rubric=self._texts("rubric", allowed=self.kind == "free"),
            hints=self._texts("hints", allowed=True),
            variables=self._variables(),
            formula=self._formula(),
            arguments=self._arguments("arguments", self.raw.get("arguments", self._outer_arguments)),
            file=self.file.name,
            line=self.line,
        )
        question = self._answered(question)
        for text in (question.prompt, question.explanation, *question.options, *question.hints, *question.rubric):
            self._check_placeholders(text, question)
        return question

    def _answered(self, question: Question) -> Question:
        """The question with its answer and its mistakes."""
        answer = self.raw.get("answer")
        if self.kind in ("steps", "free") or (question.metric and answer is None):
            if answer is not None:
                raise self.wrong("answer", "–")
            if "mistakes" in self.raw:
                raise self.wrong("mistakes", "–")
            return replace(question, steps=self._steps(question))
        if answer is None:
            raise self.wrong("answer", self.kind)
        if self.kind == "expression":
            expression = self._symbolic("answer", answer, question)
            question = replace(question, expression=expression, answer=answer)
        else:
            values = self._values("answer", answer, question)
            question = replace(question, values=values, answer=answer, tolerance=self._tolerance(answer, values))
        entries = self.raw.get("mistakes") or []
        if not isinstance(entries, list):
            raise self.wrong("mistakes", "[{…}]")
        return replace(question, mistakes=tuple(self._mistake(entry, question) for entry in entries))

    def _symbolic(self, key: str, answer: Any, question: Question) -> Expression:
        """The answer of an expression question, in its symbols and in drawn variables."""
        expression = self._expression(key, answer if isinstance(answer, str) else str(answer))
        if unknown := names(expression) - {*question.symbols, *question.variables}:
            raise self.wrong(key, f"symbols: {', '.join(sorted(unknown))}")
        return expression

    def _check_placeholders(self, text: str, question: Question) -> None:
        if question.to_draw:
            try:
                placeholders.parts(text)
            except ExpressionError as problem:
                raise self.wrong(text[:40], f"{{…}}: {problem.why}") from None

    # --- answers

    def _values(self, key: str, answer: Any, question: Question) -> Values:
        """The answer as exact numbers, as they are written; none where it is an expression that a draw computes."""
        several = self.kind in ("vector", "several", "order") and isinstance(answer, list)
        items = answer if several else [answer]
        if any(isinstance(item, str) for item in items):
            for item in items:
                expression = self._expression(key, str(item))
                if not self._has_formula and (unknown := names(expression) - question.variables.keys()):
                    raise self.wrong(key, f"{self.kind} ({', '.join(sorted(unknown))}?)")
            return ()
        if not all(is_number(item) for item in items):
            raise self.wrong(key, self.kind)
        values = tuple(Fraction(str(item)) for item in items)
        if not suits(self.kind, values, len(question.options)):
            raise self.wrong(key, self.kind)
        return values

    def _mistake(self, entry: Any, question: Question) -> Mistake:
        if not isinstance(entry, dict):
            raise self.wrong("mistakes", ", ".join(OF_A_MISTAKE))
        self._only(entry, OF_A_MISTAKE)
        answer, arguments = entry.get("answer"), entry.get("arguments")
        computed = arguments is not None and self.kind != "expression"
        if not (entry.get("name") or entry.get("text")) or (answer is None and not computed):
            raise self.wrong("mistakes", "name / text, answer / arguments")
        mistake = Mistake(
            name=str(entry["name"]) if entry.get("name") else None,
            text=str(entry.get("text") or "").strip(),
            answer=answer,
            arguments=self._arguments("mistakes", arguments),
        )
        self._check_placeholders(mistake.text, question)
        if answer is None:
            return mistake
        if self.kind == "expression":
            return replace(mistake, expression=self._symbolic("mistakes", answer, question))
        values = self._values("mistakes", answer, question)
        if values and question.values and self.kind == "vector" and len(values) != len(question.values):
            raise self.wrong("mistakes", self.kind)
        return replace(mistake, values=values)

    def _tolerance(self, answer: Any, values: Values) -> Fraction:
        """The tolerance stated; else a unit of the last decimal asked for; else half a unit of the last one written."""
        tolerance = self.raw.get("tolerance")
        if tolerance is not None:
            if not is_number(tolerance) or tolerance < 0 or not self._numeric:
                raise self.wrong("tolerance", "≥ 0")
            return Fraction(str(tolerance))
        if not self._numeric:
            return Fraction(0)
        decimals = self.raw.get("decimals", None if values else DECIMALS)
        if decimals is not None:
            return Fraction(1, 10**decimals) if decimals else Fraction(1, 10)  # of whole numbers no other will do
        written = [str(item).partition(".")[2] for item in (answer if isinstance(answer, list) else [answer])]
        longest = max(len(part) for part in written)
        return Fraction(1, 2 * 10**longest) if longest else Fraction(0)

    def _steps(self, question: Question) -> tuple[Question, ...]:
        entries = self.raw.get("steps")
        if (self.kind == "steps") != isinstance(entries, list) or entries == []:
            raise self.wrong("steps", "[{type: …}, …]" if self.kind == "steps" else "–")
        steps = []
        for number, entry in enumerate(entries or (), start=1):
            if not isinstance(entry, dict):
                raise self.wrong("steps", "{type: …}")
            named = {"id": f"{question.id}.{number}", **entry}
            steps.append(_Reader(named, self.file, self.line, OF_A_STEP, outer=question).question())
        return tuple(steps)


def suits(kind: Type, values: Values, options: int) -> bool:
    """Whether the numbers can be an answer of this type."""
    if kind in LISTING:
        in_list = all(value.denominator == 1 and 1 <= value <= options for value in values)
        distinct = len(set(values)) == len(values)
        count = {"choice": len(values) == 1, "several": len(values) >= 1, "order": len(values) == options}[kind]
        return in_list and distinct and count
    return len(values) == 1 if kind == "number" else len(values) > 1
