"""The words of the trade: `content/<language>/glossary.toml`, one table a term, under the same id in every language.

    [kl-divergence]
    term = "KL divergence"
    also = ["KL", "Kullback-Leibler divergence"]
    introduced = "00#imitation"
    text = "How far one distribution is from another: …"

`also` lists the other forms under which the text uses the term, `introduced` is the section that explains it, and
`everyday = true` marks a word that is also used in its ordinary sense, before it is explained as a term.
"""

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from content.errors import ContentError
from content.text import ROOT

KEYS = ("term", "also", "introduced", "text", "everyday")
ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SECTION = re.compile(r"\d{2}#[a-z0-9-]+")


@dataclass(frozen=True)
class Term:
    """One entry. `introduced` is the place that explains it ("00#imitation"), `text` one sentence."""

    id: str
    language: str
    term: str
    also: tuple[str, ...]
    introduced: str
    text: str
    everyday: bool

    @property
    def forms(self) -> tuple[str, ...]:
        """Everything it is called."""
        return (self.term, *self.also)

    @property
    def chapter(self) -> str:
        """The chapter that explains it ("00")."""
        return self.introduced.partition("#")[0]


def folded(text: str) -> str:
    """`text` without case and accents: what is compared when a term is looked up."""
    plain = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in plain if not unicodedata.combining(character))


@cache
def glossary(language: str) -> tuple[Term, ...]:
    """All terms of one language in the order of its alphabet. Raises ContentError."""
    return read(ROOT / language / "glossary.toml", language)


def term(id: str, language: str) -> Term:
    """The term `id` ("kl-divergence"). Raises ContentError."""
    terms = {found.id: found for found in glossary(language)}
    if id not in terms:
        raise ContentError("glossary.unknown_id", id=id, closest=get_close_matches(id, terms, n=1, cutoff=0)[0])
    return terms[id]


def look_up(words: str, language: str) -> tuple[Term, ...]:
    """The terms that `words` may mean, the likeliest first: those called so, then those whose name begins so, then
    those whose name contains it, and last those whose explanation does. Case and accents are ignored."""
    wanted = folded(words.strip())

    def rank(found: Term) -> int:
        names = [folded(form) for form in (*found.forms, found.id)]
        tests = (
            wanted in names,
            any(name.startswith(wanted) for name in names),
            any(wanted in name for name in names),
            wanted in folded(found.text),
        )
        return tests.index(True) if any(tests) else len(tests)

    ranked = [(rank(found), found) for found in glossary(language)]
    return tuple(found for number, found in sorted(ranked, key=lambda pair: pair[0]) if number < 4)


def read(file: Path, language: str) -> tuple[Term, ...]:
    """The terms of a file. Raises ContentError, which names the file and the term."""
    try:
        loaded = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as problem:
        raise ContentError("content.toml", file=file.name, what=str(problem)) from None
    terms = [_term(id, raw, file, language) for id, raw in loaded.items()]
    called: dict[str, str] = {}
    for found in terms:
        for form in map(folded, found.forms):
            if form in called:
                raise ContentError("glossary.same_form", file=file.name, term=found.id, form=form, other=called[form])
            called[form] = found.id
    return tuple(sorted(terms, key=lambda found: folded(found.term)))


def _term(id: str, raw: Any, file: Path, language: str) -> Term:
    def wrong(key: str, need: str) -> ContentError:
        return ContentError("glossary.key", file=file.name, term=id, key=key, need=need)

    if not ID.fullmatch(id):
        raise wrong("id", "kl-divergence")
    if not isinstance(raw, Mapping):
        raise wrong("[…]", f"[{id}]")
    for key in raw:
        if key not in KEYS:
            closest = get_close_matches(key, KEYS, n=1, cutoff=0)[0]
            raise ContentError("glossary.unknown_key", file=file.name, term=id, key=key, closest=closest)
    for key in ("term", "introduced", "text"):
        if not isinstance(raw.get(key), str) or not raw[key].strip():
            raise wrong(key, '"…"')
    if not SECTION.fullmatch(raw["introduced"]):
        raise wrong("introduced", '"00#imitation"')
    also = raw.get("also", [])
    if not isinstance(also, list) or not all(isinstance(form, str) and form.strip() for form in also):
        raise wrong("also", '["…"]')
    everyday = raw.get("everyday", False)
    if not isinstance(everyday, bool):
        raise wrong("everyday", "true")
    text = " ".join(raw["text"].split())
    return Term(id, language, raw["term"].strip(), tuple(also), raw["introduced"], text, everyday)
