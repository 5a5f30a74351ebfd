"""The pages to look things up in: `content/<language>/reference/NN-name.md`, written like chapters.

Two fences are filled in from data when a page is read: ` ```glossary ` becomes the index of all terms,
` ```glossary 03 ` the terms that chapter 03 introduces, and ` ```references direct ` the works of a topic.
"""

import re
from functools import cache
from pathlib import Path

from content import bibliography, chapters, documents, markup
from content.chapters import Chapter
from content.errors import ContentError
from content.glossary import Term, glossary, term
from content.text import LANGUAGES, ROOT


@cache
def pages(language: str) -> tuple[Chapter, ...]:
    """All pages of one language in their order. Raises ContentError."""
    return tuple(read(file, language) for file in files(language))


def files(language: str) -> list[Path]:
    """Their files in their order."""
    return sorted((ROOT / language / "reference").glob("*.md"))


def page(id: str, language: str) -> Chapter:
    """The page `id` ("cheat-sheet"). Raises ContentError."""
    for found in pages(language):
        if found.id == id:
            return found
    known = ", ".join(found.id for found in pages(language))
    raise ContentError("glossary.unknown_page", page=id, known=known)


def read(file: Path, language: str) -> Chapter:
    """A page from its file. Raises ContentError."""
    return chapters.built(documents.parse(source(file, language), file), language)


def source(file: Path, language: str) -> str:
    """The text of a page, its fences filled in. Raises ContentError."""

    def filled(fence: re.Match[str]) -> str:
        kind, _, name = fence["info"].strip().partition(" ")
        if kind == "references":
            return "".join(f"- {work.line}\n" for work in bibliography.works() if work.topic == name)
        if kind != "glossary":
            return fence[0]
        terms = [found for found in glossary(language) if not name or found.chapter == name]
        return _entries(terms) if name else _index(terms)

    return markup.FENCE.sub(filled, documents.text(file))


def _index(terms: list[Term]) -> str:
    return " · ".join(f"[{found.term}](term:{found.id})" for found in terms) + "\n"


def _entries(terms: list[Term]) -> str:
    return "\n".join(map(_entry, terms))


def _entry(found: Term) -> str:
    others = other_names(found)
    name = f"**{found.term}** (*{others}*)" if others else f"**{found.term}**"
    return f"{name}. {found.text} [→ {place(found)}]({found.introduced})\n"


def place(found: Term) -> str:
    """The title of the section that explains the term. Raises ContentError."""
    chapter, _, section = found.introduced.partition("#")
    return chapters.chapter(chapter, found.language).section(section).title


def other_names(found: Term) -> str:
    """What the term is called in the other languages; empty if it is called the same."""
    names = (term(found.id, language).term for language in LANGUAGES)
    return ", ".join(name for name in names if name != found.term)
