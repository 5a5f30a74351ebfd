"""Watching a run: curves, and the model changing its mind. Leaving the screen leaves the run going."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Static

from engine.errors import Problem
from engine.runs import library
from engine.runs.recipe import Recipe
from tui.following import Followed
from tui.screens.base import PreferablyScreen
from tui.screens.choose_run import ChooseRun
from tui.widgets.run_view import RunView

NO_POLICY = ("reward-model", "orm", "prm")
"""Methods that train something that scores answers and writes none."""


class RunScreen(PreferablyScreen):
    """The run `run_id` (its id or a path of its folder); a fork opens with its parent's curves beside its own."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fork", "runs.keys.fork", id="run.fork"),
        Binding("i", "instruments", "runs.keys.card", id="run.instruments"),
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
            before, self.view = self.view, RunView(self.folder, self.view)
            if before is None:
                self.view.other = self.parent_run()
            yield self.view
        except Problem as problem:
            yield Static(self.app.sentence(problem), markup=False, classes="hero")

    def parent_run(self) -> Followed | None:
        """The run that this one was forked from, if it is still there."""
        with suppress(Problem):  # of a recipe that is broken the run itself has more to say
            recipe = Recipe.read(library.find(self.run_id) / "recipe.json")
            if recipe.parent is not None:
                return Followed(library.find(str(recipe.parent["run"])))
        return None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        view = self.view
        match action:
            case "fork":
                return view is not None and bool(view.forks)
            case "instruments":
                return view is not None and view.status.state == "done" and view.writes
        return True

    @on(RunView.Changed)
    def _changed(self) -> None:
        self.refresh_bindings()

    async def action_fork(self) -> None:
        from tui.screens.fork import ForkScreen

        if self.folder is None or self.view is None:
            return
        # A fork from the last step has nothing left to do, so the one before it is offered first.
        step = self.view.here if self.view.moment is not None else self.view.status.total_steps - 1
        try:
            await self.app.push_screen(ForkScreen(self.folder, step))
        except Problem as problem:
            self.app.show_problem(problem)

    async def action_instruments(self) -> None:
        from tui.screens.instruments import InstrumentsScreen

        if self.folder is None:
            return
        try:
            start = Recipe.read(self.folder / "recipe.json").model
            others = [run for run in library.list_runs() if run.state == "done" and run.folder != self.folder]
        except Problem as problem:
            self.app.show_problem(problem)
            return
        models = {start: self.t("runs.card.start"), "sft": self.t("runs.card.sft"), "base": self.t("runs.card.base")}
        models |= {str(run.folder): run.run_id for run in others if run.method not in NO_POLICY}
        await self.app.push_screen(InstrumentsScreen(self.folder, start, [(name, id) for id, name in models.items()]))

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
