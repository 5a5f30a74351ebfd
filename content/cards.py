"""The cards to come back to: `content/<language>/cards/NN-name.toml`, one fact each.

    [[card]]
    id = "01-baseline-unbiased"
    section = "01#baseline"
    front = "Why does a baseline leave the policy gradient unbiased?"
    back = "…"

A card with `question` in place of front and back asks that question with new numbers each time. Where front or back
print decimals, `check`, `source` and `arithmetic` vouch for them as the comments of a chapter do.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from content import markup
from content.errors import ContentError
from content.text import ROOT

VOUCHERS = ("check", "source", "arithmetic")
KEYS = ("id", "section", "front", "back", "question", *VOUCHERS)
SECTION = re.compile(r"\d{2}#[a-z0-9-]+")


@dataclass(frozen=True)
class Card:
    """One card. `section` is the place that explains it ("01#baseline"). Either `front` and `back` are texts with
    inline formulas, or `question` is the id of the question it asks. `source` is the text with what vouches for it."""

    id: str
    section: str
    front: str
    back: str
    question: str | None
    source: str
    file: Path
    line: int

    @property
    def chapter(self) -> str:
        return self.section.partition("#")[0]

    @cached_property
    def checks(self) -> tuple[markup.Check, ...]:
        """The formulas that give its numbers. Raises ContentError."""
        return tuple(markup.checks(self.source, self.file, self.line))

    @cached_property
    def arithmetic(self) -> tuple[markup.Arithmetic, ...]:
        """What is worked out for its numbers. Raises ContentError."""
        return tuple(markup.arithmetic(self.source, self.file, self.line))


@cache
def cards(language: str) -> tuple[Card, ...]:
    """All cards of one language in the order of the chapters. Raises ContentError."""
    found: dict[str, Card] = {}
    for file in sorted((ROOT / language / "cards").glob("*.toml")):
        for card in read(file):
            if card.id in found:
                raise ContentError("content.repeated_id", file=file.name, line=card.line, id=card.id)
            found[card.id] = card
    return tuple(found.values())


def card(id: str, language: str) -> Card:
    """The card `id`. Raises ContentError."""
    for found in cards(language):
        if found.id == id:
            return found
    raise ContentError("content.unknown_card", id=id)


def read(file: Path) -> tuple[Card, ...]:
    """The cards of a file. Raises ContentError, which names the line on which the card starts."""
    text = file.read_text(encoding="utf-8")
    try:
        loaded = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise ContentError("content.toml", file=file.name, what=str(problem)) from None
    if set(loaded) != {"card"} or not isinstance(loaded["card"], list):
        raise ContentError("content.not_cards", file=file.name)
    starts = [text.count("\n", 0, found.start()) + 1 for found in re.finditer(r"^\[\[card\]\]", text, re.MULTILINE)]
    found = [_card(raw, file, line) for raw, line in zip(loaded["card"], starts, strict=True)]
    for number, one in enumerate(found):
        if one.id in [other.id for other in found[:number]]:
            raise ContentError("content.repeated_id", file=file.name, line=one.line, id=one.id)
    return tuple(found)


def _card(raw: Mapping[str, Any], file: Path, line: int) -> Card:
    def wrong(key: str, need: str) -> ContentError:
        return ContentError("content.card", file=file.name, line=line, key=key, need=need)

    for key, value in raw.items():
        if key not in KEYS:
            closest = get_close_matches(key, KEYS, n=1, cutoff=0)[0]
            raise ContentError("content.unknown_card_key", file=file.name, line=line, key=key, closest=closest)
        if not isinstance(value, str) or not value.strip():
            raise wrong(key, "text")
    for key in ("id", "section", *(() if "question" in raw else ("front", "back"))):
        if key not in raw:
            raise wrong(key, "text")
    if not SECTION.fullmatch(raw["section"]):
        raise wrong("section", "01#baseline")
    if "question" in raw and ("front" in raw or "back" in raw):
        raise wrong("question", "–")
    front, back = (" ".join(raw.get(side, "").split()) for side in ("front", "back"))
    vouchers = "".join(f"\n<!-- {key}: {raw[key]} -->" for key in VOUCHERS if key in raw)
    source = f"{front}\n\n{back}\n{vouchers}"
    return Card(raw["id"], raw["section"], front, back, raw.get("question"), source, file, line)
