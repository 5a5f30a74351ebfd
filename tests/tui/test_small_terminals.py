"""60 columns by 20 lines: the title, the keys that lead out, and what the screen is about are all there."""

import pytest
from driving import running, settle, shown

from engine.store import Store
from tui.widgets.key_bar import KeyBar

PLACES = {
    "home": ({}, "Chapters"),
    "learn": ({"chapter": "03", "section": "closed-form"}, "β"),
    "exercise": ({"chapter": "03"}, "Enter"),
    "lab": ({"lab": "01"}, "Goal"),
    "review": ({}, ""),
    "settings": ({}, "Keys"),
    "labs": ({}, "DPO"),
}


@pytest.mark.parametrize("compact", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("place", PLACES)
async def test_nothing_that_is_needed_is_cut(place: str, compact: bool) -> None:
    arguments, word = PLACES[place]
    with Store.open() as store:
        store.record("warm_up", "", {})
    async with running(place, size=(60, 20), **arguments) as (app, pilot):
        await app.choose("compact", compact)
        await settle(app, pilot)
        lines = shown(app).splitlines()
        assert len(lines) == 20
        assert max(map(len, lines)) <= 60
        assert word in shown(app)
        foot = app.screen.query_one(KeyBar).render()
        assert foot.cell_length <= 60
        assert app.t("app.keys.help") in foot.plain
        assert app.t("app.keys.quit" if place == "home" else "app.keys.back") in foot.plain
        assert app.screen.max_scroll_x == 0
