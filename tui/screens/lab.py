"""A lab as a walk: one step at a time, what is done behind you, what is locked in sight."""

from collections.abc import Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Markdown, OptionList, Static
from textual.widgets.option_list import Option

from content.errors import ContentError
from content.labs import STEPS, Lab, lab, labs
from content.questions import predicted
from engine.errors import Problem
from engine.exchange.labels import rows_for_training
from engine.labs import LABS
from engine.runs import library, supervisor
from engine.runs.events import History, fold, read_events
from tui.lab_progress import READ, Progress, attempts, compared, keep_report, read_progress
from tui.literal import clean, literal
from tui.numbers import percent
from tui.screens.base import PreferablyScreen
from tui.widgets.interval_line import IntervalLine
from tui.widgets.lab_steps import LabSteps
from tui.widgets.lesson import Lesson
from tui.widgets.question_box import QuestionBox
from tui.widgets.run_view import RunView


class LabScreen(PreferablyScreen):
    """The lab `lab`, at the step where the learner left off; without one, the list of labs."""

    CSS = """
    LabScreen #labs { border: none; background: $background; padding: 1 2; }
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
    AUTO_FOCUS = "#page, #labs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "turn(1)", "lab.keys.next", id="lab.next"),
        Binding("p", "turn(-1)", "lab.keys.previous", id="lab.previous"),
        Binding("s", "start", "lab.keys.start", id="lab.start"),
        Binding("t", "text", "lab.keys.text", id="lab.text"),
        Binding("a", "again", "lab.keys.again", id="lab.again"),
        Binding("o", "report", "lab.keys.report", id="lab.report"),
    ]

    def __init__(self, lab: str | None = None) -> None:
        super().__init__()
        self.lab_id = lab
        self.step: str | None = None  # the open one; None until the store says where the learner left off
        self.progress = Progress()
        self.rows: list[dict[str, Any]] = []  # the learner's own labels, as training rows
        self.problem: ContentError | None = None

    # --- what is open

    @property
    def lab(self) -> Lab:
        assert self.lab_id is not None
        return lab(self.lab_id, self.app.language)

    @property
    def walking(self) -> bool:
        return self.lab_id is not None and self.problem is None

    def crumbs(self) -> list[str]:
        if not self.walking:
            return [self.t("lab.title")]
        return [self.t("lab.title"), f"{self.lab.id} {self.lab.title}", self.t(f"lab.step.{self.step or 'goal'}")]

    def compose_body(self) -> Iterable[Widget]:
        self.problem = None
        if self.lab_id is None:
            yield OptionList(*self._labs(), id="labs")
            return
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

    def _labs(self) -> Iterable[Option]:
        store = self.app.store if self.app.store_is_open else None
        passed = store.gates_passed() if store else set()
        for found in labs(self.app.language):
            progress = read_progress(store, found) if store else Progress()
            line = self.t("lab.fresh")
            if progress.done:
                line = self.t("lab.started", step=self.t(f"lab.step.{progress.current}"))
            if found.id in passed:
                line = f"✓ {self.t('lab.passed_mark')}"
            title = (f"{found.id}  {clean(found.title)}\n", "bold $primary")
            minutes = self.t("lab.minutes", minutes=found.minutes)
            yield Option(Content.assemble(title, (f"    {minutes} · {line}\n", "$secondary")), id=found.id)

    # --- progress

    async def on_mount(self) -> None:
        if self.walking and not self.app.store_is_open:
            await self.show()

    async def store_opened(self) -> None:
        """Find the step where the learner left off, and the run if there is one."""
        if not self.walking:
            if self.lab_id is None:
                await self.recompose()
            return
        self.reload()
        self.rows = rows_for_training(self.app.store.labels())
        self.app.store.set_place("lab", lab=self.lab.id)
        self.step = self.progress.current
        await self.show()

    async def language_changed(self) -> None:
        await super().language_changed()
        if self.walking:
            await self.show()

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

    async def show(self) -> None:
        """Draw the open step from its beginning."""
        self.step = self.step or "goal"
        section = self.lab.section(self.step)
        answered = frozenset({*self.progress.answers, *self.progress.predictions})
        await self.query_one(Lesson).show(section, answered=answered)
        self.query_one("#page").scroll_home(animate=False)
        await self._show_run()
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

    async def _show_run(self) -> None:
        """In the step "run" the curves take the place of the text as soon as there is a run."""
        for view in self.query(RunView):
            await view.remove()
        run = self.progress.run
        watching = self.step == "run" and run is not None
        if watching and run is not None:
            await self.query_one("#right").mount(RunView(run.folder))
        self.set_class(watching, "-watching")

    async def draw_control(self) -> None:
        """The one thing to do in this step, below its text; a result comes before the text about it."""
        for place, widgets in (("#result", self.result()), ("#control", self.controls())):
            container = self.query_one(place)
            await container.remove_children()
            await container.mount(*widgets)

    def result(self) -> list[Widget]:
        """What the gate measured, what was predicted, and every attempt."""
        if self.step != "gate":
            return []
        run = self.progress.run
        history = fold(read_events(run.folder)) if run else History()
        if history.gate is None:
            return [Static(literal(self.t("lab.gate_before")), classes="quiet words")]
        line = IntervalLine()
        line.show(history.gate)
        words = [Content.styled(self.t("lab.predictions"), "bold")]
        words += [literal(text) for text in compared(self.lab, self.progress, history)]
        if len(self.progress.attempts) > 1:
            words.append(Content.styled(self.t("lab.attempts_title"), "bold"))
            words += [literal(text) for text in attempts(self.app.language, self.progress)]
        return [line, Static(Content("\n").join(words), classes="words")]

    def controls(self) -> list[Widget]:
        match self.step:
            case "data" if LABS[self.lab.id].method in ("reward-model", "dpo"):
                return [self._data_choice()]
            case "predict":
                kept = "predict" in self.progress.done
                return [Static(literal(self.t("lab.predicted_kept" if kept else "lab.answer_first")), classes="quiet")]
            case "run" if self.progress.run is None:
                return [Button(self.t("lab.start"), id="start", variant="primary", compact=True)]
            case "questions":
                left = len(self.lab.questions) - len(self.progress.answers)
                return [Static(literal(self.t("lab.questions_left", count=left)), classes="quiet")] if left else []
            case "next":
                return [Button(self.t("lab.report"), id="report", variant="primary", compact=True)]
        return []

    def _data_choice(self) -> OptionList:
        count = len(self.rows)
        own = self.t("lab.labels" if count else "lab.labels_few", count=count)
        options = []
        for id, text in (("shipped", self.t("lab.shipped")), ("labels", own)):
            sign = "◉" if id == self.progress.data else "○"
            options.append(Option(Content(f"{sign} {text}"), id=id, disabled=id == "labels" and not count))
        choice = OptionList(*options, id="data")
        choice.highlighted = 1 if self.progress.data == "labels" and count else 0
        return choice

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
            elif self.step == "gate" and run:
                self.finish_step("gate", run_id=run.run_id)
            else:
                self.reload()
        place = STEPS.index(self.step) + direction
        if 0 <= place < len(STEPS):
            await self.open_step(STEPS[place])

    @on(OptionList.OptionSelected)
    async def _chosen(self, event: OptionList.OptionSelected) -> None:
        match event.option_list.id:
            case "labs":
                await self.app.go("lab", lab=event.option_id)
            case "steps":
                await self.open_step(event.option_id or "goal")
            case "data":
                self.finish_step("data", data=event.option_id)
                await self.draw_control()
                self.draw_steps()

    @on(Markdown.LinkClicked)
    async def _follow(self, event: Markdown.LinkClicked) -> None:
        """`03#objective` and `lab:01` are places of this program; anything else is the browser's."""
        event.stop()
        if event.href.startswith("lab:"):
            await self.app.go("lab", lab=event.href.removeprefix("lab:"))
        elif "://" in event.href:
            self.app.open_url(event.href)
        else:
            chapter, _, section = event.href.partition("#")
            await self.app.go("learn", chapter=chapter, section=section or None)

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

    # --- the run

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("turn", "start", "text", "again", "report") and not (self.walking and self.step):
            return False
        run = self.progress.run
        match action:
            case "start":
                return self.step == "run" and run is None
            case "text":
                return self.step == "run" and run is not None
            case "again":
                return self.step in ("run", "gate") and run is not None and not run.alive
            case "report":
                return self.step == "next"
        return True

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        if event.button.id == "start":
            await self.action_start()
        else:
            self.action_report()

    async def action_start(self) -> None:
        """Make the lab's run with the data chosen, and start its worker."""
        seed = len(self.progress.attempts)  # every attempt has a seed of its own, and all stay on record
        try:
            recipe = LABS[self.lab.id].recipe(seed, data=self.progress.data)
            folder = library.create(recipe, rows=self.rows if recipe.data == "labels" else None)
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
        self.query_one("#control").mount(Static(literal("\n".join(lines)), classes="written"))
