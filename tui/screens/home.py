"""Home: continue where you left off; below it, what there is, one line and one key each."""

import asyncio
import gc
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, work
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from content.chapters import Chapter, chapter, chapters
from content.errors import ContentError
from content.exercises import exercise_set
from content.labs import labs
from engine.errors import Problem
from tui.literal import clean, literal
from tui.screens.base import PreferablyScreen

if TYPE_CHECKING:
    from engine.progress import Progress

UNDERWAY = ("running", "paused")
SHOWN_RUNS = 2
ROOMY = 32
AFTER_YOU = 0.3  # seconds that loading ahead steps back for when the learner opens something
"""From this height on, there is an empty line between the lines."""


class Door(Static, can_focus=True):
    """A line that leads somewhere: Enter, a click or its key opens it."""

    class Opened(Message):
        """The learner wants to go through this door."""

        def __init__(self, door: "Door") -> None:
            super().__init__()
            self.door = door

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "home.keys.open", id="home.open")]
    DEFAULT_CSS = """
    Door { height: auto; width: 1fr; padding: 0 1; }
    Door:focus { background: $primary 15%; }
    Door:hover { background: $primary 10%; }
    """
    ALLOW_SELECT = False

    def action_open(self) -> None:
        self.post_message(self.Opened(self))

    def on_click(self) -> None:
        self.action_open()


class HomeScreen(PreferablyScreen):
    """Drawn at once from the content; filled in when the learner's store is open, and again on every return."""

    BINDINGS: ClassVar[list[BindingType]] = [
        # The doors themselves show their numbers.
        Binding("1", "open('chapters')", "home.keys.chapters", id="home.chapters", show=False),
        Binding("2", "open('exercises')", "home.keys.exercises", id="home.exercises", show=False),
        Binding("3", "open('review')", "home.keys.review", id="home.review", show=False),
        Binding("4", "open('labs')", "home.keys.labs", id="home.labs", show=False),
        Binding("5", "open('label')", "home.keys.label", id="home.label", show=False),
        Binding("6", "open('runs')", "home.keys.runs", id="home.runs", show=False),
        Binding("7", "open('progress')", "home.keys.progress", id="home.progress", show=False),
        Binding("8", "open('arena')", "home.keys.arena", id="home.arena", show=False),
        Binding("9", "open('chat')", "home.keys.chat", id="home.chat", show=False),
        Binding("0", "open('forecasts')", "home.keys.forecasts", id="home.forecasts", show=False),
        Binding("down", "app.focus_next", "home.keys.choose", id="home.down", key_display="↑↓"),
        Binding("up", "app.focus_previous", "home.keys.choose", id="home.up", key_display="↑↓"),
        Binding("f2", "app.next_language", "app.keys.language", id="home.language"),
        Binding("f3", "app.next_theme", "app.keys.theme", id="home.theme"),
        Binding("q", "app.quit", "app.keys.quit", id="home.quit"),
    ]
    DEFAULT_CSS = """
    HomeScreen { align: center middle; }
    HomeScreen #home { width: 1fr; max-width: 88; height: auto; padding: 0 2; }
    HomeScreen #continue { border: round $primary; padding: 1 2; margin: 0 0 2 0; background: $surface; }
    HomeScreen #continue:focus { border: round $accent; }
    HomeScreen .line { margin: 0 0 1 0; text-wrap: nowrap; text-overflow: ellipsis; }
    HomeScreen #chapters, HomeScreen #labs { text-wrap: wrap; }
    HomeScreen.-low .line { margin: 0; }
    HomeScreen.-low #continue { padding: 0 2; margin: 0 0 1 0; }
    """
    AUTO_FOCUS = "#continue"
    PLACES = ("chapters", "exercises", "review", "labs", "label", "runs", "progress", "arena", "chat", "forecasts")

    def __init__(self) -> None:
        super().__init__()
        self.chapters: dict[str, Progress] = {}
        self.loaded = False

    def crumbs(self) -> list[str]:
        return [self.t("home.title")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "back"

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="home"):
            yield Door(self._welcome(), id="continue")
            for name in self.PLACES:
                yield Door(id=name, classes="line")

    def on_mount(self) -> None:
        self.set_interval(2.0, self.fill_runs)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < ROOMY, "-low")

    def on_screen_resume(self) -> None:
        self.call_after_refresh(self.fill)  # the first frame waits for no file

    async def store_opened(self) -> None:
        self.fill()
        self.load_ahead()

    @work
    async def load_ahead(self) -> None:
        """What the learner will open next is loaded while they look at home, piece by piece, so that keys and leaving
        wait for none of it for long; what they open meanwhile goes first. Then the lines that need it are written."""
        from tui.course import pieces

        with suppress(ContentError):  # said where it is opened
            seen = self.app.screen
            for load in pieces(self.app.language):
                if self.app.screen is not seen:
                    seen = self.app.screen
                    await asyncio.sleep(AFTER_YOU)
                await asyncio.to_thread(load)
        self.loaded = True
        self.fill()
        gc.freeze()  # as when the store was opened

    async def language_changed(self) -> None:
        here = self.focused.id if self.focused else "continue"
        await super().language_changed()
        self.fill()
        self.query_one(f"#{here}").focus()

    # --- what the lines say

    def fill(self) -> None:
        """Write every line from what is known by now."""
        if not self.query("#continue"):
            return
        self._read_progress()
        self.query_one("#continue", Door).update(self._continue())
        self._line("chapters", self._chapters())
        self._line("exercises", self._exercises())
        self._line("review", self._cards())
        self._line("progress", self._progress())
        self._line("labs", self._labs())
        self._line("label", self._labels())
        self._line("arena", self._count("vote", "home.votes", "home.no_votes"))
        self._line("chat", Content.styled(self.t("home.ask"), "$secondary"))
        self._line("forecasts", self._count("prediction", "home.forecast", "home.no_forecasts"))
        self.fill_runs()

    def _read_progress(self) -> None:
        """How far the learner is, as soon as that can be known."""
        if self.loaded:
            from tui.course import read_progress

            try:
                self.chapters = read_progress(self.app.store, self.app.language)
            except ContentError as problem:
                self.app.show_problem(problem)

    def fill_runs(self) -> None:
        if self.is_current:
            self._line("runs", self._runs() if self.app.store_is_open else Content(""))

    def _line(self, name: str, text: Content) -> None:
        number = (self.PLACES.index(name) + 1) % 10  # the key of the tenth is 0
        label = self.t(f"home.{name}")
        head = Content.assemble((f"{number}  ", "bold $footer-key-foreground"), (f"{label:<15}", "bold"))
        for line in self.query(f"#{name}").results(Door):  # none while the screen is drawn anew
            line.update(Content.assemble(head, text))

    def destination(self) -> tuple[str, dict[str, Any]]:
        """Where "continue" leads: the last place, or the first chapter for a newcomer."""
        place = self.app.store.place() if self.app.store_is_open else None
        if not place:
            return "learn", {"chapter": chapters(self.app.language)[0].id}
        return place["place"], {name: value for name, value in place.items() if name != "place"}

    def _continue(self) -> Content:
        if not self.app.store_is_open:
            return self._welcome()
        place, details = self.destination()
        newcomer = self.app.store.place() is None
        verb = self.t("home.start" if newcomer else "home.continue")
        title, rest = self._described(place, details)
        return Content.assemble(
            ("↵  ", "bold $footer-key-foreground"), (f"{verb} ", "bold"), (clean(title), "bold $accent"),
            f"\n   {clean(rest)}",
        )  # fmt: skip

    def _welcome(self) -> Content:
        return Content.assemble((self.t("home.opening"), "bold"), "\n ")

    def _described(self, place: str, details: dict[str, Any]) -> tuple[str, str]:
        """A place in words: what it is called, and where in it."""
        language = self.app.language
        try:
            if place == "learn":
                found = chapter(details["chapter"], language)
                return f"{found.id} {found.title}", self._where(found, details.get("section"))
            if place == "exercise":
                found_set = exercise_set(details["chapter"], language)
                part = found_set.exercise(details["exercise"])
                return f"{self.t('home.exercise')} {found_set.id} {found_set.title}", part.title
            if place == "lab":
                lab = next(lab for lab in labs(language) if lab.id == details.get("lab"))
                return f"{self.t('home.lab')} {lab.id} {lab.title}", self.t("home.minutes", minutes=lab.minutes)
        except (ContentError, KeyError, StopIteration):
            pass  # a chapter or a lab of another version of the program: its name is still worth saying
        return self.t(f"home.{place}") if place in self.PLACES else place, str(next(iter(details.values()), ""))

    def _where(self, found: Chapter, section_id: str | None) -> str:
        for number, section in enumerate(found.sections, start=1):
            if section.id == section_id:
                return self.t("home.where", title=section.title, number=number, sections=len(found.sections))
        return self.t("home.minutes", minutes=found.minutes)

    def _chapters(self) -> Content:
        """The map as a row: each chapter with the sign of its state."""
        if not self.chapters:
            return Content("  ").join(Content.styled(found.id, "bold") for found in chapters(self.app.language))
        from tui.progress_words import SIGNS

        signs = (Content.assemble((one.chapter, "bold"), SIGNS[one.state]) for one in self.chapters.values())
        return Content(" ").join(signs)

    def _exercises(self) -> Content:
        if not self.chapters:
            return Content("")
        done = sum(one.exercises_done for one in self.chapters.values())
        exercises = sum(len(one.exercises) for one in self.chapters.values())
        return Content.styled(self.t("progress.home.exercises", done=done, exercises=exercises), "$secondary")

    def _progress(self) -> Content:
        """What is recommended next."""
        if not self.chapters:
            return Content("")
        from engine.progress import next_step
        from tui.progress_words import Words

        return Content.styled(clean(Words(self.t, self.app.language).brief(next_step(self.chapters))), "$secondary")

    def _cards(self) -> Content:
        """What waits today; a newcomer hears where cards come from."""
        if not self.loaded:
            return Content("")
        from tui.reviewing import today

        try:
            session = today(self.app.store, self.app.language, self.app.settings)
        except ContentError as problem:
            return literal(self.app.sentence(problem))
        left = session.left
        if left.cards:
            return Content(self.t("review.home.waiting", due=left.due + left.again, new=left.new))
        newcomer = not session.states and not session.read
        return Content.styled(self.t("review.home.unread" if newcomer else "review.home.none"), "$secondary")

    def _labs(self) -> Content:
        found = labs(self.app.language)
        if not self.app.store_is_open:
            return Content("  ").join(Content.styled(lab.id, "bold") for lab in found)
        attempts, passed = {attempt["lab"] for attempt in self.app.store.gates()}, self.app.store.gates_passed()
        parts: list[tuple[str, str] | str] = []
        for lab in found:
            mark = ("✓", "bold $success") if lab.id in passed else ("✗", "$error") if lab.id in attempts else ("·", "")
            parts += [(lab.id, "bold"), mark, " "]
        known = {lab.id for lab in found}
        count = self.t("home.gates", passed=len(passed & known), labs=len(found))
        return Content.assemble(*parts, (count, "$secondary"))

    def _labels(self) -> Content:
        if not self.app.store_is_open:
            return Content("")
        count = len(self.app.store.labels())
        return Content.styled(self.t("home.labels" if count else "home.no_labels", count=count), "$secondary")

    def _count(self, kind: str, some: str, none: str) -> Content:
        """How many events of a kind there are about different things, in words."""
        if not self.app.store_is_open:
            return Content("")
        count = len({event.id if kind == "vote" else event.item for event in self.app.store.events(kind)})
        return Content.styled(self.t(some if count else none, count=count), "$secondary")

    def _runs(self) -> Content:
        from engine.runs.library import list_runs

        runs = list_runs()
        underway = [run for run in runs if run.state in UNDERWAY]
        if not underway:
            return Content.styled(self.t("home.runs_done" if runs else "home.no_runs", count=len(runs)), "$secondary")
        parts: list[tuple[str, str] | str] = []
        for run in underway[:SHOWN_RUNS]:
            parts += [("● " if run.state == "running" else "‖ ", "$success"), f"{run.run_id} "]
            parts += [(f"{run.step}/{run.total_steps}   ", "$secondary")]
        if len(underway) > SHOWN_RUNS:
            parts.append((self.t("home.more_runs", count=len(underway) - SHOWN_RUNS), "$secondary"))
        return Content.assemble(*parts)

    # --- going there

    async def action_open(self, name: str) -> None:
        await self.app.go(name)

    async def on_door_opened(self, event: Door.Opened) -> None:
        if event.door.id == "continue":
            with suppress(Problem):  # said already when the app tried to open the store
                await asyncio.to_thread(lambda: self.app.store)
            place, details = self.destination()
            await self.app.go(place, **details)
        else:
            await self.action_open(event.door.id or "")
