"""The keys of a question as they stand in YAML, each taken in its form or refused by name."""

import math
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from content.errors import ContentError
from content.expressions import Expression, ExpressionError, canonical
from content.expressions import read as read_expression
from content.questions.question import LISTING, TYPES, Question, Range, Type

KEYS = (
    "id", "type", "prompt", "answer", "tolerance", "decimals", "range", "unit", "options", "mistakes", "hints",
    "explanation", "check", "metric", "draw", "formula", "arguments", "symbols", "steps", "rubric",
)  # fmt: skip
OF_A_STEP = tuple(key for key in KEYS if key not in ("draw", "metric", "steps"))
OF_A_MISTAKE = ("name", "text", "answer", "arguments")


class Keys:
    """What is written for one question, or for one step of the question `outer`. Every method raises ContentError with
    the file, the line and the key."""

    def __init__(
        self, raw: Mapping[str, Any], file: Path, line: int, keys: tuple[str, ...], outer: Question | None = None
    ) -> None:
        self.raw, self.file, self.line, self.outer = raw, file, line, outer
        self._only(raw, keys)
        self.kind: Type = raw.get("type")  # type: ignore[assignment]
        if self.kind not in TYPES or (outer and self.kind in ("steps", "free")):
            raise self.wrong("type", ", ".join(TYPES))

    def wrong(self, key: str, need: str) -> ContentError:
        return ContentError("content.question", file=self.file.name, line=self.line, key=key, need=need)

    @property
    def _numeric(self) -> bool:
        return self.kind in ("number", "vector")

    def _text(self, key: str) -> str:
        value = self.raw.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(key, "text")
        return value.strip()

    def _texts(self, key: str, allowed: bool) -> tuple[str, ...]:
        value = self.raw.get(key, [])
        if not isinstance(value, list) or (value and not allowed) or not all(isinstance(item, str) for item in value):
            raise self.wrong(key, '["…"]' if allowed else "–")
        return tuple(item.strip() for item in value)

    def _options(self) -> tuple[str, ...]:
        options = tuple(str(option).strip() for option in self.raw.get("options") or ())
        if (self.kind in LISTING) != (len(options) > 1):
            raise self.wrong("options", "2+" if self.kind in LISTING else "–")
        if len(set(options)) < len(options):
            raise self.wrong("options", "≠")
        return options

    def _decimals(self) -> int | None:
        decimals = self.raw.get("decimals")
        if decimals is not None and (not isinstance(decimals, int) or not 0 <= decimals <= 9 or not self._numeric):
            raise self.wrong("decimals", "0, 1, 2, …")
        return decimals

    def _range(self, key: str, value: Any) -> Range:
        if not isinstance(value, list) or len(value) != 2 or not all(is_number(end) for end in value):
            raise self.wrong(key, "[0, 1]")
        low, high = value
        if not low < high:
            raise self.wrong(key, "[0, 1]")
        return float(low), float(high)

    def _symbols(self) -> dict[str, Range]:
        symbols = self.raw.get("symbols")
        if (self.kind == "expression") != isinstance(symbols, dict) or symbols == {}:
            raise self.wrong("symbols", "{beta: [0.1, 3]}" if self.kind == "expression" else "–")
        return {canonical(str(name)): self._range("symbols", ends) for name, ends in (symbols or {}).items()}

    def _formula(self) -> str | None:
        """Its own formula, or that of the question around it."""
        formula = self.raw.get("formula", self.outer.formula if self.outer else None)
        if formula is not None and not isinstance(formula, str):
            raise self.wrong("formula", "optimal-policy")
        return formula

    def _variables(self) -> dict[str, tuple[Any, ...]]:
        draw = self.raw.get("draw")
        if draw is None:
            return dict(self.outer.variables) if self.outer else {}
        if not isinstance(draw, dict) or not draw:
            raise self.wrong("draw", "{beta: [0.5, 2]}")
        for name, choices in draw.items():
            if not isinstance(choices, list) or not choices or not all(_is_drawable(choice) for choice in choices):
                raise self.wrong("draw", f"{name}: […]")
        return {canonical(str(name)): tuple(choices) for name, choices in draw.items()}

    def _arguments(self, key: str, arguments: Any) -> dict[str, Any]:
        if not arguments:
            return {}
        if not isinstance(arguments, dict) or not self._has_formula:
            raise self.wrong(key, "formula, {beta: …}")
        for value in arguments.values():
            self._check_expressions(key, value)
        return {str(name): value for name, value in arguments.items()}

    @property
    def _outer_arguments(self) -> Mapping[str, Any] | None:
        return self.outer.arguments if self.outer and "formula" not in self.raw else None

    def _check_expressions(self, key: str, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self._check_expressions(key, item)
        elif isinstance(value, str):
            self._expression(key, value)
        elif not is_number(value) and not isinstance(value, bool):
            raise self.wrong(key, "1/beta")

    def _expression(self, key: str, text: str) -> Expression:
        try:
            return read_expression(text)
        except ExpressionError as problem:
            raise self.wrong(key, f"{text!r}: {problem.why} ({problem.position + 1})") from None

    @property
    def _has_formula(self) -> bool:
        return "formula" in self.raw or bool(self.outer and self.outer.formula)

    def _only(self, raw: Mapping[str, Any], keys: tuple[str, ...]) -> None:
        for key in raw:
            if key not in keys:
                closest = get_close_matches(str(key), keys, n=1, cutoff=0)[0]
                raise ContentError("content.unknown_key", file=self.file.name, line=self.line, key=key, closest=closest)


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_drawable(value: Any) -> bool:
    """A number, a truth value, a word, or a list of numbers."""
    if isinstance(value, list):
        return bool(value) and all(is_number(item) for item in value)
    return is_number(value) or isinstance(value, bool | str)
