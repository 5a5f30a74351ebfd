"""One exercise at a time: its situation, its questions, and the way to the next one."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Markdown, Static

from content.errors import ContentError
from content.exercises import ExerciseSet, exercise_set
from engine.progress import Mark
from tui.course import MARKS, marks
from tui.links import follow
from tui.literal import literal
from tui.screens.answering import AnsweringScreen
from tui.widgets.answer_fields import is_typing
from tui.widgets.lesson import Lesson
from tui.widgets.question_box import QuestionBox, boxes


class ExerciseScreen(AnsweringScreen):
    """The exercises of `chapter`, opened at `exercise`, or at the first one that is not done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,f5", "help", "exercise.keys.hint", id="exercise.hint", key_display="h F5"),
        Binding("n,f6", "again(True)", "exercise.keys.fresh", id="exercise.fresh", key_display="n F6"),
        Binding("n,f6", "again(False)", "exercise.keys.again", id="exercise.again", key_display="n F6"),
        Binding("f4", "explain", "exercise.keys.solution", id="exercise.solution"),
        Binding("space,enter", "onward", "exercise.keys.onward", id="exercise.onward"),
        Binding("right,right_square_bracket,f8", "turn(1)", "exercise.keys.turn", id="exercise.next", key_display="←→"),
        Binding("left,left_square_bracket,f7", "turn(-1)", "exercise.keys.turn", id="exercise.back", key_display="←→"),
        Binding("i", "into", "exercise.keys.into", id="exercise.into"),
        Binding("t", "chapter", "exercise.keys.chapter", id="exercise.chapter"),
    ]
    DEFAULT_CSS = """
    ExerciseScreen #page { align-horizontal: center; padding: 1 1 0 2; scrollbar-size-vertical: 1; }
    ExerciseScreen #page > * { max-width: 88; }
    ExerciseScreen #onward { color: $primary; height: auto; margin: 0 0 1 0; }
    ExerciseScreen #onward:hover { text-style: underline; }
    """
    AUTO_FOCUS = "#page"

    def __init__(self, chapter: str, exercise: str | None = None) -> None:
        super().__init__()
        self.chapter_id = chapter
        self.exercise_id = exercise
        self.chosen = exercise is not None
        self.problem: ContentError | None = None

    @property
    def exercises(self) -> ExerciseSet:
        return exercise_set(self.chapter_id, self.app.language)

    @property
    def number(self) -> int:
        """The place of the open exercise in its set, from 0."""
        ids = [section.id for section in self.exercises.sections]
        return ids.index(self.exercise_id) if self.exercise_id in ids else 0

    @property
    def page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    @property
    def has_page(self) -> bool:
        return self.problem is None

    def crumbs(self) -> list[str]:
        if self.problem:
            return [self.t("exercise.title")]
        here = self.exercises.sections[self.number].title
        return [self.t("exercise.title"), f"{self.chapter_id} {self.exercises.title}", here]

    def compose_body(self) -> Iterable[Widget]:
        self.problem = None
        try:
            if self.exercise_id is not None:
                self.exercises.exercise(self.exercise_id)
            _ = self.exercises
        except ContentError as problem:
            self.problem = problem
            yield Static(self.app.sentence(problem), markup=False, classes="hero")
            return
        with VerticalScroll(id="page"):
            yield Lesson(coaching=True)
            yield Static(id="onward")

    async def on_mount(self) -> None:
        if self.has_page:
            await self.show()

    async def store_opened(self) -> None:
        """Without another wish, go to the first exercise that is not done."""
        if not self.has_page:
            return
        self.read_store()
        if not self.chosen:
            found = marks(self.exercises, self.done)
            self.exercise_id = next((id for id, mark in found.items() if mark != "done"), self.exercises.sections[0].id)
            await self.show()
        await super().store_opened()
        self.show_progress()
        self._remember()

    async def language_changed(self) -> None:
        """The same exercise in the other language, as far as it was."""
        if not self.has_page:
            await super().language_changed()
            return
        work = self.query_one(Lesson).work()
        await super().language_changed()
        await self.show()
        await self.query_one(Lesson).take_up(work)
        self.call_after_refresh(self.action_into)

    async def show(self) -> None:
        """Draw the open exercise; its first question has the keys."""
        self.exercise_id = self.exercises.sections[self.number].id
        await self.query_one(Lesson).show(self.exercises.sections[self.number], done=self.done)
        following = self.exercises.sections[self.number + 1 :]
        onward = self.t("exercise.onward", title=following[0].title) if following else self.t("exercise.last")
        self.query_one("#onward", Static).update(literal(onward))
        self.show_progress()
        self.refresh_title()
        self.page.scroll_home(animate=False)
        self.call_after_refresh(self.action_into)

    def show_progress(self) -> None:
        """`2 of 7  ●◐○○○○○` in the title line."""
        if not self.has_page:
            return
        found: list[Mark] = list(marks(self.exercises, self.done).values())
        signs = "".join(MARKS[mark][0] for mark in found)
        self.set_status(f"{self.t('exercise.progress', here=self.number + 1, exercises=len(found))}  {signs}")

    def kept(self, event: QuestionBox.Acted) -> None:
        self.show_progress()

    # --- keys

    @property
    def box(self) -> QuestionBox | None:
        """The question that has the keys, or the first one that is open."""
        found = list(boxes(self))
        return next((box for box in found if box.has_focus_within), None) or next(
            (box for box in found if not box.attempt.over), found[-1] if found else None
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        own = ("help", "explain", "again", "onward", "turn", "into", "chapter")
        if action in own and not self.has_page:
            return False
        match action:
            case "chapter":
                return not is_typing(self.focused)
            case "help":
                return self.box is not None and self.box.check_action("help", ())
            case "explain":
                return self.box is not None and self.box.check_action("explain", ())
            case "again":
                return self.box is not None and self.box.check_action(action, parameters)
            case "turn":
                return 0 <= self.number + (1 if parameters[0] == 1 else -1) < len(self.exercises.sections)
            case "onward" | "into":
                return self.focused is self.page and (action == "onward" or self.box is not None)
        return True

    def action_help(self) -> None:
        """One more tier of help for the question that is open."""
        if self.box is not None:
            self.box.action_help()

    def action_explain(self) -> None:
        """The worked solution of the question that is open."""
        if self.box is not None:
            self.box.action_explain()

    async def action_again(self, fresh: bool) -> None:
        """Ask the open question anew, with other numbers where it has such."""
        if self.box is not None:
            await self.box.action_again()

    def action_into(self) -> None:
        """Into the field of the first open question."""
        box = next((box for box in boxes(self) if not box.attempt.over), None)
        if box is not None and box.target is not None:
            box.target.focus()

    async def action_turn(self, direction: int) -> None:
        """To the next or the previous exercise."""
        number = self.number + direction
        if 0 <= number < len(self.exercises.sections):
            self.exercise_id, self.chosen = self.exercises.sections[number].id, True
            await self.show()
            self._remember()

    def _remember(self) -> None:
        """This is where the learner left off."""
        if self.app.store_is_open:
            self.app.store.set_place("exercise", chapter=self.chapter_id, exercise=self.exercise_id)

    async def action_onward(self) -> None:
        """A page down; at the end, the next open question, then the next exercise, then the list of exercises."""
        if self.page.scroll_y < self.page.max_scroll_y:
            self.page.scroll_page_down(animate=False)
        elif any(not box.attempt.over for box in boxes(self)) and not self.done_here:
            self.action_into()
        elif self.number + 1 < len(self.exercises.sections):
            await self.action_turn(1)
        else:
            await self.action_back()

    @property
    def done_here(self) -> bool:
        """Whether the open exercise is done."""
        return marks(self.exercises, self.done)[self.exercises.sections[self.number].id] == "done"

    async def action_chapter(self) -> None:
        """Read the chapter that this is about."""
        await self.app.go("learn", chapter=self.chapter_id)

    async def on_click(self, event: events.Click) -> None:
        if event.widget is not None and event.widget.id == "onward":
            await (self.action_turn(1) if self.number + 1 < len(self.exercises.sections) else self.action_back())

    async def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        await follow(self.app, event.href)

    async def action_back(self) -> None:
        """Out of the field first, then out of the exercise."""
        if self.has_page and self.focused is not None and self.focused is not self.page:
            self.page.focus(scroll_visible=False)
        else:
            await super().action_back()
