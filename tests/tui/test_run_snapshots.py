"""What runs and labs look like, in both sizes and both languages."""

import os
import time

import pytest
from run_folders import GATE, write_run
from textual.widgets import OptionList

from engine.runs.status import StatusFile
from engine.store import Store
from tui.app import PreferablyApp

SIZES = [(80, 24), (140, 45)]
LANGUAGES = ["en", "es"]
BEGUN = 1_767_225_600.0  # 1 January 2026, in UTC


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield tmp_path
    os.environ.pop("TZ")
    time.tzset()


@pytest.fixture
def shelf(home):
    runs = (
        write_run(home / "runs", "dpo-brave-otter-12"),
        write_run(home / "runs", "dpo-calm-lynx-44", steps=52, state="done", gate=GATE, lab="01"),
        write_run(home / "runs", "reward-model-shy-yak-10", "reward-model", steps=9, state="stopped"),
    )
    for number, folder in enumerate(runs):
        StatusFile(folder).change(created=BEGUN + 60 * number)
    return runs


@pytest.fixture
def begun(home):
    """Lab 01 up to its run."""
    with Store.open() as store:
        for step in ("goal", "data"):
            store.record("lab_step", "01", {"step": step})
        kept = {
            "lab01-predict-kl": {"text": "0.4", "value": 0.4, "metric": "objective/kl"},
            "lab01-predict-win": {"text": "60", "value": 0.6, "metric": "gate"},
        }
        store.predict("01", {"answers": kept})


async def until(pilot, condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "the event did not come"
        await pilot.pause()
    await pilot.pause()


async def lab_is_there(pilot):
    screen = pilot.app.screen
    await until(pilot, lambda: pilot.app.store_is_open)
    await until(pilot, lambda: screen.step is not None and screen.query_one("#steps", OptionList).option_count)
    await pilot.pause()


async def drawn(pilot):
    await until(pilot, lambda: pilot.app.store_is_open)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interrupted_run(snap_compare, shelf, language, size):
    app = PreferablyApp("run", run_id="dpo-brave-otter-12", language=language)
    assert snap_compare(app, terminal_size=size, run_before=drawn)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_finished_run(snap_compare, shelf, language, size):
    app = PreferablyApp("run", run_id="dpo-calm-lynx-44", language=language)
    assert snap_compare(app, terminal_size=size, run_before=drawn)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_shelf(snap_compare, shelf, language, size):
    assert snap_compare(PreferablyApp("runs", language=language), terminal_size=size, run_before=drawn)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lab_at_its_gate(snap_compare, home, begun, language, size):
    write_run(home / "runs", steps=52, state="done", gate=GATE, lab="01")
    app = PreferablyApp("lab", lab="01", language=language)
    assert snap_compare(app, terminal_size=size, run_before=lab_is_there)


def pressed(*keys):
    """Waits until the screen is there, presses the keys, and waits until nothing is left to do."""

    async def press(pilot):
        await drawn(pilot)
        for key in keys:
            await pilot.press(key)
            await pilot.pause()
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()

    return press


@pytest.mark.parametrize(("language", "size"), [("en", SIZES[1]), ("es", SIZES[0])])
def test_the_form_of_a_new_run(snap_compare, shelf, language, size):
    app = PreferablyApp("runs", language=language)
    assert snap_compare(app, terminal_size=size, run_before=pressed("n"))


@pytest.mark.parametrize(("language", "size"), [("en", SIZES[1]), ("es", SIZES[0])])
def test_two_runs_side_by_side(snap_compare, shelf, language, size):
    app = PreferablyApp("runs", language=language)
    assert snap_compare(app, terminal_size=size, run_before=pressed("down", "space", "down", "space", "c"))
