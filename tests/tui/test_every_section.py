"""Every section of every chapter as a learner sees it: drawn whole, with nothing that was not meant to be read."""

import re

import pytest
from driving import running, until
from textual.content import Content

from content.chapters import chapter, chapters
from tui.screens.learn import LearnScreen
from tui.widgets.lesson import Formula, Lesson, top
from tui.widgets.live_block import LiveBlock
from tui.widgets.question_box import boxes

RAW = re.compile(r"\\[a-zA-Z]+|<!--|-->|\$\$|```|\*\*|\{[a-z_]+(\[\d\])?(:\.\df)?\}|\]\((lab:|[\w-]*#)")
"""TeX, comments, fences, emphasis, placeholders and links that nothing has read."""
SIZES = {"en": (80, 400), "es": (60, 400)}
"""So tall that the longest section is on the screen at once; Spanish, which needs more room, where there is least."""
ONE = {"en": "04", "es": "07"}
"""The chapter that is always looked at; all of them take a while."""
CASES = [
    case
    for language in SIZES
    for case in (
        pytest.param(language, [ONE[language]], id=f"{language}-{ONE[language]}"),
        pytest.param(language, [chapter.id for chapter in chapters(language)], id=language, marks=pytest.mark.long),
    )
]


@pytest.mark.parametrize(("language", "ids"), CASES)
async def test_every_section_is_drawn_whole_and_nothing_raw_is_left(language: str, ids: list[str]) -> None:
    async with running("learn", size=SIZES[language], language=language, chapter="00") as (app, pilot):
        lesson, width = app.screen.query_one(Lesson), app.screen.query_one("#page").content_region.right
        for told in (chapter(id, language) for id in ids):
            for section in told.sections:
                place = f"{told.id}#{section.id}"
                await lesson.show(section)
                await pilot.pause()
                rows = ["".join(part.text for part in strip) for strip in app.screen._compositor.render_strips()]
                assert lesson.region.height < SIZES[language][1] - 8, place
                assert not (raw := RAW.search("\n".join(rows))), f"{place}: {raw[0]}"
                assert len(lesson.query(LiveBlock)) == len(section.lives), place
                assert [box.question.id for box in boxes(lesson)] == [one.id for one in section.questions], place
                assert all(widget.region.right <= width for widget in lesson.query("*")), place
                for formula in lesson.query(Formula):
                    room = formula.content_size.width
                    assert all(Content(line).cell_length <= room for line in formula.formula_lines(room)), place


@pytest.mark.parametrize(("language", "ids"), CASES)
async def test_a_section_drawn_from_the_top_becomes_the_same_page(language: str, ids: list[str]) -> None:
    async with running("learn", size=(80, 24), language=language, chapter="00") as (app, _):
        lesson = app.screen.query_one(Lesson)
        for told in (chapter(id, language) for id in ids):
            section = told.sections[len(told.sections) // 2]
            found = []
            for rows in (None, 10):
                await lesson.show(section, rows=rows)
                await lesson.complete()
                found.append([(type(block), block.source_range) for block in lesson.children])
            assert found[0] == found[1], f"{told.id}#{section.id}"


def test_the_top_of_a_text_ends_between_two_blocks() -> None:
    paragraph, points = "A line.\nAnother.\n\n", "- One.\n\n- Two.\n\n"
    code, formula = "```\na\n\nb\n```\n\n", "$$\na\n\nb\n$$\n\n"
    assert top(paragraph * 3, 2) == paragraph
    assert top(paragraph * 3, 3) == paragraph
    assert top(paragraph * 3, 4) == paragraph * 2
    assert top(points + paragraph, 1) == points
    assert top(code + paragraph, 1) == code
    assert top(formula + paragraph, 1) == formula
    assert top(paragraph * 3, 90) == paragraph * 3


def test_the_top_of_a_text_ends_before_the_first_live_block() -> None:
    live = "```live dpo\nbeta: 1\n```\n"
    assert top(f"A line.\n\n{live}\nAnother.\n", 90) == "A line.\n\n"
    assert top(f"{live}\nAnother.\n", 90) == f"{live}\nAnother.\n"


def test_the_top_of_a_text_ends_before_a_table() -> None:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    assert top(f"A line.\n\n{table}\nAnother.\n", 90) == "A line.\n\n"
    assert top(f"{table}\nAnother.\n", 90) == f"{table}\nAnother.\n"


async def test_the_end_key_space_and_the_search_reach_what_is_not_drawn_yet() -> None:
    async with running("learn", chapter="04", section="displacement") as (app, pilot):
        screen = app.screen
        assert isinstance(screen, LearnScreen)
        lesson = screen.query_one(Lesson)
        await lesson.show(screen.chapter.section("displacement"), rows=2)
        assert not lesson.is_complete
        await screen.action_onward()
        await until(pilot, lambda: screen.page.scroll_y > 0)
        assert lesson.is_complete
        assert screen.section_id == "displacement"
