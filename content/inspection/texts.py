"""The text of a section: formulas that can be drawn, live blocks that start, links that lead somewhere."""

from collections.abc import Collection, Iterator, Sequence

from content import chapters, documents, exercises, glossary, labs, markup, reference
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


def reachable(section: Section, language: str) -> Iterator[Fault]:
    """Links to a chapter, section, lab, exercise, page or term that does not exist."""
    for link in markup.links(section.source):
        try:
            found = _target(link.target, section, language)
        except ContentError:
            found = False
        if not found:
            yield fault("dead_link", section, link.line, target=link.target)


def _target(target: str, section: Section, language: str) -> bool:
    """Whether `04#derivation`, `lab:01`, `exercise:03#leash`, `ref:cheat-sheet#beta`, `term:reward` or `#here` exists.
    May raise ContentError as well."""
    place, _, part = target.partition("#")
    kind, _, id = place.rpartition(":")
    match kind:
        case "lab":
            return bool(labs.lab(id, language))
        case "term":
            return bool(glossary.term(id, language))
        case "exercise":
            known = exercises.exercise_set(id, language)
            return not part or bool(known.exercise(part))
        case "ref":
            return _has(reference.page(id, language).sections, part)
        case "":
            chapter = chapters.chapter(place, language).sections if place else documents.load(section.file).sections
            return _has(chapter, part)
    return False


def _has(sections: Sequence[Section], part: str) -> bool:
    return not part or any(section.id == part for section in sections)
