"""Looking things up: the list of pages, reading one, and the glossary."""

import pytest
from driving import running, settle, shown
from textual.widgets import Input, OptionList

from content.glossary import glossary, term
from content.reference import pages
from engine.store import Store
from tui.links import follow
from tui.screens.glossary import GlossaryScreen
from tui.screens.learn import LearnScreen
from tui.screens.page import PageScreen
from tui.screens.reference import ReferenceScreen


async def test_the_chapters_lead_to_the_pages_and_a_page_opens() -> None:
    async with running("chapters") as (app, pilot):
        await pilot.press("end", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, ReferenceScreen)
        for page in pages("en"):
            assert page.title in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        assert isinstance(app.screen, PageScreen)
        assert "Three stages" in shown(app)


async def test_reading_a_page_is_no_progress_and_no_place_to_continue_from() -> None:
    async with running("learn", chapter="03", section="beta") as (app, pilot):
        await app.go("page", page="cheat-sheet")
        await settle(app, pilot)
        await pilot.press("right", "right")
        await settle(app, pilot)
        assert isinstance(app.screen, PageScreen)
        assert app.screen.number == 2
        assert app.store.place() == {"place": "learn", "chapter": "03", "section": "beta"}
    with Store.open() as store:
        assert store.sections_read("cheat-sheet") == set()


@pytest.mark.parametrize(
    ("language", "which"),
    [
        ("en", slice(1)),
        ("es", slice(1, 2)),
        pytest.param("en", slice(None), marks=pytest.mark.long),
        pytest.param("es", slice(None), marks=pytest.mark.long),
    ],
)
async def test_every_page_can_be_read_to_its_end(language: str, which: slice) -> None:
    async with running("home", size=(80, 24)) as (app, pilot):
        await app.set_language(language)
        for page in pages(language)[which]:
            await app.go("page", page=page.id)
            await settle(app, pilot)
            for _ in page.sections:
                await pilot.press("right")
            await settle(app, pilot)
            assert isinstance(app.screen, PageScreen)
            assert app.screen.number == len(page.sections) - 1
            assert page.title in shown(app)


async def test_a_page_that_does_not_exist_is_said() -> None:
    async with running("page", page="cheatsheet") as (app, _):
        assert "There is no page “cheatsheet”" in " ".join(shown(app).split())


async def test_links_to_pages_and_terms() -> None:
    async with running("home") as (app, pilot):
        await follow(app, "ref:cheat-sheet#beta")
        await settle(app, pilot)
        assert app.screen.visited_as == ("page", {"page": "cheat-sheet", "section": "beta"})  # type: ignore[attr-defined]
        await follow(app, "term:kl-divergence")
        await settle(app, pilot)
        assert isinstance(app.screen, GlossaryScreen)
        assert "How far one distribution is from another" in shown(app)


async def test_g_looks_up_a_term_from_a_chapter_and_leads_to_its_section_and_back() -> None:
    async with running("learn", chapter="04", section="beta") as (app, pilot):
        await pilot.press("g", *"sycoph")
        await settle(app, pilot)
        assert "Agreeing with people instead of being right." in shown(app)
        await pilot.press("enter", "enter")
        await settle(app, pilot)
        assert isinstance(app.screen, LearnScreen)
        assert f"{app.screen.chapter_id}#{app.screen.section_id}" == term("sycophancy", "en").introduced
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, GlossaryScreen)
        await pilot.press("escape")
        await settle(app, pilot)
        assert app.screen.visited_as == ("learn", {"chapter": "04", "section": "beta"})  # type: ignore[attr-defined]


async def test_letters_narrow_the_list_and_escape_takes_them_back() -> None:
    async with running("glossary") as (app, pilot):
        terms = app.screen.query_one("#list", OptionList)
        assert terms.option_count == len(glossary("en"))
        await pilot.press("q", "z", "x")  # none of them a key of the app here
        await settle(app, pilot)
        assert terms.option_count == 0
        assert "No term fits “qzx”." in shown(app)
        await pilot.press("escape")
        await settle(app, pilot)
        assert terms.option_count == len(glossary("en"))
        await pilot.press("escape")
        await settle(app, pilot)
        assert not isinstance(app.screen, GlossaryScreen)


async def test_the_other_language_keeps_the_term_and_what_was_typed() -> None:
    async with running("glossary") as (app, pilot):
        await pilot.press("k", "l", "down", "down")
        await settle(app, pilot)
        screen = app.screen
        assert isinstance(screen, GlossaryScreen)
        here = screen.open_term
        await app.set_language("es")
        await settle(app, pilot)
        assert screen.open_term == here
        assert screen.query_one(Input).value == "kl"
        assert term(here or "", "es").text.split()[0] in shown(app)


async def test_an_unknown_term_is_said_and_the_list_is_there() -> None:
    async with running("glossary", term="kl-divergense") as (app, pilot):
        await settle(app, pilot)
        assert app.screen.query_one("#list", OptionList).option_count == len(glossary("en"))
        (said,) = app._notifications
        assert "kl-divergence" in said.message


async def test_looking_up_fits_a_narrow_terminal() -> None:
    async with running("glossary", size=(60, 18)) as (app, pilot):
        await pilot.press(*"length-controlled")
        await settle(app, pilot)
        assert "tasa de victorias" in shown(app)
