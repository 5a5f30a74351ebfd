"""The works the course rests on: `content/references.toml`, the same in every language.

    [rafailov-2023]
    topic = "direct"
    authors = "Rafailov et al."
    year = 2023
    title = "Direct Preference Optimization: …"
    arxiv = "2305.18290"

Without a preprint, `where` says where to find it.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from content.errors import ContentError
from content.text import ROOT

TOPICS = ("foundations", "rlhf", "direct", "feedback", "search", "reasoning", "data", "measuring", "tools")
KEYS = ("topic", "authors", "year", "title", "arxiv", "where")
ARXIV = re.compile(r"\d{4}\.\d{5}|\d{4}\.\d{4}")


@dataclass(frozen=True)
class Work:
    """One work; `arxiv` or `where` may be empty, never both."""

    key: str
    topic: str
    authors: str
    year: int
    title: str
    arxiv: str
    where: str

    @property
    def line(self) -> str:
        """The work as an entry of a list, in Markdown."""
        found = [part for part in (f"arXiv:{self.arxiv}" if self.arxiv else "", self.where) if part]
        return f"{self.authors} {self.year}, *{self.title}*, {', '.join(found)}"


@cache
def works() -> tuple[Work, ...]:
    """All works in the order of the file. Raises ContentError."""
    return read(ROOT / "references.toml")


def read(file: Path) -> tuple[Work, ...]:
    """The works of a file. Raises ContentError, which names the file and the work."""
    try:
        loaded = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise ContentError("content.toml", file=file.name, what=str(problem)) from None
    found = tuple(_work(key, raw, file) for key, raw in loaded.items())
    preprints: dict[str, str] = {}
    for work in found:
        if work.arxiv and preprints.setdefault(work.arxiv, work.key) != work.key:
            raise _wrong(file, work.key, "arxiv", f"≠ [{preprints[work.arxiv]}]")
    return found


def _work(key: str, raw: Any, file: Path) -> Work:
    if not isinstance(raw, Mapping):
        raise _wrong(file, key, "[…]", f"[{key}]")
    for name in raw:
        if name not in KEYS:
            closest = get_close_matches(name, KEYS, n=1, cutoff=0)[0]
            raise ContentError("glossary.unknown_key", file=file.name, term=key, key=name, closest=closest)
    for name in ("authors", "title"):
        if not isinstance(raw.get(name), str) or not raw[name].strip():
            raise _wrong(file, key, name, '"…"')
    if raw.get("topic") not in TOPICS:
        raise _wrong(file, key, "topic", ", ".join(TOPICS))
    if not isinstance(raw.get("year"), int):
        raise _wrong(file, key, "year", "2023")
    arxiv, where = raw.get("arxiv", ""), raw.get("where", "")
    if not isinstance(arxiv, str) or (arxiv and not ARXIV.fullmatch(arxiv)):
        raise _wrong(file, key, "arxiv", '"2305.18290"')
    if not isinstance(where, str) or not (arxiv or where.strip()):
        raise _wrong(file, key, "where", '"…"')
    return Work(key, raw["topic"], raw["authors"], raw["year"], raw["title"], arxiv, where)


def _wrong(file: Path, key: str, name: str, need: str) -> ContentError:
    return ContentError("glossary.key", file=file.name, term=key, key=name, need=need)
