"""The labs: `content/<language>/labs/NN-name.md`, each a guided walk that ends at a gate."""

from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from content import documents
from content.documents import Section
from content.errors import ContentError
from content.questions import Question
from content.text import ROOT

# The sections of every lab, in the order in which it is walked through.
STEPS = ("goal", "data", "predict", "run", "gate", "questions", "next")


@dataclass(frozen=True)
class Lab:
    """One lab: the method it runs, the gate it must pass (fixed before the run), and the text of every step."""

    id: str
    language: str
    title: str
    minutes: int
    method: str
    gate: str
    threshold: float
    chapter: str
    sections: tuple[Section, ...]

    steps = STEPS

    def section(self, id: str) -> Section:
        """The text of one step."""
        return self.sections[STEPS.index(id)]

    @property
    def goal(self) -> str:
        return self.section("goal").markdown

    @cached_property
    def predictions(self) -> tuple[Question, ...]:
        """What is asked before the run; each names the metric that answers it."""
        return tuple(question for question in self._all() if question.metric)

    @property
    def prediction(self) -> Question:
        """The first of the predictions."""
        return self.predictions[0]

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """What is asked after the run."""
        return tuple(question for question in self._all() if not question.metric)

    def _all(self) -> tuple[Question, ...]:
        return tuple(question for section in self.sections for question in section.questions)


@cache
def labs(language: str) -> tuple[Lab, ...]:
    """All labs of one language in their order. Raises ContentError for a file that cannot be read."""
    return tuple(read(file, language) for file in sorted((ROOT / language / "labs").glob("*.md")))


def lab(id: str, language: str) -> Lab:
    """The lab `id` ("00"). Raises ContentError."""
    for found in labs(language):
        if found.id == id:
            return found
    raise ContentError("content.unknown_lab", lab=id, known=", ".join(found.id for found in labs(language)))


def read(file: Path, language: str) -> Lab:
    """A lab from its file. Raises ContentError."""
    document = documents.load(file)
    gate = document.front.get("gate")
    if not isinstance(gate, dict) or not isinstance(gate.get("id"), str):
        raise document.problem("gate", "{id: …, threshold: …}")
    if not isinstance(gate.get("threshold"), int | float) or isinstance(gate["threshold"], bool):
        raise document.problem("gate", "{id: …, threshold: …}")
    if tuple(section.id for section in document.sections) != STEPS:
        raise ContentError("content.lab_steps", file=file.name, need=", ".join(STEPS))
    return Lab(
        id=document.text("id"),
        language=language,
        title=document.text("title"),
        minutes=document.minutes(),
        method=document.text("method"),
        gate=gate["id"],
        threshold=float(gate["threshold"]),
        chapter=document.text("chapter"),
        sections=document.sections,
    )
