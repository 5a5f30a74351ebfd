"""A live block as sentences: on the screen in the place of its picture, and on the clipboard."""

import pytest
from test_live_blocks import Bench

from content.text import say
from tui.live import BLOCKS


@pytest.mark.parametrize("name", BLOCKS)
async def test_every_block_can_be_read_as_text(name: str) -> None:
    app = Bench(name)
    async with app.run_test(size=(80, 60)) as pilot:
        app.block.focus() if app.block.can_focus else next(iter(app.block._sliders.values())).focus()
        await pilot.pause()
        picture = app.readout
        await pilot.press("v")
        await pilot.pause()
        told = " ".join(app.readout.split())
        assert told == " ".join(" ".join(app.block.text()).split())
        assert max(map(len, app.readout.split("\n"))) <= 80
        await pilot.press("v")
        await pilot.pause()
        assert app.readout == picture


async def test_the_text_is_copied() -> None:
    app = Bench("optimal-policy")
    async with app.run_test(size=(80, 40)) as pilot:
        app.focus_on("beta")
        await pilot.press("c")
        await pilot.pause()
        assert app.clipboard == "\n".join(app.block.text())
        assert "0.917" in app.clipboard


async def test_moving_a_slider_moves_the_text() -> None:
    app = Bench("optimal-policy")
    async with app.run_test(size=(80, 40)) as pilot:
        app.focus_on("beta")
        await pilot.press("v")
        before = app.readout
        await pilot.press("left")
        await pilot.pause()
        assert app.readout != before
        assert say("en", "live.copied")
