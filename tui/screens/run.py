"""Watching a run: curves, and the model changing its mind. Leaving the screen leaves the run going."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from engine.errors import Problem
from engine.runs import library
from tui.screens.base import PreferablyScreen
from tui.screens.choose_run import ChooseRun
from tui.widgets.run_view import RunView


class RunScreen(PreferablyScreen):
    """The run `run_id` (its id or a path of its folder)."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "compare", "runs.keys.compare", id="run.compare"),
        Binding("o", "report", "runs.keys.report", id="run.report"),
    ]

    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id
        self.folder: Path | None = None
        self.view: RunView | None = None

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), Path(self.run_id).name]

    def compose_body(self) -> Iterable[Widget]:
        try:
            self.folder = library.find(self.run_id)
            self.view = RunView(self.folder, self.view)
            yield self.view
        except Problem as problem:
            yield Static(self.app.sentence(problem), markup=False, classes="hero")

    @work
    async def action_compare(self) -> None:
        """Lay another run's curves over this one's; asked again, take them away."""
        view = self.query_one_optional(RunView)
        if view is None:
            return
        if view.other:
            view.compare_with(None)
            return
        method = view.status.method
        runs = [run for run in library.list_runs() if run.method == method and run.folder != self.folder]
        if not runs:
            self.notify(self.t("runs.nothing_to_compare"), markup=False)
            return
        chosen = await self.app.push_screen_wait(ChooseRun(runs))
        if chosen:
            view.compare_with(chosen)

    def action_report(self) -> None:
        from tui.report import write_report

        if self.folder is None:
            return
        try:
            report = write_report(self.folder, self.app.language)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self.notify(self.t("runs.report_written", path=str(report)), markup=False)
