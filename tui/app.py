"""The terminal app: which screen is open, in which language and colours, and what happens when something fails."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from content.text import LANGUAGES, say
from engine.errors import Problem
from tui import places, settings, themes
from tui.screens.base import PreferablyScreen

if TYPE_CHECKING:
    from engine.store import Store


class PreferablyApp(App[None]):
    """Opens at `place` (see `tui.places`), with the arguments of that place.

    `language` wins over the saved setting for this session, without being saved.
    `catch_errors`: show an unexpected error as a dialog; off under a test driver, where it should fail the test.
    """

    TITLE = "Preferably"
    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,f1", "help", "app.keys.help", id="app.help", key_display="?"),
        Binding("ctrl+p", "command_palette", "app.keys.palette", id="app.palette", show=False, priority=True),
        Binding("f2,L", "next_language", "app.keys.language", id="app.language", show=False),
        Binding("f3", "next_theme", "app.keys.theme", id="app.theme", show=False),
        Binding("q,ctrl+q", "quit", "app.keys.quit", id="app.quit", show=False),
    ]

    def __init__(
        self, place: str = "home", *, language: str | None = None, catch_errors: bool | None = None, **arguments: Any
    ) -> None:
        super().__init__()
        self.animation_level = "none"
        self.start = (place, arguments)
        self.catch_errors = catch_errors
        self.settings_problem: Problem | None = None
        try:
            self.settings = settings.load()
        except Problem as problem:
            self.settings, self.settings_problem = settings.Settings.default(), problem
        self.language = language or self.settings.language
        self._store: Store | None = None
        for theme in (themes.DARK, themes.LIGHT):
            self.register_theme(theme)
        self.theme = self.settings.theme if self.settings.theme in self.available_themes else themes.DARK.name

    # --- text

    def t(self, key: str, /, **params: Any) -> str:
        """The sentence `key` in the learner's language."""
        return say(self.language, key, **params)

    def sentence(self, problem: Problem) -> str:
        """What is wrong and what to do, in the learner's language."""
        return self.t(f"problems_{problem.code}", **problem.params)

    def show_problem(self, problem: Problem) -> None:
        """Say a mendable problem without leaving the screen."""
        self.notify(self.sentence(problem), severity="warning", markup=False)

    # --- the learner's store

    @property
    def store(self) -> "Store":
        """The learner's store, opened at first use (its library is too slow to import before the first frame)."""
        if self._store is None:
            from engine.store import Store

            self._store = Store.open()
        return self._store

    # --- places

    def get_default_screen(self) -> PreferablyScreen:
        """Home is always open underneath."""
        home = places.screen_class("home")()
        home.visited_as = ("home", {})
        return home

    async def on_mount(self) -> None:
        place, arguments = self.start
        await self.go(place, **arguments)

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

    async def back(self) -> None:
        """Leave the open screen for the one before it; the first screen stays."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()

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

    def set_theme(self, theme: str) -> None:
        """Change the colours, and remember it."""
        self.theme = theme
        self.remember(theme=theme)

    def action_next_theme(self) -> None:
        self.set_theme(themes.LIGHT.name if self.current_theme.dark else themes.DARK.name)

    def remember(self, **changes: str) -> None:
        self.settings = replace(self.settings, **changes)
        settings.save(self.settings)
