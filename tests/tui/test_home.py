"""Home: the way back into what one was doing, and a line for everything else."""

from driving import running, settle, shown
from textual.widgets import Static

from engine.store import Store
from tui.screens.chapters import ChaptersScreen
from tui.screens.home import HomeScreen
from tui.screens.learn import LearnScreen


async def test_a_newcomer_is_sent_to_the_first_chapter() -> None:
    async with running() as (app, pilot):
        assert "Start here: 03 PPO for language" in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == "03"
        assert app.screen.number == 0


async def test_continue_names_the_section_and_returns_to_it() -> None:
    with Store.open() as store:
        store.set_place("learn", chapter="04", section="derivation")
    async with running() as (app, pilot):
        assert "Continue: 04" in shown(app)
        assert "The derivation · section 2 of 11" in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert (app.screen.chapter_id, app.screen.section_id) == ("04", "derivation")


async def test_a_place_that_no_longer_exists_does_no_harm() -> None:
    with Store.open() as store:
        store.set_place("learn", chapter="99", section="gone")
    async with running() as (app, _):
        assert isinstance(app.screen, HomeScreen)
        assert "99" in shown(app)


async def test_lines_count_what_was_done() -> None:
    with Store.open() as store:
        store.read_section("03", "start")
        store.record_gate("00", "reward-model-a-1", {"passed": True})
        store.record_gate("01", "dpo-b-2", {"passed": False})
    async with running() as (app, _):
        text = shown(app)
        assert "03 ▓░" in text
        assert "00 ✓   01 ✗   02 ·   1 of 3 gates passed" in text


async def test_lines_are_filled_again_on_return() -> None:
    async with running() as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("right", "escape")
        await settle(app, pilot)
        assert "section 2 of" in shown(app)
        assert "03 ▓░" in shown(app)


async def test_arrows_and_clicks_open_lines_too() -> None:
    async with running() as (app, pilot):
        await pilot.press("down", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ChaptersScreen)
        await pilot.press("escape")
        await pilot.click("#continue")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == "03"


async def test_nothing_is_lost_on_a_small_terminal() -> None:
    async with running(size=(60, 20)) as (app, _):
        for line in app.screen.query(Static):
            assert app.screen.region.contains_region(line.region)
