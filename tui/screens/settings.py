"""Everything that can be chosen, from the schema of the settings: a change holds and is saved at once."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.paths import settings_file
from tui.literal import clean
from tui.screens.base import ListScreen
from tui.settings import SCHEMA, SHOWN, Settings

KEYS = "keys"
"""The last line: shown here, changed in the file."""


class SettingsScreen(ListScreen):
    """One line a setting; below, what the highlighted one is for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space,plus,equals_sign", "move(1)", "settings.keys.next", id="settings.next", key_display="←→"),
        Binding("left,minus", "move(-1)", "settings.keys.next", id="settings.previous", key_display="←→"),
        Binding("r", "usual", "settings.keys.usual", id="settings.usual"),
    ]
    DEFAULT_CSS = """
    SettingsScreen #body { padding: 1 2; max-width: 96; }
    SettingsScreen #list { height: auto; max-height: 1fr; background: $background; border: none; padding: 0; }
    SettingsScreen #about { margin: 1 0; height: auto; }
    """

    def crumbs(self) -> list[str]:
        return [self.t("settings.title")]

    def compose_body(self) -> Iterable[Widget]:
        with Vertical(id="body"):
            yield OptionList(id="list", compact=True)
            yield Static(id="about")

    def options(self) -> Iterable[Option]:
        for name in SHOWN:
            yield Option(self._line(name, self.value(name, self.now(name))), id=name)
        count = len(self.app.settings.keys)
        words = self.t("settings.keys_changed" if count else "settings.keys_usual", count=count)
        yield Option(self._line(KEYS, words), id=KEYS)

    def now(self, name: str) -> str | int:
        """What holds: the language and the colours may have been chosen for this session only."""
        found: str | int = getattr(self.app if name in ("language", "theme") else self.app.settings, name)
        return found

    def _line(self, name: str, value: str) -> Content:
        return Content.assemble(f"{self.t(f'settings.name.{name}'):<24}", (clean(value), "bold $accent"))

    def value(self, name: str, value: object) -> str:
        """A value in words."""
        if isinstance(value, bool):
            return self.t(f"settings.{'on' if value else 'off'}")
        if name == "theme":
            return self.app.theme_words(str(value))
        if name == "language":
            return self.t(f"settings.value.{value}")
        if name == "break_minutes":
            return self.t("settings.value.minutes", value=value) if value else self.t("settings.value.never")
        return str(value)

    # --- what the learner does

    @property
    def here(self) -> str:
        highlighted = self.query_one("#list", OptionList).highlighted_option
        return (highlighted and highlighted.id) or KEYS

    def on_option_list_option_highlighted(self) -> None:
        self.tell()

    async def on_option_list_option_selected(self) -> None:
        await self.action_move(1)

    def tell(self) -> None:
        """What the highlighted setting is for, and what is usual."""
        file = clean(str(settings_file()))
        if self.here == KEYS:
            text = self.t("settings.keys_help", file=file)
        else:
            usual = self.value(self.here, getattr(Settings.default(), self.here))
            text = f"{self.t(f'settings.help.{self.here}')} ({self.t('settings.usual', value=usual)})"
        where = Content.styled(self.t("settings.file", file=file), "$secondary")
        self.query_one("#about", Static).update(Content.assemble(text, "\n\n", where))

    async def action_move(self, steps: int) -> None:
        if self.here in SCHEMA:
            await self._choose(SCHEMA[self.here].moved(self.now(self.here), steps))

    async def action_usual(self) -> None:
        if self.here in SCHEMA:
            await self._choose(getattr(Settings.default(), self.here))

    async def _choose(self, value: str | int) -> None:
        await self.app.choose(self.here, value)
        self.fill()
        self.tell()

    async def language_changed(self) -> None:
        await super().language_changed()
        self.fill()
