"""The registry of actions: complete, said in both languages, and open to keys of one's own."""

import json
from pathlib import Path

import pytest
from driving import running, settle, shown
from textual.binding import Binding
from textual.widgets import Input

from content.text import LANGUAGES, sentences
from tui import actions
from tui.screens.help import HelpScreen
from tui.screens.learn import LearnScreen


def given(home: Path, keys: object) -> Path:
    home.mkdir(parents=True, exist_ok=True)
    file = home / "settings.json"
    file.write_text(json.dumps({"language": "en", "keys": keys}, indent=1))
    return file


def test_every_binding_is_in_the_registry() -> None:
    nameless = [(owner.__name__, binding.key) for owner in actions._owners() for binding in actions._declared(owner)
                if binding.id is None]  # fmt: skip
    assert nameless == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_action_and_its_area_are_said(language: str) -> None:
    for action in actions.registry().values():
        assert action.words(language), action
        assert f"actions.area.{action.area}" in sentences(language), action


def test_the_default_keys_are_keys() -> None:
    for action in actions.registry().values():
        assert [key for key in action.keys if not actions.is_key(key)] == [], action


@pytest.mark.parametrize(
    ("written", "key"),
    [("?", "question_mark"), ("F", "F"), ("ctrl+f", "ctrl+f"), ("<", "less_than_sign"), ("+", "plus"), (" f5 ", "f5")],
)
def test_keys_are_written_as_one_says_them(written: str, key: str) -> None:
    assert actions.split(written) == (key,)
    assert actions.is_key(key)


@pytest.mark.parametrize(
    ("keys", "code", "named"),
    [
        ({"run.frok": "ctrl+f"}, "keys.unknown_action", "run.fork"),
        ({"run.fork": "contrl+f"}, "keys.unknown_key", "contrl+f"),
        ({"run.fork": 5}, "keys.not_text", "5"),
        ({"run.fork": "c"}, "keys.conflict", "run.compare"),
        ({"run.fork": "q"}, "keys.conflict", "app.quit"),
        ({"learn.search": "f1"}, "keys.conflict", "app.help_anywhere"),
        ({"run.fork": "f9", "run.report": "f9"}, "keys.conflict", "run.report"),
    ],
)
def test_a_fault_is_named_with_its_line_and_the_default_holds(
    keys: dict[str, object], code: str, named: str, own_home: Path
) -> None:
    file = given(own_home, keys)
    found, (problem, *_) = actions.keymap(keys, file)
    assert problem.code == code
    assert problem.params["where"].startswith(f"{file}:4: ")
    assert named in problem.params.values()
    assert next(iter(keys)) not in found


def test_two_actions_may_change_places() -> None:
    found, problems = actions.keymap({"run.smooth": "b", "run.base": "s"}, Path("nowhere"))
    assert problems == []
    assert (found["run.smooth"], found["run.base"]) == ("b", "s")


def test_what_took_turns_with_a_moved_action_keeps_its_key() -> None:
    found, problems = actions.keymap({"run.pause": "p"}, Path("nowhere"))
    assert problems == []
    assert found["run.go_on"] == "space"


async def test_a_key_of_ones_own_works_and_the_old_one_does_not(own_home: Path) -> None:
    given(own_home, {"learn.next": "ctrl+n", "learn.search": "f9", "nonsense": "x"})
    async with running("learn", chapter="03") as (app, pilot):
        assert ["nonsense" in notice.message for notice in app._notifications] == [True]
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await pilot.press("right")
        assert screen.number == 0
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert screen.number == 1
        assert "^n" in shown(app).splitlines()[-1]
        await pilot.press("f1")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        assert "^n" in shown(app)
        assert "f9" in shown(app)


async def test_help_finds_a_key_by_what_it_does() -> None:
    async with running("learn", chapter="03", size=(100, 40)) as (app, pilot):
        await pilot.press("question_mark", *"glossary")
        await settle(app, pilot)
        text = shown(app)
        assert app.t("reference.keys.look_up") in text or "glossary" in text
        app.screen.query_one(Input).value = "xyzzy"
        await pilot.pause()
        assert "xyzzy" in shown(app)
        assert app.t("learn.keys.contents") not in "".join(line for line in shown(app).splitlines()[5:-5])


async def test_the_keys_of_blocks_are_shown_as_they_are_now(own_home: Path) -> None:
    given(own_home, {"block.reset": "f9"})
    async with running("learn", chapter="03", section="worked-example", size=(80, 60)) as (app, pilot):
        assert list(app.keys_of(Binding("r", "reset", "live.keys.reset", id="block.reset"))) == ["f9"]
        await pilot.press("f1")
        await pilot.pause()
        assert "f9" in shown(app)
