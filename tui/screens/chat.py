"""Chat: one prompt, typed by the learner, to the tutor model and beside it to the model that it came from."""

import asyncio
import random
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from engine.errors import Problem
from engine.serving.models import Candidate, candidates
from engine.world.preferences import held_out_prompts
from engine.world.prompts import readable
from engine.world.typed import as_prompt
from tui.conversation import Exchange, ask, keep, kept
from tui.literal import literal
from tui.screens.base import PreferablyScreen, TitleBar
from tui.widgets.exchange import ExchangeView
from tui.widgets.model_choice import ModelChoice, usual
from tui.widgets.slider import Slider, Track
from tui.widgets.steady_input import SteadyInput

if TYPE_CHECKING:
    from engine.serving.client import Generator

PERIOD = 0.2
PROMPT_LENGTH = 300
EXAMPLES = 40
MOST_MODELS = 4
TEMPERATURE = Track(0.0, 2.0, step=0.1, fine=0.1, decimals=1)


class ChatScreen(PreferablyScreen):
    """`models` answer, one to four of them: by default the newest run and its ancestor. `generator` answers for them,
    the app's own by default."""

    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "ask", "chat.keys.ask", id="chat.ask"),
        Binding("tab", "app.focus_next", "chat.keys.temperature", id="chat.temperature"),
        Binding("f4", "example", "chat.keys.example", id="chat.example"),
        Binding("f5", "again", "chat.keys.again", id="chat.again"),
        Binding("f6", "models", "chat.keys.models", id="chat.models"),
        Binding("f7", "copy", "chat.keys.copy", id="chat.copy"),
        Binding("up", "recall(-1)", "chat.keys.recall", id="chat.earlier", key_display="↑↓"),
        Binding("down", "recall(1)", "chat.keys.recall", id="chat.later", key_display="↑↓"),
        Binding("pageup", "scroll_history(-1)", show=False, id="chat.up"),
        Binding("pagedown", "scroll_history(1)", show=False, id="chat.down"),
    ]
    DEFAULT_CSS = """
    ChatScreen #choose { padding: 1 2; }
    ChatScreen #how { height: auto; max-width: 100; margin: 0 0 1 0; }
    ChatScreen #talk { height: 1fr; }
    ChatScreen #history { height: 1fr; padding: 1 2 0 2; scrollbar-size-vertical: 1; }
    ChatScreen #intro { height: auto; max-width: 100; margin: 0 0 1 0; }
    ChatScreen #foot { height: auto; padding: 0 2; background: $surface; }
    ChatScreen #prompt { border: none; height: 1; padding: 0 1; background: $panel; }
    ChatScreen #prompt:focus { border: none; background: $primary 20%; }
    ChatScreen #temperature { max-width: 60; }
    """

    def __init__(self, models: tuple[str, ...] = (), generator: "Generator | None" = None) -> None:
        super().__init__()
        self.models = tuple(models)
        self._generator = generator
        self.history: list[Exchange] = []
        self.choosing = False
        self.known: list[Candidate] = []
        self.temperature = 1.0
        self.seed = 1
        self.recalled = 0  # how far back in the history the field stands
        self.asked_at = 0.0
        self.waiting: ExchangeView | None = None

    @property
    def generator(self) -> "Generator":
        return self._generator or self.app.generator

    # --- what is on the screen

    def crumbs(self) -> list[str]:
        return [self.t("chat.title"), self.t("chat.choose")] if self.choosing else [self.t("chat.title")]

    def compose_body(self) -> Iterable[Widget]:
        try:
            self.known = candidates()
        except Problem as problem:
            self.app.show_problem(problem)
        self.models = self.models or usual(self.known)
        with Vertical(id="choose"):
            yield Static(literal(self.t("chat.how_to_choose", most=MOST_MODELS)), id="how")
            yield ModelChoice(self.known, self.models, least=1, most=MOST_MODELS, id="models")
        with Vertical(id="talk"):
            with VerticalScroll(id="history", can_focus=False):
                yield Static(literal(self._intro()), id="intro")
                for exchange in self.history:
                    yield ExchangeView(exchange)
            with Vertical(id="foot"):
                yield SteadyInput(id="prompt", max_length=PROMPT_LENGTH, placeholder=self.t("chat.hint"))
                yield Slider("temperature", self.t("chat.temperature"), self.temperature, TEMPERATURE)

    def _intro(self) -> str:
        examples = [readable(prompt.text) for prompt in held_out_prompts(1, 2)]
        return self.t("chat.intro", fill=examples[1], correct=examples[0])

    def on_mount(self) -> None:
        self.query_one(Slider).id = "temperature"
        self.set_interval(PERIOD, self._poll)
        self.show_phase()
        self._load_ahead()

    def _load_ahead(self) -> None:
        """Models are loaded while the learner types; what fails is said when it is asked."""
        for model in self.models:
            self.generator.answer(model, [])

    async def store_opened(self) -> None:
        """What was said in earlier sittings stands above."""
        earlier = kept(self.app.store)
        history = self.query_one("#history")
        await history.mount(*map(ExchangeView, earlier), after="#intro")
        self.history = [*earlier, *self.history]
        self.seed = 1 + max((exchange.seed for exchange in self.history), default=0)
        self._to_end()

    async def language_changed(self) -> None:
        field, marked = self.query_one("#prompt", Input), self.query_one(ModelChoice).marked
        typed, temperature_focused = field.value, isinstance(self.focused, Slider)
        await super().language_changed()
        self.query_one(Slider).id = "temperature"
        self.query_one("#prompt", Input).value = typed
        self.query_one(ModelChoice).mark(marked)
        self.show_phase()
        if temperature_focused:
            self.query_one(Slider).focus()
        self._to_end()

    def show_phase(self) -> None:
        """Either the list of models, or the conversation."""
        self.query_one("#choose").display = self.choosing
        self.query_one("#talk").display = not self.choosing
        (self.query_one(ModelChoice) if self.choosing else self.query_one("#prompt")).focus()
        self.refresh_title()
        self.refresh_bindings()
        self._poll()

    def _to_end(self) -> None:
        self.call_after_refresh(self.query_one("#history").scroll_end, animate=False)

    def _poll(self) -> None:
        """In the title, who answers; while an answer is waited for, what takes so long."""
        if not self.query(TitleBar):
            return  # the screen is being drawn anew
        seconds = f"{max(0.0, time.monotonic() - self.asked_at):.0f}"
        if self.waiting is None:
            self.set_status(" · ".join(self.models))
        elif self.generator.loading:
            self.set_status(self.t("chat.loading", model=self.generator.loading, seconds=seconds))
        elif not self.generator.ready:
            self.set_status(self.t("chat.starting", seconds=seconds))
        else:
            self.set_status(self.t("chat.answering", seconds=seconds))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "ask" | "example" | "recall" | "models":
                return not self.choosing
            case "again" | "copy":
                return not self.choosing and bool(self.history)
        return True

    # --- asking

    @on(Input.Submitted, "#prompt")
    def _submitted(self) -> None:
        self.action_ask()

    def action_ask(self) -> None:
        field = self.query_one("#prompt", Input)
        if field.value.strip():
            self.ask(as_prompt(field.value))

    def ask(self, prompt: str) -> None:
        """The prompt to every model; the field is free for the next one."""
        if self.waiting is not None:
            self.notify(self.t("chat.one_at_a_time"), markup=False)
            return
        self.query_one("#prompt", Input).value = ""
        self.recalled = 0
        exchange = Exchange(prompt, self.models, self.seed, self.temperature)
        self.waiting = ExchangeView(exchange)
        self.asked_at = time.monotonic()
        self.run_worker(self._ask(self.waiting))

    async def _ask(self, view: ExchangeView) -> None:
        await self.query_one("#history").mount(view)
        self._to_end()
        asked = view.exchange
        try:
            answered = await ask(
                self.generator, asked.models, asked.prompt, seed=asked.seed, temperature=asked.temperature
            )
        except Problem as problem:
            await view.remove()
            field = self.query_one("#prompt", Input)
            field.value = field.value or readable(asked.prompt)  # to ask again with Enter
            self.app.show_problem(problem)
        else:
            self.history.append(answered)
            self.seed += 1
            if view.is_mounted:
                view.show(answered)
            await self._remember(answered)
        finally:
            self.waiting = None
            self._poll()
            self._to_end()
            self.refresh_bindings()

    async def _remember(self, exchange: Exchange) -> None:
        try:
            await asyncio.to_thread(lambda: keep(self.app.store, exchange))
        except Problem as problem:
            self.app.show_problem(problem)

    def action_again(self) -> None:
        """The last prompt once more, with other dice."""
        self.ask(self.history[-1].prompt)

    def action_example(self) -> None:
        """A prompt that the tutor understands, and never trained on, into the field."""
        prompt = random.Random(f"example:{self.seed}:{self.query_one('#prompt', Input).value}").choice(
            held_out_prompts(1, EXAMPLES)
        )
        self._write(readable(prompt.text))

    def action_recall(self, direction: int) -> None:
        """An earlier prompt into the field, or a later one."""
        prompts = list(dict.fromkeys(exchange.prompt for exchange in self.history))
        self.recalled = max(0, min(len(prompts), self.recalled - direction))
        self._write(readable(prompts[-self.recalled]) if self.recalled else "")

    def _write(self, text: str) -> None:
        field = self.query_one("#prompt", Input)
        field.value = text
        field.cursor_position = len(text)
        field.focus()

    @on(Slider.Moved)
    def _moved(self, event: Slider.Moved) -> None:
        self.temperature = event.slider.value

    # --- models, copying, leaving

    def action_models(self) -> None:
        self.choosing = True
        self.show_phase()

    @on(ModelChoice.Chosen)
    def _chosen(self, event: ModelChoice.Chosen) -> None:
        self.models, self.choosing = event.models, False
        self.show_phase()
        self._load_ahead()

    @on(ModelChoice.TooFew)
    def _too_few(self) -> None:
        self.notify(self.t("chat.choose_one"), markup=False)

    def action_copy(self) -> None:
        """The last prompt and its answers into the clipboard."""
        self.app.copy_to_clipboard(self.history[-1].text())
        self.notify(self.t("chat.copied"), markup=False)

    def action_scroll_history(self, direction: int) -> None:
        self.query_one("#history").scroll_relative(y=direction * max(3, self.size.height // 2), animate=False)

    async def action_back(self) -> None:
        """Out of the list of models first, then out of the conversation."""
        if self.choosing:
            self.choosing = False
            self.show_phase()
        else:
            await super().action_back()
