"""A Markdown file with YAML front matter, cut into sections at `## Title {#id}`: the form of chapters and labs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from content import markup
from content.errors import ContentError
from content.questions import Question, read

HEADING = re.compile(r"^## (?P<title>.+?)[ ]*(?:\{#(?P<id>[a-z0-9-]+)\})?[ ]*$", re.MULTILINE)


@dataclass(frozen=True)
class Section:
    """A part of a chapter that is shown at once. `source` is the text as written, which starts on `line` of `file`;
    `markdown` is the same without its comments."""

    id: str
    title: str
    source: str
    file: Path
    line: int

    @cached_property
    def markdown(self) -> str:
        return markup.without_comments(self.source).strip() + "\n"

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """The questions in order. Raises ContentError."""
        return tuple(
            read(fence.body, self.file, self.line + fence.line) for fence in markup.fences(self.source, "question")
        )

    @cached_property
    def lives(self) -> tuple[markup.Live, ...]:
        """The live blocks in order. Raises ContentError."""
        return tuple(markup.lives(self.source, self.file, self.line))

    @cached_property
    def checks(self) -> tuple[markup.Check, ...]:
        """What vouches for its numbers. Raises ContentError."""
        return tuple(markup.checks(self.source, self.file, self.line))

    @cached_property
    def arithmetic(self) -> tuple[markup.Arithmetic, ...]:
        """What is worked out beside its numbers. Raises ContentError."""
        return tuple(markup.arithmetic(self.source, self.file, self.line))


@dataclass(frozen=True)
class Document:
    """A file: its front matter and its sections."""

    file: Path
    front: Mapping[str, Any]
    sections: tuple[Section, ...]

    def text(self, key: str) -> str:
        """A text of the front matter. Raises ContentError if it is missing or something else."""
        value = self.front.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.problem(key, "text")
        return value

    def minutes(self) -> int:
        """How long it takes. Raises ContentError."""
        value = self.front.get("minutes")
        if not isinstance(value, int) or value < 1:
            raise self.problem("minutes", "1, 2, 3, …")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts of the front matter; empty if it is missing. Raises ContentError."""
        value = self.front.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.problem(key, '["…"]')
        return tuple(value)

    def problem(self, key: str, need: str) -> ContentError:
        """The error for a key of the front matter that is not as it should be."""
        return ContentError("content.front_matter", file=self.file.name, key=key, need=need)


def text(file: Path) -> str:
    """What is written in a file, whatever ends its lines."""
    return file.read_text(encoding="utf-8").replace("\r\n", "\n")


def load(file: Path) -> Document:
    """Reads a file. Raises ContentError, which names the file and the line."""
    return parse(text(file), file)


def parse(text: str, file: Path) -> Document:
    """A document from the text of `file`. Raises ContentError, which names the file and the line."""
    before, _, rest = text.partition("---\n")
    front, end, body = rest.partition("\n---\n")
    if before or not end:
        raise ContentError("content.no_front_matter", file=file.name)
    return Document(file, markup.mapping(front, file, 2), _sections(body, file, front.count("\n") + 4))


def _sections(body: str, file: Path, first_line: int) -> tuple[Section, ...]:
    outside = markup.FENCE.sub(lambda fence: re.sub(r"[^\n]", " ", fence[0]), body)
    if unclosed := re.search(r"^```", outside, re.MULTILINE):
        line = first_line + body.count("\n", 0, unclosed.start())
        raise ContentError("content.open_fence", file=file.name, line=line)
    headings = list(HEADING.finditer(outside))
    if not headings or outside[: headings[0].start()].strip():
        raise ContentError("content.before_section", file=file.name, line=first_line)
    sections: list[Section] = []
    for heading, end in zip(headings, [*(later.start() for later in headings[1:]), len(body)], strict=True):
        line = first_line + body.count("\n", 0, heading.start())
        if not heading["id"]:
            raise ContentError("content.no_section_id", file=file.name, line=line, title=heading["title"])
        if any(section.id == heading["id"] for section in sections):
            raise ContentError("content.repeated_id", file=file.name, line=line, id=heading["id"])
        source = body[heading.end() : end]
        sections.append(Section(heading["id"], heading["title"], source, file, line))
    return tuple(sections)
