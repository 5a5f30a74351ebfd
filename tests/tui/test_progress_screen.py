"""The map of the chapters: states, numbers, the next step, and where its keys lead."""

import pytest
from driving import running, settle, shown
from textual.widgets import OptionList, Static

from content.chapters import chapter, chapters
from content.text import LANGUAGES
from engine.store import Store
from tui.course import outlines
from tui.screens.exercises import ExercisesScreen
from tui.screens.learn import LearnScreen
from tui.screens.progress import ProgressScreen
from tui.screens.review import ReviewScreen


def line(text: str, id: str) -> str:
    return next(line for line in text.splitlines() if f" {id} " in line)


def study(id: str) -> None:
    """Read the chapter and solve what it asks."""
    outline = next(one for one in outlines("en") if one.id == id)
    with Store.open() as store:
        for section, wordings in outline.sections.items():
            store.read_section(id, section, min(wordings))
        for question, wordings in outline.questions.items():
            store.record("answer", question, {"text": "", "verdict": "correct"}, content_hash=min(wordings))


async def test_a_newcomer_sees_the_whole_course_and_where_to_begin() -> None:
    async with running("progress") as (app, pilot):
        text = shown(app)
        for found in chapters("en"):
            assert "new" in line(text, found.id)
        assert f"Next: read chapter 00, “{chapter('00', 'en').sections[0].title}”." in text
        assert "Builds on no other chapter." in text
        await pilot.press("g")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert (app.screen.chapter_id, app.screen.section_id) == ("00", chapter("00", "en").sections[0].id)


async def test_states_and_numbers_follow_from_what_was_done() -> None:
    study("00")
    with Store.open() as store:
        store.read_section("01", chapter("01", "en").sections[0].id, "of another wording")
    async with running("progress") as (app, pilot):
        text = shown(app)
        sections = len(chapter("00", "en").sections)
        assert "●" in line(text, "00")
        assert f"{sections}/{sections}" in line(text, "00")
        assert "revised" in line(text, "01")
        assert f"1 of {len(chapters('en'))} chapters done" in text
        await pilot.press("down")
        await pilot.pause()
        detail = str(app.screen.query_one("#detail", Static).content)
        assert "Builds on: 00" in detail
        assert f"Changed since you passed it: {chapter('01', 'en').sections[0].title}." in detail
        await pilot.press("down", "down")
        await pilot.pause()
        assert "Better done first: 01, 02" in str(app.screen.query_one("#detail", Static).content)


async def test_what_was_done_in_one_language_counts_in_the_other() -> None:
    study("00")
    async with running("progress", language="es") as (app, pilot):
        assert "hecho" in line(shown(app), "00")
        await pilot.press("f2")
        await settle(app, pilot)
        assert "done" in line(shown(app), "00")


async def test_keys_lead_to_the_chapter_its_exercises_and_its_cards() -> None:
    async with running("progress") as (app, pilot):
        await pilot.press("down")
        for key, place in (("enter", LearnScreen), ("x", ExercisesScreen), ("r", ReviewScreen)):
            await pilot.press(key)
            await settle(app, pilot)
            assert isinstance(app.screen, place)
            assert app.screen.chapter_id == "01"  # type: ignore[attr-defined]
            await pilot.press("escape")
            await settle(app, pilot)
            assert isinstance(app.screen, ProgressScreen)
            assert app.screen.query_one(OptionList).highlighted == 1


async def test_it_is_read_again_on_return() -> None:
    async with running("progress") as (app, pilot):
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("right", "escape")
        await settle(app, pilot)
        assert "begun" in line(shown(app), "00")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [(60, 20), (80, 24), (140, 45)])
async def test_the_thresholds_are_on_the_screen_or_a_key_away(size: tuple[int, int], language: str) -> None:
    async with running("progress", size=size, language=language) as (app, pilot):
        if size[1] < 24:
            assert "21" not in shown(app)
            await pilot.press("m")
            await pilot.pause()
        text = shown(app)
        assert "80\u202f%" in text
        assert "21" in text
        assert all(len(row.rstrip()) <= size[0] for row in text.splitlines())
        rows = app.screen.query_one(OptionList)
        assert rows.virtual_size.height == len(chapters(language))  # no row takes two lines
