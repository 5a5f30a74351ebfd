"""The terminal app: which screen is open, in which language and colours, and what happens when something fails."""

import asyncio
import gc
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual._callback import invoke
from textual._context import active_message_pump
from textual.actions import ActionParseResult
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.screen import Screen
from textual.worker import WorkerFailed

from content.errors import ContentError
from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.paths import home, settings_file
from tui import places, settings, themes
from tui.problems import explain
from tui.screens.base import PreferablyScreen

if TYPE_CHECKING:
    from textual.command import Provider

    from engine.serving.client import Generator
    from engine.store import Store


HOME = 1
"""Where home stands in the stack of screens: on top of Textual's own empty one."""
DEEPEST = 40
"""So many screens on top of each other are no visit but a failure that repeats itself."""
FAILURES, FAILURES_WITHIN = 5, 10.0
"""So many unexpected errors within so many seconds: starting again does not help."""


def _palette_commands() -> "type[Provider]":
    from tui.palette import Commands  # loaded when the palette first opens

    return Commands


class PreferablyApp(App[None]):
    """Opens at `place` (see `tui.places`), with the arguments of that place.

    `language` wins over the saved setting for this session, without being saved.
    `first_run`: begin with the tour, if the learner has not yet seen it.
    `catch_errors`: show an unexpected error as a dialog; off under a test driver, where it should fail the test.
    """

    TITLE = "Preferably"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    COMMANDS: ClassVar[set["type[Provider] | Callable[[], type[Provider]]"]] = {_palette_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "app.keys.help", id="app.help", key_display="?"),
        Binding("f1", "help", "app.keys.help", id="app.help_anywhere"),
        Binding("ctrl+p", "command_palette", "app.keys.palette", id="app.palette", show=False, priority=True),
        Binding("g", "glossary", "reference.keys.look_up", id="app.glossary", show=False),
        Binding("f2,L", "next_language", "app.keys.language", id="app.language", show=False),
        Binding("f3", "next_theme", "app.keys.theme", id="app.theme", show=False),
        Binding("comma", "settings", "app.keys.settings", id="app.settings", show=False),
        Binding("q,ctrl+q", "quit", "app.keys.quit", id="app.quit", show=False),
    ]

    def __init__(
        self,
        place: str = "home",
        *,
        language: str | None = None,
        catch_errors: bool | None = None,
        first_run: bool = False,
        **arguments: Any,
    ) -> None:
        super().__init__()
        self.start = (place, arguments)
        self.first_run = first_run
        self.catch_errors = catch_errors
        self._failures: deque[float] = deque(maxlen=FAILURES)
        try:
            self.settings, self.settings_problems = settings.read()
        except Problem as problem:  # no home to read them from
            self.settings, self.settings_problems = settings.Settings.default(), [problem]
        self.language = language or self.settings.language
        self._store: Store | None = None
        self._store_lock = threading.Lock()
        self._generator: Generator | None = None
        for theme in themes.ALL:
            self.register_theme(theme)
        self.theme = self.settings.theme
        self._apply()

    # --- text

    def t(self, key: str, /, **params: Any) -> str:
        """The sentence `key` in the learner's language."""
        return say(self.language, key, **params)

    def sentence(self, problem: Problem | ContentError) -> str:
        """What is wrong and what to do, in the learner's language."""
        return explain(problem, self.language)  # type: ignore[arg-type]  # both have code and params

    def show_problem(self, problem: Problem | ContentError) -> None:
        """Say a mendable problem without leaving the screen."""
        self.notify(self.sentence(problem), severity="warning", markup=False)

    # --- the learner's store

    @property
    def store(self) -> "Store":
        """The learner's store. It is opened once, in the background, after the first frame: its library is slow to
        import. Screens that draw from it override `store_opened`; here whoever comes before that waits."""
        with self._store_lock:
            if self._store is None:
                from engine.store import Store

                self._store = Store.open()
            return self._store

    @property
    def store_is_open(self) -> bool:
        return self._store is not None

    @work(exit_on_error=False)
    async def open_store(self) -> None:
        """Open the store in a thread, then tell the open screens."""
        try:
            await asyncio.to_thread(lambda: self.store)
        except Problem as problem:
            self.show_error(problem)
        else:
            await self._tell_store_opened()
        # What is loaded by now stays to the end; searched for garbage again and again, it would hold keys up for 50 ms.
        gc.freeze()

    async def _tell_store_opened(self) -> None:
        for screen in self.screen_stack:
            if isinstance(screen, PreferablyScreen) and screen.is_mounted:
                await screen.store_opened()

    # --- models that answer

    @property
    def generator(self) -> "Generator":
        """The process that answers for models, started by the first question and ended with the app."""
        if self._generator is None:
            from engine.serving.client import Generator

            self._generator = Generator()
        return self._generator

    # --- places

    def _new_home(self) -> PreferablyScreen:
        screen = places.screen_class("home")()
        screen.visited_as = ("home", {})
        return screen

    async def on_mount(self) -> None:
        await self.push_screen(self._new_home())  # home is always open underneath
        place, arguments = self.start
        await self.go(place, **arguments)
        if self.first_run and not self.settings.welcomed:
            await self.go("welcome")
        for problem in self.settings_problems:
            self.show_problem(problem)
        if self.settings.keys:
            self.call_after_refresh(self.apply_keys)
        self.call_after_refresh(self.open_store)

    def on_unmount(self) -> None:
        if self._generator is not None:
            self._generator.close()
        if self._store is not None:
            self._store.close()

    async def go(self, place: str, **arguments: Any) -> None:
        """Open a place. A place that is already open underneath is returned to instead of being opened twice."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, PreferablyScreen) and screen.visited_as == (place, arguments):
                while self.screen is not screen:
                    await self.pop_screen()
                return
        screen = places.screen_class(place)(**arguments)
        screen.visited_as = (place, arguments)
        await self.push_screen(screen)

    async def action_glossary(self) -> None:
        await self.go("glossary")

    async def back(self) -> None:
        """Leave the open screen for the one before it; the first screen stays."""
        if len(self.screen_stack) > HOME + 1:
            await self.pop_screen()

    # --- settings

    async def action_settings(self) -> None:
        await self.go("settings")

    async def choose(self, name: str, value: str | int) -> None:
        """Change a setting: it holds at once, and is remembered."""
        if name == "language":
            await self.set_language(str(value))
        elif name == "theme":
            self.set_theme(str(value))
        else:
            self.remember(**{name: value})
            self._apply()

    def _apply(self) -> None:
        self.animation_level = "full" if self.settings.animation else "none"
        self.set_class(self.settings.compact, "-compact")

    # --- language and theme

    async def set_language(self, language: str) -> None:
        """Change the language of every open screen, and remember it."""
        self.language = language
        self.remember(language=language)
        for screen in self.screen_stack:
            if isinstance(screen, PreferablyScreen):
                await screen.language_changed()

    async def action_next_language(self) -> None:
        await self.set_language(LANGUAGES[(LANGUAGES.index(self.language) + 1) % len(LANGUAGES)])

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """What our own themes define and Textual's do not."""
        return {"rule": "#808080"}

    def set_theme(self, theme: str) -> None:
        """Change the colours, and remember it."""
        self.theme = theme
        self.remember(theme=theme)

    def action_next_theme(self) -> None:
        """The next of our own, round and round; from another one, the first."""
        names = [theme.name for theme in themes.ALL]
        self.set_theme(names[(names.index(self.theme) + 1) % len(names) if self.theme in names else 0])

    def theme_words(self, theme: str) -> str:
        """What a theme is called; those of Textual have names only."""
        return self.t(f"app.theme.{theme}") if theme.startswith("preferably") else theme

    def remember(self, **changes: str | int) -> None:
        """Keep a choice for the next session."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]  # each of the type of its field
        try:
            if self.settings_problems:
                settings.keep_aside()
                self.settings_problems = []
            settings.save(self.settings)
        except Problem as problem:
            self.show_problem(problem)

    # --- keys

    @work(exit_on_error=False)
    async def apply_keys(self) -> None:
        """The keys of the learner's own, once all screens are known; what is wrong with them is said, and left out."""
        from tui import actions

        keymap, problems = await asyncio.to_thread(actions.keymap, self.settings.keys, settings_file())
        self.set_keymap(keymap)
        for problem in problems:
            self.show_problem(problem)

    def keys_of(self, binding: Binding) -> Iterable[str]:
        """The keys of a declared binding as they are now, as they are called."""
        mine = self._keymap.get(binding.id or "")
        if mine is None and binding.key_display:
            return [binding.key_display]
        return [self.get_key_display(one) for one in Binding.make_bindings([binding.with_key(mine or binding.key)])]

    # --- help and commands

    def get_key_display(self, binding: Binding) -> str:
        """The key as it is called in the learner's language."""
        if binding.key == "space" and not binding.key_display:
            return self.t("app.key_names.space")
        if binding.key == "enter":
            return "↵"
        return super().get_key_display(binding)

    def action_help(self) -> None:
        from tui.screens.help import HelpScreen

        if isinstance(self.screen, PreferablyScreen):
            self.push_screen(HelpScreen(self.screen))

    def action_help_quit(self) -> None:
        """Ctrl+C copies a selection; without one it says how to leave."""
        self.notify(self.t("app.how_to_quit"), markup=False)

    def action_command_palette(self) -> None:
        from tui.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(placeholder=self.t("app.palette.placeholder"), id="--command-palette"))

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        from tui.palette import commands

        return commands(self, screen)

    # --- what fails

    def show_error(self, error: Exception) -> None:
        """Say in a dialog what failed; its details are shown on a key."""
        from tui.screens.error import ErrorScreen

        sentence = (
            self.sentence(error)
            if isinstance(error, Problem | ContentError)
            else self.t("app.error.unexpected", name=type(error).__name__)
        )
        self.push_screen(ErrorScreen(sentence, "".join(traceback.format_exception(error))))

    async def start_again(self) -> None:
        """Back to a fresh home: a screen in which something failed answers no more."""
        while len(self.screen_stack) > HOME + 1:
            await self.pop_screen()
        await self.switch_screen(self._new_home())

    @property
    def _catches(self) -> bool:
        return self.catch_errors if self.catch_errors is not None else not self.is_headless

    async def attempt(self, call: Callable[[], Any]) -> Any:
        """Call and await: what fails is said in a dialog, and the screen lives on."""
        try:
            return await invoke(call)
        except (Problem, ContentError) as problem:
            self.show_error(problem)
        except Exception as error:
            if not self._catches:
                raise
            self.show_error(error)

    async def run_action(
        self,
        action: "str | ActionParseResult",
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Textual runs the actions of keys in the app itself, which an error would end: see `attempt`."""
        run = super().run_action
        return await self.attempt(lambda: run(action, default_namespace, namespaces)) is not False

    def _handle_exception(self, error: Exception) -> None:
        """An unexpected error never puts a traceback on the learner's screen.

        A screen in which it happened is dead, and left when the dialog is closed. If the app itself is what failed, or
        even a fresh home fails again and again, it ends with one sentence, and the traceback stays in a file.
        """
        if not self._catches:
            super()._handle_exception(error)
            return
        in_worker = isinstance(error, WorkerFailed)
        if isinstance(error, WorkerFailed) and isinstance(error.error, Exception):
            error = error.error
        self._failures.append(time.monotonic())
        hopeless = len(self._failures) == FAILURES and self._failures[-1] - self._failures[0] < FAILURES_WITHIN
        if (active_message_pump.get(None) is self and not in_worker) or len(self.screen_stack) > DEEPEST or hopeless:
            self._end(error)
        else:
            self.call_later(self._report, error, not in_worker)

    async def _report(self, error: Exception, leave: bool) -> None:
        try:
            if leave:
                await self.start_again()
            self.show_error(error)
        except Exception as another:
            self._end(another)

    def _end(self, error: Exception) -> None:
        file = home() / "last-error.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        self.exit(return_code=1, message=self.t("app.error.ended", file=str(file)))
