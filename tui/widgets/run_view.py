"""A run, live or finished: its curves, and the model changing its mind."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.events import Key
from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Static

from engine.errors import Problem
from engine.methods import METHODS
from engine.runs import supervisor
from engine.runs.events import History
from engine.runs.status import RunStatus
from tui import run_words
from tui.charts import Chart, charts_for
from tui.following import Followed
from tui.plotting import Point
from tui.widgets.interval_line import IntervalLine
from tui.widgets.line_chart import LineChart, Words
from tui.widgets.mind import Mind

if TYPE_CHECKING:
    from tui.app import PreferablyApp

PERIOD = 0.25  # seconds between two looks at the folder
ASKED_FOR = 5.0  # seconds in which a second x means "yes, stop"


def chart_words(app: "PreferablyApp") -> Words:
    """The sentences of a chart in the learner's language."""
    t = app.t
    return Words(
        **{name: t(f"metric.chart.{name}") for name in ("empty", "no_positive", "log", "step", "line", "missing")},
        trends={name: t(f"metric.chart.{name}") for name in ("rising", "falling", "steady")},
    )


class RunView(Vertical, can_focus=True):
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
    RunView > #charts { height: 8; }
    RunView.-roomy > #charts { height: 1fr; max-height: 20; margin: 0 0 1 0; }
    RunView > #meaning { height: auto; padding: 0 1; color: $secondary; display: none; }
    RunView > Mind { height: 1fr; min-height: 6; }
    RunView.-roomy > Mind { height: 22; padding: 1 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "runs.keys.pause", id="run.pause"),
        Binding("space", "go_on", "runs.keys.go_on", id="run.go_on"),
        Binding("x", "stop", "runs.keys.stop", id="run.stop"),
        Binding("r", "resume", "runs.keys.resume", id="run.resume"),
        Binding("m", "charts", "runs.keys.charts", id="run.charts"),
        Binding("left", "moment(-1)", "runs.keys.time", id="run.earlier", key_display="←→"),
        Binding("right", "moment(1)", "runs.keys.time", id="run.later", key_display="←→"),
        Binding("down,pagedown", "scroll_mind(1)", "runs.keys.scroll", id="run.down", key_display="↑↓"),
        Binding("up,pageup", "scroll_mind(-1)", "runs.keys.scroll", id="run.up", key_display="↑↓"),
        Binding("e", "meaning", "runs.keys.meaning", id="run.meaning"),
        Binding("g", "gate", "runs.keys.gate", id="run.gate"),
        Binding("l", "log_axis", "runs.keys.log", id="run.log"),
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    page: reactive[int] = reactive(0, init=False)
    log_axis: reactive[bool] = reactive(False, init=False)

    def __init__(self, folder: Path, before: "RunView | None" = None, *, id: str | None = None) -> None:
        """`before`: a view of the same run, in another language, whose place this one takes."""
        super().__init__(id=id)
        if before is not None and before.run.folder != folder:
            before = None
        self.run: Followed = before.run if before else Followed(folder)
        self.other: Followed | None = before.other if before else None
        self.stop_asked_at: float | None = None
        self.gate_details: bool = before.gate_details if before else False
        self.meaning: bool = before.meaning if before else False
        self.mind: Mind = Mind(before.mind.index if before else None)
        self.set_reactive(RunView.page, before.page if before else 0)
        self.set_reactive(RunView.log_axis, before.log_axis if before else False)
        self.lost: Problem | None = None

    # --- what it is made of

    def compose(self) -> ComposeResult:
        words = chart_words(self.app)
        yield Static(id="state")
        yield Static(id="message")
        yield IntervalLine()
        with Horizontal(id="charts"):
            for number in range(4):
                yield LineChart(words=words, id=f"chart-{number}")
        yield Static(id="meaning", markup=False)
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
            changed = self.run.look()
            changed = (self.other is not None and self.other.look()) or changed
        except Problem as problem:
            self.lost = problem
            changed = True
        if self.stop_asked_at is not None and time.monotonic() - self.stop_asked_at > ASKED_FOR:
            self.stop_asked_at, changed = None, True
        if changed or always:
            self.draw()
            self.post_message(self.Changed(self))

    @property
    def status(self) -> RunStatus:
        return self.run.status

    @property
    def history(self) -> History:
        return self.run.history

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
        self._draw_charts()
        self.mind.show(self.history, self.roomy)
        self.query_one("#summary", Static).update(Content(self.summary()))
        self.refresh_bindings()

    def message(self) -> str:
        """The one sentence that matters now: a loss, a question, or what the run has to say."""
        if self.lost:
            return self.app.sentence(self.lost)
        if self.stop_asked_at is not None:
            return self.app.t("runs.stop_asked")
        return run_words.message(self.app, self.run)

    def summary(self) -> str:
        return run_words.summary(self.app, self.history, self.charts()[: 3 if self.roomy else 2])

    def charts(self) -> list[Chart]:
        """All charts of this run, the most telling first."""
        method = METHODS.get(self.status.method)
        names = dict.fromkeys([*(method.metrics if method else ()), *self.history.metrics])
        return charts_for(names)

    @property
    def chart_count(self) -> int:
        """Charts shown at once; half as many where a chart has so many lines that their names need the room."""
        count = 2 if not self.roomy else 3 if self.size.width < 132 else 4
        return count // 2 if any(len(chart.lines) > 4 for chart in self.charts()) else count

    def visible_charts(self) -> list[Chart]:
        charts, count = self.charts(), self.chart_count
        pages = max(1, -(-len(charts) // count))
        start = (self.page % pages) * count
        return charts[start : start + count]

    def _lines(self, chart: Chart) -> dict[str, Sequence[Point]]:
        """The chart's lines by the name the legend shows, the other run's after this one's."""
        found = chart.find(self.history.metrics)
        named = len(found) > 1 or self.other is not None
        lines = {run_words.line_name(self.app, chart, name) if named else "": points for name, points in found.items()}
        if self.other:
            for name, points in chart.find(self.other.history.metrics).items():
                lines[f"{run_words.line_name(self.app, chart, name)}, {self.other.status.run_id}"] = points
        return lines

    def _axis_end(self, chart: Chart) -> int:
        """The run's last step; 0 for the curves of a phase that is over, which then fill their own chart."""
        lines = chart.find(self.history.metrics).values()
        quiet_since = self.history.step - max((points[-1][0] for points in lines), default=self.history.step)
        return 0 if quiet_since > max(10, self.status.total_steps // 20) else self.status.total_steps

    def _draw_charts(self) -> None:
        visible = self.visible_charts()
        self.query_one("#charts").display = not self.gate_details
        for number in range(4):
            widget = self.query_one(f"#chart-{number}", LineChart)
            widget.display = number < len(visible)
            if widget.display:
                widget.title = run_words.chart_text(self.app, visible[number], "title")
                widget.total_steps = self._axis_end(visible[number])
                widget.log_axis = self.log_axis
                widget.show(self._lines(visible[number]))
        meaning = "\n".join(
            f"{run_words.chart_text(self.app, chart, 'title')}: {run_words.chart_text(self.app, chart, 'meaning')}"
            for chart in visible
        )
        self.query_one("#meaning", Static).update(meaning)

    # --- keys

    def on_key(self, event: Key) -> None:
        """Any key but x takes back the question whether to stop."""
        if event.key != "x" and self.stop_asked_at is not None:
            self.stop_asked_at = None
            self.draw()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        state = self.status.state
        match action:
            case "pause":
                return state == "running"
            case "go_on":
                return state == "paused"
            case "scroll_mind":
                return self.mind.scrolls
            case "stop":
                return self.status.alive and state in ("running", "paused")
            case "resume":
                return self.status.resumable
            case "charts":
                return len(self.charts()) > self.chart_count
            case "gate":
                return self.history.gate is not None
            case "moment":
                return len(self.history.samples) > 1
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

    def action_charts(self) -> None:
        self.page += 1

    def action_log_axis(self) -> None:
        self.log_axis = not self.log_axis

    def action_gate(self) -> None:
        """All that was measured at the gate, in the place of the curves; and back."""
        self.gate_details = not self.gate_details
        self.draw()

    def action_meaning(self) -> None:
        self.meaning = not self.meaning
        self.query_one("#meaning").display = self.meaning

    def watch_page(self) -> None:
        self.draw()

    def watch_log_axis(self) -> None:
        self.draw()

    def action_moment(self, samples: int) -> None:
        self.mind.move(samples)

    def action_scroll_mind(self, direction: int) -> None:
        self.mind.scroll(direction)
