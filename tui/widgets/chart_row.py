"""The charts of a run side by side, a page of them at a time: what they show, from where to where, and how smooth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal

from engine.methods import METHODS
from tui import run_words
from tui.charts import Chart, charts_for
from tui.comparison import short_name
from tui.following import Followed
from tui.plotting import Point
from tui.widgets.line_chart import LineChart, Words
from tui.widgets.path_plane import PathPlane
from tui.widgets.plane_chart import PlaneChart

if TYPE_CHECKING:
    from tui.app import PreferablyApp

MOST = 4
SMOOTHING = (0.0, 0.6, 0.9)
"""Weights of the moving average: none, some, much."""
NARROWEST = 4.0  # steps
OWN = "own"
PLANE = Chart("plane", ())
TRAINING = "train"


def chart_words(app: "PreferablyApp") -> Words:
    """The sentences of a chart in the learner's language."""
    t = app.t
    names = ("empty", "no_positive", "log", "smooth", "step", "line", "missing")
    return Words(
        **{name: t(f"metric.chart.{name}") for name in names},
        trends={name: t(f"metric.chart.{name}") for name in ("rising", "falling", "steady")},
    )


@dataclass(frozen=True)
class View:
    """How the charts are looked at, which outlives their widgets: a change of language keeps it."""

    page: int = 0
    log_axis: bool = False
    smoothing: int = 0
    window: tuple[float, float] | None = None
    own: tuple[str, ...] = ()

    def zoomed(self, direction: int, around: float, end: float) -> "View":
        """Half as much (`direction` 1) or twice as much, `around` staying where it is; all, as soon as all fits."""
        low, high = self.window or (0.0, end)
        factor = 0.5 if direction > 0 else 2.0
        if (high - low) * factor < NARROWEST and direction > 0:
            return self
        around = min(high, max(low, around))
        low, high = around - (around - low) * factor, around + (high - around) * factor
        return self._within(low, high, end)

    def moved(self, share: float, end: float) -> "View":
        """A window moved by a share of its width; without one nothing moves."""
        if self.window is None:
            return self
        low, high = self.window
        return self._within(low + share * (high - low), high + share * (high - low), end)

    def showing(self, step: float, end: float) -> "View":
        """The window moved so far that `step` is in it."""
        if self.window is None or self.window[0] <= step <= self.window[1]:
            return self
        low, high = self.window
        offset = step - (high if step > high else low)
        return self._within(low + offset, high + offset, end)

    def _within(self, low: float, high: float, end: float) -> "View":
        width = high - low
        if width >= end:
            return replace(self, window=None)
        low = min(max(0.0, low), end - width)
        return replace(self, window=(low, low + width))


class ChartRow(Horizontal):
    """As many charts as there is room for; `view` says how, `show` draws."""

    DEFAULT_CSS = "ChartRow { height: 8; }"
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, view: View | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.view = view or View()
        self.roomy = False

    def compose(self) -> ComposeResult:
        words = chart_words(self.app)
        for number in range(MOST):
            yield LineChart(words=words, id=f"chart-{number}")
            yield PlaneChart(empty=words.empty, id=f"plane-{number}")
        yield PathPlane()

    # --- which charts

    def charts(self, run: Followed) -> list[Chart]:
        """All charts of a run, the most telling first; before them the learner's own pair of metrics."""
        method = METHODS.get(run.status.method)
        names = dict.fromkeys([*(method.metrics if method else ()), *run.history.metrics])
        own = [metric for metric in self.view.own if metric in run.history.metrics]
        first = [Chart(OWN, tuple((metric, metric) for metric in own))] if own else []
        return [*first, *charts_for(names)]

    def items(self, run: Followed) -> list[Chart]:
        """The charts and, where the run has a path and no planes of its own, the plane last; with room enough that
        stands beside the answers."""
        charts = self.charts(run)
        own = self.roomy or any(chart.over for chart in charts)
        return [*charts, PLANE] if self.query_one(PathPlane).paths and not own else charts

    def count(self, charts: Sequence[Chart]) -> int:
        """Charts shown at once; half as many where a chart has so many lines that their names need the room."""
        count = 2 if not self.roomy else 3 if self.size.width < 132 else MOST
        return count // 2 if any(len(chart.lines) > 4 for chart in charts) else count

    def pages(self, run: Followed) -> int:
        items = self.items(run)
        return max(1, -(-len(items) // self.count(items)))

    def on_page(self, run: Followed) -> list[Chart]:
        items = self.items(run)
        count = self.count(items)
        start = (self.view.page % self.pages(run)) * count
        return items[start : start + count]

    # --- drawing

    def show(self, run: Followed, other: Followed | None, cursor: int | None, roomy: bool) -> None:
        """Draw the page of `run`'s charts, the curves of `other` laid over them; `cursor` is the step read out."""
        self.roomy = roomy
        plane = self.query_one(PathPlane)
        plane.show(run.history)
        page = self.on_page(run)
        plane.display = PLANE in page
        plane.cursor = cursor
        charts = [chart for chart in page if chart is not PLANE]
        for number in range(MOST):
            chart = charts[number] if number < len(charts) else None
            widget = self.query_one(f"#chart-{number}", LineChart)
            widget.display = chart is not None and not chart.over
            if chart and widget.display:
                self._draw(widget, chart, run, other, cursor)
            across = self.query_one(f"#plane-{number}", PlaneChart)
            across.display = chart is not None and bool(chart.over)
            if chart and across.display:
                across.title, across.over = (run_words.chart_text(self.app, chart, key) for key in ("title", "over"))
                across.doubling = chart.doubling
                across.show(self._lines(chart, run, other))

    def _draw(self, widget: LineChart, chart: Chart, run: Followed, other: Followed | None, cursor: int | None) -> None:
        own = chart.id == OWN
        widget.title = self.app.t("runs.own_chart") if own else run_words.chart_text(self.app, chart, "title")
        widget.twin = own and len(chart.lines) == 2
        widget.total_steps = axis_end(chart, run)
        widget.log_axis, widget.window = self.view.log_axis, self.view.window
        widget.smoothing, widget.cursor = SMOOTHING[self.view.smoothing], cursor
        widget.show(self._lines(chart, run, None if own else other), of=f"{chart.id} {run.folder}")

    def _lines(self, chart: Chart, run: Followed, other: Followed | None) -> Mapping[str, Sequence[Point]]:
        """The chart's lines by the name the legend shows; after them those of the other run, of which that of training
        is enough where there is one."""
        found = chart.find(run.history.metrics)
        named = len(found) > 1 or other is not None or chart.id == OWN
        lines = {self._line(chart, name) if named else "": points for name, points in found.items()}
        if other:
            theirs = chart.find(other.history.metrics)
            run_name = short_name(other.status.run_id)
            if TRAINING in theirs:
                lines[run_name] = theirs[TRAINING]
            else:
                lines |= {f"{self._line(chart, name)}, {run_name}": points for name, points in theirs.items()}
        return lines

    def _line(self, chart: Chart, name: str) -> str:
        return name if chart.id == OWN else run_words.line_name(self.app, chart, name)

    def meanings(self, run: Followed) -> str:
        """What each visible chart means, a line each."""
        t = self.app.t
        lines = []
        for chart in self.on_page(run):
            if chart is PLANE:
                lines.append(f"{t('runs.plane.title')}: {t('runs.plane.meaning')}")
            elif chart.id == OWN:
                lines.append(f"{t('runs.own_chart')}: {t('runs.own_meaning')}")
            else:
                title, meaning = (run_words.chart_text(self.app, chart, key) for key in ("title", "meaning"))
                lines.append(f"{title}: {meaning}")
        return "\n".join(lines)


def axis_end(chart: Chart, run: Followed) -> int:
    """The run's last step; 0 for the curves of a phase that is over, which then fill their own chart."""
    lines = chart.find(run.history.metrics).values()
    quiet_since = run.history.step - max((points[-1][0] for points in lines), default=run.history.step)
    return 0 if quiet_since > max(10, run.status.total_steps // 20) else run.status.total_steps
