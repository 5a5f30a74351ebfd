"""Review: one card at a time, graded on the key itself, and asked again when it is about to be forgotten."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import Problem
from engine.review import GRADES
from engine.review.day import local_now
from tui.literal import literal
from tui.review_summary import summary
from tui.review_table import Table
from tui.review_words import Words
from tui.reviewing import deck, limits, new_seed, open_session
from tui.screens.base import PreferablyScreen
from tui.widgets.card_view import CardView, Face
from tui.widgets.grade_bar import GradeBar
from tui.widgets.question_box import QuestionBox

ROOMY = 24
"""From this height on, there is air around the card."""
MOST_NEW = 100
STEP_NEW = 5


class ReviewScreen(PreferablyScreen):
    """The cards of today, or those of one `chapter`. `clock` gives seconds, monotonic; `now` the learner's time."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space,enter", "show", "review.keys.show", id="review.show"),
        Binding("space,enter", "next", "review.keys.next", id="review.next"),
        *(
            Binding(str(grade), f"grade({grade})", "review.keys.grade", id=f"review.grade{grade}", key_display="1–4")
            for grade in GRADES
        ),
        # Before the field and the box of the question, which know nothing of grades.
        Binding("f5,h", "hint", "review.keys.hint", id="review.hint"),
        Binding("f4", "solution", "review.keys.solution", id="review.solution", priority=True),
        Binding("a", "ahead", "review.keys.ahead", id="review.ahead"),
        Binding("plus,equals_sign", f"limit({STEP_NEW})", "review.keys.limit", id="review.more", key_display="+ −"),
        Binding("minus", f"limit(-{STEP_NEW})", "review.keys.limit", id="review.fewer", key_display="+ −"),
        Binding("u", "undo", "review.keys.undo", id="review.undo"),
        Binding("g", "section", "review.keys.section", id="review.section"),
        Binding("s", "bury", "review.keys.bury", id="review.bury"),
        Binding("c", "cram", "review.keys.cram", id="review.cram"),
        Binding("down,pagedown", "scroll_card(1)", show=False, id="review.down"),
        Binding("up,pageup", "scroll_card(-1)", show=False, id="review.up"),
    ]
    DEFAULT_CSS = """
    ReviewScreen #head { height: 2; padding: 1 0 0 0; align-horizontal: center; }
    ReviewScreen #progress { height: 1; max-width: 88; padding: 0 2; }
    ReviewScreen #middle { height: 1fr; align: center middle; }
    ReviewScreen #feet { height: auto; align-horizontal: center; }
    ReviewScreen #last { height: 1; max-width: 88; padding: 0 2; }
    ReviewScreen.-low #head { height: 1; padding: 0; }
    ReviewScreen.-low CardView { padding: 0 2; }
    ReviewScreen.-low GradeBar { height: 2; }
    """

    def __init__(
        self,
        chapter: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = local_now,
        seeds: Callable[[], int] = new_seed,
    ) -> None:
        super().__init__()
        self.chapter_id = chapter
        self.clock, self.now, self.seeds = clock, now, seeds
        self.table: Table | None = None
        self.ahead = False
        self.last: Callable[[], str] = str

    @property
    def words(self) -> Words:
        return Words(self.t, self.app.language)

    # --- what is on the screen

    def crumbs(self) -> list[str]:
        return [self.t("review.title"), *([self.chapter_id] if self.chapter_id else [])]

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="head"):
            yield Static(id="progress")
        with Vertical(id="middle"):
            yield CardView()
        with Vertical(id="feet"):
            yield Static(id="last", classes="quiet")
            yield GradeBar()

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < ROOMY, "-low")

    async def on_mount(self) -> None:
        await self.show()

    async def store_opened(self) -> None:
        await self.begin()

    async def begin(self, *, cram: bool = False) -> None:
        """A sitting with what is due now, or one of cramming."""
        cards, allowed = deck(self.app.language, self.chapter_id), limits(self.app.settings)
        session = open_session(self.app.store, cards, allowed, ahead=self.ahead, cram=cram, now=self.now)
        self.table = Table(session, self.app.language, self.seeds, self.clock)
        self.last = str
        await self.show()

    async def language_changed(self) -> None:
        """The same card in the other language, at the same point, with what was typed."""
        typed = [field.value for field in self.query(Input)]
        if self.table is not None:
            self.table.translate(deck(self.app.language, self.chapter_id), self.app.language)
        await super().language_changed()
        await self.show()
        for field, text in zip(self.query(Input), typed, strict=False):
            field.value = text

    async def show(self) -> None:
        """Bring every widget up to date with the table."""
        self.query_one("#last", Static).update(literal(self.last()))
        cramming = self.table is not None and not self.table.session.scheduled
        self.set_status(self.t("review.cramming") if cramming else "")
        phase = self.table.phase if self.table else ""
        bar = self.query_one(GradeBar)
        bar.display = phase in ("front", "back")
        bar.visible = phase == "back"  # its place is kept, so that a card does not jump when it is turned
        if self.table is None:
            await self.query_one(CardView).show(Face(text=literal(self.t("review.opening"))))
            return
        self.query_one("#progress", Static).update(self.words.progress(self.table, self.app.size.width))
        if phase == "back":
            bar.show(self.words.intervals(self.table))
        face = Face(text=self._summary(self.table)) if phase == "over" else self.words.face(self.table)
        await self.query_one(CardView).show(face)
        self.refresh_bindings()

    def _summary(self, table: Table) -> Content:
        seconds = self.clock() - table.began
        return summary(table.session, self.t, self.app.language, seconds, self.chapter_id)

    def _kept(self) -> str:
        return self.words.kept(self.table) if self.table is not None else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        typing = isinstance(self.focused, Input)
        table = self.table
        phase = table.phase if table else ""
        match action:
            case "show":
                return phase == "front"
            case "next":
                return phase in ("graded", "leech")
            case "grade":
                return phase == "back"
            case "solution":
                return phase == "asking"
            case "hint":
                return phase == "asking" and table is not None and table.hints_left
            case "bury":
                return phase in ("front", "back", "asking") and not typing
            case "section":
                return phase in ("back", "graded", "leech", "asking") and not typing
            case "undo":
                return table is not None and bool(table.session.done) and not typing
            case "ahead":
                return phase == "over" and table is not None and table.session.scheduled and table.session.ahead > 0
            case "limit":
                return phase == "over" and table is not None and table.session.scheduled
            case "cram":
                return table is not None and not typing
        return True

    # --- deciding

    async def action_show(self) -> None:
        """Turn the card over."""
        await self._do(lambda table: table.turn())

    async def action_next(self) -> None:
        """Leave the verdict, or the leech, for the next card."""
        await self._do(lambda table: table.deal(), said=str)

    @on(GradeBar.Chosen)
    async def _clicked(self, event: GradeBar.Chosen) -> None:
        await self.action_grade(event.grade)

    async def action_grade(self, grade: int) -> None:
        """Keep the grade; the next card comes only when it is on the disk."""
        await self._do(lambda table: table.grade(grade), said=self._kept)

    @on(QuestionBox.Answered)
    async def _answered(self, event: QuestionBox.Answered) -> None:
        """An answer to a calculator card: a right one ends it."""
        if self.table is not None and self.table.phase == "asking":
            await self._do(lambda table: table.heard(event.verdict), said=str)

    async def action_hint(self) -> None:
        """One more hint, from where to look to the first step. Whoever takes one cannot get better than Hard."""
        await self._do(lambda table: table.hint())

    async def action_solution(self) -> None:
        """Give up: the solution is shown, and the card comes again with other numbers."""
        await self._do(lambda table: table.show_solution(), said=str)

    async def action_undo(self) -> None:
        """Take the last grade back; its card is on the table again, turned over."""
        await self._do(lambda table: table.undo(), said=lambda: self.t("review.undone"))

    async def action_bury(self) -> None:
        """Put the card away until tomorrow."""
        await self._do(lambda table: table.bury(), said=lambda: self.t("review.buried"))

    async def _do(self, act: Callable[[Table], Any], said: Callable[[], str] | None = None) -> None:
        """Do something with the card, say so, and show what follows; what cannot be kept changes nothing."""
        assert self.table is not None
        try:
            act(self.table)
        except Problem as problem:
            self.app.show_problem(problem)
            return
        if said is not None:
            self.last = said
        if self.table.phase in ("graded", "over", "leech"):
            self.set_focus(None)
        await self.show()

    # --- other sittings, other places

    async def action_cram(self) -> None:
        """Begin to cram, or go back to the schedule."""
        await self.begin(cram=self.table is not None and self.table.session.scheduled)

    async def action_ahead(self) -> None:
        """New cards from sections that were not read, too."""
        self.ahead = True
        await self.begin()

    async def action_limit(self, step: int) -> None:
        """More or fewer new cards a day, from today on."""
        self.app.remember(new_cards=max(0, min(MOST_NEW, self.app.settings.new_cards + step)))
        await self.begin()

    async def action_section(self) -> None:
        """Read where the card comes from; the sitting waits."""
        if self.table is not None and self.table.card is not None:
            chapter, _, section = self.table.card.section.partition("#")
            await self.app.go("learn", chapter=chapter, section=section or None)

    async def action_back(self) -> None:
        """Out of the field first, then out of the sitting."""
        if isinstance(self.focused, Input):
            self.set_focus(None)
            self.refresh_bindings()
        else:
            await super().action_back()

    def action_scroll_card(self, direction: int) -> None:
        self.query_one(CardView).scroll_relative(y=3 * direction, animate=False)
