"""The course as a learner stands in it: what each chapter consists of, and what the store knows of it."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from typing import TYPE_CHECKING

from content.chapters import Chapter, Section, chapters
from content.exercises import ExerciseSet, exercises, files, shipped
from content.labs import labs
from content.questions import Question
from content.text import LANGUAGES
from content.wording import of_question, of_section
from engine.progress import KINDS, Done, Mark, Outline, Progress, Wordings, fold, progress

if TYPE_CHECKING:
    from engine.store import Store

MARKS: dict[Mark, tuple[str, str]] = {"new": ("○", "$secondary"), "tried": ("◐", "$warning"), "done": ("●", "$success")}
"""How an exercise stands, as a sign and its colour."""


@cache
def outlines(language: str) -> tuple[Outline, ...]:
    """What every chapter of one language consists of, with its wordings in all of them. Raises ContentError."""
    wordings: dict[str, set[str]] = defaultdict(set)
    for other in LANGUAGES:
        documents: tuple[Chapter | ExerciseSet, ...] = (*chapters(other), *exercises(other))
        for document in documents:
            for section in document.sections:
                if isinstance(document, Chapter):
                    wordings[f"{document.id}#{section.id}"].add(of_section(section))
                for question in section.questions:
                    wordings[question.id].add(of_question(question))

    def valid(questions: Iterable[Question]) -> dict[str, Wordings]:
        return {question.id: frozenset(wordings[question.id]) for question in questions}

    sets = {found.id: found for found in exercises(language)}
    found_labs = labs(language)
    return tuple(
        Outline(
            chapter.id,
            chapter.prerequisites,
            {section.id: frozenset(wordings[f"{chapter.id}#{section.id}"]) for section in chapter.sections},
            valid(question for _, question in chapter.questions() if question.type != "free"),
            {section.id: valid(section.questions) for section in _sections(sets.get(chapter.id))},
            tuple(lab.id for lab in found_labs if lab.chapter == chapter.id),
        )
        for chapter in chapters(language)
    )


def pieces(language: str) -> Iterator[Callable[[], object]]:
    """What to call, one after the other, so that the learner's next places open at once: each call takes a moment and
    can be made in a thread. Raises ContentError where a call does."""
    from tui.places import screen_class
    from tui.reviewing import deck

    yield partial(screen_class, "learn")
    yield partial(screen_class, "learn")
    for one in (language, *LANGUAGES):
        yield partial(chapters, one)
        yield from (partial(shipped, file, one) for file in files(one))
    yield partial(outlines, language)
    yield partial(deck, language)


def _sections(found: ExerciseSet | None) -> tuple[Section, ...]:
    return found.sections if found is not None else ()


def read_done(store: "Store") -> Done:
    """What the learner read and answered, and the gates passed."""
    return fold(event for kind in KINDS for event in store.events(kind))


def read_progress(store: "Store", language: str) -> dict[str, Progress]:
    """How far the learner is in every chapter. Raises ContentError."""
    from engine.review import count_by_chapter, learning_day, read_states
    from engine.review.day import local_now
    from tui.reviewing import deck

    counts = count_by_chapter(deck(language), read_states(store), learning_day(local_now()))
    return progress(outlines(language), read_done(store), counts)


def marks(found: ExerciseSet, done: Done) -> Mapping[str, Mark]:
    """How each exercise of a set stands."""
    own = Outline(found.id, exercises={s.id: {q.id: frozenset() for q in s.questions} for s in found.sections})
    return progress([own], done, {})[found.id].exercises
