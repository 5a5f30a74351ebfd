"""The chapters: `content/<language>/chapters/NN-name.md`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from content import documents
from content.documents import Document, Section
from content.errors import ContentError
from content.questions import Question
from content.text import ROOT

__all__ = ["Chapter", "Section", "chapter", "chapters"]


@dataclass(frozen=True)
class Chapter:
    """One chapter: what it asks for, what it teaches, and its sections in order."""

    id: str
    language: str
    title: str
    minutes: int
    prerequisites: tuple[str, ...]
    goals: tuple[str, ...]
    sections: tuple[Section, ...]

    def section(self, id: str) -> Section:
        """The section `id`. Raises ContentError."""
        for section in self.sections:
            if section.id == id:
                return section
        known = ", ".join(section.id for section in self.sections)
        raise ContentError("content.unknown_section", chapter=self.id, section=id, known=known)

    def questions(self) -> Iterator[tuple[Section, Question]]:
        """Every question with the section it stands in."""
        for section in self.sections:
            for question in section.questions:
                yield section, question


@cache
def chapters(language: str) -> tuple[Chapter, ...]:
    """All chapters of one language in their order. Raises ContentError for a file that cannot be read."""
    files = sorted((ROOT / language / "chapters").glob("*.md"))
    return tuple(read(file, language) for file in files)


def chapter(id: str, language: str) -> Chapter:
    """The chapter `id` ("03"). Raises ContentError."""
    for found in chapters(language):
        if found.id == id:
            return found
    known = ", ".join(found.id for found in chapters(language))
    raise ContentError("content.unknown_chapter", chapter=id, known=known)


def read(file: Path, language: str) -> Chapter:
    """A chapter from its file. Raises ContentError."""
    return built(documents.load(file), language)


def built(document: Document, language: str) -> Chapter:
    """A chapter from its document. Raises ContentError."""
    return Chapter(
        id=document.text("id"),
        language=language,
        title=document.text("title"),
        minutes=document.minutes(),
        prerequisites=document.texts("prerequisites"),
        goals=document.texts("goals"),
        sections=document.sections,
    )
