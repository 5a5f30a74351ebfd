"""Label: two answers of the current model, one decision, kept on the key itself."""

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import Problem
from engine.exchange.labels import export_labels, new_export_file
from engine.labelling.instruments import self_agreement
from engine.labelling.reward_model import own_reward_model
from engine.serving.client import Generator
from engine.store.label import Choice, Label
from engine.store.rater import BATCH, habits
from tui.labelling import Labelling, missed_gold
from tui.pair_stream import Command, sampler_command
from tui.rater import Rater
from tui.screens.judging import JudgingScreen
from tui.screens.warm_up import warmed_up
from tui.verdicts import Verdicts
from tui.widgets.interval_line import two
from tui.widgets.rater_panel import RaterPanel
from tui.widgets.steady_input import SteadyInput

NOTE_LENGTH = 500
POLL_SECONDS = 0.2
WIDE_STATUS = 100


class LabelScreen(JudgingScreen):
    """`sampler` gives the command that samples pairs; `generator` asks judges; `clock` gives seconds, monotonic."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "label.keys.retry", id="label.retry"),
        Binding("f", "flag", "label.keys.flag", id="label.flag"),
        Binding("n,c", "note", "label.keys.note", id="label.note"),
        Binding("p", "aside('rater')", "label.keys.rater", id="label.rater"),
        Binding("v", "go('disagreements')", "label.keys.disagreements", id="label.disagreements"),
        Binding("k", "go('rank')", "label.keys.rank", id="label.rank"),
        Binding("a", "acquisition", "label.keys.acquisition", id="label.acquisition"),
        Binding("d", "source", "label.keys.source", id="label.source"),
        Binding("e", "export", "label.keys.export", id="label.export"),
        Binding("w", "go('warm_up')", "label.keys.warm_up", id="label.warm_up"),
    ]
    DEFAULT_CSS = """
    LabelScreen #note { height: auto; max-width: 150; padding: 0 2; margin-top: 1; }
    LabelScreen #note-input { max-width: 150; }
    LabelScreen.-short #note { margin-top: 0; }
    """

    def __init__(
        self,
        sampler: Command = sampler_command,
        clock: Callable[[], float] = time.monotonic,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(clock)
        self.sampler = sampler
        self.generator = generator
        self.labelling: Labelling | None = None
        self.rater: Rater | None = None
        self.problem: Problem | None = None
        self.note, self.writing_note = "", False
        self.flagged = False
        self.began, self.rested = clock(), False

    # --- what is on the screen

    def crumbs(self) -> list[str]:
        return [self.t("label.title")]

    def pair(self) -> tuple[str, str, str] | None:
        shown = self.labelling.shown if self.labelling else None
        return (shown.pair.prompt, shown.left, shown.right) if shown else None

    def compose_below(self) -> Iterable[Widget]:
        yield Static(id="note", classes="quiet", markup=False)
        yield SteadyInput(self.note, id="note-input", max_length=NOTE_LENGTH, placeholder=self.t("label.note_hint"))

    def compose_aside(self) -> Iterable[Widget]:
        yield RaterPanel(id="rater")

    def on_mount(self) -> None:
        self.run_worker(self._begin())

    async def language_changed(self) -> None:
        if self.writing_note:
            self.note = self.query_one("#note-input", Input).value
        await super().language_changed()
        if self.writing_note:
            self.query_one("#note-input").focus()

    def show_all(self) -> None:
        marks = [self.t("label.flagged")] if self.flagged else []
        marks += [self.t("label.note_is", note=self.note)] if self.note and not self.writing_note else []
        self.query_one("#note").display = bool(marks)
        self.write("#note", " · ".join(marks))
        self.query_one("#note-input").display = self.writing_note
        if self.aside == "rater" and self.rater:
            self.query_one(RaterPanel).show(self.rater)
        super().show_all()
        self._show_status()

    def state(self) -> str:
        """What is waited for or went wrong."""
        labelling = self.labelling
        if self.problem:
            return f"{self.app.sentence(self.problem)}\n\n{self.t('label.retry_hint')}"
        if labelling is None:
            return self.t("label.opening")
        if labelling.failure is not None:
            return self.t("label.failed", reason=labelling.failure or self.t("label.nothing_to_judge"))
        if labelling.source == "shipped":
            return self.t("label.shipped_done")
        return self.t("label.sampling", count=labelling.sampled)

    def _show_status(self) -> None:
        """In the title: where pairs come from, how many labels are kept, and how far they agree with themselves."""
        if self.labelling is None:
            return
        given = self.labelling.given
        parts = [
            self.t(f"label.source_{self.labelling.source}"),
            self.t("label.count" if given else "label.count_none", count=len(given)),
        ]
        own = self_agreement(given)[0]
        if own.value is not None and own.low is not None and own.high is not None and self.size.width >= WIDE_STATUS:
            parts.append(self.t("label.own", value=two(own.value), low=two(own.low), high=two(own.high)))
        self.set_status(" · ".join(parts))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "note" | "flag":
                return self.deciding
            case "undo":
                return self.labelling is not None and bool(self.labelling.given) and not self.aside
            case "export" | "source" | "aside" | "acquisition" | "go":
                return self.labelling is not None
            case "retry":
                return self.problem is not None or (self.labelling is not None and self.labelling.failure is not None)
        return super().check_action(action, parameters)

    # --- where pairs come from

    async def _begin(self) -> None:
        """Open the store and ask for pairs, off the thread that draws; newcomers warm up meanwhile."""
        try:
            self.labelling = await asyncio.to_thread(lambda: Labelling(self.app.store, self.sampler))
        except Problem as problem:
            self.problem = problem
        else:
            self.rater = Rater(Verdicts(self.labelling.store, self.generator))
            self.labelling.sample()
            self.set_interval(POLL_SECONDS, self._poll)
            if not self.labelling.given and not warmed_up(self.labelling.store):
                await self.app.go("warm_up")
        self.show_all()

    def _poll(self) -> None:
        labelling, rater = self.labelling, self.rater
        if labelling is None or rater is None or self.busy:
            return
        before = labelling.shown
        labelling.poll()
        if labelling.acquisition == "reward_model" and rater.model:
            labelling.doubtful = rater.ask_model(
                (pair.pair_id, pair.prompt, pair.a, pair.b) for pair in labelling.waiting
            )
        if labelling.shown is not before:
            self.shown_at = ""
            self.show_all()
        elif labelling.shown is None:
            self.write("#state", self.state())
            self.show_keys()
        if self.aside == "rater" and rater.changed():
            self.run_worker(self._read_instruments())

    def action_retry(self) -> None:
        if self.problem is not None:
            self.problem = None
            self.run_worker(self._begin())
        elif self.labelling is not None:
            self.labelling.sample()
        self.show_all()

    def action_source(self) -> None:
        """Change between the model's own pairs and the shipped ones."""
        if self.labelling is not None and not self.busy:
            self.labelling.change_source()
            self.new_pair()

    def action_acquisition(self) -> None:
        """Choose the pairs to learn from in another way."""
        assert self.labelling is not None
        assert self.rater is not None
        self.labelling.change_acquisition()
        how: str = self.labelling.acquisition
        if how == "reward_model":
            self.rater.model = own_reward_model()
            if self.rater.model is None:
                how = "no_reward_model"
        run = self.rater.model.run_id if self.rater.model else ""
        self.last = lambda: self.t(f"label.acquisition.{how}", run=run)
        self.show_all()

    async def action_go(self, place: str) -> None:
        await self.app.go(place)

    def on_unmount(self) -> None:
        if self.labelling is not None:
            self.labelling.close()
        if self.rater is not None:
            self.rater.close()

    # --- deciding

    @property
    def deciding(self) -> bool:
        return super().deciding and not self.writing_note

    async def decide(self, choice: Choice, strength: int | None, **how: Any) -> None:
        labelling = self.labelling
        assert labelling is not None
        label = labelling.label(choice, strength, note=self.note, flagged=self.flagged, **how)
        try:
            await asyncio.to_thread(labelling.keep, label)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self.last = self._after(label, labelling.given)
            self.note = ""
            self._fresh()

    def _after(self, label: Label, given: list[Label]) -> Callable[[], str]:
        """What is said under the next pair: that it is kept; what a pair with a known answer was about; now and then
        what the rule says, or that it is time for a break."""
        if missed_gold(label):
            better = label.answers[0]
            return lambda: self.t("label.gold_missed", said=self.said(label.choice, label.strength), better=better)
        if len(given) % BATCH == 0:
            share = habits(given).agreement
            return lambda: self.t("label.batch", given=len(given), hits=share.hits, of=share.of)
        minutes = self.app.settings.break_minutes  # after so long a sitting, attention pays for every further label
        if minutes and not self.rested and self.clock() - self.began > 60 * minutes:
            self.rested = True
            return lambda: self.t("label.rest", minutes=minutes)
        return lambda: self.t("label.kept", said=self.said(label.choice, label.strength))

    def action_undo(self) -> None:
        """Return to the last pair that was judged, and take its label back."""
        if self.labelling is None or self.busy:
            return
        if self.guard.accepts("undo", repeatable=True) or self.labelling.shown is None:
            self.busy = True
            self.run_worker(self._undo(self.labelling))

    async def _undo(self, labelling: Labelling) -> None:
        try:
            label = await asyncio.to_thread(labelling.undo)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            if label is not None:
                self.last = lambda: self.t("label.undone")
                self._fresh(label.note, label.flagged)
        finally:
            self.busy = False

    def _fresh(self, note: str = "", flagged: bool = False) -> None:
        """Another pair, with the note and the flag that it had."""
        self.note, self.writing_note, self.flagged = note, False, flagged
        self.new_pair()

    # --- flag, note, the rater, export

    def action_flag(self) -> None:
        """Mark the pair to come back to; once more takes the mark off."""
        self.flagged = not self.flagged
        self.show_all()

    def action_note(self) -> None:
        self.writing_note = True
        self.show_all()
        field = self.query_one("#note-input", Input)
        field.value = self.note
        field.focus()

    @on(Input.Submitted, "#note-input")
    def _note_written(self, event: Input.Submitted) -> None:
        self._end_note(event.value.strip())

    def _end_note(self, note: str) -> None:
        self.note, self.writing_note = note, False
        self.set_focus(None)
        self.show_all()

    def action_aside(self, what: str) -> None:
        super().action_aside(what)
        if self.aside == "rater":
            self.run_worker(self._read_instruments())

    async def _read_instruments(self) -> None:
        """Work the readings out, off the thread that draws, and ask the judges for what they have not said yet."""
        assert self.labelling is not None
        assert self.rater is not None
        await asyncio.to_thread(self.rater.read, self.labelling.given)
        self.show_all()

    async def action_back(self) -> None:
        """Leave the note first."""
        if self.writing_note:
            self._end_note(self.note)
        else:
            await super().action_back()

    async def action_export(self) -> None:
        """Write the labels for training into the exports folder, and say where."""
        assert self.labelling is not None
        store = self.labelling.store
        try:
            exported = await asyncio.to_thread(lambda: export_labels(store.labels(), new_export_file("labels")))
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            left_out = sum(exported.left_out.values())
            self.last = lambda: self.t("label.exported", rows=exported.rows, path=exported.path, left_out=left_out)
            self.aside = ""
            self.show_all()
