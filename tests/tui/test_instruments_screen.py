"""The card of instruments in the app: progress, the card, what has left its range, and being stopped."""

import json
import sys

import pytest
from driving import until
from run_folders import GATE, write_run
from textual.widgets import OptionList, Static

from engine.evaluate import card_process
from engine.runs.status import read_status
from tui.app import PreferablyApp
from tui.screens.choose_link import ChooseLink
from tui.screens.instruments import InstrumentsScreen
from tui.screens.learn import LearnScreen
from tui.widgets.run_view import RunView

RUN = "dpo-calm-lynx-44"


def figure(id, value, low, high, healthy, chapter, fine=True):
    return {
        "id": id, "value": value, "low": low, "high": high, "healthy": healthy, "chapter": chapter, "fine": fine
    }  # fmt: skip


FIGURES = [
    figure("win_rate", 0.62, 0.58, 0.66, [0.5, 1.0], "09"),
    figure("right", 0.9, 0.86, 0.94, None, "09"),
    figure("length_ratio", 1.9, None, None, [0.8, 1.25], "02", fine=False),
    figure("distinct_2", 0.4, None, None, [0.3, None], "08"),
]
CARD = {"against": "sft", "step": 52, "figures": FIGURES}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    return write_run(tmp_path / "runs", RUN, state="done", steps=52, gate=GATE)


@pytest.fixture
def says(monkeypatch):
    """Puts a small process in the place of the one that measures; it says these lines, and then waits if asked to."""
    calls = []

    def install(*lines, wait=False):
        program = f"import sys,time\nfor line in {[json.dumps(line) for line in lines]!r}: print(line, flush=True)\n"
        program += "time.sleep(600)" if wait else ""

        def command(folder, against):
            calls.append(against)
            return [sys.executable, "-c", program]

        monkeypatch.setattr(card_process, "command", command)
        return calls

    return install


async def opened(pilot):
    app = pilot.app
    await until(pilot, lambda: app.screen.query(RunView))
    await pilot.pause()
    await pilot.press("i")
    await until(pilot, lambda: isinstance(app.screen, InstrumentsScreen) and app.screen.query(OptionList))
    return app.screen


def lines(screen):
    options = screen.query_one(OptionList)
    return [options.get_option_at_index(number).prompt.plain for number in range(options.option_count)]


@pytest.mark.parametrize("size", [(80, 24), (140, 45)])
async def test_it_measures_with_progress_and_shows_the_card(folder, says, size):
    says({"share": 0.5}, {"share": 1.0}, {"card": CARD})
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test(size=size) as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: len(lines(screen)) == 4)
        win, right, length, distinct = lines(screen)
        assert win.startswith("✓ win rate")
        assert "(0.580–0.660)" in win
        assert "healthy 0.5–1" in win
        assert right.startswith("  right answers")
        assert length.startswith("! ")
        assert "much longer or much shorter" in length
        assert "Chapter 02" in length
        assert "from 0.3" in distinct
        assert all(len(line) <= size[0] - 4 for line in win.split("\n"))
        await pilot.press("down", "down", "enter")
        await until(pilot, lambda: isinstance(app.screen, LearnScreen))
        assert app.screen.visited_as[1]["chapter"] == "02"


async def test_it_can_be_stopped_and_measured_again(folder, says):
    says({"share": 0.5}, wait=True)
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.share == 0.5)
        text = str(screen.query_one("#progress", Static).content)
        assert "50" in text
        assert "left" in text
        assert not screen.check_action("measure", ())
        await pilot.press("x")
        await until(pilot, lambda: screen.process is None)
        assert "Press m" in str(screen.query_one("#progress", Static).content)
        says({"card": CARD})
        await pilot.press("m")
        await until(pilot, lambda: len(lines(screen)) == 4)


async def test_leaving_ends_the_process(folder, says):
    says({"share": 0.1}, wait=True)
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.process is not None and screen.share)
        process = screen.process
        await pilot.press("escape")
        await until(pilot, lambda: process.returncode is not None)


async def test_another_model_to_measure_against(folder, says):
    calls = says({"card": CARD})
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: len(lines(screen)) == 4 and screen.process is None)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(app.screen, ChooseLink) and app.screen.query(OptionList))
        await pilot.press("down", "enter")
        await until(pilot, lambda: calls == ["sft", "base"])
        await until(pilot, lambda: screen.process is None)


async def test_a_fault_is_said_in_words(folder, says):
    says({"error": {"code": "models.unknown", "params": {"model": "nobody"}}})
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: screen.problem is not None)
        assert "nobody" in str(screen.query_one("#progress", Static).content)


async def test_a_card_that_was_measured_is_there_at_once_and_in_either_language(folder, says):
    calls = says({"card": CARD})
    (folder / card_process.KEPT).write_text(json.dumps(CARD))
    app = PreferablyApp("run", run_id=RUN, language="en", catch_errors=False)
    async with app.run_test() as pilot:
        screen = await opened(pilot)
        await until(pilot, lambda: len(lines(screen)) == 4)
        await pilot.press("f2")
        await until(pilot, lambda: lines(screen)[0].startswith("✓ tasa de victorias"))
        assert calls == []


def test_a_card_of_another_step_is_none(folder):
    assert card_process.kept(folder) is None
    (folder / card_process.KEPT).write_text(json.dumps({**CARD, "step": 40}))
    assert card_process.kept(folder) is None
    (folder / card_process.KEPT).write_text("{")
    assert card_process.kept(folder) is None
    (folder / card_process.KEPT).write_text(json.dumps(CARD))
    assert card_process.kept(folder) == CARD
    assert read_status(folder).step == 52


async def test_a_run_under_way_and_a_reward_model_have_no_card(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    write_run(tmp_path / "runs", RUN)
    app = PreferablyApp("run", run_id=RUN, catch_errors=False)
    async with app.run_test() as pilot:
        await until(pilot, lambda: app.screen.query(RunView))
        await pilot.press("i")
        await pilot.pause()
        assert not isinstance(app.screen, InstrumentsScreen)
