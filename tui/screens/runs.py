"""All runs: open one, start one, mark up to six and compare them."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import DataTable, Static

from engine.runs import library
from engine.runs.status import RunStatus
from tui.comparison import MOST, curves
from tui.literal import clean
from tui.screens.base import PreferablyScreen
from tui.widgets.interval_line import two
from tui.widgets.run_card import state_text

PERIOD = 1.0  # seconds between two looks at the shelf
COLUMNS = ("mark", "run", "state", "step", "gate", "lab", "started")
WIDE = 90
"""From this width on there is room for the time of the start; the newest run stands first in any case."""


class Shelf(DataTable[Text]):
    """A table of runs, whose Enter stands in the line of keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select_cursor", "runs.keys.open", id="runs.open")]


class RunsScreen(PreferablyScreen):
    """The shelf of runs, the newest first; it follows those that are running."""

    CSS = """
    RunsScreen #none { padding: 1 2; color: $secondary; }
    RunsScreen DataTable { height: 1fr; background: $background; padding: 0 1; }
    RunsScreen DataTable:focus { background-tint: $foreground 0%; }
    RunsScreen DataTable > .datatable--header { background: $background; color: $secondary; text-style: none; }
    RunsScreen DataTable > .datatable--cursor,
    RunsScreen DataTable:focus > .datatable--cursor { background: $primary 30%; color: $foreground; text-style: bold; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "runs.keys.new", id="runs.new"),
        Binding("space", "mark", "runs.keys.mark", id="runs.mark"),
        Binding("c", "compare", "runs.keys.compare", id="runs.compare"),
        Binding("t", "ask('chat')", "home.keys.chat", id="runs.chat"),
        Binding("a", "ask('arena')", "home.keys.arena", id="runs.arena"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.runs: list[RunStatus] = []
        self.marked: list[str] = []  # run ids, the oldest mark first; six at most

    def crumbs(self) -> list[str]:
        return [self.t("runs.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Static(self.t("runs.none"), id="none", markup=False)
        table = Shelf(cursor_type="row", zebra_stripes=False)
        for column in self.columns:
            table.add_column(self.t(f"runs.column.{column}"), key=column)
        yield table

    def on_mount(self) -> None:
        self.look(always=True)
        self.set_interval(PERIOD, self.look)

    async def language_changed(self) -> None:
        here = self.query_one(Shelf).cursor_row
        await super().language_changed()
        self.look(always=True)
        self.query_one(Shelf).move_cursor(row=here)

    def on_screen_resume(self) -> None:
        if self.query(Shelf):
            self.look(always=True)

    @property
    def columns(self) -> tuple[str, ...]:
        return COLUMNS if self.app.size.width >= WIDE else COLUMNS[:-1]

    async def on_resize(self) -> None:
        table = self.query_one_optional(Shelf)
        if table is not None and len(table.columns) not in (0, len(self.columns)):
            await self.recompose()
            self.look(always=True)

    # --- the table

    def look(self, always: bool = False) -> None:
        """Read the runs and draw what changed; nothing while another screen is on top."""
        if not always and self.app.screen is not self:
            return
        runs = library.list_runs()
        if runs != self.runs or always:
            self.runs = runs
            self.draw()

    def draw(self) -> None:
        table = self.query_one(Shelf)
        self.query_one("#none").display = not self.runs
        table.display = bool(self.runs)
        wanted = [run.run_id for run in self.runs]
        if [key.value for key in table.rows] != wanted:
            here = self.selected()
            table.clear()
            for run in self.runs:
                table.add_row(*self.cells(run), key=run.run_id)
            if here and here.run_id in wanted:
                table.move_cursor(row=wanted.index(here.run_id))
            table.focus()
            return
        for run in self.runs:
            for column, cell in zip(self.columns, self.cells(run), strict=True):
                if table.get_cell(run.run_id, column) != cell:
                    table.update_cell(run.run_id, column, cell, update_width=True)

    def cells(self, run: RunStatus) -> list[Text]:
        # Rich text, which is never read as markup either: a table measures its columns by it.
        texts = (
            "◆" if run.run_id in self.marked else " ",
            run.run_id,
            state_text(run, self.t(f"runs.state.{run.state}")).plain,
            f"{run.step}/{run.total_steps}" if run.total_steps else "–",
            ("✓ " if run.gate["passed"] else "✗ ") + two(run.gate["value"]) if run.gate else "–",
            run.lab or "–",
            f"{datetime.fromtimestamp(run.created):%m-%d %H:%M}",
        )
        return [Text(clean(text)) for text in texts[: len(self.columns)]]

    def selected(self) -> RunStatus | None:
        """The run under the cursor."""
        table = self.query_one(Shelf)
        rows = [key.value for key in table.rows]
        if not 0 <= table.cursor_row < len(rows):
            return None
        return next((run for run in self.runs if run.run_id == rows[table.cursor_row]), None)

    # --- keys

    @on(DataTable.RowSelected)
    async def _open(self) -> None:
        await self.action_open()

    async def action_open(self) -> None:
        run = self.selected()
        if run:
            await self.app.go("run", run_id=run.run_id)

    async def action_new(self) -> None:
        from tui.screens.train import TrainScreen

        await self.app.push_screen(TrainScreen())

    async def action_ask(self, place: str) -> None:
        """To the chat or the arena with the model of the run under the cursor, and the one that it came from."""
        from engine.serving.models import candidates

        run = self.selected()
        found = next((each for each in candidates() if run and each.name == run.run_id), None)
        if found is None:
            self.notify(self.t("chat.no_model"), markup=False)
        else:
            await self.app.go(place, models=tuple(name for name in (found.name, found.ancestor) if name))

    def action_mark(self) -> None:
        """Mark the run under the cursor, or take its mark away; a seventh mark replaces the oldest."""
        run = self.selected()
        if run is None:
            return
        if run.run_id in self.marked:
            self.marked.remove(run.run_id)
        else:
            self.marked = [*self.marked[1 - MOST :], run.run_id]
        self.draw()

    async def action_compare(self) -> None:
        from tui.screens.compare import CompareScreen

        chosen = [run for mark in self.marked for run in self.runs if run.run_id == mark]
        if len(chosen) < 2:
            self.notify(self.t("runs.choose_two"), markup=False)
            return
        screen = CompareScreen([run.folder for run in chosen])
        if curves(screen.sides):
            await self.app.push_screen(screen)
        else:
            methods = dict.fromkeys(self.t(f"runs.method.{run.method}") for run in chosen)
            self.notify(self.t("runs.nothing_shared", methods=", ".join(methods)), markup=False)
