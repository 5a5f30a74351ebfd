"""Arena: two models answer, nobody says which is which, one key decides; then the names and the tally."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.arena.tally import match, standings
from engine.arena.vote import Choice, Vote
from engine.errors import Problem
from engine.serving.models import candidates
from engine.world.prompts import readable
from engine.world.typed import as_prompt, unknown_words
from tui.contest import Contest
from tui.key_guard import KeyGuard
from tui.literal import literal
from tui.screens.base import PreferablyScreen, TitleBar
from tui.widgets.model_choice import ModelChoice, usual
from tui.widgets.pair_view import PairView
from tui.widgets.steady_input import SteadyInput
from tui.widgets.tally import Tally
from tui.widgets.vote_bar import VoteBar

if TYPE_CHECKING:
    from engine.serving.client import Generator

PERIOD = 0.2
PROMPT_LENGTH = 300


class ArenaScreen(PreferablyScreen):
    """`models` are the two to compare, chosen in a list where they are not given; `generator` answers for them, the
    app's own by default; `clock` gives seconds, monotonic."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left,1", "vote('left')", "arena.keys.left", id="arena.left", key_display="←→"),
        Binding("right,2", "vote('right')", "arena.keys.left", id="arena.right", key_display="←→"),
        Binding("t,equals_sign", "vote('tie')", "arena.keys.tie", id="arena.tie", key_display="t"),
        Binding("b", "vote('both_bad')", "arena.keys.both_bad", id="arena.both_bad"),
        Binding("s", "skip", "arena.keys.skip", id="arena.skip"),
        Binding("u", "undo", "arena.keys.undo", id="arena.undo"),
        Binding("w", "write", "arena.keys.write", id="arena.write"),
        Binding("e", "tally", "arena.keys.tally", id="arena.tally"),
        Binding("m", "models", "arena.keys.models", id="arena.models"),
        Binding("r", "retry", "arena.keys.retry", id="arena.retry"),
        Binding("down,pagedown", "scroll_text(1)", show=False, id="arena.down"),
        Binding("up,pageup", "scroll_text(-1)", show=False, id="arena.up"),
    ]
    DEFAULT_CSS = """
    ArenaScreen #choose { padding: 1 2; }
    ArenaScreen #intro { height: auto; max-width: 100; margin: 0 0 1 0; }
    ArenaScreen #decision { height: 1fr; align: center middle; }
    ArenaScreen PairView { height: auto; max-height: 75%; max-width: 150; }
    ArenaScreen VoteBar { max-width: 150; }
    ArenaScreen #state { max-width: 90; height: auto; }
    ArenaScreen #last { height: auto; min-height: 2; max-width: 150; padding: 0 2; margin-top: 1; }
    ArenaScreen #own { max-width: 150; margin: 0 2; }
    ArenaScreen #tally-page { height: 1fr; padding: 1 2; scrollbar-size-vertical: 1; }
    """

    def __init__(
        self,
        models: tuple[str, ...] = (),
        generator: "Generator | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self.models = tuple(models)
        self._generator = generator
        self.clock = clock
        self.guard = KeyGuard(clock)
        self.contest: Contest | None = None
        self.phase = "choose"
        self.problem: Problem | None = None
        self.asked_at = 0.0
        self.shown_at, self.shown_clock = "", 0.0
        self.busy = self.writing = self.preparing = False
        self.last: Callable[[], str] = str

    @property
    def generator(self) -> "Generator":
        return self._generator or self.app.generator

    @property
    def deciding(self) -> bool:
        """There is a pair on the screen, and nothing over it."""
        return self.phase == "vote" and self.contest is not None and self.contest.shown is not None

    # --- what is on the screen

    def crumbs(self) -> list[str]:
        return [self.t("arena.title"), *([self.t("arena.tally.crumb")] if self.phase == "tally" else [])]

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="choose"):
            yield Static(literal(self.t("arena.intro")), id="intro")
            try:
                known = candidates()
            except Problem as problem:
                self.problem, known = problem, []
            yield ModelChoice(known, self.models or usual(known), least=2, most=2, id="models")
        with Vertical(id="decision"):
            yield Static(id="state", classes="hero", markup=False)
            yield PairView()
            yield VoteBar()
            yield SteadyInput(id="own", max_length=PROMPT_LENGTH, placeholder=self.t("arena.own_hint"))
            yield Static(id="last", classes="quiet", markup=False)
        with VerticalScroll(id="tally-page", can_focus=False):
            yield Tally()

    async def on_mount(self) -> None:
        self.set_interval(PERIOD, self._poll)
        self.show_all()
        with suppress(Problem):  # said when it is asked
            self.generator.warm_up()

    async def store_opened(self) -> None:
        if len(self.models) == 2 and self.contest is None:
            self.begin((self.models[0], self.models[1]))

    async def language_changed(self) -> None:
        typed, marked = self.query_one("#own", Input).value, self.query_one(ModelChoice).marked
        await super().language_changed()
        self.query_one("#own", Input).value = typed
        self.query_one(ModelChoice).mark(marked)
        self.show_all()

    def show_all(self) -> None:
        """Bring every widget up to date with the state."""
        contest, shown = self.contest, self.contest.shown if self.contest else None
        for name, phase in (("choose", "choose"), ("decision", "vote"), ("tally-page", "tally")):
            self.query_one(f"#{name}").display = self.phase == phase
        self.query_one("#state").display = shown is None
        self.query_one(PairView).display = self.query_one(VoteBar).display = shown is not None
        self.query_one("#own").display = self.writing
        self.query_one("#last", Static).update(literal(self.last()))
        self._show_state()
        self.guard.hidden()
        if contest and shown and self.phase == "vote":
            self.query_one(PairView).show(readable(shown.prompt), contest.left, contest.right)
            self.call_after_refresh(self._painted)
        if contest and self.phase == "tally":
            self.run_worker(self._show_tally(contest), exclusive=True, group="tally")
        if self.phase == "choose":
            self.query_one(ModelChoice).focus()
        elif self.writing:
            self.query_one("#own").focus()
        else:
            self.set_focus(None)
        self.refresh_title()
        self.refresh_bindings()

    def _painted(self) -> None:
        """The pair can be seen: from now on it can be judged, and its time runs."""
        if self.deciding:
            self.guard.painted()
            if not self.shown_at:
                self.shown_at, self.shown_clock = datetime.now(UTC).isoformat(), self.clock()

    def _show_state(self) -> None:
        """What is waited for or went wrong; in the title, how many votes are kept."""
        contest = self.contest
        problem = self.problem or (contest.problem if contest else None)
        if problem:
            text = f"{self.app.sentence(problem)}\n\n{self.t('arena.retry_hint')}"
        elif contest is None:
            text = self.t("arena.opening")
        elif contest.alike:
            text = self.t("arena.alike", count=contest.same)
        elif self.generator.loading:
            text = self.t("arena.loading", model=self.generator.loading, seconds=self._waited)
        elif not self.generator.ready:
            text = self.t("arena.starting", seconds=self._waited)
        else:
            text = self.t("arena.answering")
        self.query_one("#state", Static).update(literal(text))
        count = len(contest.sitting) if contest else 0
        self.set_status(self.t("arena.count" if count else "arena.count_none", count=count) if contest else "")

    @property
    def _waited(self) -> str:
        return f"{max(0.0, self.clock() - self.asked_at):.0f}"

    async def _show_tally(self, contest: Contest) -> None:
        """Counted off the thread that draws: intervals of many votes take a while."""
        given, sitting = list(contest.given), list(contest.sitting)
        found, groups = await asyncio.to_thread(lambda: (match(given, *contest.models), standings(given)))
        for tally in self.query(Tally):  # none while the screen is drawn anew
            tally.show(found, groups, sitting)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        voting = self.phase == "vote" and self.contest is not None and not self.writing
        match action:
            case "vote" | "skip":
                return self.deciding and not self.writing
            case "undo":
                return voting and self.contest is not None and bool(self.contest.sitting)
            case "write":
                return voting
            case "tally":
                return voting
            case "models":
                return self.phase == "tally"
            case "retry":
                return voting and self.contest is not None and (self.contest.problem is not None or self.contest.alike)
        return True

    # --- choosing two models

    @on(ModelChoice.Chosen)
    def _chosen(self, event: ModelChoice.Chosen) -> None:
        self.begin((event.models[0], event.models[1]))

    @on(ModelChoice.TooFew)
    def _too_few(self) -> None:
        self.notify(self.t("arena.choose_two"), markup=False)

    def begin(self, models: tuple[str, str]) -> None:
        """A new sitting with these two."""
        self.models, self.phase, self.last = models, "vote", str
        self.contest, self.problem = None, None
        self.show_all()
        self.run_worker(self._open(models), exclusive=True, group="open")

    async def _open(self, models: tuple[str, str]) -> None:
        try:
            store = await asyncio.to_thread(lambda: self.app.store)
            self.contest = await asyncio.to_thread(lambda: Contest(store, self.generator, models))
        except Problem as problem:
            self.problem = problem
        self.show_all()
        self._prepare()

    def _prepare(self) -> None:
        if self.contest is not None and not self.preparing:
            self.asked_at = self.clock()
            self.preparing = True
            self.run_worker(self._keep_ahead(self.contest))

    async def _keep_ahead(self, contest: Contest) -> None:
        """Let pairs be answered while the learner votes, so that the next is always there."""
        try:
            more = True
            while more and contest is self.contest:
                before = contest.shown
                more = await contest.prepare()
                if contest.shown is not before:
                    self._new_pair()
        finally:
            self.preparing = False
        if contest is not self.contest:
            self._prepare()  # other models were chosen meanwhile
        elif contest.shown is None:
            self.show_all()

    def _poll(self) -> None:
        if self.phase == "vote" and not self.deciding and self.is_current and self.query(TitleBar):
            self._show_state()

    # --- voting

    @on(VoteBar.Chosen)
    def _clicked(self, event: VoteBar.Chosen) -> None:
        self.action_vote(event.choice)  # type: ignore[arg-type]  # one of the four

    def action_vote(self, choice: Choice) -> None:
        """Keep the vote. The next pair comes only when this one is on the disk."""
        contest = self.contest
        if contest is None or self.busy or not self.deciding or not self.guard.accepts(choice):
            return
        taken = round(1000 * (self.clock() - self.shown_clock))
        vote = contest.vote(choice, latency_ms=taken, shown_at=self.shown_at)
        self.busy = True
        self.run_worker(self._keep(contest, vote))

    async def _keep(self, contest: Contest, vote: Vote) -> None:
        try:
            await asyncio.to_thread(contest.keep, vote)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self.last = lambda: self.t(f"arena.kept.{vote.choice}")
            self._new_pair()
            self._prepare()
        finally:
            self.busy = False

    def action_skip(self) -> None:
        if self.contest is not None and not self.busy and self.guard.accepts("skip"):
            self.contest.skip()
            self.last = lambda: self.t("arena.kept.skip")
            self._new_pair()
            self._prepare()

    def action_undo(self) -> None:
        """Return to the last pair that was voted on, and take its vote back."""
        contest = self.contest
        if contest is not None and not self.busy and (self.guard.accepts("undo", repeatable=True) or not contest.shown):
            self.busy = True
            self.run_worker(self._undo(contest))

    async def _undo(self, contest: Contest) -> None:
        try:
            await asyncio.to_thread(contest.undo)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self.last = lambda: self.t("arena.undone")
            self._new_pair()
        finally:
            self.busy = False

    def _new_pair(self) -> None:
        """Another pair is due: its time has not begun."""
        self.shown_at = ""
        self.show_all()

    def action_retry(self) -> None:
        if self.contest is not None:
            self.contest.retry()
            self._prepare()
            self.show_all()

    # --- a prompt of one's own

    def action_write(self) -> None:
        self.writing = True
        self.query_one("#own", Input).value = ""
        self.show_all()

    @on(Input.Submitted, "#own")
    def _written(self, event: Input.Submitted) -> None:
        self.writing = False
        if event.value.strip() and self.contest is not None:
            prompt = as_prompt(event.value)
            self.last = lambda: self.t("arena.asking", prompt=readable(prompt))
            self.run_worker(self._ask_own(self.contest, prompt))
        self.show_all()

    async def _ask_own(self, contest: Contest, prompt: str) -> None:
        alike = await contest.ask_own(prompt)
        unknown = unknown_words(prompt)
        if alike is not None:
            self.last = lambda: self.t("arena.own_alike", answer=alike.first or "–")
        elif unknown:
            self.last = lambda: self.t("arena.unknown_words", words=", ".join(unknown))
        elif contest.problem is None:
            self.last = lambda: self.t("arena.own_shown")
        self._new_pair()

    # --- the tally

    def action_tally(self) -> None:
        """Say which model was which, and what the votes add up to."""
        self.phase = "tally"
        self.show_all()

    def action_models(self) -> None:
        self.phase, self.contest = "choose", None
        self.show_all()

    def action_scroll_text(self, direction: int) -> None:
        target = self.query_one("#tally-page") if self.phase == "tally" else self.query_one(PairView)
        target.scroll_relative(y=3 * direction, animate=False)

    async def action_back(self) -> None:
        """Leave the field or the tally first, then the screen."""
        if self.writing:
            self.writing = False
            self.show_all()
        elif self.phase == "tally":
            self.phase = "vote"
            self.show_all()
        else:
            await super().action_back()
