"""Two runs of one method side by side: what differs in the recipes, and what came of it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from engine.runs.recipe import Recipe
from tui.charts import charts_for
from tui.following import Followed
from tui.literal import clean
from tui.numbers import short
from tui.screens.base import PreferablyScreen
from tui.widgets.chart_row import chart_words
from tui.widgets.interval_line import numbers
from tui.widgets.line_chart import LineChart


def differences(first: Recipe, second: Recipe) -> list[tuple[str, Any, Any]]:
    """The settings in which two recipes differ, as (name, first's, second's)."""
    one, other = (
        {"model": recipe.model, "data": recipe.data, "seed": recipe.seed, **recipe.hyper} for recipe in (first, second)
    )
    return [(name, one.get(name), other.get(name)) for name in {**one, **other} if one.get(name) != other.get(name)]


class CompareScreen(PreferablyScreen):
    """The runs in two folders. Curves of the same metric share a chart; the dashed line is the second run."""

    CSS = """
    CompareScreen #charts { height: 1fr; min-height: 8; }
    CompareScreen VerticalScroll { height: auto; max-height: 60%; background: $surface; padding: 0 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "charts", "runs.keys.charts", id="compare.charts"),
        Binding("l", "log_axis", "runs.keys.log", id="compare.log"),
    ]

    def __init__(self, first: Path, second: Path) -> None:
        super().__init__()
        self.sides = (Followed(first), Followed(second))
        for side in self.sides:
            side.look()
        self.page = 0

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), self.t("runs.compare_title")]

    def compose_body(self) -> Iterable[Widget]:
        words = chart_words(self.app)
        yield Horizontal(*(LineChart(words=words, id=f"chart-{number}") for number in range(4)), id="charts")
        yield VerticalScroll(Static(self.table()), can_focus=True)

    def on_mount(self) -> None:
        self.draw()

    async def language_changed(self) -> None:
        log_axis = self.query(LineChart).first().log_axis
        await super().language_changed()
        self.draw()
        for chart in self.query(LineChart):
            chart.log_axis = log_axis

    def on_resize(self) -> None:
        self.draw()

    # --- drawing

    @property
    def count(self) -> int:
        """Charts shown at once."""
        return 4 if self.size.width >= 110 else 2

    def draw(self) -> None:
        charts = charts_for({**self.sides[0].history.metrics, **self.sides[1].history.metrics})
        start = self.page * self.count % max(len(charts), 1) // self.count * self.count
        shown = charts[start : start + self.count]
        for number in range(4):
            widget = self.query_one(f"#chart-{number}", LineChart)
            widget.display = number < len(shown)
            if widget.display:
                chart = shown[number]
                own = chart.lines[0][1] == chart.id
                widget.title = chart.id if own else self.t(f"metric.{chart.id}.title")
                widget.total_steps = max(side.status.total_steps for side in self.sides)
                lines = {}
                found = [chart.find(side.history.metrics) for side in self.sides]
                names = [name for _, name in chart.lines if any(name in points for points in found)]
                for name in names:
                    label = self.t(f"metric.line.{name}") if len(names) > 1 else ""
                    for side, points in zip(self.sides, found, strict=True):
                        if name in points:
                            lines[f"{short_name(side.status.run_id)} {label}".strip()] = points[name]
                widget.show(lines)

    def table(self) -> Content:
        """Recipe differences and outcomes, one line each: name, first run, second run."""
        first, second = (Recipe.read(side.folder / "recipe.json") for side in self.sides)
        rows = [(name, str(one), str(other)) for name, one, other in differences(first, second)]
        outcome = [(self.t("runs.column.state"), *(self.t(f"runs.state.{side.status.state}") for side in self.sides))]
        outcome.append(
            (
                self.t("runs.column.gate"),
                *(numbers(side.history.gate) if side.history.gate else self.t("runs.gate_none") for side in self.sides),
            )
        )
        for chart in charts_for(self.sides[0].history.metrics)[:4]:
            for metric, _ in chart.lines:
                values = [side.history.latest(metric) for side in self.sides]
                if all(value is not None for value in values):
                    outcome.append((metric, *(short(value) for value in values if value is not None)))
        names = ("", *(side.status.run_id for side in self.sides))
        widths = [max(len(clean(row[column])) for row in [names, *rows, *outcome]) + 2 for column in range(3)]

        def line(row: tuple[str, ...], style: str = "") -> Content:
            text = "".join(clean(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
            return Content.styled(text, style) if style else Content(text)

        lines = [line(names, "bold"), Content.styled(self.t("runs.differences"), "$accent")]
        lines += [line(row) for row in rows] or [Content(self.t("runs.no_differences"))]
        lines += [Content.styled(self.t("runs.outcome"), "$accent"), *(line(row) for row in outcome)]
        return Content("\n").join(lines)

    # --- keys

    def action_charts(self) -> None:
        self.page += 1
        self.draw()

    def action_log_axis(self) -> None:
        for chart in self.query(LineChart):
            chart.log_axis = not chart.log_axis


def short_name(run_id: str) -> str:
    """`dpo-brave-otter-12` → `otter-12`: enough to tell two runs apart in a legend."""
    return "-".join(run_id.split("-")[-2:])
