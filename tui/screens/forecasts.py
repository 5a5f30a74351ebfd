"""All forecasts, what became of each, and how far the learner's certainty can be trusted."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.errors import Problem
from engine.forecasts.calibration import calibration
from engine.forecasts.forecast import POINTS
from engine.forecasts.scoring import sketched
from tui.forecast_words import line, sign
from tui.forecasting import Judged, judged
from tui.lab_progress import metric_title
from tui.literal import clean
from tui.screens.base import PreferablyScreen
from tui.widgets.calibration_panel import CalibrationPanel
from tui.widgets.chart_row import chart_words
from tui.widgets.choices import Choices
from tui.widgets.line_chart import LineChart

STYLES = {"✓": "$success", "✗": "$error"}
ROOMY = 32
"""From this height on, there is room for the whole calibration above a list and a chart."""
DOTS = 40
"""So many points of a sketched curve are drawn."""


class ForecastsScreen(PreferablyScreen):
    """Calibration above, the forecasts below it, the newest first; a sketched curve is drawn over the measured one."""

    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "again", "forecast.keys.again", id="forecasts.again")]
    DEFAULT_CSS = """
    ForecastsScreen #calibration { height: auto; max-height: 50%; padding: 1 2; }
    ForecastsScreen #list, ForecastsScreen #list:focus {
        height: 1fr; border: none; background: $background; padding: 0 2;
    }
    ForecastsScreen LineChart { height: 12; margin: 0 2; display: none; }
    ForecastsScreen #calibration, ForecastsScreen #list { scrollbar-size-vertical: 1; }
    ForecastsScreen.-low #calibration { max-height: 9; padding: 0 2; }
    ForecastsScreen.-low LineChart { height: 8; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Judged] | None = None

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < ROOMY, "-low")

    def crumbs(self) -> list[str]:
        return [self.t("forecast.all")]

    def compose_body(self) -> Iterable[Widget]:
        with VerticalScroll(id="calibration", can_focus=False):
            yield CalibrationPanel()
        yield Choices(id="list")
        yield LineChart(words=chart_words(self.app))

    async def store_opened(self) -> None:
        await self.action_again()

    async def language_changed(self) -> None:
        here = self.query_one("#list", Choices).highlighted
        await super().language_changed()
        self.show_all()
        self.query_one("#list", Choices).highlighted = here

    def on_screen_resume(self) -> None:
        if self.found is not None:
            self.run_worker(self.action_again())

    async def action_again(self) -> None:
        """Look at the runs once more."""
        try:
            self.found = await asyncio.to_thread(lambda: judged(self.app.store))
        except Problem as problem:
            self.app.show_problem(problem)
        self.show_all()

    def show_all(self) -> None:
        if self.found is None or not self.query("#list"):
            return
        self.query_one(CalibrationPanel).show(calibration([each.outcome for each in self.found if each.outcome]))
        those = self.query_one("#list", Choices)
        here = those.highlighted or 0
        those.clear_options()
        those.add_options(Option(self._line(each), id=str(number)) for number, each in enumerate(self.found))
        if self.found:
            those.highlighted = min(here, len(self.found) - 1)
        self._draw()

    def _line(self, each: Judged) -> Content:
        mark = sign(each.outcome)
        forecast = each.forecast
        name = Path(forecast.run).name if forecast.run else self.t("forecast.of_lab", lab=forecast.item)
        text = line(self.app.language, forecast, each.outcome)
        return Content.assemble(
            (f"{mark} ", f"bold {STYLES.get(mark, '$secondary')}"), (clean(name), "bold"), "  ", clean(text)
        )

    # --- the curve under the cursor

    @on(OptionList.OptionHighlighted, "#list")
    def _draw(self) -> None:
        """A sketch over what was measured; nothing for other forecasts."""
        here = self.query_one("#list", Choices).highlighted
        each = self.found[here] if self.found and here is not None else None
        chart = self.query_one(LineChart)
        points = each.history.metrics.get(each.forecast.metric) if each and each.history else None
        chart.display = bool(each and points and each.forecast.kind == "curve")
        if each and points and each.history and chart.display:
            last = max(each.history.total_steps, points[-1][0], POINTS)
            dots = [round(place * last / DOTS) for place in range(DOTS + 1)]
            drawn = [(step, sketched(each.forecast.points, step / last)) for step in dict.fromkeys(dots)]
            chart.title = metric_title(self.app.language, each.forecast.metric)
            chart.series = []  # other lines under the same names
            chart.show({self.t("forecast.was_measured"): points, self.t("forecast.was_sketched"): drawn})

    @on(OptionList.OptionSelected, "#list")
    async def _open(self, event: OptionList.OptionSelected) -> None:
        """The run that decides it, or the lab that waits for one."""
        event.stop()
        assert self.found is not None
        forecast = self.found[int(event.option_id or 0)].forecast
        if forecast.run:
            await self.app.go("run", run_id=Path(forecast.run).name)
        else:
            await self.app.go("lab", lab=forecast.item)
