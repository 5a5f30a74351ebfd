"""A run, live or finished: its curves, and the model changing its mind, now or at any earlier step."""

import time
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.widgets import Static

from engine.errors import Problem
from engine.runs import checkpoint, supervisor
from tui import run_words
from tui.following import Followed
from tui.widgets import run_keys
from tui.widgets.chart_row import ChartRow
from tui.widgets.interval_line import IntervalLine
from tui.widgets.looking import Looking
from tui.widgets.mind import Mind, sample_index
from tui.widgets.timeline import Timeline

PERIOD = 0.25  # seconds between two looks at the folder
ASKED_FOR = 5.0  # seconds in which a second x means "yes, stop"
PIECE = 1 << 17  # bytes of a long log that are read at a time


class RunView(Looking, can_focus=True):
    """Follows the run in `folder` while it is on the screen; the worker neither knows nor cares."""

    class Changed(Message):
        """Something happened in the run (or it was looked at for the first time)."""

        def __init__(self, view: "RunView") -> None:
            super().__init__()
            self.view = view

    DEFAULT_CSS = """
    RunView { height: 1fr; }
    RunView > #state, RunView > #message, RunView > #summary { height: auto; padding: 0 1; }
    RunView > #message { color: $accent; }
    RunView > #summary { color: $secondary; max-height: 2; }
    RunView.-roomy > ChartRow { height: 1fr; max-height: 20; margin: 0 0 1 0; }
    RunView > #meaning { height: auto; padding: 0 1; color: $secondary; display: none; }
    RunView > Mind { height: 1fr; min-height: 6; }
    RunView.-roomy > Mind { height: 22; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*run_keys.WORKER, *run_keys.LOOK]

    def __init__(self, folder: Path, before: "RunView | None" = None, *, id: str | None = None) -> None:
        """`before`: a view of the same run, in another language, whose place this one takes."""
        super().__init__(id=id)
        if before is not None and before.run.folder != folder:
            before = None
        self.run: Followed = before.run if before else Followed(folder)
        self.other: Followed | None = before.other if before else None
        self.moment: int | None = before.moment if before else None
        self.forks: list[int] = []
        self.stop_asked_at: float | None = None
        self.gate_details: bool = before.gate_details if before else False
        self.meaning: bool = before.meaning if before else False
        self.charts: ChartRow = ChartRow(before.charts.view if before else None, id="charts")
        self.mind: Mind = Mind(before.mind if before else None)
        self.lost: Problem | None = None
        self.glanced = False  # the curves are those of a glance at a long log, and need no drawing until it is read

    # --- what it is made of

    def compose(self) -> ComposeResult:
        yield Static(id="state")
        yield Static(id="message")
        yield IntervalLine()
        yield self.charts
        yield Static(id="meaning", markup=False)
        yield Timeline(id="moment")
        yield self.mind
        yield Static(id="summary")

    def on_mount(self) -> None:
        self.query_one("#meaning").display = self.meaning
        self.look(always=True)
        self.set_interval(PERIOD, self.look)

    def on_resize(self) -> None:
        self.set_class(self.roomy, "-roomy")
        self.draw()

    @property
    def roomy(self) -> bool:
        return self.size.width >= 110 and self.size.height >= 36

    # --- following

    def look(self, always: bool = False) -> None:
        """Read what is new and draw it; nothing while another screen is on top."""
        if not always and self.screen is not self.app.screen:
            return
        try:
            changed = self.run.look(PIECE)
            changed = (self.other is not None and self.other.look(PIECE)) or changed
            if changed or always:
                self.forks = checkpoint.steps(self.run.folder)
        except (Problem, FileNotFoundError) as problem:
            self.lost = problem if isinstance(problem, Problem) else self.lost
            changed = True
        if self.stop_asked_at is not None and time.monotonic() - self.stop_asked_at > ASKED_FOR:
            self.stop_asked_at, changed = None, True
        if self.run.behind and self.glanced:
            self.query_one("#message", Static).update(Content(self.message()))
        elif changed or always:
            self.draw()
            self.post_message(self.Changed(self))
        self.glanced = self.run.behind
        if self.run.behind or (self.other is not None and self.other.behind):
            self.set_timer(0.01, self.look)

    def compare_with(self, folder: Path | None) -> None:
        """Draw another run's curves beside this one's, or no longer."""
        self.other = Followed(folder) if folder else None
        self.look(always=True)

    # --- drawing

    def draw(self) -> None:
        if not self.is_mounted:
            return
        app, run = self.app, self.run
        self.query_one("#state", Static).update(run_words.state_line(app, run, self.other, self.size.width - 2))
        message = self.message()
        self.query_one("#message", Static).update(Content(message))
        self.query_one("#message").display = bool(message)
        self.query_one(IntervalLine).show(self.history.gate, details=self.gate_details)
        self.charts.display = not self.gate_details
        self.charts.show(run, self.other, self.moment, self.roomy)
        self.query_one("#meaning", Static).update(self.charts.meanings(run) if self.meaning else "")
        self._draw_timeline()
        self.mind.show(self.history, self.moment, self.roomy)
        self.query_one("#summary", Static).update(Content(self.summary()))
        self.refresh_bindings()

    def _draw_timeline(self) -> None:
        samples, line = self.history.samples, self.query_one(Timeline)
        line.display = bool(samples or self.forks)
        here = self.here
        words = self.app.t("runs.moment_step", step=here)
        if samples:
            index = sample_index(self.history, self.moment)
            base = samples[max(0, index - 1) if self.mind.from_before else 0][0]
            words = self.app.t("runs.moment", first=base, step=samples[index][0], number=index + 1, count=len(samples))
        total = max(self.status.total_steps, self.history.step)
        line.show(words, here, self.history.step, total, [step for step, _ in samples], self.forks)

    def message(self) -> str:
        """The one sentence that matters now: a loss, a question, or what the run has to say."""
        if self.lost:
            return self.app.sentence(self.lost)
        if self.stop_asked_at is not None:
            return self.app.t("runs.stop_asked")
        if self.run.behind:
            return self.app.t("runs.reading", share=f"{self.run.share_read:.0%}")
        return run_words.message(self.app, self.run)

    def summary(self) -> str:
        charts = [chart for chart in self.charts.charts(self.run) if chart.id != "own"]
        return run_words.summary(self.app, self.history, charts[: 3 if self.roomy else 2])

    # --- the worker

    def on_key(self, event: Key) -> None:
        """Any key but x takes back the question whether to stop."""
        if event.key != "x" and self.stop_asked_at is not None:
            self.stop_asked_at = None
            self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state, history = self.status.state, self.history
        match action:
            case "pause":
                return state == "running"
            case "go_on":
                return state == "paused"
            case "stop":
                return self.status.alive and state in ("running", "paused")
            case "resume":
                return self.status.resumable
            case "scroll_mind":
                return self.mind.scrolls
            case "charts":
                return self.charts.is_mounted and self.charts.pages(self.run) > 1
            case "gate":
                return history.gate is not None
            case "moment" | "ends":
                return history.step > 0
            case "base":
                return len(history.samples) > 2
            case "heat":
                return self.writes
            case "own" | "smooth" | "zoom" | "log_axis":
                return bool(history.metrics)
            case "pan" | "whole":
                return self.charts.view.window is not None
            case "why":
                return bool(run_words.links(self.app, self.run))
        return True

    def _ask(self, command: str) -> None:
        self.stop_asked_at = None
        try:
            supervisor.request(self.run.folder, command)
        except Problem as problem:
            self.app.show_problem(problem)
        self.look(always=True)

    def action_pause(self) -> None:
        self._ask("pause")

    def action_go_on(self) -> None:
        self._ask("resume")

    def action_stop(self) -> None:
        """The first time asks; the second, soon after, stops."""
        if self.stop_asked_at is None:
            self.stop_asked_at = time.monotonic()
            self.draw()
        else:
            self._ask("stop")

    def action_resume(self) -> None:
        try:
            supervisor.resume(self.run.folder)
        except Problem as problem:
            self.app.show_problem(problem)
        self.look(always=True)
