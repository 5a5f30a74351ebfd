"""Starting a run: a method, its data, and its settings, each checked at its own field."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Select, Static

from engine.errors import Problem
from engine.exchange.labels import rows_for_training
from engine.exchange.own import rows_for_run
from engine.forecasts import forecast
from engine.methods import METHODS, HyperParameter
from engine.runs import library, supervisor
from engine.runs.recipe import Recipe
from tui.literal import literal
from tui.method_words import Words
from tui.screens.base import PreferablyScreen
from tui.widgets.steady_input import SteadyInput


class Field(Horizontal):
    """One setting on one line: its name, a box that is empty for the default, and what is wrong with it or allowed."""

    DEFAULT_CSS = """
    Field { height: 1; }
    Field > .name { width: 31; }
    Field > Input { width: 14; height: 1; border: none; padding: 0 1; background: $panel; }
    Field > Input:focus { border: none; background: $primary 25%; }
    Field > .hint { width: 1fr; padding: 0 0 0 2; color: $secondary; }
    Field.-wrong { height: auto; }
    Field.-wrong > .hint { color: $error; text-style: bold; }
    """

    def __init__(self, name: str, label: str, hint: str, placeholder: str = "") -> None:
        super().__init__()
        self.setting, self.label, self.hint, self.placeholder = name, label, hint, placeholder

    def compose(self) -> Iterable[Widget]:
        yield Static(self.label, classes="name", markup=False)
        yield SteadyInput(placeholder=self.placeholder)
        yield Static(self.hint, classes="hint", markup=False)

    @property
    def value(self) -> str:
        return self.query_one(Input).value.strip()

    def say(self, wrong: str) -> None:
        """Show what is wrong with the value, or what is allowed again."""
        self.set_class(bool(wrong), "-wrong")
        self.query_one(".hint", Static).update(literal(f"✗ {wrong}" if wrong else self.hint))


class TrainScreen(PreferablyScreen):
    """The form; `start` makes the run's folder, starts its worker and opens it."""

    CSS = """
    TrainScreen VerticalScroll { padding: 1 2; }
    TrainScreen Select { width: 60; }
    TrainScreen #about-method { color: $secondary; margin: 0 0 1 2; }
    TrainScreen .about { color: $secondary; margin: 1 0 0 0; }
    TrainScreen #fields { height: auto; padding: 0; }
    TrainScreen #file { display: none; }
    TrainScreen Button { margin: 1 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "start", "runs.keys.start", id="train.start"),
        Binding("f4", "forecast", "forecast.keys.forecast", id="train.forecast"),
        Binding("tab", "app.focus_next", "runs.keys.field", id="train.field"),
    ]

    def __init__(self, method: str = "dpo") -> None:
        super().__init__()
        self.method = method
        self.label_rows: list[dict[str, Any]] = []
        self.forecasts: dict[str, dict[str, Any]] = {}  # of this run, kept when it is made

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), self.t("runs.train.title")]

    def compose_body(self) -> Iterable[Widget]:
        self.label_rows = rows_for_training(self.app.store.labels())
        with VerticalScroll(can_focus=False):
            methods = [(self.t(f"runs.method.{method}"), method) for method in METHODS]
            yield Select(methods, value=self.method, allow_blank=False, id="method", compact=True)
            yield Static(self.about(), id="about-method", markup=False)
            yield Select(self.data_choices(), value="shipped", allow_blank=False, id="data", compact=True)
            yield Field("data", self.t("runs.train.file"), self.t("runs.train.file_path"), ".jsonl")
            yield Field("seed", self.t("runs.train.seed"), "", "0")
            yield Static(self.t("runs.train.basics"), classes="about", markup=False)
            yield VerticalScroll(*self.fields(), id="fields", can_focus=False)
            yield Button(self.t("runs.train.start"), id="start", variant="primary", compact=True)
            yield Static(id="forecasts", classes="quiet", markup=False)

    def on_mount(self) -> None:
        self._show_file()
        self._show_forecasts()

    def about(self) -> str:
        """What the registry says of the method, in short."""
        return Words(self.app.language).summary(METHODS[self.method])

    def data_choices(self) -> list[tuple[str, str]]:
        """The sources of data that the method can train on."""
        choices = [(self.t("runs.train.shipped"), "shipped")]
        if METHODS[self.method].data == "preference":
            choices.append((self.t("runs.train.labels", count=len(self.label_rows)), "labels"))
        if METHODS[self.method].data != "prompt":
            choices.append((self.t("runs.train.file"), "file"))
        return choices

    def fields(self) -> list[Field]:
        words, method = Words(self.app.language), METHODS[self.method]
        return [
            Field(row.name, words.setting(row, method), self.allowed(row), str(row.default))
            for row in method.hyper
        ]

    def allowed(self, row: HyperParameter) -> str:
        if row.low is None or row.high is None:
            return ""
        return self.t("runs.train.allowed", low=f"{row.low:g}", high=f"{row.high:g}")

    async def language_changed(self) -> None:
        """What was chosen and typed stays."""
        source = self.query_one("#data", Select).value
        typed = {field.setting: field.value for field in self.query(Field)}
        here = next((field.setting for field in self.query(Field) if field.has_focus_within), None)
        await super().language_changed()
        self.query_one("#data", Select).value = source
        self._show_file()
        self._show_forecasts()
        for field in self.query(Field):
            field.query_one(Input).value = typed[field.setting]
            if field.setting == here:
                field.query_one(Input).focus()

    # --- changing it

    @on(Select.Changed, "#method")
    async def _method_changed(self, event: Select.Changed) -> None:
        if event.value == self.method:
            return
        self.method = str(event.value)
        self.forecasts.clear()  # they were about another method's measures
        self._show_forecasts()
        self.query_one("#about-method", Static).update(Content(self.about()))
        self.query_one("#data", Select).set_options(self.data_choices())
        fields = self.query_one("#fields")
        await fields.remove_children()
        await fields.mount(*self.fields())

    @on(Select.Changed, "#data")
    def _show_file(self) -> None:
        self.query(Field).first().display = self.query_one("#data", Select).value == "file"

    @on(Input.Changed)
    def _check(self, event: Input.Changed) -> None:
        """Check this one setting by itself, as it is typed."""
        field = event.input.parent
        if isinstance(field, Field):
            field.say(self.wrong_with({field.setting: field.value}) if field.value else "")

    def wrong_with(self, settings: dict[str, str]) -> str:
        """What the engine says against these settings, as a sentence; empty if nothing."""
        try:
            Recipe.make(self.method, settings)
        except Problem as problem:
            return self.app.sentence(problem)
        return ""

    def settings(self) -> dict[str, str]:
        """What was chosen, without what was left at its default."""
        chosen = {field.setting: field.value for field in self.query(Field) if field.value and field.display}
        source = str(self.query_one("#data", Select).value)
        return {**chosen, **({"data": source} if source != "file" else {})}

    # --- what the learner expects of it

    async def action_forecast(self) -> None:
        from tui.screens.forecast import ForecastScreen

        await self.app.push_screen(ForecastScreen(self.method, self.forecasts, self._keep_forecast))

    def _keep_forecast(self, id: str, payload: dict[str, Any] | None) -> None:
        """A new forecast, or one taken back."""
        if payload is None:
            self.forecasts.pop(id, None)
        else:
            self.forecasts[id] = payload
        self._show_forecasts()

    def _show_forecasts(self) -> None:
        from tui.screens.forecast import summary

        lines = summary(self.app.language, self.forecasts) or [self.t("forecast.offer_train")]
        self.query_one("#forecasts", Static).update(literal("\n".join(lines)))

    # --- starting it

    @on(Button.Pressed, "#start")
    def _pressed(self) -> None:
        self.app.call_later(self.action_start)  # a screen can't wait in its own handler for its own end

    async def action_start(self) -> None:
        try:
            recipe = Recipe.make(self.method, self.settings())
            folder = library.create(recipe, rows_for_run(self.app.store.labels(), recipe))
            if self.forecasts:
                forecast.add(self.app.store, folder.name, self.forecasts)  # before the run starts
            self.app.store.index_run(folder.name, recipe.method, None, folder)
            supervisor.start(folder)
        except Problem as problem:
            self.refuse(problem)
            return
        await self.app.pop_screen()
        await self.app.go("run", run_id=folder.name)

    def refuse(self, problem: Problem) -> None:
        """Say it at the field it is about, and go there; otherwise as a message."""
        for field in self.query(Field):
            if field.display and field.setting == problem.params.get("key"):
                field.say(self.app.sentence(problem))
                field.query_one(Input).focus()
                return
        self.app.show_problem(problem)
