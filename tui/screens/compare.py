"""Two to six runs beside each other: their curves on shared charts, what differs in the recipes, what came of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from engine.runs.recipe import Recipe
from tui.comparison import LETTERS, Row, curves, difference_rows, outcome_rows
from tui.following import Followed
from tui.literal import clean
from tui.screens.base import PreferablyScreen
from tui.widgets.braille import STYLES
from tui.widgets.chart_row import MOST, SMOOTHING, View, chart_words
from tui.widgets.line_chart import LineChart
from tui.widgets.timeline import beside

NAME = 24  # cells of the names of the rows, at most


class Table(VerticalScroll, inherit_bindings=False):
    """What scrolls up and down only: left and right belong to time."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll_down", "runs.keys.scroll", id="compare.down", key_display="↑↓"),
        Binding("up,k", "scroll_up", "runs.keys.scroll", id="compare.up", key_display="↑↓"),
        Binding("pagedown", "page_down", show=False, id="compare.page_down"),
        Binding("pageup", "page_up", show=False, id="compare.page_up"),
    ]


class CompareScreen(PreferablyScreen):
    """The runs in some folders, lettered in this order; each letter has its colour and its dash on every chart."""

    CSS = """
    CompareScreen #runs { height: auto; padding: 0 1; }
    CompareScreen #charts { height: 1fr; min-height: 8; }
    CompareScreen Table { height: auto; max-height: 55%; background: $surface; padding: 0 1; }
    CompareScreen Table Static { width: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "charts", "runs.keys.charts", id="compare.charts"),
        Binding("left", "moment(-1)", "runs.keys.time", id="compare.earlier", key_display="←→"),
        Binding("right", "moment(1)", "runs.keys.time", id="compare.later", key_display="←→"),
        Binding("s", "smooth", "runs.keys.smooth", id="compare.smooth"),
        Binding("plus,equals_sign", "zoom(1)", "runs.keys.zoom", id="compare.nearer", key_display="+−"),
        Binding("minus", "zoom(-1)", "runs.keys.zoom", id="compare.farther", key_display="+−"),
        Binding("0", "whole", "runs.keys.whole", id="compare.whole"),
        Binding("l", "log_axis", "runs.keys.log", id="compare.log"),
    ]
    AUTO_FOCUS = "Table"

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__()
        self.sides = [Followed(folder) for folder in folders]
        for side in self.sides:
            side.look()
        self.view = View()
        self.moment: int | None = None

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), self.t("runs.compare_title")]

    def compose_body(self) -> Iterable[Widget]:
        words = chart_words(self.app)
        yield Static(self.legend(), id="runs")
        yield Horizontal(*(LineChart(words=words, id=f"chart-{number}") for number in range(MOST)), id="charts")
        yield Table(Static(self.table()), can_focus=True)

    def on_mount(self) -> None:
        self.draw()

    async def language_changed(self) -> None:
        await super().language_changed()
        self.draw()

    def on_resize(self) -> None:
        self.draw()
        self.query_one("Table Static", Static).update(self.table())

    # --- drawing

    @property
    def end(self) -> int:
        return max(max(side.status.total_steps, side.history.step) for side in self.sides)

    @property
    def count(self) -> int:
        """Charts shown at once."""
        return MOST if self.size.width >= 110 else 2

    def draw(self) -> None:
        found = curves(self.sides)
        pages = max(1, -(-len(found) // self.count))
        start = self.view.page % pages * self.count
        shown = found[start : start + self.count]
        for number in range(MOST):
            chart = self.query_one(f"#chart-{number}", LineChart)
            chart.display = number < len(shown)
            if chart.display:
                curve = shown[number]
                chart.title = curve.title(self.t)
                chart.total_steps, chart.log_axis = self.end, self.view.log_axis
                chart.window, chart.smoothing = self.view.window, SMOOTHING[self.view.smoothing]
                chart.cursor = self.moment
                points = (side.history.metrics.get(curve.metric, []) for side in self.sides)
                chart.show(dict(zip(LETTERS, points, strict=False)), of=curve.metric)
        self.refresh_bindings()

    def legend(self) -> Content:
        """`━━ A dpo-brave-otter-12   ╍╍ B …`, in as many lines as it takes."""
        marks = zip(LETTERS, self.sides, cycle(STYLES), strict=False)
        parts = [
            Content.styled(f"{look.sign}\u00a0{letter}\u00a0{clean(side.status.run_id)}", f"bold {look.style}")
            for letter, side, look in marks
        ]
        return Content("   ").join(parts)

    def table(self) -> Content:
        """Recipe differences and outcomes, one line each: name, then a cell for each run."""
        recipes = [Recipe.read(side.folder / "recipe.json") for side in self.sides]
        changed, outcome = difference_rows(recipes, self.t), outcome_rows(self.sides, self.t)
        head: Row = ("", *LETTERS[: len(self.sides)])
        rows = [head, *changed, *outcome]
        name = min(NAME, max(len(clean(row[0])) for row in rows)) + 2
        room = (self.app.size.width - 4 - name) // len(self.sides) - 2
        widths = [
            name,
            *(min(room, max(len(clean(row[column])) for row in rows)) + 2 for column in range(1, len(head))),
        ]

        def line(row: Row) -> Content:
            cells = zip(row, widths, strict=True)
            return Content("").join(
                Content(clean(cell)).truncate(width - 2, ellipsis=True, pad=True) + "  " for cell, width in cells
            )

        lines = [line(head).stylize("bold"), Content.styled(self.t("runs.differences"), "$accent")]
        lines += [line(row) for row in changed] or [Content(self.t("runs.no_differences"))]
        lines += [Content.styled(self.t("runs.outcome"), "$accent"), *(line(row) for row in outcome)]
        return Content("\n").join(lines)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "whole":
            return self.view.window is not None
        if action == "charts":
            return len(curves(self.sides)) > self.count
        return True

    def _look(self, view: View) -> None:
        self.view = view
        self.draw()

    def action_charts(self) -> None:
        self._look(replace(self.view, page=self.view.page + 1))

    def action_log_axis(self) -> None:
        self._look(replace(self.view, log_axis=not self.view.log_axis))

    def action_smooth(self) -> None:
        self._look(replace(self.view, smoothing=(self.view.smoothing + 1) % len(SMOOTHING)))

    def action_zoom(self, direction: int) -> None:
        self._look(self.view.zoomed(direction, self.end if self.moment is None else self.moment, self.end))

    def action_whole(self) -> None:
        self._look(replace(self.view, window=None))

    def action_moment(self, direction: int) -> None:
        """To the next answers of any run, whose values are then read out."""
        stops = sorted({step for side in self.sides for step, _ in side.history.samples} | {self.end})
        self.go_to(beside(stops, self.end if self.moment is None else self.moment, direction))

    def go_to(self, step: float) -> None:
        self.moment = None if step >= self.end else round(step)
        self._look(self.view if self.moment is None else self.view.showing(self.moment, self.end))

    @on(LineChart.Pointed)
    def _pointed(self, event: LineChart.Pointed) -> None:
        self.go_to(event.step)

    @on(LineChart.Zoomed)
    def _turned(self, event: LineChart.Zoomed) -> None:
        self._look(self.view.zoomed(event.direction, event.step, self.end))
