"""The frame around the screens: places, languages, colours, help, commands, failures, and how it starts."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from driving import running, settle, shown
from textual.binding import Binding
from textual.widgets import Input, OptionList

from content.text import LANGUAGES, sentences
from engine.errors import Problem
from engine.paths import home
from tui import settings
from tui.app import PreferablyApp
from tui.screens.base import PreferablyScreen, TitleBar
from tui.screens.chapters import ChaptersScreen
from tui.screens.error import ErrorScreen
from tui.screens.help import HelpScreen
from tui.screens.home import HomeScreen
from tui.screens.learn import LearnScreen
from tui.widgets.key_bar import KeyBar
from tui.widgets.slider import Slider

START = """
import asyncio, sys, json
from tui.app import PreferablyApp

async def main():
    app = PreferablyApp()
    found = []
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert app.screen.query_one("TitleBar").render().plain
        found = [name for name in sys.argv[1:] if name in sys.modules]
    print(json.dumps(found))

PreferablyApp.open_store = lambda self: None  # what the first frame needs, before the store is opened
asyncio.run(main())
"""


def test_the_first_frame_imports_nothing_heavy() -> None:
    heavy = ["torch", "transformers", "peft", "pandas", "numpy", "sqlite3", "sqlite_utils", "engine.store.database"]
    done = subprocess.run([sys.executable, "-c", START, *heavy], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_store_does_without_pandas_and_leaves_it_to_others() -> None:
    source = "import sys, engine.store.database; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_redirected_errors_are_said_before_they_make_a_blank_screen() -> None:
    above, below = pty.openpty()
    try:
        command = [sys.executable, "-m", "tui.cli", "--language", "en"]
        done = subprocess.run(
            command, stdin=below, stdout=below, stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm"}, timeout=60
        )
        assert done.returncode == 2
        assert b"2>" in os.read(above, 4096)
    finally:
        os.close(above)
        os.close(below)


async def test_the_store_is_opened_by_itself_after_the_first_frame() -> None:
    async with running() as (app, _):
        assert app.store_is_open


async def test_places_are_visited_once_and_left_again() -> None:
    async with running() as (app, pilot):
        home = app.screen
        assert isinstance(home, HomeScreen)
        await app.go("learn", chapter="03")
        first = app.screen
        assert isinstance(first, LearnScreen)
        await app.go("learn", chapter="04")
        await app.go("learn", chapter="03")
        assert app.screen is first
        await pilot.press("escape")
        assert app.screen is home
        await pilot.press("escape")
        assert app.screen is home
        await app.go("chapters")
        await app.go("home")
        assert app.screen is home


async def test_the_language_changes_at_run_time_and_is_remembered() -> None:
    async with running("learn", chapter="03", section="closed-form") as (app, pilot):
        assert app.language == "en"
        await pilot.press("f2")
        await settle(app, pilot)
        assert app.language == "es"
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.section_id == "closed-form"
        assert "ayuda" in shown(app)
        assert "help" not in shown(app)
        await pilot.press("escape")
        await pilot.pause()
        assert "Capítulos" in shown(app)
    assert settings.load().language == "es"
    async with running() as (app, _):
        assert app.language == "es"


async def test_the_colours_change_on_a_key_and_are_remembered() -> None:
    async with running() as (app, pilot):
        assert app.current_theme.dark
        await pilot.press("f3")
        assert not app.current_theme.dark
    assert settings.load().theme == "preferably-light"


@pytest.mark.parametrize("theme", ["nord", "textual-light", "ansi-dark", "preferably-light"])
async def test_every_kind_of_theme_can_draw_a_lesson(theme: str) -> None:
    async with running("learn", chapter="03", section="worked-example", size=(80, 60)) as (app, pilot):
        app.set_theme(theme)
        await pilot.pause()
        assert "live:" in shown(app)


async def test_settings_that_cannot_be_read_are_said_and_not_fatal(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "settings.json").write_text('{"language": "en"')
    with pytest.raises(Problem) as caught:
        settings.load()
    assert caught.value.code == "settings.unreadable"
    async with running() as (app, _):
        assert [str(own_home) in notice.message for notice in app._notifications] == [True]


def test_settings_are_whole_or_not_written(own_home: Path) -> None:
    chosen = settings.Settings(language="es", theme="nord")
    settings.save(chosen)
    assert settings.load() == chosen
    assert [file.name for file in own_home.iterdir()] == ["settings.json"]


async def test_a_store_that_cannot_be_opened_is_said_and_reading_goes_on(own_home: Path) -> None:
    own_home.mkdir()
    (own_home / "preferably.db").write_text("not a database")
    async with running("learn", chapter="03") as (app, pilot):
        assert isinstance(app.screen, ErrorScreen)
        assert "preferably.db" in app.screen.sentence
        await pilot.press("escape")
        await pilot.press("right")
        await pilot.pause()
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.number == 1


async def test_an_unexpected_error_is_a_dialog_with_details_on_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: PreferablyApp) -> None:
        raise RuntimeError("broken [/nope]")

    monkeypatch.setattr(PreferablyApp, "action_next_theme", fail)
    app = PreferablyApp(catch_errors=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(app.screen, ErrorScreen)
        assert "RuntimeError" in shown(app)
        assert "Traceback" not in shown(app)
        await pilot.press("d")
        await pilot.pause()
        assert "Traceback" in shown(app)
        await pilot.press("escape", "1")
        await pilot.pause()
        assert isinstance(app.screen, ChaptersScreen)


async def test_a_screen_that_failed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(LearnScreen, "show", fail)
    app = PreferablyApp(catch_errors=True)
    async with app.run_test(size=(80, 24)) as pilot:
        await settle(app, pilot)
        await pilot.press("enter")
        await pilot.pause()
        await settle(app, pilot)
        assert isinstance(app.screen, ErrorScreen)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("f2")
        await settle(app, pilot)
        assert "Capítulos" in shown(app)


async def test_a_home_that_fails_again_and_again_ends_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where even a fresh home fails, starting again would go on for ever."""

    async def fail(_: HomeScreen) -> None:
        raise RuntimeError("broken home")

    monkeypatch.setattr(HomeScreen, "on_mount", fail, raising=False)
    app = PreferablyApp(catch_errors=True)
    async with asyncio.timeout(60):
        await app.run_async(headless=True)
    assert app.return_code == 1
    assert "broken home" in (home() / "last-error.txt").read_text(encoding="utf-8")


async def test_a_problem_in_an_action_is_said_in_its_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: PreferablyApp) -> None:
        raise Problem("settings.unwritable", file="/nowhere/settings.json", reason="no room")

    monkeypatch.setattr(PreferablyApp, "action_next_theme", fail)
    async with running() as (app, pilot):
        await pilot.press("f3")
        await pilot.pause()
        assert isinstance(app.screen, ErrorScreen)
        assert "/nowhere/settings.json" in app.screen.sentence


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_lists_the_keys_of_this_screen_and_its_blocks(key: str) -> None:
    async with running("learn", chapter="03", section="worked-example", language="es", size=(80, 60)) as (app, pilot):
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        text = shown(app)
        for word in ("índice", "buscar", "otro control", "pista", "solución", "ejercicios", "colores", "volver"):
            assert word in text
        await pilot.press("escape")
        assert isinstance(app.screen, LearnScreen)


async def test_the_palette_goes_to_chapters_in_the_learners_language() -> None:
    async with running(language="es") as (app, pilot):
        await pilot.press("ctrl+p")
        await pilot.pause()
        field = app.screen.query_one(Input)
        assert field.placeholder == app.t("app.palette.placeholder")
        await pilot.press(*"capítulo 04")
        await settle(app, pilot)
        options = app.screen.query_one(OptionList)
        assert "DPO" in str(options.get_option_at_index(0).prompt)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == "04"


async def test_the_foot_shows_translated_keys_and_they_can_be_clicked() -> None:
    async with running(language="es") as (app, pilot):
        line = shown(app).splitlines()[-1]
        assert "ayuda" in line
        await pilot.click("KeyBar", offset=(line.index("abrir"), 0))
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)


async def test_a_field_takes_the_letters_and_the_foot_shows_only_what_still_works() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        await pilot.press("slash")
        await pilot.pause()
        assert app.screen.query_one(KeyBar).render().plain.split() == ["esc", "back", "f1", "help"]
        await pilot.press("question_mark", "slash")
        assert app.screen.query_one(Input).value == "?/"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_foot_that_is_too_short_says_that_there_is_more(language: str) -> None:
    async with running("learn", chapter="03", section="worked-example", language=language, size=(96, 24)) as (
        app,
        pilot,
    ):
        bar = app.screen.query_one(KeyBar)
        assert "…" not in bar.render().plain
        app.screen.query(Slider).first().focus()
        await pilot.pause()
        shown_keys = bar.render()
        assert "…" in shown_keys.plain
        assert app.t("app.keys.help") in shown_keys.plain
        assert shown_keys.cell_length <= 96
        await pilot.click("KeyBar", offset=(shown_keys.plain.index("…"), 0))
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)


@pytest.mark.parametrize("place", ["home", "chapters", "labs"])
async def test_another_language_leaves_the_line_where_it_is(place: str) -> None:
    async with running(place) as (app, pilot):
        await pilot.press("down", "f2")
        await settle(app, pilot)
        focused = app.screen.focused
        assert focused is not None
        assert focused.id == "chapters" if place == "home" else getattr(focused, "highlighted", None) == 1


async def test_a_long_path_drops_its_beginning_and_never_its_end() -> None:
    async with running("learn", chapter="04", section="choosing", size=(60, 20)) as (app, _):
        line = app.screen.query_one(TitleBar).render().plain
        assert "to stay with PPO" in line or line.rstrip().endswith("…") or "Round" in line
        assert len(line) <= 60


def test_every_key_has_a_sentence_in_both_languages() -> None:
    from tui.widgets.live_block import LiveBlock
    from tui.widgets.question_box import QuestionBox

    for owner in (PreferablyApp, PreferablyScreen, HomeScreen, LearnScreen, LiveBlock, Slider, QuestionBox):
        for binding in owner.BINDINGS:
            if isinstance(binding, Binding) and binding.show:
                for language in LANGUAGES:
                    assert binding.description in sentences(language), (owner, binding)
