"""A small dialog: choose one of some runs."""

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.runs.status import RunStatus
from tui.literal import clean
from tui.widgets.interval_line import numbers
from tui.widgets.run_card import state_text

if TYPE_CHECKING:
    from tui.app import PreferablyApp


class ChooseRun(ModalScreen[Path | None]):
    """Answers with the chosen run's folder, or None."""

    CSS = """
    ChooseRun { align: center middle; }
    ChooseRun > Vertical { width: 70; max-width: 90%; height: auto; max-height: 80%; border: round $primary;
                           background: $surface; padding: 1 2; }
    ChooseRun OptionList { height: auto; max-height: 16; background: $surface; border: none; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "none", "app.keys.back", id="choose_run.close")
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, runs: list[RunStatus]) -> None:
        super().__init__()
        self.runs = runs

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(self.app.t("runs.choose_other"), markup=False)
            yield OptionList(*(Option(self.line(run), id=str(number)) for number, run in enumerate(self.runs)))

    def line(self, run: RunStatus) -> Content:
        gate = f"  {numbers(run.gate)}" if run.gate else ""
        state = state_text(run, self.app.t(f"runs.state.{run.state}"))
        return Content.assemble(state, f"  {clean(run.run_id)}  {run.step}/{run.total_steps}{gate}")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.runs[int(event.option.id or 0)].folder)

    def action_none(self) -> None:
        self.dismiss(None)
