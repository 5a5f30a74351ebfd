"""Forking from the app: a checkpoint, one change, and the parent's curves beside the child's."""

import json

import pytest
from driving import until
from run_folders import GATE, write_run
from textual.widgets import Input, Select, Static

from engine.runs import supervisor
from engine.runs.checkpoint import MANIFEST, STATE, TENSORS
from engine.runs.recipe import Recipe
from tui.app import PreferablyApp
from tui.screens.fork import ForkScreen
from tui.screens.run import RunScreen
from tui.screens.train import Field
from tui.widgets.run_view import RunView

RUN = "dpo-brave-otter-12"


@pytest.fixture
def parent(tmp_path, monkeypatch):
    """A finished run with two whole checkpoints."""
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    folder = write_run(tmp_path / "runs", RUN, state="done", steps=52, gate=GATE)
    for step in (20, 52):
        write_checkpoint(folder, step)
    return folder


def write_checkpoint(folder, step):
    import hashlib

    made = folder / f"checkpoint-{step}"
    made.mkdir()
    files = {}
    for name in (TENSORS, STATE):
        (made / name).write_text("{}")
        files[name] = {"size": 2, "sha256": hashlib.sha256(b"{}").hexdigest()}
    recipe = Recipe.read(folder / "recipe.json").fingerprint
    (made / MANIFEST).write_text(json.dumps({"step": step, "recipe": recipe, "versions": {}, "files": files}))


@pytest.fixture
def started(monkeypatch):
    started = []
    monkeypatch.setattr(supervisor, "start", started.append)
    return started


async def form(pilot, *keys):
    """The form, opened from the run's screen after some keys."""
    app = pilot.app
    await until(pilot, lambda: app.screen.query(RunView) and app.screen.query_one(RunView).forks)
    await pilot.press(*keys, "f")
    await until(pilot, lambda: isinstance(app.screen, ForkScreen) and app.screen.query(Field))
    await pilot.pause()
    return app.screen


def field(screen, name):
    return next(each for each in screen.query(Field) if each.setting == name)


@pytest.mark.parametrize("language", ["en", "es"])
async def test_a_fork_with_one_change_opens_beside_its_parent(parent, started, language):
    app = PreferablyApp("run", run_id=RUN, language=language, catch_errors=False)
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await form(pilot)
        assert screen.query_one("#step", Select).value == 20  # the last one with something left to do
        field(screen, "beta").query_one(Input).value = "0.25"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, RunScreen) and app.screen.run_id != RUN)
        recipe = Recipe.read(started[0] / "recipe.json")
        assert (recipe.hyper["beta"], recipe.parent) == (0.25, {"run": RUN, "step": 20})
        await until(pilot, lambda: app.screen.query(RunView))
        view = app.screen.query_one(RunView)
        assert view.other.folder.name == RUN
        assert view.history.step == 20
        assert app.store.runs()[0]["run_id"] == started[0].name
        await pilot.press("c")
        await until(pilot, lambda: view.other is None)


async def test_the_checkpoint_offered_is_the_one_looked_at(parent, started):
    app = PreferablyApp("run", run_id=RUN, catch_errors=False)
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await form(pilot, "left", "left", "left", "left")
        assert screen.query_one("#step", Select).value == 20


async def test_a_bad_value_and_a_second_change_are_said_at_the_field(parent, started):
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test(size=(100, 40)) as pilot:
        screen = await form(pilot)
        beta, rate = field(screen, "beta"), field(screen, "learning_rate")
        beta.query_one(Input).value = "-1"
        await until(pilot, lambda: beta.has_class("-wrong"))
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, ForkScreen)
        beta.query_one(Input).value = "0.5"
        rate.query_one(Input).value = "0.001"
        await until(pilot, lambda: rate.has_class("-wrong") and beta.has_class("-wrong"))
        assert "one thing only" in str(rate.query_one(".hint", Static).content)
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert isinstance(app.screen, ForkScreen)
        assert started == []
        rate.query_one(Input).value = ""
        await until(pilot, lambda: not beta.has_class("-wrong"))
        await pilot.press("f2")
        await until(pilot, lambda: app.language == "es" and field(app.screen, "beta").value == "0.5")
        await pilot.press("tab")
        await pilot.click("#start")
        await until(pilot, lambda: started)


async def test_a_run_without_checkpoints_cannot_be_forked(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    write_run(tmp_path / "runs", RUN)
    app = PreferablyApp("run", run_id=RUN, catch_errors=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(RunView))
        await pilot.press("f")
        await pilot.pause()
        assert isinstance(app.screen, RunScreen)


async def test_a_fork_whose_parent_is_gone_opens_alone(parent, started, tmp_path):
    import shutil

    from engine.runs import fork

    child = fork.fork(parent, 20, {})
    shutil.rmtree(parent)
    app = PreferablyApp("run", run_id=child.name, catch_errors=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(RunView))
        assert app.screen.query_one(RunView).other is None
