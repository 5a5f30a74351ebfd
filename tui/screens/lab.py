"""A lab as a walk: one step at a time, what is done behind you, what is locked in sight."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button, Markdown, OptionList, Static

from content.errors import ContentError
from content.labs import STEPS, Lab, lab
from content.questions import predicted
from engine.errors import Problem
from engine.exchange.labels import rows_for_training
from engine.exchange.own import rows_for_run
from engine.labs import LABS
from engine.progress import Done, Record
from engine.runs import library, supervisor
from tui import lab_controls
from tui.lab_progress import READ, Progress, keep_report, next_seed, read_progress
from tui.links import follow
from tui.literal import literal
from tui.numbers import percent
from tui.screens.base import PreferablyScreen
from tui.widgets.lab_steps import LabSteps
from tui.widgets.lesson import Lesson
from tui.widgets.question_box import QuestionBox
from tui.widgets.run_view import RunView

WALKING = ("turn", "into", "start", "forecast", "text", "again", "report", "cases")
"""The actions that need an open step."""


class LabScreen(PreferablyScreen):
    """The lab `lab`, at the step where the learner left off."""

    CSS = """
    LabScreen #bar { height: auto; padding: 0 2; background: $surface; color: $secondary; }
    LabScreen #page { height: 1fr; padding: 1 0 0 2; scrollbar-size-vertical: 1; }
    LabScreen #page > * { padding: 0 2 0 0; }
    LabScreen #control { height: auto; max-height: 60%; padding: 0 2; }
    LabScreen #result { height: auto; }
    LabScreen #control > *, LabScreen #result > * { height: auto; }
    LabScreen #control Button { margin: 0 0 0 0; }
    LabScreen #control OptionList { border: none; background: $background; padding: 0; }
    LabScreen #result IntervalLine { padding: 0; }
    LabScreen #result Static.words { margin: 1 0; }
    LabScreen.-watching #page, LabScreen.-watching #control, LabScreen.-watching.-narrow #bar { display: none; }
    LabScreen RunView { display: none; }
    LabScreen.-watching RunView { display: block; }
    LabScreen.-watching.-narrow #steps { display: none; }
    """
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]
    AUTO_FOCUS = "#page"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "start", "lab.keys.start", id="lab.start"),
        Binding("f", "forecast", "forecast.keys.forecast", id="lab.forecast"),
        Binding("n", "turn(1)", "lab.keys.step", id="lab.next", key_display="n/p"),
        Binding("p", "turn(-1)", "lab.keys.step", id="lab.previous", key_display="n/p"),
        Binding("tab", "into", "lab.keys.into", id="lab.into"),
        Binding("tab", "app.focus_next", show=False, id="lab.focus"),  # nothing to go into: as everywhere
        Binding("t", "text", "lab.keys.text", id="lab.text"),
        Binding("a", "again", "lab.keys.again", id="lab.again"),
        Binding("o", "report", "lab.keys.report", id="lab.report"),
        Binding("d", "cases", "lab.keys.cases", id="lab.cases"),
    ]

    def __init__(self, lab: str) -> None:
        super().__init__()
        self.lab_id = lab
        self.step: str | None = None  # the open one; None until the store says where the learner left off
        self.progress = Progress()
        self.rows: list[dict[str, Any]] = []  # the learner's own labels, as training rows
        self.problem: ContentError | None = None

    # --- what is open

    @property
    def lab(self) -> Lab:
        return lab(self.lab_id, self.app.language)

    @property
    def walking(self) -> bool:
        return self.problem is None

    def crumbs(self) -> list[str]:
        if not self.walking:
            return [self.t("lab.title")]
        return [self.t("lab.title"), f"{self.lab.id} {self.lab.title}", self.t(f"lab.step.{self.step or 'goal'}")]

    def compose_body(self) -> Iterable[Widget]:
        self.problem = None
        try:
            bar = self._bar_text()
        except ContentError as problem:
            self.problem = problem
            yield Static(self.app.sentence(problem), markup=False, classes="hero")
            return
        with Horizontal():
            yield LabSteps(id="steps")
            with Vertical(id="right"):
                yield Static(literal(bar), id="bar")
                with VerticalScroll(id="page"):
                    yield Vertical(id="result")
                    yield Lesson()
                yield VerticalScroll(id="control", can_focus=False)

    def _bar_text(self) -> str:
        """The gate in words; it stands above every step, before the run as after it."""
        found = self.lab
        return self.t(f"lab.passes_when.{found.gate}", threshold=percent(found.threshold))

    # --- progress

    async def on_mount(self) -> None:
        if self.walking and not self.app.store_is_open:
            await self.show()

    async def store_opened(self) -> None:
        """Find the step where the learner left off, and the run if there is one."""
        if not self.walking:
            return
        self.reload()
        self.rows = rows_for_training(self.app.store.labels())
        self.app.store.set_place("lab", lab=self.lab.id)
        self.step = self.progress.current
        await self.show()

    async def language_changed(self) -> None:
        before, lesson = self.query_one_optional(RunView), self.query_one_optional(Lesson)
        work, reading = lesson.work() if lesson else None, not self.has_class("-watching")
        await super().language_changed()
        if self.walking:
            await self.show(before)
            if work:
                await self.query_one(Lesson).take_up(work)
            if before and reading:
                self.action_text()

    def reload(self) -> None:
        """Read the progress again; a finished run's gate goes on record, once."""
        self.progress = read_progress(self.app.store, self.lab)
        run = self.progress.run
        if run and run.gate:
            self.app.store.record_gate(self.lab.id, run.run_id, run.gate)

    def finish_step(self, step: str, **details: Any) -> None:
        """Keep that a step was done, once."""
        if step not in self.progress.done or details.get("data", self.progress.data) != self.progress.data:
            self.app.store.record(READ, self.lab.id, {"step": step, **details})
        self.reload()

    # --- one step

    async def show(self, before: RunView | None = None) -> None:
        """Draw the open step from its beginning; `before` is the view of its run that was there before."""
        self.step = self.step or "goal"
        section = self.lab.section(self.step)
        answered = {id: Record(solved=True) for id in (*self.progress.answers, *self.progress.predictions)}
        await self.query_one(Lesson).show(section, done=Done(records=answered))
        self.query_one("#page").scroll_home(animate=False)
        await self._show_run(before)
        await self.draw_control()
        self.draw_steps()
        self.refresh_title()
        self.refresh_bindings()
        (self.query_one(RunView) if self.has_class("-watching") else self.query_one("#page")).focus()

    def draw_steps(self) -> None:
        here = self.step or "goal"
        self.query_one(LabSteps).show(self.progress, here)
        run = self.progress.run
        name = f"  {run.run_id}" if run and self.size.width >= 110 else ""
        self.set_status(f"{STEPS.index(here) + 1}/{len(STEPS)}{name}")

    async def _show_run(self, before: RunView | None) -> None:
        """In the step "run" the curves take the place of the text as soon as there is a run."""
        for view in self.query(RunView):
            await view.remove()
        run = self.progress.run
        watching = self.step == "run" and run is not None
        if watching and run is not None:
            await self.query_one("#right").mount(RunView(run.folder, before))
        self.set_class(watching, "-watching")

    async def draw_control(self) -> None:
        """The one thing to do in this step, below its text; a result comes before the text about it."""
        app, found, progress, step = self.app, self.lab, self.progress, self.step or "goal"
        widgets = {
            "#result": lab_controls.result(app, found, progress, step),
            "#control": lab_controls.controls(app, found, progress, step, len(self.rows)),
        }
        for place, those in widgets.items():
            container = self.query_one(place)
            await container.remove_children()
            await container.mount(*those)

    # --- moving

    async def open_step(self, step: str) -> None:
        if not self.progress.open(step):
            before = self.t(f"lab.step.{self.progress.current}")
            self.notify(self.t("lab.not_yet", step=before), markup=False)
            return
        self.step = step
        await self.show()

    async def action_turn(self, direction: int) -> None:
        """To the step after or before; going on from a step that only has to be read finishes it."""
        if not self.walking or self.step is None or not self.app.store_is_open:
            return
        if direction > 0:
            run = self.progress.run
            if self.step in ("goal", "data"):
                self.finish_step(self.step)
            elif self.step == "gate" and run and run.gate:
                self.finish_step("gate", run_id=run.run_id)
            else:
                self.reload()
        place = STEPS.index(self.step) + direction
        if 0 <= place < len(STEPS):
            await self.open_step(STEPS[place])

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        match event.option_list.id:
            case "steps":
                await self.open_step(event.option_id or "goal")
            case "data":
                self.finish_step("data", data=event.option_id)
                await self.draw_control()
                self.draw_steps()

    @on(Markdown.LinkClicked)
    async def _follow(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        await follow(self.app, event.href)

    # --- predicting and answering

    @on(QuestionBox.Answered)
    async def _answered(self, event: QuestionBox.Answered) -> None:
        if not self.app.store_is_open:
            return
        question, store = event.question, self.app.store
        if question.metric is None:
            store.record("answer", question.id, {"text": event.text, "verdict": event.verdict.code})
        elif self.progress.run is None:
            kept = {"text": event.text, "value": predicted(question, event.text), "metric": question.metric}
            store.predict(self.lab.id, {"answers": {**self.progress.predictions, question.id: kept}})
        self.reload()
        await self.draw_control()
        self.draw_steps()

    async def action_forecast(self) -> None:
        """More than the lab asks: which way any measure of the run will go, how far, or its curve."""
        from tui.screens.forecast import ForecastScreen

        await self.app.push_screen(ForecastScreen(self.lab.method, self.progress.predictions, self._keep_forecast))

    def _keep_forecast(self, id: str, payload: dict[str, Any] | None) -> None:
        """A new forecast, or one taken back, beside the answers to the lab's own questions."""
        known = {name: kept for name, kept in self.progress.predictions.items() if name != id}
        self.app.store.predict(self.lab.id, {"answers": known if payload is None else {**known, id: payload}})
        self.reload()

    # --- the run

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in WALKING and not (self.walking and self.step):
            return False
        run = self.progress.run
        match action:
            case "turn":
                return self.step != (STEPS[-1] if parameters[0] == 1 else STEPS[0])
            case "into":
                return self.focused is self.query_one_optional("#page") and bool(self._answerable())
            case "start":
                return self.step == "run" and run is None
            case "forecast":
                return self.step in ("predict", "run") and run is None and self.app.store_is_open
            case "text":
                return self.step == "run" and run is not None
            case "again":
                return self.step in ("run", "gate") and run is not None and not run.alive
            case "report":
                return self.step == "next"
            case "cases":
                return self.step == "gate" and lab_controls.diagnosable(self.lab, self.progress)
        return True

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "start":
            await self.action_start()
        elif event.button.id == "cases":
            await self.action_cases()
        else:
            self.action_report()

    async def action_start(self) -> None:
        """Make the lab's run with the data chosen, and start its worker."""
        seed = next_seed(self.app.store, self.lab, self.progress)
        try:
            recipe = LABS[self.lab.id].recipe(seed, data=self.progress.data)
            folder = library.create(recipe, rows_for_run(self.app.store.labels(), recipe))
            self.app.store.index_run(folder.name, recipe.method, self.lab.id, folder)
            supervisor.start(folder)
        except Problem as problem:
            self.app.show_problem(problem)
            return
        self.step = "run"
        self.reload()
        await self.show()

    async def action_again(self) -> None:
        await self.action_start()

    def action_text(self) -> None:
        """The text of the step instead of the curves, and back."""
        self.toggle_class("-watching")
        (self.query_one(RunView) if self.has_class("-watching") else self.query_one("#page")).focus()

    @on(RunView.Changed)
    def _run_changed(self, event: RunView.Changed) -> None:
        """When the run ends the next step opens."""
        known = self.progress.run
        if self.app.store_is_open and known and event.view.status.state != known.state:
            self.reload()
            self.draw_steps()
            self.refresh_bindings()
            if event.view.status.state == "done":
                self.notify(self.t("lab.run_done"), markup=False)

    # --- the cases of a lab that the learner decides

    async def action_cases(self) -> None:
        from tui.screens.cases import CasesScreen

        if self.progress.run:
            await self.app.push_screen(CasesScreen(self.progress.run.folder))

    async def on_screen_resume(self) -> None:
        """Back from the cases: what was said there counts here."""
        if self.step == "gate" and self.app.store_is_open and LABS[self.lab.id].by_learner:
            self.reload()
            await self.draw_control()
            self.draw_steps()
            self.refresh_bindings()

    # --- to the fields and back

    def _answerable(self) -> list[Widget]:
        """What there is to choose from or to type in, from the top."""
        return [widget for widget in self.query("Lesson Input, Lesson Choices, #control Choices") if widget.focusable]

    def action_into(self) -> None:
        self._answerable()[0].focus()

    async def action_back(self) -> None:
        """Out of a field or a list first, then out of the lab."""
        page = self.query_one_optional("#page")
        if page is not None and page.focusable and self.focused not in (None, page):
            page.focus(scroll_visible=False)
        else:
            await super().action_back()

    # --- the report

    def action_report(self) -> None:
        """Write the report into the run's folder, and a copy among the exports."""
        run = self.progress.run
        if run is None or run.state != "done":
            self.notify(self.t("lab.report_none"), markup=False)
            return
        try:
            report, copy = keep_report(run.folder, self.lab, self.progress)
        except Problem as problem:
            self.app.show_problem(problem)
            return
        self.finish_step("next", run_id=run.run_id)
        self.draw_steps()
        lines = [self.t("lab.report_written", path=report), self.t("lab.report_copy", path=copy)]
        self.query(".written").remove()
        self.query_one("#control").mount(Static(literal("\n".join(lines)), classes="written"))
