"""Questions to the learner: how they are written down, how an answer is read, and what is said to it."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, TypeAlias

from content.errors import ContentError
from content.markup import Check, mapping, read_check

Type: TypeAlias = Literal["number", "vector", "choice", "free"]
Values: TypeAlias = tuple[Fraction, ...]
TYPES: tuple[Type, ...] = ("number", "vector", "choice", "free")
KEYS = ("id", "type", "prompt", "answer", "tolerance", "options", "mistakes", "explanation", "check", "metric", "unit")
LONGEST = 200
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d{1,2})?", re.IGNORECASE)


@dataclass(frozen=True)
class Mistake:
    """A wrong answer that shows what went wrong, and the sentence that says so."""

    values: Values
    text: str


@dataclass(frozen=True)
class Question:
    """One question. `values` is the right answer: the number, the components, or the number of the option (from 1).

    A `free` question is answered in the learner's own words and shows `explanation` as a model answer; it never
    gates. A prediction has a `metric`, which a run measures later, and no answer of its own.
    """

    id: str
    type: Type
    prompt: str
    values: Values = ()
    tolerance: Fraction = Fraction(0)
    options: tuple[str, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    explanation: str = ""
    check: Check | None = None
    metric: str | None = None
    percent: bool = False  # a bare number is a percentage


@dataclass(frozen=True)
class Verdict:
    """What is said to an answer: the sentence `question.<code>` with `params`.

    correct; mistake (text: what went wrong); too_coarse (decimals: how many it takes); wrong; unparsed (text: the part
    that could not be read, which costs no attempt); recorded (a prediction or free words: nothing to judge yet).
    """

    code: Literal["correct", "mistake", "too_coarse", "wrong", "unparsed", "recorded"]
    params: Mapping[str, Any] = field(default_factory=dict)


class _Unreadable(Exception):
    """Carries the part of an answer that could not be read."""


# --- answering ----------------------------------------------------------------------------------------------------


def check(question: Question, text: str) -> Verdict:
    """The verdict on an answer as typed: 0.917, 0,917, 91.7 % and 11/12 are all numbers."""
    if question.type == "free":
        return Verdict("recorded" if text.strip() else "unparsed", {} if text.strip() else {"text": text})
    try:
        values, decimals = _read(question, text)
    except _Unreadable as problem:
        return Verdict("unparsed", {"text": str(problem)})
    if not question.values:
        return Verdict("recorded")
    if _close(values, question.values, question.tolerance):
        return Verdict("correct")
    for mistake in question.mistakes:
        if _close(values, mistake.values, question.tolerance):
            return Verdict("mistake", {"text": mistake.text})
    if _rounds_to(question.values, values, decimals):
        return Verdict("too_coarse", {"decimals": _decimals_needed(question.tolerance)})
    return Verdict("wrong")


def read_as(question: Question, text: str) -> str:
    """How an answer is understood while it is typed (`11/12` is `0.916667`); empty where it cannot be."""
    if question.type == "free":
        return text.strip()
    try:
        values, _ = _read(question, text)
    except _Unreadable:
        return ""
    return as_typed(question, tuple(Fraction(f"{float(value):.6g}") for value in values))


def right_answer(question: Question) -> str:
    """The right answer as a learner would type it, or the text of the right option; empty where there is none."""
    return as_typed(question, question.values)


def as_typed(question: Question, values: Values) -> str:
    """An answer (or a mistake) in the form in which it would be typed; of a choice, the text of the option."""
    if question.type == "choice" and values:
        return question.options[int(values[0]) - 1]
    scale, unit = (100, " %") if question.percent else (1, "")
    return ", ".join(f"{float(value * scale):.12g}{unit}" for value in values).replace("-", "−")


def predicted(question: Question, text: str) -> float | None:
    """The number of a prediction, a share where it was asked for in %; None if it cannot be read."""
    try:
        values, _ = _read(question, text)
    except _Unreadable:
        return None
    return float(values[0])


def _read(question: Question, text: str) -> tuple[Values, int | None]:
    """The numbers of an answer, and with how few decimals they were typed (None: exactly). Raises _Unreadable."""
    if len(text) > LONGEST:
        raise _Unreadable(text[:20] + "…")
    text = _plain_text(text)
    if question.type == "choice":
        return (Fraction(_option(question, text)),), None
    wanted = len(question.values) if question.type == "vector" else 1
    numbers = [_number(part) for part in _components(text, wanted)]
    if question.percent and "%" not in text:  # 80 means 80 %, and 0.8 can hardly mean less than one
        numbers = [(value, d) if d and abs(value) < 1 else (value / 100, d and d + 2) for value, d in numbers]
    exact = [decimals for _, decimals in numbers if decimals is not None]
    return tuple(number for number, _ in numbers), min(exact, default=None)


def _plain_text(text: str) -> str:
    """One space between words, and one kind of minus."""
    return re.sub(r"\s+", " ", text).strip().replace("−", "-").replace("–", "-")


def _option(question: Question, text: str) -> int:
    """The number of the option meant: by number, letter or its whole text."""
    label = text.rstrip(").").lower()
    for number, option in enumerate(question.options, start=1):
        if label in (str(number), chr(ord("a") + number - 1)) or text.lower() == _plain_text(option).lower():
            return number
    raise _Unreadable(text)


def _components(text: str, wanted: int) -> list[str]:
    """The parts of a vector, which may be set apart by semicolons, spaces or commas, decimal commas included."""
    if wanted == 1:
        return [text]
    inside = re.sub(r"\s*([/%])\s*", r"\1 ", text.strip("()[] ")).replace("/ ", "/").strip()
    separators = (r";", r",\s+|\s+", r",")
    for separator in separators:
        parts = [part.strip() for part in re.split(separator, inside)]
        if len(parts) == wanted:
            return parts
    raise _Unreadable(text)


def _number(text: str) -> tuple[Fraction, int | None]:
    """A number as typed: its value, and its decimals where it is a decimal number."""
    percent = text.endswith("%")
    above, slash, below = text.rstrip("% ").partition("/")
    parts = [above.strip(), below.strip()] if slash else [above.strip()]
    if not all(NUMBER.fullmatch(part) for part in parts):
        raise _Unreadable(text)
    values = [Fraction(_plain(part)) for part in parts]
    if slash and values[1] == 0:
        raise _Unreadable(text)
    value = (values[0] / values[1] if slash else values[0]) / (100 if percent else 1)
    if slash or "e" in text.lower():
        return value, None
    decimals = len(re.split(r"[.,]", parts[0])[1]) if re.search(r"[.,]", parts[0]) else 0
    return value, decimals + 2 * percent


def _plain(number: str) -> str:
    """`,5` and `5,` as Python writes them."""
    return re.sub(r"\.(?!\d)", ".0", number.replace(",", "."))


def _close(values: Values, wanted: Values, tolerance: Fraction) -> bool:
    return len(values) == len(wanted) and all(
        abs(value - want) <= tolerance for value, want in zip(values, wanted, strict=True)
    )


def _rounds_to(answer: Values, values: Values, decimals: int | None) -> bool:
    """Whether `values` is the answer rounded too far. Rounding it to nothing or to a whole number does not count."""
    return bool(decimals) and any(values) and _close(values, answer, Fraction(1, 2 * 10 ** (decimals or 0)))


def _decimals_needed(tolerance: Fraction) -> int:
    """Decimals with which every rounding is within the tolerance."""
    return max(0, math.ceil(-math.log10(2 * tolerance))) if tolerance else 4


# --- writing ----------------------------------------------------------------------------------------------------


def read(text: str, file: Path, line: int) -> Question:
    """A question from its YAML, which starts on `line` of `file`. Raises ContentError, which says where and what."""
    return from_mapping(mapping(text, file, line), file, line)


def from_mapping(raw: Mapping[str, Any], file: Path, line: int) -> Question:
    """A question from loaded YAML. Raises ContentError."""

    def wrong(key: str, need: str) -> ContentError:
        return ContentError("content.question", file=file.name, line=line, key=key, need=need)

    for key in raw:
        if key not in KEYS:
            closest = get_close_matches(key, KEYS, n=1, cutoff=0)[0]
            raise ContentError("content.unknown_key", file=file.name, line=line, key=key, closest=closest)
    for key in ("id", "type", "prompt"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise wrong(key, "text")
    kind = raw["type"]
    if kind not in TYPES:
        raise wrong("type", ", ".join(TYPES))
    options = tuple(str(option) for option in raw.get("options") or ())
    if (kind == "choice") != (len(options) > 1):
        raise wrong("options", "2+" if kind == "choice" else "–")
    explanation = str(raw.get("explanation") or "").strip()
    answer = raw.get("answer")
    if kind == "free":
        if not explanation or answer is not None:
            raise wrong("explanation", "text")
    elif answer is None and not raw.get("metric"):
        raise wrong("answer", kind)
    values = () if answer is None else _values(answer, kind, len(options))
    if values is None:
        raise wrong("answer", kind)
    mistakes = []
    for entry in raw.get("mistakes") or ():
        if not isinstance(entry, dict) or set(entry) != {"answer", "text"}:
            raise wrong("mistakes", "answer, text")
        mistaken = _values(entry["answer"], kind, len(options))
        if mistaken is None or len(mistaken) != len(values):
            raise wrong("mistakes", kind)
        mistakes.append(Mistake(mistaken, str(entry["text"]).strip()))
    if raw.get("unit", "percent") != "percent" or ("unit" in raw and kind not in ("number", "vector")):
        raise wrong("unit", "percent")
    stated = raw.get("check")
    return Question(
        id=raw["id"],
        type=kind,
        prompt=raw["prompt"].strip(),
        values=values,
        tolerance=_tolerance(raw.get("tolerance"), answer, kind, wrong("tolerance", "≥ 0")),
        options=options,
        mistakes=tuple(mistakes),
        explanation=explanation,
        check=read_check(str(stated), file, line) if stated else None,
        metric=str(raw["metric"]) if raw.get("metric") else None,
        percent="unit" in raw,
    )


def _values(answer: Any, kind: Type, options: int) -> Values | None:
    """The right answer as exact numbers, as they are written; None where it doesn't suit the type."""
    several = answer if kind == "vector" and isinstance(answer, list) else [answer]
    if not all(
        isinstance(part, int | float) and not isinstance(part, bool) and math.isfinite(part) for part in several
    ):
        return None
    values = tuple(Fraction(str(part)) for part in several)
    if kind == "vector" and len(values) < 2:
        return None
    if kind == "choice" and (values[0].denominator != 1 or not 1 <= values[0] <= options):
        return None
    return values


def _tolerance(tolerance: Any, answer: Any, kind: Type, problem: ContentError) -> Fraction:
    """The tolerance stated, or half a unit of the last decimal in which the answer is written."""
    if tolerance is None:
        written = [str(part).partition(".")[2] for part in (answer if isinstance(answer, list) else [answer])]
        decimals = max(len(part) for part in written)
        return Fraction(1, 2 * 10**decimals) if decimals and kind != "choice" else Fraction(0)
    if isinstance(tolerance, bool) or not isinstance(tolerance, int | float) or not 0 <= tolerance < math.inf:
        raise problem
    return Fraction(str(tolerance))
