"""Rank: up to four answers to one prompt, put in order key by key; the order is kept as all of its pairs."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from engine.errors import Problem
from engine.labelling.ranking import MOST
from engine.serving.client import Generator
from engine.world.prompts import readable
from tui.key_guard import KeyGuard
from tui.literal import literal
from tui.ranking import Ranking
from tui.screens.base import PreferablyScreen

LETTERS = "ABCD"
POLL_SECONDS = 0.2


class Answer(Static):
    """One answer with its letter, and its rank once it has one. A click is as good as its key."""

    DEFAULT_CSS = """
    Answer {
        width: 1fr; height: auto; min-height: 3; padding: 0 1; border: round $rule; background: $surface;
        border-title-style: bold; border-title-color: $primary;
    }
    Answer.-placed { border: round $primary; }
    """

    def __init__(self, place: int) -> None:
        super().__init__(id=f"answer-{place}")
        self.place = place

    def on_click(self, event: events.Click) -> None:
        event.stop()
        assert isinstance(self.screen, RankScreen)
        self.screen.action_place(self.place)


class RankScreen(PreferablyScreen):
    """`ranks` has the rank of each answer that was placed, by its place on the screen; `tied`: the next one shares the
    rank of the last. `clock` gives seconds, monotonic."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(letter.lower(), f"place({place})", show=False, id=f"rank.{letter.lower()}")
          for place, letter in enumerate(LETTERS)),
        Binding("t,equals_sign", "tie", "label.keys.tie", id="rank.tie"),
        Binding("u", "undo", "label.keys.undo", id="rank.undo"),
        Binding("s", "skip", "label.keys.skip", id="rank.skip"),
        Binding("i", "rubric", "label.keys.rubric", id="rank.rubric"),
        Binding("r", "retry", "label.keys.retry", id="rank.retry"),
    ]  # fmt: skip
    DEFAULT_CSS = """
    RankScreen #task { height: 1fr; align: center middle; }
    RankScreen #texts { height: auto; max-height: 80%; max-width: 110; padding: 0 2; }
    RankScreen #prompt { text-style: bold; height: auto; margin-bottom: 1; }
    RankScreen #how, RankScreen #last { height: auto; max-width: 110; padding: 0 2; }
    RankScreen #how { margin-top: 1; }
    RankScreen #state, RankScreen #rubric { max-width: 90; height: auto; }
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, generator: Generator | None = None) -> None:
        super().__init__()
        self.clock = clock
        self.generator = generator
        self.guard = KeyGuard(clock)
        self.ranking: Ranking | None = None
        self.problem: Problem | None = None
        self.ranks: dict[int, int] = {}
        self.tied = False
        self.busy = False
        self.reading = False
        self.shown_at, self.shown_clock = "", 0.0
        self.last: Callable[[], str] = str

    def crumbs(self) -> list[str]:
        return [self.t("label.title"), self.t("label.rank.title")]

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="task"):
            yield Static(id="state", classes="hero", markup=False)
            yield Static(id="rubric", classes="hero", markup=False)
            with VerticalScroll(id="texts", can_focus=False):
                yield Static(id="prompt", markup=False)
                yield from (Answer(place) for place in range(MOST))
            yield Static(id="how", markup=False)
            yield Static(id="last", classes="quiet", markup=False)

    def on_mount(self) -> None:
        self.show_all()
        self.run_worker(self._begin())

    async def language_changed(self) -> None:
        await super().language_changed()
        self.show_all()

    @property
    def deciding(self) -> bool:
        return self.ranking is not None and self.ranking.task is not None and not self.reading

    def show_all(self) -> None:
        """Bring every widget up to date with the state."""
        task = self.ranking.task if self.ranking else None
        self.query_one("#rubric").display = self.reading
        self.query_one("#state").display = task is None and not self.reading
        for name in ("#texts", "#how"):
            self.query_one(name).display = self.deciding
        self.query_one("#rubric", Static).update(self.t("label.rubric"))
        self.query_one("#state", Static).update(literal(self.state()))
        self.query_one("#how", Static).update(literal(self._how()))
        self.query_one("#last", Static).update(literal(self.last()))
        if task is not None:
            self.query_one("#prompt", Static).update(literal(readable(task.prompt)))
            for answer in self.query(Answer):
                answer.display = answer.place < len(task.answers)
                if answer.display:
                    self._show_answer(answer, task.answers[answer.place])
            self.call_after_refresh(self._painted)
        if self.ranking is not None:
            count = len(self.ranking.given)
            self.set_status(self.t("label.rank.count" if count else "label.rank.count_none", count=count))
        self.refresh_bindings()

    def _show_answer(self, answer: Answer, text: str) -> None:
        rank = self.ranks.get(answer.place)
        answer.set_class(rank is not None, "-placed")
        letter = LETTERS[answer.place]
        answer.border_title = letter if rank is None else self.t("label.rank.placed", letter=letter, rank=rank)
        answer.update(literal(text))

    def _how(self) -> str:
        """What the next key does."""
        task = self.ranking.task if self.ranking else None
        if task is None:
            return ""
        letters = " ".join(
            letter.lower() for place, letter in enumerate(LETTERS[: len(task.answers)]) if place not in self.ranks
        )
        key = "first" if not self.ranks else "tied" if self.tied else "next"
        return self.t(f"label.rank.{key}", letters=letters)

    def state(self) -> str:
        """What is waited for or went wrong."""
        problem = self.problem or (self.ranking.problem if self.ranking else None)
        if problem is not None:
            return f"{self.app.sentence(problem)}\n\n{self.t('label.retry_hint')}"
        if self.ranking is None:
            return self.t("label.opening")
        return self.t("label.rank.exhausted" if self.ranking.exhausted else "label.rank.asking")

    def _painted(self) -> None:
        if self.deciding:
            self.guard.painted()
            if not self.shown_at:
                self.shown_at, self.shown_clock = datetime.now(UTC).isoformat(), self.clock()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "place" | "skip":
                return self.deciding
            case "tie":
                return self.deciding and bool(self.ranks)
            case "undo":
                return self.ranking is not None and not self.reading and bool(self.ranks or self.ranking.given)
            case "retry":
                stuck = self.ranking is not None and (self.ranking.problem is not None or self.ranking.exhausted)
                return self.problem is not None or stuck
        return True

    # --- where answers come from

    async def _begin(self) -> None:
        try:
            self.ranking = await asyncio.to_thread(lambda: Ranking(self.app.store, self.generator))
        except Problem as problem:
            self.problem = problem
        else:
            self.set_interval(POLL_SECONDS, self._poll)
        self.show_all()

    def _poll(self) -> None:
        if self.ranking is None or self.busy:
            return
        had, said = self.ranking.task, self.state()
        self.ranking.poll()
        if self.ranking.task is not had:
            self._fresh()
        elif self.state() != said:
            self.show_all()

    def action_retry(self) -> None:
        if self.ranking is None:
            self.problem = None
            self.run_worker(self._begin())
        else:
            self.ranking.retry()
            self.show_all()

    def on_unmount(self) -> None:
        if self.ranking is not None:
            self.ranking.close()

    # --- deciding

    def action_place(self, place: int) -> None:
        """The answer comes next in the order. The last one of them is what saves the ranking."""
        task = self.ranking.task if self.ranking else None
        if task is None or self.busy or not self.deciding or place >= len(task.answers) or place in self.ranks:
            return
        if not self.ranks and not self.guard.accepts(f"place {place}"):
            return
        placed = len(self.ranks)
        self.ranks[place] = max(self.ranks.values()) if self.tied else placed + 1
        self.tied = False
        if len(self.ranks) == len(task.answers):
            self.busy = True
            self.run_worker(self._keep())
        self.show_all()

    def action_tie(self) -> None:
        """The answer that is placed next is as good as the last one; the same key takes that back."""
        self.tied = not self.tied
        self.show_all()

    async def _keep(self) -> None:
        assert self.ranking is not None
        ranks = [self.ranks[place] for place in sorted(self.ranks)]
        try:
            kept = await asyncio.to_thread(
                lambda ranking: ranking.keep(
                    ranks,
                    latency_ms=round(1000 * (self.clock() - self.shown_clock)),
                    shown_at=self.shown_at,
                    layout="ranking",
                    viewport=f"{self.app.size.width}x{self.app.size.height}",
                ),
                self.ranking,
            )
        except Problem as problem:
            self.app.show_problem(problem)
            self.ranks.popitem()
            self.show_all()
        else:
            decided = sum(label.decisive for label in kept)
            self.last = lambda: self.t("label.rank.kept", pairs=decided)
            self.ranking.poll()
            self._fresh()
        finally:
            self.busy = False

    def action_skip(self) -> None:
        if self.ranking is not None and not self.busy:
            self.ranking.skip()
            self._fresh()

    def action_undo(self) -> None:
        """Take the last answer out of the order; from an order without any, return to the ranking before it."""
        if self.busy or self.ranking is None:
            return
        if self.ranks:
            self.ranks.popitem()
            self.tied = False
            self.show_all()
        elif self.ranking.undo():
            self.last = lambda: self.t("label.undone")
            self._fresh()

    def _fresh(self) -> None:
        """Another prompt is due: nothing is placed, and its time has not begun."""
        self.ranks, self.tied, self.shown_at = {}, False, ""
        self.guard.hidden()
        self.show_all()

    def action_rubric(self) -> None:
        self.reading = not self.reading
        self.show_all()

    async def action_back(self) -> None:
        if self.reading:
            self.action_rubric()
        else:
            await super().action_back()
