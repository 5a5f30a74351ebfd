"""The shelf of runs, the form that starts one, and two runs side by side."""


import pytest
from driving import until
from run_folders import GATE, write_run
from textual.widgets import DataTable, Input, Select, Static

from engine.methods import METHODS
from engine.runs import library, supervisor
from engine.runs.recipe import Recipe
from tui.app import PreferablyApp
from tui.comparison import differences
from tui.screens.compare import CompareScreen
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


async def compared(pilot, app, marked):
    """The screen that compares the marked runs."""
    app.screen.marked = marked
    await pilot.press("c")
    await until(pilot, lambda: isinstance(app.screen, CompareScreen) and app.screen.query(LineChart))
    await pilot.pause()
    return app.screen


async def test_marked_runs_are_compared(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("c")
        assert isinstance(app.screen, RunsScreen)
        order = [run.run_id for run in app.screen.runs]
        table = app.screen.query_one(DataTable)
        for run_id in ("dpo-calm-lynx-44", "dpo-brave-otter-12"):
            table.move_cursor(row=order.index(run_id))
            await pilot.press("space")
        screen = await compared(pilot, app, app.screen.marked)
        first = screen.query(LineChart).first()
        assert [line.name for line in first.series] == ["A", "B"]
        assert "━━ A dpo-calm-lynx-44" in screen.legend().plain.replace("\u00a0", " ")
        text = screen.table().plain
        assert "beta" in text
        assert "✓ 0.71 (0.58–0.82)" in text
        assert "52/52" in text


async def test_the_comparison_is_looked_at_as_a_run_is(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = await compared(pilot, app, ["dpo-calm-lynx-44", "dpo-brave-otter-12"])
        chart = screen.query(LineChart).first()
        title = chart.title
        await pilot.press("m")
        assert chart.title != title
        await pilot.press("l", "s", "left", "left", "plus")
        assert (chart.log_axis, chart.smoothing, chart.cursor) == (True, 0.6, 40)
        assert chart.sentence().startswith("step 40 · A ")
        assert chart.window is not None
        await pilot.press("0")
        assert chart.window is None
        await pilot.press("plus", "minus", "right", "right")
        assert (chart.window, chart.cursor) == (None, None)
        await pilot.press("f2")
        await until(pilot, lambda: "Resultado" in app.screen.table().plain)


async def test_six_runs_fit_and_a_seventh_mark_replaces_the_first(runs):
    for number in range(7):
        write_run(runs, f"dpo-brave-otter-{number}", settings={"beta": 0.1 + number})
    app = open_runs()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        table = app.screen.query_one(DataTable)
        rows = [run.run_id for run in app.screen.runs]
        for row in range(7):
            table.move_cursor(row=row)
            await pilot.press("space")
        assert app.screen.marked == rows[1:]
        table.move_cursor(row=6)
        await pilot.press("space")
        assert app.screen.marked == rows[1:6]
        screen = await compared(pilot, app, rows[:6])
        assert len(screen.query(LineChart).first().filled) == 6
        assert max(map(len, screen.table().plain.split("\n"))) <= 78


async def test_runs_of_two_methods_share_the_curves_that_both_have(three):
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        screen = await compared(pilot, app, ["reward-model-shy-yak-10", "dpo-calm-lynx-44"])
        assert screen.query(LineChart).first().title == "loss"
        assert "reward-model" in screen.table().plain


async def test_runs_without_a_common_curve_are_not_compared(three):
    write_run(three, "dpo-new-owl-11", steps=0, state="created")
    app = open_runs()
    async with app.run_test() as pilot:
        await pilot.pause()
        app.screen.marked = ["dpo-new-owl-11", "dpo-calm-lynx-44"]
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, RunsScreen)


def test_differences_of_recipes():
    first, second = Recipe.make("dpo", {"beta": "0.3"}), Recipe.make("dpo", {"seed": 2})
    assert differences([first, second]) == [("seed", [0, 2]), ("beta", [0.3, 1.0])]
    assert differences([first, first]) == []
    names = [name for name, _ in differences([first, Recipe.make("sft")])]
    assert {"method", "beta"} <= set(names)


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


async def test_the_button_starts_it_too(runs, monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    app = open_runs()
    async with app.run_test(size=(100, 45)) as pilot:
        await pilot.pause()
        await form(pilot, app)
        await pilot.click("#start")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and started)


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
