"""The first visit: seen once, left with Esc, opened again on demand."""

import json
import sys

from driving import running, settle, shown

from tui import settings
from tui.screens.home import HomeScreen
from tui.screens.welcome import PAGES, WelcomeScreen

CHECKS = [{"id": "python", "state": "ok", "message": "Python"}, {"id": "disk", "state": "warn", "message": "Only 5 MB"}]
DOCTOR = (sys.executable, "-c", f"print({json.dumps(json.dumps({'checks': CHECKS}))})")
BROKEN = (sys.executable, "-c", "raise SystemExit(3)")


async def test_it_comes_once_and_never_again() -> None:
    async with running(first_run=True) as (app, pilot):
        assert isinstance(app.screen, WelcomeScreen)
        await pilot.press("escape")
        await settle(app, pilot)
        assert isinstance(app.screen, HomeScreen)
    assert settings.load().welcomed
    async with running(first_run=True) as (app, _):
        assert isinstance(app.screen, HomeScreen)


async def test_language_and_colours_are_chosen_by_looking() -> None:
    async with running("welcome", command=DOCTOR) as (app, pilot):
        await pilot.press("down")
        await settle(app, pilot)
        assert app.language == "es"
        assert "Te damos la bienvenida" in shown(app)
        await pilot.press("enter")
        await settle(app, pilot)
        await pilot.press("down")
        await settle(app, pilot)
        assert app.theme == "preferably-light"
    assert (settings.load().language, settings.load().theme) == ("es", "preferably-light")


async def test_the_machine_is_checked_and_what_is_not_fine_is_said() -> None:
    async with running("welcome", command=DOCTOR) as (app, pilot):
        await pilot.press("right", "right")
        await settle(app, pilot)
        assert "1 of 2" in shown(app)
        assert "! Only 5 MB" in shown(app)


async def test_a_check_that_cannot_run_says_so() -> None:
    async with running("welcome", command=BROKEN) as (app, pilot):
        await pilot.press("right", "right")
        await settle(app, pilot)
        assert "preferably doctor" in shown(app)


async def test_every_page_fits_a_small_terminal_and_the_last_leads_home() -> None:
    for language in ("en", "es"):
        async with running("welcome", command=DOCTOR, language=language, size=(60, 20)) as (app, pilot):
            for page in PAGES:
                assert isinstance(app.screen, WelcomeScreen)
                assert app.screen.page == page
                assert app.screen.query_one("#page").max_scroll_y == 0, page
                await pilot.press("left", "right", "right") if page != PAGES[0] else await pilot.press("right")
                await settle(app, pilot)
            assert isinstance(app.screen, HomeScreen)
