"""Where the chapters first use a term of the glossary, for the test that it is explained there."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from content import chapters, markup
from content.glossary import Term, folded, glossary

REFERENCES = re.compile(r"^\*\*(?:References|Referencias)\*\*\n(.*?)(?=^\*\*|\Z)", re.MULTILINE | re.DOTALL)
# Where a thought ends: a blank line, a new item of a list, a new row of a table.
BREAK = re.compile(r"\n[ ]*\n|\n(?=[ ]*(?:[-*]|\d+\.)[ ])|\n(?=\|)")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, an item or a row: its prose, folded as terms are compared, and the parts of it in bold."""

    place: str
    text: str
    bold: tuple[tuple[int, int], ...]
    links: tuple[str, ...]


@cache
def paragraphs(language: str) -> tuple[Paragraph, ...]:
    """The prose of all chapters in the order of reading: without code, formulas, questions and lists of references."""
    return tuple(_paragraphs(language))


def _paragraphs(language: str) -> Iterator[Paragraph]:
    for chapter in chapters.chapters(language):
        for section in chapter.sections:
            prose = markup.FENCE.sub("\n\n", section.markdown)
            prose = REFERENCES.sub("", prose)
            for part in BREAK.split(prose):
                yield _paragraph(f"{chapter.id}#{section.id}", part)


def _paragraph(place: str, text: str) -> Paragraph:
    links = tuple(link.target for link in markup.links(text))
    for hidden in (markup.CODE, markup.FORMULA):
        text = hidden.sub(lambda found: " " * len(found[0]), text)
    text = markup.LINK.sub(lambda found: found["text"], text)
    shown, bold = "", []
    for number, part in enumerate(re.sub(r"\s+", " ", text).split("**")):
        start = len(shown)
        shown += folded(part.replace("*", ""))
        if number % 2:
            bold.append((start, len(shown)))
    return Paragraph(place, shown, tuple(bold), links)


def pattern(forms: Iterable[str]) -> re.Pattern[str]:
    """Any of the forms as whole words; without forms, nothing."""
    longest_first = sorted((re.escape(folded(form)) for form in forms), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first) or '(?!)'})(?!\w)")


def _longer(term: Term) -> Iterator[str]:
    """The forms of other terms that have this one in them: who says *KL penalty* has not yet said *KL*."""
    own = pattern(term.forms)
    for other in glossary(term.language):
        if other != term:
            yield from (form for form in other.forms if own.search(folded(form)) and form not in term.forms)


def points_ahead(paragraph: Paragraph, term: Term) -> bool:
    """To say what comes later, with a link to where the term is explained, is not yet to use it."""
    chapter, _, section = term.introduced.partition("#")
    if paragraph.place[:2] == chapter:
        return paragraph.place != term.introduced and f"#{section}" in paragraph.links
    return paragraph.place[:2] < chapter and any(link.startswith(chapter) for link in paragraph.links)


@dataclass(frozen=True)
class Use:
    """One use: the section, whether it is in bold, and the words around it."""

    place: str
    bold: bool
    sentence: str


def uses(term: Term) -> Iterator[Use]:
    """Every use of the term in the order of reading, without those that point ahead."""
    wanted, longer = pattern(term.forms), pattern(_longer(term))
    for paragraph in paragraphs(term.language):
        if points_ahead(paragraph, term):
            continue
        text = longer.sub(lambda found: "\0" * len(found[0]), paragraph.text)
        for found in wanted.finditer(text):
            bold = any(start < found.end() and found.start() < end for start, end in paragraph.bold)
            yield Use(paragraph.place, bold, paragraph.text[max(0, found.start() - 60) : found.end() + 40])
