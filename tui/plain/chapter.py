"""A chapter, section by section, and its exercises: read, tried and answered in words."""

from typing import TYPE_CHECKING

from content.chapters import Chapter, chapter, chapters
from content.exercises import ExerciseSet, exercise_set, exercises
from content.wording import of_section
from tui.plain.asking import Asking
from tui.plain.reader import Reader
from tui.plain.talk import Go, Talk, Typed

if TYPE_CHECKING:
    from engine.store import Store

READING = ("back", "repeat", "contents", "link", "exercises")
SOLVING = ("back", "contents", "link")


def open_chapter(talk: Talk, store: "Store", argument: str) -> None:
    """`03`, `03#closed-form`, or a choice among all. Raises ContentError, Go and Quit."""
    id, _, section = argument.partition("#")
    if not id:
        id = choose_chapter(talk, store)
    ChapterReading(talk, store, chapter(id.zfill(2), talk.here.language)).work(section)


def choose_chapter(talk: Talk, store: "Store") -> str:
    """The chapter that the learner picks from the list."""
    found = chapters(talk.here.language)
    talk.heading(talk.t("chapters"))
    lines = [
        talk.t(
            "chapter_line", id=one.id, title=one.title, minutes=one.minutes,
            read=len(store.sections_read(one.id)), sections=len(one.sections),
        )
        for one in found
    ]  # fmt: skip
    picked = talk.choose(talk.t("choose"), lines)
    assert isinstance(picked, int)
    return found[picked].id


class ChapterReading:
    """One chapter; what is read and answered is kept as the app keeps it, so that either can go on from the other."""

    def __init__(self, talk: Talk, store: "Store", found: Chapter) -> None:
        self.talk, self.store, self.chapter = talk, store, found
        self.reader = Reader(talk, store, READING, own=found.id)

    def work(self, section: str = "") -> None:
        """From `section`, or from where the learner left off, until they go elsewhere."""
        sections = self.chapter.sections
        ids = [one.id for one in sections]
        if section:
            self.chapter.section(section)
        left_off = [
            event.payload["section"]
            for event in self.store.events("place", "learn")
            if event.payload.get("chapter") == self.chapter.id
        ]
        start = section or (left_off[-1] if left_off else "")
        here = ids.index(start) if start in ids else 0
        while True:
            typed = self.read(here)
            match typed.word:
                case "next" if here + 1 == len(sections):
                    self.talk.line(self.talk.t("chapter_done", id=self.chapter.id))
                    return
                case "next":
                    here += 1
                case "back":
                    here = max(0, here - 1)
                case "contents":
                    here = self.contents(here)
                case "exercises":
                    raise Go("exercise", self.chapter.id)
                case "link":
                    self.reader.follow(typed.text)

    def read(self, here: int) -> Typed:
        """One section to its end, which marks it as read; the word that says where to go from it."""
        from tui.course import read_done

        section, sections = self.chapter.sections[here], self.chapter.sections
        self.store.set_place("learn", chapter=self.chapter.id, section=section.id)
        place = {"id": self.chapter.id, "title": self.chapter.title, "number": here + 1, "count": len(sections)}
        self.talk.heading(self.talk.t("section", section=section.title, **place))
        asking = Asking(self.talk, self.store, read_done(self.store), READING)
        typed = self.reader.read(section, lambda question: asking.put(question, self.chapter.id, section))
        if typed.word:
            return typed
        if section.id not in self.store.sections_read(self.chapter.id):
            self.store.read_section(self.chapter.id, section.id, of_section(section))
        following = sections[here + 1].title if here + 1 < len(sections) else ""
        end = self.talk.t("end_of_section", title=following) if following else self.talk.t("end_of_chapter")
        typed = self.reader.stop(end)
        while typed.word == "link":
            self.reader.follow(typed.text)
            typed = self.reader.stop()
        return typed

    def contents(self, here: int) -> int:
        """The section picked from the list, or the open one."""
        read = self.store.sections_read(self.chapter.id)
        lines = [
            self.talk.t("section_read" if section.id in read else "section_open", title=section.title)
            for section in self.chapter.sections
        ]
        picked = self.talk.choose(self.talk.t("choose"), lines, ("back",))
        return picked if isinstance(picked, int) else here


def open_exercise(talk: Talk, store: "Store", argument: str) -> None:
    """`03`, `03#closed-form`, or a choice among the chapters. Raises ContentError, Go and Quit."""
    id, _, exercise = argument.partition("#")
    if not id:
        found = exercises(talk.here.language)
        talk.heading(talk.t("exercises"))
        picked = talk.choose(talk.t("choose"), [f"{one.id}: {one.title}" for one in found])
        assert isinstance(picked, int)
        id = found[picked].id
    solve(talk, store, exercise_set(id.zfill(2), talk.here.language), exercise)


def solve(talk: Talk, store: "Store", found: ExerciseSet, exercise: str) -> None:
    """The exercises of a chapter, one after the other from the one named or picked."""
    from tui.course import read_done

    sections = found.sections
    here = sections.index(found.exercise(exercise)) if exercise else pick(talk, store, found)
    reader = Reader(talk, store, SOLVING, own=found.id)
    while here < len(sections):
        section = sections[here]
        store.set_place("exercise", chapter=found.id, exercise=section.id)
        place = {"id": found.id, "title": found.title, "number": here + 1, "count": len(sections)}
        talk.heading(talk.t("exercise", section=section.title, **place))
        asking = Asking(talk, store, read_done(store), SOLVING)
        typed = reader.read(section, lambda question: asking.put(question, found.id, section))  # noqa: B023
        match (typed if typed.word else reader.stop(talk.t("end_of_exercise"))).word:
            case "back":
                here = max(0, here - 1)
            case "contents":
                here = pick(talk, store, found)
            case _:
                here += 1
    talk.line(talk.t("exercises_done", id=found.id))


def pick(talk: Talk, store: "Store", found: ExerciseSet) -> int:
    """The exercise that the learner picks from the list, where it says how each stands."""
    from tui.course import marks, read_done

    how = marks(found, read_done(store))
    talk.heading(f"{found.id}: {found.title}")
    lines = [f"{section.title}: {talk.here.t(f'exercise.mark.{how[section.id]}')}" for section in found.sections]
    picked = talk.choose(talk.t("choose"), lines)
    assert isinstance(picked, int)
    return picked
