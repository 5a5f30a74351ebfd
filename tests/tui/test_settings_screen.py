"""The settings screen: every setting of the schema, changed, in force and saved at once."""

import json
from pathlib import Path

import pytest
from driving import running, settle, shown
from textual.widgets import OptionList

from content.text import LANGUAGES, sentences
from tui import settings
from tui.screens.help import HelpScreen
from tui.screens.settings import SettingsScreen


def test_every_setting_is_said_in_both_languages() -> None:
    for language in LANGUAGES:
        for name in settings.SHOWN:
            assert {f"settings.name.{name}", f"settings.help.{name}"} <= sentences(language).keys()
        assert all(f"app.theme.{theme}" in sentences(language) for theme in settings.THEMES)


async def test_every_setting_can_be_changed_and_is_saved_at_once() -> None:
    async with running("settings") as (app, pilot):
        assert isinstance(app.screen, SettingsScreen)
        for line, name in enumerate(settings.SHOWN):
            app.screen.query_one("#list", OptionList).highlighted = line
            await pilot.pause()
            before = getattr(settings.load(), name)
            await pilot.press("right")
            await settle(app, pilot)
            after = getattr(settings.load(), name)
            assert after != before, name
            assert after == getattr(app.settings, name)
            await pilot.press("r")
            await settle(app, pilot)
            assert getattr(settings.load(), name) == getattr(settings.Settings.default(), name)


async def test_what_is_chosen_holds_at_once() -> None:
    async with running("settings") as (app, pilot):
        await app.choose("compact", True)
        await app.choose("animation", True)
        assert app.has_class("-compact")
        assert app.animation_level == "full"
        await pilot.press("right")
        await settle(app, pilot)
        assert "Configuración" in shown(app)
        assert app.language == "es"
    async with running() as (app, _):
        assert app.has_class("-compact")


async def test_a_language_for_one_session_is_shown_and_not_saved() -> None:
    async with running("settings", language="es") as (app, _):
        assert "español" in shown(app)
    assert settings.load().language == "en"


async def test_keys_are_shown_with_the_place_to_edit_them(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "settings.json").write_text(json.dumps({"keys": {"learn.search": "f9"}}))
    async with running("settings", size=(140, 30)) as (app, pilot):
        await pilot.press("end")
        await pilot.pause()
        assert "settings.json" in shown(app)
        assert app.t("settings.keys_changed", count=1) in shown(app)
        await pilot.press("right")
        assert app.settings.keys == {"learn.search": "f9"}


@pytest.mark.parametrize("faulty", ['{"reviews": -1, "new_cards": 7}', '{"revews": 5, "new_cards": 7}'])
async def test_a_fault_is_said_and_the_rest_of_the_file_holds(faulty: str, own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "settings.json").write_text(faulty)
    async with running() as (app, _):
        assert app.settings.new_cards == 7
        assert ["settings.json:1: rev" in notice.message for notice in app._notifications] == [True]
        await app.choose("compact", True)
    assert (own_home / "settings.json.before").read_text() == faulty
    assert settings.load().new_cards == 7


async def test_the_palette_offers_settings_and_what_the_keys_do() -> None:
    async with running() as (app, pilot):
        found = {command.title: command for command in app.get_system_commands(app.screen)}
        assert app.t("settings.palette.title") in found
        found[app.t("app.keys.help").capitalize()].callback()
        await settle(app, pilot)
        assert isinstance(app.screen, HelpScreen)
