"""The exercises of the course or of one chapter, and how each stands."""

from collections.abc import Iterable, Iterator

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from content.errors import ContentError
from content.exercises import ExerciseSet, exercises
from engine.progress import Done
from tui.course import MARKS, marks, read_done
from tui.literal import clean, literal
from tui.screens.base import ListScreen
from tui.widgets.choices import Choices


class ExercisesScreen(ListScreen):
    """All exercises, or those of one `chapter`."""

    DEFAULT_CSS = """
    ExercisesScreen #list { height: 1fr; background: $background; padding: 1 2 0 2; }
    ExercisesScreen #legend { height: auto; padding: 0 2; }
    """

    def __init__(self, chapter: str | None = None) -> None:
        super().__init__()
        self.chapter_id = chapter

    def crumbs(self) -> list[str]:
        return [self.t("exercise.title"), *([self.chapter_id] if self.chapter_id else [])]

    def compose_body(self) -> Iterable[Widget]:
        yield Choices(*self.options(), id="list", compact=True)
        signs = ((sign, self.t(f"exercise.mark.{name}")) for name, (sign, _) in MARKS.items())
        yield Static(literal("   ".join(f"{sign} {word}" for sign, word in signs)), id="legend", classes="quiet")

    @property
    def sets(self) -> list[ExerciseSet]:
        return [found for found in exercises(self.app.language) if self.chapter_id in (None, found.id)]

    def options(self) -> Iterable[Option]:
        done = read_done(self.app.store) if self.app.store_is_open else Done()
        try:
            sets = self.sets
        except ContentError as problem:
            yield Option(literal(self.app.sentence(problem)), disabled=True)
            return
        if not sets:
            yield Option(literal(self.t("exercise.none")), disabled=True)
        for number, found in enumerate(sets):
            if number:
                yield Option("", disabled=True)
            yield from self._set(found, done)

    def _set(self, found: ExerciseSet, done: Done) -> Iterator[Option]:
        how = marks(found, done)
        solved = sum(one == "done" for one in how.values())
        count = self.t("exercise.count", done=solved, exercises=len(how), minutes=found.minutes)
        head = Content.assemble((f"{found.id}  {clean(found.title)}", "bold $primary"), (f"   {count}", "$secondary"))
        yield Option(head, disabled=True)
        for section in found.sections:
            asked = len(section.questions)
            many = self.t("exercise.parts", parts=asked) if asked > 1 else ""
            title = f"  {clean(section.title)}   "
            line = Content.assemble("    ", MARKS[how[section.id]], title, (many, "$secondary"))
            yield Option(line, id=f"{found.id}#{section.id}")

    def fill(self) -> None:
        fresh = self.query_one("#list", OptionList).highlighted is None
        super().fill()
        if fresh:
            self.highlight_first()

    def on_mount(self) -> None:
        self.highlight_first()

    def highlight_first(self) -> None:
        """The first exercise, not the heading above it."""
        found = self.query_one("#list", OptionList)
        found.highlighted = next((place for place, line in enumerate(found.options) if not line.disabled), None)

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        chapter, _, exercise = (event.option_id or "").partition("#")
        await self.app.go("exercise", chapter=chapter, exercise=exercise)
