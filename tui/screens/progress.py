"""Progress: the map of the chapters, what is done, mastered, due and weak, and what to do next."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from content.errors import ContentError
from engine.progress import Progress, Step, next_step
from tui.chapter_map import drawn
from tui.course import read_progress
from tui.literal import clean, literal
from tui.progress_words import SIGNS, Words, section_of
from tui.screens.base import ListScreen
from tui.widgets.choices import Choices

ROOMY = 72
"""From this width on, the numbers of a chapter stand beside it."""
WORD, NUMBERS = 11, 25
"""Columns of the state in a word, and of the numbers."""
LEAST = 12
"""Columns that a title always has."""
TALL = 24
"""From this height on, the meaning of the signs stays on the screen; below it, a key shows it."""


class ProgressScreen(ListScreen):
    """A row for each chapter, joined to those it builds on; below it, what is known of the one that is highlighted."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "go", "progress.keys.go", id="progress.go"),
        Binding("x", "exercises", "progress.keys.exercises", id="progress.exercises"),
        Binding("m", "meaning", "progress.keys.meaning", id="progress.meaning"),
        Binding("r", "review", "progress.keys.review", id="progress.review"),
    ]
    DEFAULT_CSS = """
    ProgressScreen { overflow: hidden; }
    ProgressScreen #next { height: auto; padding: 0 2; }
    ProgressScreen #head { height: 1; padding: 0 2; color: $secondary; text-wrap: nowrap; }
    ProgressScreen #list { height: auto; max-height: 54%; background: $background; padding: 0 2; }
    ProgressScreen #detail { height: auto; padding: 1 2 0 2; }
    ProgressScreen #legend { height: auto; padding: 1 2 0 2; color: $secondary; }
    ProgressScreen.-low #legend { display: none; }
    ProgressScreen.-low.-meaning #legend { display: block; }
    ProgressScreen.-low.-meaning #detail { display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.chapters: dict[str, Progress] = {}
        self.step: Step | None = None

    @property
    def words(self) -> Words:
        return Words(self.t, self.app.language)

    def crumbs(self) -> list[str]:
        return [self.t("progress.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Static(id="next")
        yield Static(id="head")
        yield Choices(id="list", compact=True)
        yield Static(id="detail")
        yield Static(literal("\n".join(self.words.legend())), id="legend")

    async def language_changed(self) -> None:
        await super().language_changed()
        self.fill()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < TALL, "-low")
        self.call_after_refresh(self.fill)

    def fill(self) -> None:
        """Read the store and write everything anew."""
        if not self.app.store_is_open:
            self.query_one("#next", Static).update(literal(self.t("progress.opening")))
            return
        try:
            self.chapters = read_progress(self.app.store, self.app.language)
        except ContentError as problem:
            self.query_one("#next", Static).update(literal(self.app.sentence(problem)))
            return
        self.step = next_step(self.chapters)
        said = Content.assemble(("→ ", "bold $accent"), (clean(self.words.step(self.step)), "bold"))
        way = Content.styled(f" {self.t('progress.go')}", "$secondary") if self.step else Content("")
        self.query_one("#next", Static).update(Content.assemble(said, way))
        passed = sum(one.passed for one in self.chapters.values())
        self.set_status(self.t("progress.status", passed=passed, chapters=len(self.chapters)))
        self.query_one("#head", Static).update(self._heads())
        super().fill()
        self.show_detail()

    # --- the map

    def _heads(self) -> Content:
        """What the numbers at the right end mean."""
        if self.app.size.width < ROOMY:
            return Content("")
        return Content(self.t("progress.head").rjust(self._room))

    @property
    def _room(self) -> int:
        """Columns of a row: those of the screen, but no gap between a title and its numbers."""
        longest = max((len(title) for title in self.words.titles().values()), default=0)
        return min(self.app.size.width - 4, len(self._map()[0]) + 4 + longest + WORD + NUMBERS)

    def _map(self) -> list[str]:
        signs = {id: SIGNS[one.state][0] for id, one in self.chapters.items()}
        return drawn({id: one.prerequisites for id, one in self.chapters.items()}, signs)

    def options(self) -> Iterable[Option]:
        lines, titles = self._map(), self.words.titles()
        for (id, one), line in zip(self.chapters.items(), lines, strict=True):
            yield Option(self._row(one, line, titles[id]), id=id)

    def _row(self, one: Progress, line: str, title: str) -> Content:
        """Its place on the map, its name, its state in a word, its numbers."""
        sign, colour = SIGNS[one.state]
        before, _, after = line.partition(sign)
        word = self.words.state(one)
        numbers = self._numbers(one) if self.app.size.width >= ROOMY else ""
        room = self._room - len(line) - len(f" {one.chapter} ") - WORD - len(numbers)
        name = Content(clean(title)).truncate(max(LEAST, room), ellipsis=True, pad=True)
        return Content.assemble(
            (before, "$secondary"), (sign, colour), f"{after} ", (f"{one.chapter} ", "bold"), name,
            (f"  {word}".ljust(WORD), colour), (numbers, "$secondary"),
        )  # fmt: skip

    def _numbers(self, one: Progress) -> str:
        read, solved = f"{one.read}/{one.sections}", f"{one.solved}/{one.questions}"
        exercises = f"{one.exercises_done}/{len(one.exercises)}"
        return f"{read:>6}{solved:>7}{exercises:>7}{one.cards.due or '·':>5}"

    # --- one chapter

    @property
    def highlighted(self) -> Progress | None:
        found = self.query_one("#list", OptionList)
        here = found.highlighted_option
        return self.chapters.get(here.id or "") if here else None

    def show_detail(self) -> None:
        one = self.highlighted
        lines = self.words.detail(one, self.chapters) if one else []
        self.query_one("#detail", Static).update(literal("\n".join(lines)))
        self.refresh_bindings()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self.show_detail()

    # --- going on

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        one = self.highlighted if self.query("#list") else None
        match action:
            case "meaning":
                return self.has_class("-low")
            case "go":
                return self.step is not None
            case "exercises":
                return one is not None and bool(one.exercises)
            case "review":
                return one is not None and bool(one.cards.cards)
        return True

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        await self.app.go("learn", chapter=event.option_id)

    def action_meaning(self) -> None:
        """On a low screen: the meaning of the signs in the place of the details, and back."""
        self.toggle_class("-meaning")

    async def action_exercises(self) -> None:
        """The exercises of the highlighted chapter."""
        if self.highlighted is not None:
            await self.app.go("exercises", chapter=self.highlighted.chapter)

    async def action_review(self) -> None:
        """The cards of the highlighted chapter."""
        if self.highlighted is not None:
            await self.app.go("review", chapter=self.highlighted.chapter)

    async def action_go(self) -> None:
        """Do what is recommended."""
        match self.step:
            case Step("read" | "questions", chapter) as step:
                section = section_of(step, self.app.language)
                await self.app.go("learn", chapter=chapter, section=section.id if section else None)
            case Step("exercises", chapter):
                await self.app.go("exercises", chapter=chapter)
            case Step("lab", _, lab):
                await self.app.go("lab", lab=lab)
            case Step("review", chapter):
                await self.app.go("review", chapter=chapter)
