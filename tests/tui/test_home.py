"""Home: the way back into what one was doing, and a line for everything else."""

from driving import running, settle, shown
from textual.widgets import Static

from content.exercises import exercises
from content.labs import labs
from engine.store import Store
from tui.screens.chapters import ChaptersScreen
from tui.screens.exercise import ExerciseScreen
from tui.screens.home import HomeScreen
from tui.screens.learn import LearnScreen
from tui.screens.progress import ProgressScreen


async def test_a_newcomer_is_sent_to_the_first_chapter() -> None:
    async with running() as (app, pilot):
        assert "Start here: 00 " in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == "00"
        assert app.screen.number == 0


async def test_continue_names_the_section_and_returns_to_it() -> None:
    with Store.open() as store:
        store.set_place("learn", chapter="04", section="derivation")
    async with running() as (app, pilot):
        assert "Continue: 04" in shown(app)
        assert "The derivation · section 2 of " in shown(app)
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
        store.read_section("03", "closed-form")
        store.record_gate("00", "reward-model-a-1", {"passed": True})
        store.record_gate("01", "dpo-b-2", {"passed": False})
    async with running() as (app, _):
        text = shown(app)
        assert "02◐ 03◐ 04○" in text
        assert "00✓ 01✗ 02· " in text
        assert f" 1/{len(labs('en'))}" in text


async def test_lines_are_filled_again_on_return() -> None:
    async with running() as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("right", "escape")
        await settle(app, pilot)
        assert "section 2 of" in shown(app)
        assert "00◐ 01○" in shown(app)


async def test_arrows_and_clicks_open_lines_too() -> None:
    async with running() as (app, pilot):
        await pilot.press("down", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ChaptersScreen)
        await pilot.press("escape")
        await pilot.click("#continue")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == "00"


async def test_an_exercise_is_continued_too() -> None:
    exercise = exercises("en")[0].sections[1]
    with Store.open() as store:
        store.set_place("exercise", chapter=exercises("en")[0].id, exercise=exercise.id)
    async with running() as (app, pilot):
        assert f"Continue: Exercises {exercises('en')[0].id}" in shown(app)
        assert exercise.title in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ExerciseScreen)
        assert app.screen.exercise_id == exercise.id


async def test_the_last_line_says_what_is_next_and_leads_to_the_map() -> None:
    async with running() as (app, pilot):
        assert "next: 00 · " in shown(app)
        await pilot.press("7")
        await settle(app, pilot)
        assert isinstance(app.screen, ProgressScreen)


async def test_nothing_is_lost_on_a_small_terminal() -> None:
    async with running(size=(60, 20)) as (app, _):
        for line in app.screen.query(Static):
            assert app.screen.region.contains_region(line.region)
