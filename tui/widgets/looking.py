"""Looking at a run: at which step, at which curves, from where to where; nothing of it touches the worker."""

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import Vertical

from engine.runs.events import History
from engine.runs.status import RunStatus
from tui import run_words
from tui.following import Followed
from tui.links import follow
from tui.widgets.chart_row import SMOOTHING, ChartRow, View
from tui.widgets.line_chart import LineChart
from tui.widgets.mind import Mind
from tui.widgets.timeline import Timeline, beside

if TYPE_CHECKING:
    from tui.app import PreferablyApp

PAN = 0.25  # of what is shown


class Looking(Vertical):
    """`moment` is the step that is looked at, None for the newest; `forks` are the steps of the checkpoints."""

    run: Followed
    charts: ChartRow
    mind: Mind
    moment: int | None
    forks: list[int]
    gate_details: bool
    meaning: bool
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def draw(self) -> None:
        """Draw all of it as it is looked at now."""
        raise NotImplementedError

    @property
    def status(self) -> RunStatus:
        return self.run.status

    @property
    def history(self) -> History:
        return self.run.history

    @property
    def writes(self) -> bool:
        """The model of this run writes answers; a reward model only judges them."""
        return bool(self.history.samples) and bool(self.history.samples[-1][1])

    # --- time travel

    @property
    def here(self) -> int:
        """The step that is looked at."""
        return self.history.step if self.moment is None else min(self.moment, self.history.step)

    def go_to(self, step: float) -> None:
        """Look at a step; at the newest one the view follows the run again."""
        last = self.history.step
        self.moment = None if step >= last else max(0, round(step))
        self.charts.view = self.charts.view.showing(self.here, self.end)
        self.draw()

    @property
    def end(self) -> float:
        return float(max(self.status.total_steps, self.history.step))

    @on(Timeline.Moved)
    @on(LineChart.Pointed)
    def _pointed(self, event: Timeline.Moved | LineChart.Pointed) -> None:
        event.stop()
        self.go_to(event.step)

    @on(LineChart.Zoomed)
    def _turned(self, event: LineChart.Zoomed) -> None:
        event.stop()
        self._look(self.charts.view.zoomed(event.direction, event.step, self.end))

    def action_moment(self, direction: int, fine: bool = False) -> None:
        """To the next or last answers or checkpoint, or by one step alone."""
        stops = sorted({step for step, _ in self.history.samples} | set(self.forks) | {self.history.step})
        self.go_to(self.here + direction if fine else beside(stops, self.here, direction))

    def action_ends(self, end: int) -> None:
        self.go_to(self.history.step if end else 0)

    # --- how the charts are looked at

    def _look(self, view: View) -> None:
        self.charts.view = view
        self.draw()

    def action_charts(self) -> None:
        self._look(replace(self.charts.view, page=(self.charts.view.page + 1) % self.charts.pages(self.run)))

    def action_log_axis(self) -> None:
        self._look(replace(self.charts.view, log_axis=not self.charts.view.log_axis))

    def action_smooth(self) -> None:
        self._look(replace(self.charts.view, smoothing=(self.charts.view.smoothing + 1) % len(SMOOTHING)))

    def action_zoom(self, direction: int) -> None:
        self._look(self.charts.view.zoomed(direction, self.here, self.end))

    def action_pan(self, direction: int) -> None:
        self._look(self.charts.view.moved(direction * PAN, self.end))

    def action_whole(self) -> None:
        self._look(replace(self.charts.view, window=None))

    @work
    async def action_own(self) -> None:
        """Two metrics of the learner's own choice on one chart."""
        from tui.screens.choose_metrics import ChooseMetrics

        chosen = await self.app.push_screen_wait(ChooseMetrics(list(self.history.metrics), self.charts.view.own))
        if chosen is not None:
            self._look(replace(self.charts.view, own=chosen, page=0))

    def action_meaning(self) -> None:
        self.meaning = not self.meaning
        self.query_one("#meaning").display = self.meaning
        self.draw()

    # --- how the answers are looked at

    def action_heat(self) -> None:
        self.mind.heat = not self.mind.heat
        self.draw()

    def action_base(self) -> None:
        """The answers beside those of the start, or beside those just before them."""
        self.mind.from_before = not self.mind.from_before
        self.draw()

    def action_scroll_mind(self, direction: int) -> None:
        self.mind.scroll(direction)

    def action_gate(self) -> None:
        """All that was measured at the gate, in the place of the curves; and back."""
        self.gate_details = not self.gate_details
        self.draw()

    @work
    async def action_why(self) -> None:
        """To the chapter that explains the warning; where there are several, to the one chosen."""
        from tui.screens.choose_link import ChooseLink

        links = run_words.links(self.app, self.run)
        target = links[0][1] if len(links) == 1 else await self.app.push_screen_wait(ChooseLink(links))
        if target:
            await follow(self.app, target)
