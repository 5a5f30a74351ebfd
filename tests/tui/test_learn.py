"""Reading a chapter: turning pages, keeping the place, searching, following links, answering."""

import pytest
from driving import running, settle, shown
from textual.widgets import Input, OptionList, Static

from content.chapters import chapter, chapters
from engine.store import Store
from tui.screens.base import TitleBar
from tui.screens.choose_link import ChooseLink
from tui.screens.learn import LearnScreen
from tui.widgets.contents import Contents
from tui.widgets.lesson import matches
from tui.widgets.question_box import QuestionBox
from tui.widgets.slider import Slider


def status(screen: LearnScreen) -> str:
    return screen.query_one(TitleBar).status


def count(chapter_id: str) -> int:
    """How many sections the chapter has."""
    return len(chapter(chapter_id, "en").sections)


async def test_chapters_are_listed_and_opened() -> None:
    async with running("chapters") as (app, pilot):
        assert "PPO for language" in shown(app)
        assert f"0/{count('03')} · {chapter('03', 'en').minutes} min" in shown(app)
        await pilot.press("down", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.chapter_id == chapters("en")[1].id


async def test_pages_turn_and_the_last_one_stays() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        last = count("03") - 1
        assert status(screen) == f"1 of {last + 1}  ▓{'░' * last}"
        await pilot.press("right", "right")
        assert screen.number == 2
        assert status(screen) == f"3 of {last + 1}  ▓▓▓{'░' * (last - 2)}"
        await pilot.press("left")
        assert screen.number == 1
        await pilot.press(*["right"] * (last + 2))
        assert screen.number == last


async def test_space_goes_down_the_page_and_then_to_the_next_section() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await pilot.press("space")
        assert screen.number == 0
        assert screen.page.scroll_y > 0
        for _ in range(6):
            await pilot.press("space")
            await pilot.pause()
            if screen.number:
                break
        assert screen.number == 1
        assert screen.page.scroll_y == 0


async def test_the_place_and_what_was_read_are_kept() -> None:
    async with running("learn", chapter="04") as (app, pilot):
        await pilot.press("right", "right")
        await settle(app, pilot)
    with Store.open() as store:
        assert store.sections_read("04") == {"start", "derivation"}
        assert store.place() == {"place": "learn", "chapter": "04", "section": "implicit-reward"}
    async with running("learn", chapter="04") as (app, _):
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.section_id == "implicit-reward"
        assert status(app.screen).startswith(f"3 of {count('04')}  ▓▓▓░")


async def test_an_asked_for_section_wins_over_the_kept_place() -> None:
    with Store.open() as store:
        store.set_place("learn", chapter="04", section="pitfalls")
    async with running("learn", chapter="04", section="derivation") as (app, _):
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.section_id == "derivation"


@pytest.mark.parametrize(("chapter_id", "section_id"), [("77", None), ("03", "no-such")])
async def test_a_chapter_or_section_that_does_not_exist_is_said(chapter_id: str, section_id: str | None) -> None:
    async with running("learn", chapter=chapter_id, section=section_id) as (app, pilot):
        assert (section_id or chapter_id) in shown(app)
        await pilot.press("t", "n", "space", "f2")
        await settle(app, pilot)
        assert (section_id or chapter_id) in shown(app)


async def test_contents_open_above_a_narrow_page_and_beside_a_wide_one() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        contents = app.screen.query_one(Contents)
        assert not contents.display
        await pilot.press("t")
        assert contents.display
        await pilot.press("down", "down", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert app.screen.number == 2
        assert not contents.display
        await pilot.press("t", "escape")
        assert not contents.display
        await pilot.resize_terminal(140, 45)
        await pilot.pause()
        assert contents.display
        assert app.screen.page.region.x >= contents.region.right


async def test_search_goes_from_match_to_match_over_all_sections() -> None:
    expected = [match.section for match in matches(chapter("03", "en").sections, "leash")]
    assert len(set(expected)) > 1
    async with running("learn", chapter="03") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await pilot.press("slash", *"LEASH", "enter")
        await pilot.pause()
        visited = [screen.number]
        assert f"“LEASH” 1 of {len(expected)}" in status(screen)
        for _ in expected[1:]:
            await pilot.press("n")
            await pilot.pause()
            visited.append(screen.number)
            assert "leash" in shown(app).lower()
        assert visited == expected
        await pilot.press("n")
        assert screen.number == expected[0]
        await pilot.press("N")
        assert screen.number == expected[-1]
        await pilot.press("escape")
        assert not screen.search.matches
        assert f"of {count('03')}" in status(screen)


async def test_a_search_without_result_says_so() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        await pilot.press("slash", *"zzzz", "enter")
        await pilot.pause()
        assert "zzzz" in status(app.screen)  # type: ignore[arg-type]
        await pilot.press("n")
        assert app.screen.number == 0  # type: ignore[attr-defined]


async def test_the_language_keeps_section_and_place_on_the_page() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await pilot.press("space")
        share = screen.page.scroll_y / screen.page.max_scroll_y
        await pilot.press("f2")
        await settle(app, pilot)
        assert screen.section_id == "worked-example"
        assert screen.crumbs()[1] == chapter("03", "es").section("worked-example").title
        assert abs(screen.page.scroll_y / screen.page.max_scroll_y - share) < 0.1


async def test_links_lead_to_other_chapters_by_key() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        await pilot.press("f")
        await settle(app, pilot)
        if isinstance(app.screen, ChooseLink):
            await pilot.press("enter")
            await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert (app.screen.chapter_id, app.screen.section_id) == ("04", "derivation")


async def test_links_to_labs_and_within_the_chapter() -> None:
    async with running("learn", chapter="03") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        await screen.follow("#closed-form")
        assert screen.section_id == "closed-form"
        await screen.follow("lab:01")
        await settle(app, pilot)
        assert app.screen.visited_as == ("lab", {"lab": "01"})  # type: ignore[attr-defined]


async def question(app_and_pilot: tuple, id: str) -> QuestionBox:
    app, pilot = app_and_pilot
    box = next(box for box in app.screen.query(QuestionBox) if box.question.id == id)
    field = box.query("Input, OptionList").first()
    field.focus()
    await pilot.pause()
    return box


async def test_an_answer_half_typed_keeps_the_keys_in_another_language() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        await question((app, pilot), "03-beta-one")
        await pilot.press("0", ".", "f2")
        await settle(app, pilot)
        await pilot.press("8")
        box = next(box for box in app.screen.query(QuestionBox) if box.question.id == "03-beta-one")
        assert box.query_one(Input).value == "0.8"


async def test_an_answer_is_read_back_while_it_is_typed_and_judged() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        box = await question((app, pilot), "03-beta-one")
        await pilot.press(*"91,7")
        assert "91.7" in str(box.query_one(".read", Static).content)
        box.query_one(Input).value = ""
        await pilot.press(*"0.917", "enter")
        await pilot.pause()
        verdict = str(box.query_one(".verdict", Static).content)
        assert verdict.startswith("✗")
        assert box.question.mistakes[0].text in verdict
        assert not box.query_one(".explanation").display
        box.query_one(Input).value = ""
        await pilot.press(*"0,803", "enter")
        await settle(app, pilot)
        assert str(box.query_one(".verdict", Static).content).startswith("✓")
        assert box.question.explanation in str(box.query_one(".explanation", Static).content)
        answers = [(event.item, event.payload["verdict"]) for event in app.store.events("answer")]
        assert answers == [("03-beta-one", "mistake"), ("03-beta-one", "correct")]
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        box = await question((app, pilot), "03-beta-one")
        assert "before" in str(box.query_one(".verdict", Static).content)


async def test_what_cannot_be_read_is_no_attempt() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        box = await question((app, pilot), "03-beta-one")
        await pilot.press(*"[/x]", "enter")
        await pilot.pause()
        assert str(box.query_one(".verdict", Static).content).startswith("?")
        assert "[/x]" in str(box.query_one(".verdict", Static).content)
        assert app.store.events("answer") == []


async def test_a_choice_is_made_with_arrows_or_its_number() -> None:
    async with running("learn", chapter="03", section="objective") as (app, pilot):
        box = await question((app, pilot), "03-leash")
        await pilot.press("1")
        await pilot.pause()
        assert str(box.query_one(".verdict", Static).content).startswith("✗")
        assert box.query_one(OptionList).highlighted == 0
        await pilot.press("down", "enter")
        await pilot.pause()
        assert str(box.query_one(".verdict", Static).content).startswith("✓")


async def test_the_explanation_can_be_asked_for() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        box = await question((app, pilot), "03-beta-one")
        await pilot.press("f4")
        await pilot.pause()
        assert box.query_one(".explanation").display


async def test_another_language_keeps_what_was_set_and_typed() -> None:
    async with running("learn", chapter="03", section="worked-example") as (app, pilot):
        slider, field = app.screen.query(Slider).first(), app.screen.query("Lesson Input").first(Input)
        slider.focus()
        await pilot.press("left", "left")
        moved = slider.value
        assert moved != slider.start
        field.value = "0.9"
        await pilot.press("f2")
        await settle(app, pilot)
        assert app.language == "es"
        assert app.screen.query(Slider).first().value == moved
        assert app.screen.query("Lesson Input").first(Input).value == "0.9"
