"""Numbers: what is printed is what its formula gives, and nothing is printed that nothing vouches for."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from content import markup
from content.documents import Section
from content.inspection.fault import Compute, Fault, fault, short


def matches(printed: str, actual: Any) -> bool:
    """Whether a number is what `actual` rounds to in the decimals printed."""
    if isinstance(actual, bool) or not isinstance(actual, int | float):
        return printed == str(actual).lower()
    unit = Decimal(1).scaleb(int(Decimal(printed).as_tuple().exponent))
    return abs(Decimal(actual) - Decimal(printed)) <= unit / 2 + Decimal("1e-9")


def wrong_results(found: markup.Check, compute: Compute) -> list[str]:
    """The results of a check that are not what the formula gives, in words."""
    results = compute(found.formula, dict(found.arguments))
    wrong = []
    for name, printed in found.results.items():
        actual = results[name] if isinstance(results[name], list) else [results[name]]
        if len(printed) != len(actual) or not all(map(matches, printed, actual)):
            wrong.append(f"{name} = {actual}, {','.join(printed)}?")
    return wrong


def checked(section: Section, compute: Compute) -> Iterator[Fault]:
    """Every check of a section and of its questions, and everything it works out."""
    stated = [question.check for question in section.questions if question.check]
    for found in (*section.checks, *stated):
        for wrong in wrong_results(found, compute):
            yield Fault("wrong_number", short(section.file), found.line, {"formula": found.formula, "found": wrong})
    for worked_out in section.arithmetic:
        for printed in worked_out.printed:
            if not matches(printed, worked_out.value):
                params = {"formula": worked_out.expression, "found": f"{worked_out.value}, {printed}?"}
                yield Fault("wrong_number", short(section.file), worked_out.line, params)


def vouched(section: Section, language: str) -> Iterator[Fault]:
    """Decimal numbers that nothing vouches for, and comments that vouch for nothing."""
    for number in markup.unvouched(section.source, language, section.file):
        yield fault("loose_number", section, number.line, number=number.text)
    known = len(section.checks) + len(markup.sources(section.source))
    known += len({worked_out.line for worked_out in section.arithmetic})
    if known != section.source.count("<!--") or "<!--" in section.markdown:
        yield fault("idle_comment", section, 1, part=section.id)


def answers(section: Section) -> Iterator[Fault]:
    """Answers written as numbers that no check of the question or of the section gives."""
    beside = [result for found in section.checks for result in found.results.values()]
    beside += [worked_out.printed for worked_out in section.arithmetic]
    for question in section.questions:
        if question.metric or question.to_draw or question.type not in ("number", "vector"):
            continue
        own = list(question.check.results.values()) if question.check else []
        printed = [Decimal(number) for result in own or beside for number in result if number[-1:].isdigit()]
        for value in question.values:
            nearest = min((abs(Decimal(float(value)) - number) for number in printed), default=Decimal("inf"))
            if nearest > Decimal(float(question.tolerance)) + Decimal("1e-9"):
                yield Fault("unchecked_answer", short(section.file), question.line, {"id": question.id})


def count(section: Section) -> int:
    """How many printed numbers of a section are recomputed."""
    stated = [question.check for question in section.questions if question.check]
    found = sum(len(printed) for check in (*section.checks, *stated) for printed in check.results.values())
    return found + sum(len(worked_out.printed) for worked_out in section.arithmetic)
