"""Which wording somebody has read or answered: a short hash, by which a later change can be noticed."""

from hashlib import sha256

from content.documents import Section
from content.questions import Question


def of_section(section: Section) -> str:
    """The wording of a section, comments included."""
    return _hash(section.source)


def of_question(question: Question) -> str:
    """What a question asks and what answers it; hints and explanations may be mended without changing it."""
    written = question.template or question
    return _hash(repr(_asked(written)))


def _asked(question: Question) -> tuple[object, ...]:
    drawn = [(name, list(choices)) for name, choices in question.variables.items()]
    computed = (question.formula, dict(question.arguments), dict(question.symbols))
    answer = (question.answer, question.tolerance, question.percent, question.rubric)
    steps = tuple(_asked(step) for step in question.steps)
    return (question.type, question.prompt, question.options, drawn, computed, answer, steps)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]
