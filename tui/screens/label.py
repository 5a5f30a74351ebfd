"""Label: two answers of the current model, one decision, kept on the key itself."""

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import Problem
from engine.exchange.labels import export_labels, new_export_file
from engine.store.label import STRENGTHS, Choice, Label
from engine.store.rater import BATCH, habits
from engine.world.prompts import readable
from tui.key_guard import KeyGuard
from tui.labelling import Labelling
from tui.literal import literal
from tui.pair_stream import Command, sampler_command
from tui.screens.base import PreferablyScreen
from tui.widgets.choice_bar import ChoiceBar
from tui.widgets.habits_panel import HabitsPanel
from tui.widgets.pair_view import PairView

NOTE_LENGTH = 500
POLL_SECONDS = 0.2

SCALE: tuple[tuple[Choice, int | None], ...] = (
    ("left", 3), ("left", 2), ("left", 1), ("tie", None), ("right", 1), ("right", 2), ("right", 3),
)  # fmt: skip
"""What the keys 1 to 7 mean: A strongly, clearly, slightly; a tie; B slightly, clearly, strongly."""


class LabelScreen(PreferablyScreen):
    """`sampler` gives the command that samples pairs; `clock` gives seconds, monotonic."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(step), f"step({step})", show=False, id=f"label.step{step}") for step in range(1, 8)),
        Binding("left", "step(2)", show=False, id="label.left"),
        Binding("right", "step(6)", show=False, id="label.right"),
        Binding("t,equals_sign", "step(4)", show=False, id="label.tie"),
        Binding("r", "retry", "label.keys.retry", id="label.retry"),
        Binding("b", "judge('both_bad')", "label.keys.both_bad", id="label.both_bad"),
        Binding("s", "judge('skip')", "label.keys.skip", id="label.skip"),
        Binding("u", "undo", "label.keys.undo", id="label.undo"),
        Binding("n", "note", "label.keys.note", id="label.note"),
        Binding("i", "aside('rubric')", "label.keys.rubric", id="label.rubric"),
        Binding("p", "aside('habits')", "label.keys.habits", id="label.habits"),
        Binding("d", "source", "label.keys.source", id="label.source"),
        Binding("e", "export", "label.keys.export", id="label.export"),
        Binding("down,pagedown", "scroll_text(1)", show=False, id="label.down"),
        Binding("up,pageup", "scroll_text(-1)", show=False, id="label.up"),
    ]
    DEFAULT_CSS = """
    LabelScreen #decision { height: 1fr; align: center middle; }
    LabelScreen PairView { height: auto; max-height: 75%; max-width: 150; }
    LabelScreen ChoiceBar { max-width: 150; }
    LabelScreen #state { max-width: 90; height: auto; }
    LabelScreen #note, LabelScreen #last { height: auto; max-width: 150; padding: 0 2; margin-top: 1; }
    LabelScreen #last { min-height: 2; }
    LabelScreen #note-input { max-width: 150; }
    LabelScreen #aside { height: 1fr; padding: 1 2; }
    """

    def __init__(self, sampler: Command = sampler_command, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.sampler = sampler
        self.clock = clock
        self.guard = KeyGuard(clock)
        self.labelling: Labelling | None = None
        self.problem: Problem | None = None
        self.shown_at, self.shown_clock = "", 0.0
        self.busy = False
        self.note = ""
        self.writing_note = False
        self.aside = ""
        self.last: Callable[[], str] = str

    @property
    def deciding(self) -> bool:
        """There is a pair on the screen, and nothing over it."""
        return self.labelling is not None and self.labelling.shown is not None and not self.aside

    # --- what is on the screen

    def crumbs(self) -> list[str]:
        return [self.t("label.title")]

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="decision"):
            yield Static(id="state", classes="hero", markup=False)
            yield PairView()
            yield ChoiceBar()
            yield Static(id="note", classes="quiet", markup=False)
            yield Input(self.note, id="note-input", max_length=NOTE_LENGTH, placeholder=self.t("label.note_hint"))
            yield Static(id="last", classes="quiet", markup=False)
        with VerticalScroll(id="aside", can_focus=False):
            yield Static(id="rubric", markup=False)
            yield HabitsPanel(id="habits")

    def on_mount(self) -> None:
        self.show_all()
        self.run_worker(self._begin())

    async def language_changed(self) -> None:
        if self.writing_note:
            self.note = self.query_one("#note-input", Input).value
        await super().language_changed()
        self.show_all()
        if self.writing_note:
            self.query_one("#note-input").focus()

    def show_all(self) -> None:
        """Bring every widget up to date with the state."""
        shown = self.labelling.shown if self.labelling else None
        self.query_one("#decision").display = not self.aside
        self.query_one("#aside").display = bool(self.aside)
        self.query_one("#rubric").display = self.aside == "rubric"
        self.query_one("#habits").display = self.aside == "habits"
        self.query_one("#state").display = shown is None
        self.query_one(PairView).display = self.query_one(ChoiceBar).display = shown is not None
        self.query_one("#note").display = bool(self.note) and not self.writing_note
        self.query_one("#note-input").display = self.writing_note
        self.query_one("#note", Static).update(literal(self.t("label.note_is", note=self.note)))
        self.query_one("#last", Static).update(literal(self.last()))
        self.query_one("#rubric", Static).update(self.t("label.rubric"))
        if self.aside == "habits" and self.labelling:
            self.query_one(HabitsPanel).show(habits(self.labelling.given))
        self._show_state()
        self.guard.hidden()
        if shown:
            self.query_one(PairView).show(readable(shown.pair.prompt), shown.left, shown.right)
            self.call_after_refresh(self._painted)
        self.refresh_bindings()

    def _painted(self) -> None:
        """The pair can be seen: from now on it can be judged, and its time runs."""
        if self.deciding:
            self.guard.painted()
            if not self.shown_at:
                self.shown_at, self.shown_clock = datetime.now(UTC).isoformat(), self.clock()

    def _show_state(self) -> None:
        """What is waited for or went wrong; in the title, where pairs come from and how many labels are kept."""
        labelling = self.labelling
        if self.problem:
            text = f"{self.app.sentence(self.problem)}\n\n{self.t('label.retry_hint')}"
        elif labelling is None:
            text = self.t("label.opening")
        elif labelling.failure is not None:
            reason = labelling.failure or self.t("label.nothing_to_judge")
            text = self.t("label.failed", reason=reason)
        elif labelling.source == "shipped":
            text = self.t("label.shipped_done")
        else:
            text = self.t("label.sampling", count=labelling.sampled)
        self.query_one("#state", Static).update(literal(text))
        if labelling is not None:
            count = self.t("label.count" if labelling.given else "label.count_none", count=len(labelling.given))
            self.set_status(f"{self.t(f'label.source_{labelling.source}')} · {count}")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "step" | "judge" | "note":
                return self.deciding
            case "undo":
                return self.labelling is not None and bool(self.labelling.given) and not self.aside
            case "export" | "source" | "aside":
                return self.labelling is not None
            case "retry":
                return self.problem is not None or (self.labelling is not None and self.labelling.failure is not None)
        return True

    # --- where pairs come from

    async def _begin(self) -> None:
        """Open the store and ask for pairs, off the thread that draws."""
        try:
            self.labelling = await asyncio.to_thread(lambda: Labelling(self.app.store, self.sampler))
        except Problem as problem:
            self.problem = problem
        else:
            self.labelling.sample()
            self.set_interval(POLL_SECONDS, self._poll)
        self.show_all()

    def _poll(self) -> None:
        labelling = self.labelling
        if labelling is None or self.busy:
            return
        before = labelling.shown
        labelling.poll()
        if labelling.shown is not before:
            self._new_pair()
        elif labelling.shown is None:
            self._show_state()
            self.refresh_bindings()

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
            self._new_pair()

    def on_unmount(self) -> None:
        if self.labelling is not None:
            self.labelling.close()

    # --- deciding

    def action_step(self, step: int) -> None:
        self.action_judge(*SCALE[step - 1])

    @on(ChoiceBar.Chosen)
    def _clicked(self, event: ChoiceBar.Chosen) -> None:
        self.action_step(event.step)

    def action_judge(self, choice: Choice, strength: int | None = None) -> None:
        """Keep the decision. The next pair comes only when this one is on the disk."""
        if self.busy or self.writing_note or not self.deciding or not self.guard.accepts(f"{choice} {strength}"):
            return
        assert self.labelling is not None
        label = self.labelling.label(
            choice,
            strength,
            note=self.note,
            latency_ms=round(1000 * (self.clock() - self.shown_clock)),
            shown_at=self.shown_at,
            layout="columns" if self.query_one(PairView).wide else "rows",
        )
        self.busy = True
        self.run_worker(self._keep(self.labelling, label))

    async def _keep(self, labelling: Labelling, label: Label) -> None:
        try:
            await asyncio.to_thread(labelling.keep, label)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self.last = lambda: self._said(label)
            if len(labelling.given) % BATCH == 0:
                share = habits(labelling.given).agreement
                self.last = lambda: self.t("label.batch", given=len(labelling.given), hits=share.hits, of=share.of)
            self._new_pair()
        finally:
            self.busy = False

    def _said(self, label: Label) -> str:
        strength = self.t(f"label.step.{STRENGTHS[label.strength]}") if label.strength else ""
        return self.t(f"label.kept.{label.choice}", strength=strength)

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
                self._new_pair(label.note)
        finally:
            self.busy = False

    def _new_pair(self, note: str = "") -> None:
        """Another pair is due: its time has not begun, and it has no note yet."""
        self.shown_at = self.aside = ""
        self.note, self.writing_note = note, False
        self.show_all()

    # --- note, rubric, habits, export

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
        """Open the rubric or the habits in the place of the pair; the same key closes it again."""
        self.aside = "" if self.aside == what else what
        self.show_all()

    async def action_back(self) -> None:
        """Leave the note, the rubric or the habits first, then the screen."""
        if self.writing_note:
            self._end_note(self.note)
        elif self.aside:
            self.action_aside(self.aside)
        else:
            await super().action_back()

    def action_scroll_text(self, direction: int) -> None:
        target = self.query_one("#aside") if self.aside else self.query_one(PairView)
        target.scroll_relative(y=3 * direction, animate=False)

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
