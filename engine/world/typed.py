"""Prompts as a person types them, brought into the form that the tutor was taught, and the words it never met."""

import re
from functools import cache

from engine.world.documents import vocabulary_words
from engine.world.prompts import ARROW, LEMMA_OF_FORM, STEPWISE

KINDS = ("fill", "correct", "claim", "comment", "insult", "ask")


def as_prompt(text: str) -> str:
    """`Fill: Yesterday he ___(go) to school.` → `fill: yesterday he __ (go) to school . ->`

    Small letters, signs of their own, a full stop and the arrow at the end. A text of no kind is one to fill where it
    has a gap, and one to correct otherwise.
    """
    words = text.strip().lower().removesuffix("->").rstrip()
    stepwise = words.startswith(STEPWISE.strip())
    words = words.removeprefix(STEPWISE.strip()).strip() if stepwise else words
    kind, colon, rest = words.partition(":")
    if not colon or kind.strip() not in KINDS:
        kind, rest = "fill" if "__" in words else "correct", words
    rest = re.sub(r"_{2,}", " __ ", rest)
    rest = re.sub(r"\(\s*(\w+)\s*\)", r" (\1) ", rest)
    rest = re.sub(r"([.?,:])", r" \1 ", rest)
    rest = " ".join(rest.split())
    if rest and rest[-1] not in ".?":
        rest += " ?" if kind.strip() in ("claim", "ask") else " ."
    return f"{STEPWISE if stepwise else ''}{kind.strip()}: {rest}{ARROW}"


@cache
def _known() -> frozenset[str]:
    return frozenset(vocabulary_words()) | frozenset(LEMMA_OF_FORM)


def unknown_words(prompt: str) -> list[str]:
    """The words of a prompt that the tutor never met whole, each once, in their order: it spells them in letters."""
    words = re.findall(r"[^\W_]+|[^\w\s]", prompt.removesuffix("->"))
    return [word for word in dict.fromkeys(words) if word not in _known() and word != "step"]
