"""Forking a run: from which of its checkpoints, and with which one setting changed."""

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static

from engine.errors import Problem
from engine.methods import METHODS
from engine.runs import checkpoint, fork, supervisor
from engine.runs.recipe import Recipe
from tui.screens.base import PreferablyScreen
from tui.screens.train import Field


class ForkScreen(PreferablyScreen):
    """The form; `start` makes the fork's folder, starts its worker and opens it, its parent's curves beside its own."""

    CSS = """
    ForkScreen VerticalScroll { padding: 1 2; }
    ForkScreen Select { width: 40; }
    ForkScreen .about { color: $secondary; margin: 1 0 0 0; }
    ForkScreen Button { margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "runs.keys.start", id="fork.start"),
        Binding("tab", "app.focus_next", "runs.keys.field", id="fork.field"),
    ]

    def __init__(self, folder: Path, step: int) -> None:
        """`step`: the checkpoint that is offered first is the newest one up to there."""
        super().__init__()
        self.folder = folder
        self.recipe = Recipe.read(folder / "recipe.json")
        self.steps = checkpoint.steps(folder)
        earlier = [each for each in self.steps if each <= step]
        self.step = earlier[-1] if earlier else self.steps[0]

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), self.folder.name, self.t("runs.fork.title")]

    def compose_body(self) -> Iterable[Widget]:
        with VerticalScroll(can_focus=False):
            yield Static(self.t("runs.fork.about"), markup=False)
            steps = [(self.t("runs.fork.step", step=step), step) for step in self.steps]
            yield Select(steps, value=self.step, allow_blank=False, id="step", compact=True)
            yield Static(self.t("runs.fork.one"), classes="about", markup=False)
            for row in fork.changeable(METHODS[self.recipe.method]):
                hint = ""
                if row.low is not None and row.high is not None:
                    hint = self.t("runs.train.allowed", low=f"{row.low:g}", high=f"{row.high:g}")
                label = self.t(f"runs.hyper.{row.name}")
                yield Field(row.name, label, hint, str(self.recipe.hyper[row.name]))
            yield Button(self.t("runs.fork.start"), id="start", variant="primary", compact=True)

    async def language_changed(self) -> None:
        """What was chosen and typed stays."""
        step = self.query_one("#step", Select).value
        typed = {field.setting: field.value for field in self.query(Field)}
        await super().language_changed()
        self.query_one("#step", Select).value = step
        for field in self.query(Field):
            field.query_one(Input).value = typed[field.setting]

    @property
    def changes(self) -> dict[str, str]:
        return {field.setting: field.value for field in self.query(Field) if field.value}

    @on(Input.Changed)
    def _check(self) -> None:
        """Every value by itself; and a second change is one too many."""
        changes = self.changes
        for field in self.query(Field):
            wrong = self.wrong_with(field.setting, field.value) if field.value else ""
            if not wrong and field.value and len(changes) > 1:
                wrong = self.t("runs.fork.too_many")
            field.say(wrong)

    def wrong_with(self, name: str, value: str) -> str:
        """What the engine says against this value, as a sentence; empty if nothing."""
        try:
            fork.forked_recipe(self.folder, self.step, {name: value})
        except Problem as problem:
            return self.app.sentence(problem)
        return ""

    @on(Button.Pressed, "#start")
    def _pressed(self) -> None:
        self.app.call_later(self.action_start)  # a screen can't wait in its own handler for its own end

    async def action_start(self) -> None:
        if len(self.changes) > 1:
            self.notify(self.t("runs.fork.too_many"), severity="warning", markup=False)
            return
        step = self.query_one("#step", Select).value
        assert isinstance(step, int)
        try:
            folder = fork.fork(self.folder, step, self.changes)
            self.app.store.index_run(folder.name, self.recipe.method, None, folder)
            supervisor.start(folder)
        except Problem as problem:
            self.app.show_problem(problem)
            return
        await self.app.pop_screen()
        await self.app.go("run", run_id=folder.name)
