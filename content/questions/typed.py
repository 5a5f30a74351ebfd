"""Answers as they are typed: 0.917, 0,917, 91.7 % and 11/12 are numbers; `b`, `2` and its text are an option."""

import re
from fractions import Fraction
from typing import Any

from content.questions.question import Question, Values

LONGEST = 200
NUMBER = re.compile(r"[+-]?(?:\d+[.,]?\d*|[.,]\d+)(?:e[+-]?\d{1,2})?", re.IGNORECASE)


class Unreadable(Exception):
    """Carries the part of an answer that could not be read; `why` names a sentence that says more, with `params`."""

    def __init__(self, text: str, why: str = "", **params: Any) -> None:
        super().__init__(text)
        self.text = text
        self.why = why
        self.params = params


def read_typed(question: Question, text: str) -> tuple[Values, int | None]:
    """The numbers of an answer, and with how few decimals they were typed (None: exactly). Raises Unreadable."""
    if len(text) > LONGEST:
        raise Unreadable(text[:20] + "…")
    text = plain_text(text)
    if question.type == "choice":
        return (Fraction(_option(question, text)),), None
    if question.type in ("several", "order"):
        return _options(question, text), None
    wanted = len(question.values) if question.type == "vector" else 1
    numbers = [_number(part) for part in _components(text, wanted)]
    if question.percent and "%" not in text:  # 80 means 80 %, and 0.8 can hardly mean less than one
        numbers = [(value, d) if d and abs(value) < 1 else (value / 100, d and d + 2) for value, d in numbers]
    exact = [decimals for _, decimals in numbers if decimals is not None]
    return tuple(number for number, _ in numbers), min(exact, default=None)


def plain_text(text: str) -> str:
    """One space between words, and one kind of minus."""
    return re.sub(r"\s+", " ", text).strip().replace("−", "-").replace("–", "-")


def _option(question: Question, text: str) -> int:
    """The number of the option meant: by number, letter or its whole text."""
    label = text.rstrip(").").lower()
    for number, option in enumerate(question.options, start=1):
        if label in (str(number), chr(ord("a") + number - 1)) or text.lower() == plain_text(option).lower():
            return number
    raise Unreadable(text)


def _options(question: Question, text: str) -> Values:
    """Several options by number or letter (`1 3`, `a, c`, `b > a > c`, `13`), each once; for an order, all of them."""
    count = len(question.options)
    labels = re.findall(r"[^\s,;>→().]+", text.lower())
    if len(labels) == 1 and re.fullmatch(r"\d+|[a-i]+", labels[0]) and count <= 9:
        labels = list(labels[0])
    if not labels:
        raise Unreadable(text)
    chosen = [_option(question, label) for label in labels]
    if len(set(chosen)) < len(chosen):
        raise Unreadable(text, "twice")
    if question.type == "order" and len(chosen) < count:
        raise Unreadable(text, "all_of_them", count=count)
    return tuple(Fraction(number) for number in (chosen if question.type == "order" else sorted(chosen)))


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
    raise Unreadable(text, "components" if text else "", count=wanted)


def _number(text: str) -> tuple[Fraction, int | None]:
    """A number as typed: its value, and its decimals where it is a decimal number."""
    percent = text.endswith("%")
    above, slash, below = text.rstrip("% ").partition("/")
    parts = [above.strip(), below.strip()] if slash else [above.strip()]
    if not all(NUMBER.fullmatch(part) for part in parts):
        raise Unreadable(text)
    values = [Fraction(_plain(part)) for part in parts]
    if slash and values[1] == 0:
        raise Unreadable(text)
    value = (values[0] / values[1] if slash else values[0]) / (100 if percent else 1)
    if slash or "e" in text.lower():
        return value, None
    decimals = len(re.split(r"[.,]", parts[0])[1]) if re.search(r"[.,]", parts[0]) else 0
    return value, decimals + 2 * percent


def _plain(number: str) -> str:
    """`,5` and `5,` as Python writes them."""
    return re.sub(r"\.(?!\d)", ".0", number.replace(",", "."))
