"""What the screens share that ask for a decision on one pair: the pair, the scale, its keys, and their guard."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any, ClassVar

from textual import on
from textual.actions import parse
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from engine.store.label import STRENGTHS, Choice
from engine.world.prompts import readable
from tui.key_guard import KeyGuard
from tui.literal import literal
from tui.screens.base import PreferablyScreen
from tui.widgets.choice_bar import ChoiceBar
from tui.widgets.pair_view import PairView

SCALE: tuple[tuple[Choice, int | None], ...] = (
    ("left", 3), ("left", 2), ("left", 1), ("tie", None), ("right", 1), ("right", 2), ("right", 3),
)  # fmt: skip
"""What the keys 1 to 7 mean: A strongly, clearly, slightly; a tie; B slightly, clearly, strongly."""
SHORT = 24
"""Below so many lines every blank one counts."""


def _parsed(action: str) -> tuple[str, tuple[object, ...]]:
    _, name, parameters = parse(action)
    return name, parameters


class JudgingScreen(PreferablyScreen):
    """Override `pair` (what is to be judged), `state` (what is said where there is nothing) and `decide`.

    `clock` gives seconds, monotonic.
    """

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(step), f"step({step})", show=False, id=f"label.step{step}") for step in range(1, 8)),
        Binding("left", "step(2)", show=False, id="label.left"),
        Binding("right", "step(6)", show=False, id="label.right"),
        Binding("t,equals_sign", "step(4)", show=False, id="label.tie"),
        Binding("b", "judge('both_bad')", "label.keys.both_bad", id="label.both_bad"),
        Binding("s", "judge('skip')", "label.keys.skip", id="label.skip"),
        Binding("u", "undo", "label.keys.undo", id="label.undo"),
        Binding("i", "aside('rubric')", "label.keys.rubric", id="label.rubric"),
        Binding("down,pagedown", "scroll_text(1)", show=False, id="label.down"),
        Binding("up,pageup", "scroll_text(-1)", show=False, id="label.up"),
    ]
    DEFAULT_CSS = """
    JudgingScreen #decision { height: 1fr; align: center middle; }
    JudgingScreen PairView { height: auto; max-height: 75%; max-width: 150; }
    JudgingScreen ChoiceBar { max-width: 150; }
    JudgingScreen #waiting { max-width: 90; height: auto; max-height: 100%; }
    JudgingScreen #above { max-width: 150; height: auto; padding: 0 2; }
    JudgingScreen #last { height: auto; max-width: 150; padding: 0 2; margin-top: 1; min-height: 2; }
    JudgingScreen #aside { height: 1fr; padding: 1 2; }
    JudgingScreen.-short PairView { padding: 0 2; }
    JudgingScreen.-short #waiting { padding: 0 2; }
    JudgingScreen.-short #aside { padding: 0 2; }
    JudgingScreen.-short #last { margin-top: 0; }
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self.clock = clock
        self.guard = KeyGuard(clock)
        self.shown_at, self.shown_clock = "", 0.0
        self.busy = False
        self.aside = ""
        self.last: Callable[[], str] = str
        self._written: dict[str, str] = {}
        self._enabled: list[bool | None] = []
        self._actions = [
            _parsed(binding.action)
            for owner in type(self).__mro__
            for binding in vars(owner).get("BINDINGS", ())
            if isinstance(binding, Binding)
        ]

    # --- what a screen says

    def pair(self) -> tuple[str, str, str] | None:
        """(prompt, left, right) to be judged now; None while there is nothing."""
        raise NotImplementedError

    def state(self) -> str:
        """What is said in the place of a pair."""
        raise NotImplementedError

    def above(self) -> str:
        """What is said above the pair; nothing, mostly."""
        return ""

    async def decide(self, choice: Choice, strength: int | None, **how: Any) -> None:
        """Keep the decision; `how` it came about are fields of `Label`."""
        raise NotImplementedError

    @property
    def deciding(self) -> bool:
        """There is a pair on the screen, and nothing over it."""
        return self.pair() is not None and not self.aside

    # --- what is on the screen

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="decision"):
            with VerticalScroll(id="waiting", classes="hero", can_focus=False):
                yield Static(id="state", markup=False)
            yield Static(id="above", markup=False)
            yield PairView()
            yield ChoiceBar()
            yield from self.compose_below()
            yield Static(id="last", classes="quiet", markup=False)
        with VerticalScroll(id="aside", can_focus=False):
            yield Static(id="rubric", markup=False)
            yield from self.compose_aside()

    def compose_below(self) -> Iterable[Widget]:
        """What stands between the scale and the last line."""
        return ()

    def compose_aside(self) -> Iterable[Widget]:
        """What else may be opened in the place of the pair; the id of each widget is its name for `action_aside`."""
        return ()

    def on_mount(self) -> None:
        self.show_all()

    def on_resize(self) -> None:
        self.set_class(self.app.size.height < SHORT, "-short")

    async def language_changed(self) -> None:
        self._written.clear()
        self._enabled.clear()
        await super().language_changed()
        self.show_all()

    def show_all(self) -> None:
        """Bring every widget up to date with the state."""
        pair, above = self.pair(), self.above()
        self.query_one("#decision").display = not self.aside
        self.query_one("#aside").display = bool(self.aside)
        for widget in self.query("#aside > *"):
            widget.display = widget.id == self.aside
        self.query_one("#waiting").display = pair is None
        self.query_one(PairView).display = self.query_one(ChoiceBar).display = pair is not None
        self.query_one("#above").display = bool(above) and pair is not None
        self.write("#above", above)
        self.write("#last", self.last())
        self.write("#rubric", self.t("label.rubric"))
        self.write("#state", "" if pair else self.state())
        self.guard.hidden()
        if pair:
            prompt, left, right = pair
            self.query_one(PairView).show(readable(prompt), left, right)
            self.call_after_refresh(self._painted)
        self.show_keys()

    def write(self, selector: str, text: str) -> None:
        """Put a text into a widget of that id, if it says something else: each writing lays the screen out anew."""
        if self._written.get(selector) != text:
            self._written[selector] = text
            self.query_one(selector, Static).update(literal(text))

    def show_keys(self) -> None:
        """Draw the line of keys anew, if other ones matter now."""
        enabled = [self.check_action(*action) for action in self._actions]
        if enabled != self._enabled:
            self._enabled = enabled
            self.refresh_bindings()

    def _painted(self) -> None:
        """The pair can be seen: from now on it can be judged, and its time runs."""
        if self.deciding:
            self.guard.painted()
            if not self.shown_at:
                self.shown_at, self.shown_clock = datetime.now(UTC).isoformat(), self.clock()

    def new_pair(self) -> None:
        """Another pair is due: its time has not begun."""
        self.shown_at = self.aside = ""
        self.show_all()

    def said(self, choice: str, strength: int | None) -> str:
        """A decision in words."""
        step = self.t(f"label.step.{STRENGTHS[strength]}") if strength else ""
        return self.t(f"label.said.{choice}", strength=step)

    # --- deciding

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.deciding if action in ("step", "judge") else True

    def action_step(self, step: int) -> None:
        self.action_judge(*SCALE[step - 1])

    @on(ChoiceBar.Chosen)
    def _clicked(self, event: ChoiceBar.Chosen) -> None:
        self.action_step(event.step)

    def action_judge(self, choice: Choice, strength: int | None = None) -> None:
        """Keep the decision. The next pair comes only when this one is on the disk."""
        if not self.busy and self.deciding and self.guard.accepts(f"{choice} {strength}"):
            self.busy = True
            self.run_worker(self._decide(choice, strength))

    async def _decide(self, choice: Choice, strength: int | None) -> None:
        view, size = self.query_one(PairView), self.app.size
        try:
            await self.decide(
                choice,
                strength,
                latency_ms=round(1000 * (self.clock() - self.shown_clock)),
                shown_at=self.shown_at,
                layout="columns" if view.wide else "rows",
                viewport=f"{size.width}x{size.height}",
                read_to_end=view.read_to_end,
            )
        finally:
            self.busy = False

    # --- what opens in the place of the pair

    def action_aside(self, what: str) -> None:
        """Open it in the place of the pair; the same key closes it again."""
        self.aside = "" if self.aside == what else what
        self.show_all()

    async def action_back(self) -> None:
        """Leave what is open in the place of the pair first, then the screen."""
        if self.aside:
            self.action_aside(self.aside)
        else:
            await super().action_back()

    def action_scroll_text(self, direction: int) -> None:
        target = self.query_one("#aside" if self.aside else "PairView" if self.pair() else "#waiting")
        target.scroll_relative(y=3 * direction, animate=False)
