"""A small dialog: choose one or two metrics, by a search, to see on one chart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.literal import clean
from tui.widgets.steady_input import SteadyInput

if TYPE_CHECKING:
    from tui.app import PreferablyApp

MOST = 2


class ChooseMetrics(ModalScreen[tuple[str, ...] | None]):
    """Answers with the marked metrics, the one marked first first; None when it was left."""

    CSS = """
    ChooseMetrics .dialog { padding: 1 2; }
    ChooseMetrics Input { height: 1; border: none; padding: 0 1; background: $panel; margin: 1 0; }
    ChooseMetrics OptionList { max-height: 10; }
    ChooseMetrics #help { color: $secondary; margin: 1 0 0 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "app.keys.back", id="choose_metrics.close"),
        Binding("ctrl+s", "draw", "runs.keys.draw", id="choose_metrics.draw"),
        Binding("down", "move(1)", show=False, id="choose_metrics.down"),
        Binding("up", "move(-1)", show=False, id="choose_metrics.up"),
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, metrics: Sequence[str], marked: Sequence[str]) -> None:
        super().__init__()
        self.metrics = metrics
        self.marked = [metric for metric in marked if metric in metrics]
        self.found: list[str] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self.app.t("runs.metrics_title"), markup=False)
            yield SteadyInput(placeholder=self.app.t("runs.metrics_search"))
            options = OptionList()
            options.can_focus = False
            yield options
            yield Static(self.app.t("runs.metrics_help"), id="help", markup=False)

    def on_mount(self) -> None:
        self.fill()

    @on(Input.Changed)
    def fill(self) -> None:
        """List the metrics that hold every word of the search, those that are marked first."""
        words = self.query_one(Input).value.lower().split()
        rest = [metric for metric in self.metrics if metric not in self.marked]
        self.found = [metric for metric in [*self.marked, *rest] if all(word in metric.lower() for word in words)]
        options = self.query_one(OptionList)
        here = options.highlighted or 0
        options.clear_options()
        options.add_options(Option(self.line(metric)) for metric in self.found)
        options.highlighted = min(here, len(self.found) - 1) if self.found else None

    def line(self, metric: str) -> Content:
        mark = f"◆{self.marked.index(metric) + 1} " if metric in self.marked else "   "
        return Content.assemble((mark, "bold $accent"), clean(metric))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.mark(self.found[event.option_index])

    @on(Input.Submitted)
    def _entered(self) -> None:
        here = self.query_one(OptionList).highlighted
        if here is not None:
            self.mark(self.found[here])

    def mark(self, metric: str) -> None:
        """Mark it, or take its mark away; a third mark replaces the second."""
        if metric in self.marked:
            self.marked.remove(metric)
        else:
            self.marked = [*self.marked[: MOST - 1], metric]
        place = self.query_one(OptionList).highlighted
        self.query_one(Input).value = ""
        self.fill()
        self.query_one(OptionList).highlighted = place if metric not in self.marked else self.found.index(metric)

    def action_move(self, direction: int) -> None:
        options = self.query_one(OptionList)
        if direction > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_draw(self) -> None:
        self.dismiss(tuple(self.marked))
