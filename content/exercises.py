"""The exercises of each chapter: `content/<language>/exercises/NN-name.md`, where every section is one exercise."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from content import documents
from content.chapters import Chapter, chapters
from content.documents import Section
from content.errors import ContentError
from content.questions import Question
from content.text import ROOT


@dataclass(frozen=True)
class ExerciseSet:
    """The exercises of one chapter, which has the same `id`. An exercise is a section: its situation in prose, then a
    question or a few."""

    id: str
    language: str
    title: str
    minutes: int
    sections: tuple[Section, ...]

    def exercise(self, id: str) -> Section:
        """The exercise `id`. Raises ContentError."""
        for section in self.sections:
            if section.id == id:
                return section
        known = ", ".join(section.id for section in self.sections)
        raise ContentError("content.unknown_exercise", chapter=self.id, exercise=id, known=known)

    def questions(self) -> Iterator[tuple[Section, Question]]:
        """Every question with the exercise it belongs to."""
        for section in self.sections:
            for question in section.questions:
                yield section, question


@cache
def exercises(language: str) -> tuple[ExerciseSet, ...]:
    """All exercises of one language by chapter. Raises ContentError for a file that cannot be read."""
    return tuple(shipped(file, language) for file in files(language))


@cache
def files(language: str) -> tuple[Path, ...]:
    """The files of one language, in the order of the chapters."""
    return tuple(sorted((ROOT / language / "exercises").glob("*.md")))


def has_exercises(chapter: str, language: str) -> bool:
    """Whether there are exercises for the chapter `chapter` ("03"): told by the names of the files, none is read."""
    return any(file.name.startswith(f"{chapter}-") for file in files(language))


@cache
def shipped(file: Path, language: str) -> ExerciseSet:
    """One of `files`, read once. Raises ContentError."""
    return read(file, language)


def exercise_set(id: str, language: str) -> ExerciseSet:
    """The exercises of the chapter `id` ("03"). Raises ContentError."""
    for found in exercises(language):
        if found.id == id:
            return found
    known = ", ".join(found.id for found in exercises(language))
    raise ContentError("content.unknown_exercises", chapter=id, known=known)


def read(file: Path, language: str) -> ExerciseSet:
    """Exercises from their file. Raises ContentError."""
    document = documents.load(file)
    for section in document.sections:
        if not section.questions:
            raise ContentError("content.no_question", file=file.name, line=section.line, id=section.id)
    return ExerciseSet(
        id=document.text("id"),
        language=language,
        title=document.text("title"),
        minutes=document.minutes(),
        sections=document.sections,
    )


@dataclass(frozen=True)
class Found:
    """A question and where it is asked: in the text of a chapter, or in its exercises."""

    question: Question
    chapter: str
    section: Section
    in_exercises: bool


@cache
def everything(language: str) -> Mapping[str, Found]:
    """Every question of the chapters and of the exercises by its id, as written. Raises ContentError."""
    found: dict[str, Found] = {}
    documents: tuple[Chapter | ExerciseSet, ...] = (*chapters(language), *exercises(language))
    for document in documents:
        for section, question in document.questions():
            if question.id in found:
                line = question.line
                raise ContentError("content.repeated_id", file=section.file.name, line=line, id=question.id)
            found[question.id] = Found(question, document.id, section, isinstance(document, ExerciseSet))
    return found


def find_question(id: str, language: str) -> Question:
    """The question `id` of a chapter or an exercise, as written. Raises ContentError."""
    found = everything(language)
    if id not in found:
        raise ContentError("content.unknown_question", id=id)
    return found[id].question
