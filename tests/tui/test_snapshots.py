"""How home and a chapter look, at the two sizes that matter and in both languages."""

from typing import Any

import pytest
from driving import settle
from textual.pilot import Pilot

from tui.app import PreferablyApp

SIZES = {"80x24": (80, 24), "140x45": (140, 45)}


@pytest.fixture
def look(snap_compare: Any) -> Any:
    """Compares a place with its picture."""

    def compare(place: str, language: str, size: str, *press: str, **arguments: Any) -> bool:
        app = PreferablyApp(place, language=language, **arguments)

        async def rest(pilot: Pilot[None]) -> None:
            await settle(app, pilot)
            await pilot.press(*press)
            await settle(app, pilot)

        return bool(snap_compare(app, terminal_size=SIZES[size], run_before=rest))

    return compare


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", SIZES)
def test_home(look: Any, language: str, size: str) -> None:
    assert look("home", language, size)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", SIZES)
def test_a_section_with_formulas(look: Any, language: str, size: str) -> None:
    assert look("learn", language, size, chapter="03", section="closed-form")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("size", SIZES)
def test_a_section_with_a_live_block_in_use(look: Any, language: str, size: str) -> None:
    assert look("learn", language, size, "tab", "tab", "left", chapter="03", section="worked-example")


def test_home_in_light_colours(look: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert look("home", "en", "80x24", "f3")


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("place", ["chapters", "labs"])
def test_the_lists(look: Any, place: str, language: str) -> None:
    assert look(place, language, "80x24")


@pytest.mark.parametrize("language", ["en", "es"])
def test_help(look: Any, language: str) -> None:
    assert look("learn", language, "80x24", "question_mark", chapter="03", section="worked-example")


def test_the_palette(look: Any) -> None:
    assert look("home", "es", "80x24", "ctrl+p")
