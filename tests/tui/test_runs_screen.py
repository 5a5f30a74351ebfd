"""The shelf of runs, the form that starts one, and two runs side by side."""

import asyncio

import pytest
from run_folders import GATE, write_run
from textual.widgets import DataTable, Input, Select, Static

from engine.methods import METHODS
from engine.runs import library, supervisor
from engine.runs.recipe import Recipe
from tui.app import PreferablyApp
from tui.screens.compare import CompareScreen, differences
from tui.screens.run import RunScreen
from tui.screens.runs import RunsScreen
from tui.screens.train import Field, TrainScreen
from tui.widgets.line_chart import LineChart


@pytest.fixture
def runs(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return tmp_path / "runs"


@pytest.fixture
def three(runs):
    """Three runs; the last made is the first listed."""
    write_run(runs, "dpo-brave-otter-12")
    write_run(runs, "dpo-calm-lynx-44", steps=52, state="done", gate=GATE, settings={"beta": 0.3, "seed": 3})
    write_run(runs, "reward-model-shy-yak-10", "reward-model", steps=9, state="stopped")
    return runs


def open_runs(language="en"):
    return PreferablyApp("runs", language=language, catch_errors=False)


def cells(app):
    table = app.screen.query_one(DataTable)
    return [[str(cell) for cell in table.get_row(row)] for row in table.rows]


async def until(pilot, condition):
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause(0.02)


async def test_an_empty_shelf_says_what_to_do(runs):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        assert "Press n" in str(app.screen.query_one("#none", Static).content)
        await pilot.press("enter", "space", "c")


@pytest.mark.parametrize("language", ["en", "es"])
async def test_runs_are_listed_with_state_and_gate(three, language):
    app = open_runs(language)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        rows = {row[1]: row for row in cells(app)}
        assert set(rows) == {"dpo-brave-otter-12", "dpo-calm-lynx-44", "reward-model-shy-yak-10"}
        assert rows["dpo-calm-lynx-44"][4] == "✓ 0.71"
        assert rows["dpo-brave-otter-12"][2] == {"en": "◐ interrupted", "es": "◐ interrumpido"}[language]
        assert app.screen.query_one(DataTable).virtual_size.width <= 80


async def test_a_new_run_appears_by_itself(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        write_run(three, "sft-kind-owl-77", "sft")
        await until(pilot, lambda: len(cells(app)) == 4)


async def test_enter_opens_the_run_under_the_cursor(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        chosen = app.screen.selected().run_id
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        assert app.screen.run_id == chosen


async def test_only_runs_of_one_method_are_compared(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("c")
        assert isinstance(app.screen, RunsScreen)
        order = [run.run_id for run in app.screen.runs]
        app.screen.marked = ["reward-model-shy-yak-10", "dpo-calm-lynx-44"]
        await pilot.press("c")
        assert isinstance(app.screen, RunsScreen)
        app.screen.marked = []
        table = app.screen.query_one(DataTable)
        for run_id in ("dpo-calm-lynx-44", "dpo-brave-otter-12"):
            table.move_cursor(row=order.index(run_id))
            await pilot.press("space")
        await pilot.press("c")
        await until(pilot, lambda: isinstance(app.screen, CompareScreen))
        await pilot.pause()
        names = [line.name for line in app.screen.query(LineChart).first().series]
        assert names == ["lynx-44", "otter-12"]
        text = app.screen.table().plain
        assert "beta" in text
        assert "0.71 (0.58–0.82)" in text
        await pilot.press("m", "l")


def test_differences_of_recipes():
    first, second = Recipe.make("dpo", {"beta": "0.3"}), Recipe.make("dpo", {"seed": 2})
    assert differences(first, second) == [("seed", 0, 2), ("beta", 0.3, first.hyper["beta"] and second.hyper["beta"])]
    assert differences(first, first) == []


# --- starting a run


async def form(pilot, app):
    await pilot.press("n")
    await until(pilot, lambda: isinstance(app.screen, TrainScreen) and app.screen.query(Field))
    return app.screen


@pytest.mark.parametrize("method", METHODS)
async def test_every_method_has_its_own_fields(runs, method):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = await form(pilot, app)
        screen.query_one("#method", Select).value = method
        names = [row.name for row in METHODS[method].hyper]
        await until(pilot, lambda: [field.setting for field in screen.query("#fields Field")] == names)


async def test_a_bad_value_is_said_at_its_field(runs):
    app = open_runs()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        screen = await form(pilot, app)
        field = next(field for field in screen.query(Field) if field.setting == "beta")
        field.query_one(Input).value = "many"
        await until(pilot, lambda: field.has_class("-wrong"))
        assert "beta" in str(field.query_one(".hint", Static).content)
        field.query_one(Input).value = "0.2"
        await until(pilot, lambda: not field.has_class("-wrong"))
        field.query_one(Input).value = "-1"
        await pilot.pause()
        await pilot.press("ctrl+s")
        assert isinstance(app.screen, TrainScreen)
        assert library.list_runs() == []


async def test_starting_makes_the_folder_and_opens_the_run(runs, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    app = open_runs()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        screen = await form(pilot, app)
        next(field for field in screen.query(Field) if field.setting == "beta").query_one(Input).value = "0.2"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        assert Recipe.read(started[0] / "recipe.json").hyper["beta"] == 0.2
        assert app.store.runs()[0]["run_id"] == started[0].name


async def test_without_labels_own_labels_are_refused_in_words(runs):
    app = open_runs()
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        screen = await form(pilot, app)
        screen.query_one("#data", Select).value = "labels"
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, TrainScreen)
        assert library.list_runs() == []
