"""The command palette: every place, both languages and all colours, found by typing."""

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.app import SystemCommand
from textual.command import CommandList, CommandPalette, DiscoveryHit, Hits
from textual.screen import Screen
from textual.system_commands import SystemCommandsProvider
from textual.widgets import Input
from textual.widgets.option_list import Option

from content.chapters import chapters
from content.exercises import exercises
from content.labs import labs
from content.reference import pages
from content.text import LANGUAGES, say, sentences

if TYPE_CHECKING:
    from tui.app import PreferablyApp


class Palette(CommandPalette):
    """Textual's palette, with its one sentence in the learner's language."""

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False

    def _start_no_matches_countdown(self, search_value: str) -> None:
        self._stop_no_matches_countdown()
        self._no_matches_timer = self.set_timer(self._NO_MATCHES_COUNTDOWN, lambda: self._say_no_matches(search_value))

    def _say_no_matches(self, search_value: str) -> None:
        if search_value:
            app: PreferablyApp = self.app  # type: ignore[assignment]
            nothing = Option(app.t("app.palette.nothing"), disabled=True, id=self._NO_MATCHES)
            self.query_one(CommandList).add_option(nothing)
        self._list_visible = bool(search_value)


class Commands(SystemCommandsProvider):
    """What the palette lists before anything is typed: places first, colours last, as `commands` gives them."""

    async def discover(self) -> Hits:
        for title, help, callback, _ in self.app.get_system_commands(self.screen):
            yield DiscoveryHit(title, callback, help=help)


def commands(app: "PreferablyApp", screen: Screen[Any]) -> Iterator[SystemCommand]:
    """Everything the palette offers, in the learner's language."""

    def command(title: str, help: str, place: str, **arguments: str) -> SystemCommand:
        return SystemCommand(title, help, partial(app.attempt, partial(app.go, place, **arguments)))

    t = app.t
    yield command(t("app.palette.home"), t("app.palette.home_help"), "home")
    for chapter in chapters(app.language):
        title = t("app.palette.chapter", id=chapter.id, title=chapter.title)
        yield command(title, t("app.palette.chapter_help", minutes=chapter.minutes), "learn", chapter=chapter.id)
    yield command(t("exercise.palette.title"), t("exercise.palette.help"), "exercises")
    for found in exercises(app.language):
        title = t("exercise.palette.chapter", id=found.id, title=found.title)
        yield command(title, t("exercise.palette.chapter_help", minutes=found.minutes), "exercises", chapter=found.id)
    for lab in labs(app.language):
        title = t("app.palette.lab", id=lab.id, title=lab.title)
        yield command(title, t("app.palette.lab_help", minutes=lab.minutes), "lab", lab=lab.id)
    yield command(t("progress.palette.title"), t("progress.palette.help"), "progress")
    yield command(t("review.palette.title"), t("review.palette.help"), "review")
    yield command(t("reference.palette.reference"), t("reference.palette.reference_help"), "reference")
    yield command(t("reference.palette.glossary"), t("reference.palette.glossary_help"), "glossary")
    for page in pages(app.language):
        if page.id != "glossary":
            help = t("reference.palette.page_help", minutes=page.minutes)
            yield command(page.title, help, "page", page=page.id)
    yield command(t("app.palette.label"), t("app.palette.label_help"), "label")
    yield command(t("app.palette.runs"), t("app.palette.runs_help"), "runs")
    for place in ("arena", "chat", "forecasts"):
        yield command(t(f"forecast.palette.{place}"), t(f"forecast.palette.{place}_help"), place)
    for language in LANGUAGES:
        if language != app.language:
            title = say(language, "app.palette.language")
            yield SystemCommand(title, t("app.palette.language_help"), partial(app.set_language, language))
    yield command(t("settings.palette.title"), t("settings.palette.help"), "settings")
    yield command(t("welcome.palette.title"), t("welcome.palette.help"), "welcome")
    yield SystemCommand(t("app.palette.help"), t("app.palette.help_help"), app.action_help)
    yield SystemCommand(t("app.palette.quit"), t("app.palette.quit_help"), app.action_quit)
    yield from keys(app, screen)
    for theme in app.available_themes:
        if theme != app.theme:
            title = t("app.palette.theme", name=app.theme_words(theme))
            yield SystemCommand(title, t("app.palette.theme_help"), partial(app.set_theme, theme))


def keys(app: "PreferablyApp", screen: Screen[Any]) -> Iterator[SystemCommand]:
    """What the keys of the open screen do: whoever does not remember the key finds it by its words."""
    known, said = sentences(app.language), set()
    for active in screen.active_bindings.values():
        words = active.binding.description
        if active.enabled and words in known and words not in said:
            said.add(words)
            key = app.get_key_display(active.binding)
            press = partial(app.simulate_key, active.binding.key)
            yield SystemCommand(known[words].capitalize(), app.t("app.palette.key_help", key=key), press)
