"""The text of a section: formulas that can be drawn, live blocks that start, links that lead somewhere."""

from collections.abc import Collection, Iterator

from content import chapters, documents, labs, markup
from content.documents import Section
from content.errors import ContentError
from content.inspection.fault import Compute, Fault, fault, short
from content.maths import MathsError, display, inline, mathml

WIDTHS = (76, 60)
"""Columns in which every formula must fit: beside a full margin, and in a narrow column."""
COMPUTED_BY = {"implicit-reward": "dpo"}
"""A live block that another formula computes: the implicit reward of a pair, by its four log-probabilities."""


def drawable(section: Section) -> Iterator[Fault]:
    """Formulas that cannot be read, or do not fit."""
    if section.source.count("$$") % 2:
        yield fault("odd_dollars", section, 1, part=section.id)
    for formula in markup.formulas(section.source):
        try:
            if not inline(formula.tex) or not mathml(formula.tex):
                yield fault("bad_formula", section, formula.line, tex=formula.tex, why="")
            for width in WIDTHS if formula.block else ():
                display(formula.tex, width)
        except MathsError as error:
            yield fault("bad_formula", section, formula.line, tex=formula.tex, why=error.code)


def startable(section: Section, blocks: Collection[str], compute: Compute) -> Iterator[Fault]:
    """Live blocks of unknown names, with arguments their formula refuses, or without anything to try."""
    for live in section.lives:
        where = short(section.file), live.line
        if live.formula not in blocks:
            yield Fault("unknown_block", *where, {"name": live.formula})
            continue
        try:
            compute(COMPUTED_BY.get(live.formula, live.formula), dict(live.arguments))
        except Exception as error:  # whatever a formula refuses is a fault of the text
            yield Fault("block_refused", *where, {"name": live.formula, "why": str(error)})
        if not live.try_this:
            yield Fault("nothing_to_try", *where, {"name": live.formula})


def reachable(section: Section, language: str, pages: Collection[str]) -> Iterator[Fault]:
    """Links to a chapter, section, lab or page (`pages`: the ids of those besides) that does not exist."""
    for link in markup.links(section.source):
        if not _leads_somewhere(link.target, section, language, pages):
            yield fault("dead_link", section, link.line, target=link.target)


def _leads_somewhere(target: str, section: Section, language: str, pages: Collection[str]) -> bool:
    place, _, part = target.partition("#")
    kind, _, id = place.rpartition(":")
    try:
        if kind == "lab":
            labs.lab(id, language)
        elif kind:
            return target in pages
        elif place:
            chapter = chapters.chapter(place, language)
            return not part or any(known.id == part for known in chapter.sections)
        else:
            return any(known.id == part for known in documents.load(section.file).sections)
    except ContentError:
        return False
    return True
