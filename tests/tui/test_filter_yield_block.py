"""The live block of a filter: Bayes with the numbers of its sliders, also where nothing passes."""

import pytest

from content.text import say
from tests.tui.test_live_blocks import Bench


async def test_it_shows_bayes_with_the_numbers_of_its_sliders() -> None:
    app = Bench("filter-yield", share_right=0.6, recall=0.9, false_alarm=0.1)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in (
            "0.60 · 0.90 + 0.40 · 0.10 = 0.5800",
            "0.60 · 0.90 / 0.5800 = 0.9310",
            "0.90 / 0.10 = 9.00",
            "0.60 · 0.10 = 0.0600",
            "1.85",
            "┊",
        ):
            assert part in app.readout, part
        assert say("en", "live.filter_yield.helps") in app.readout
        app.focus_on("share_right").set(0.05)
        await pilot.pause()
        assert "0.05 · 0.90 / 0.1400 = 0.3214" in app.readout


async def test_a_filter_that_is_blind_and_one_that_is_wrong_are_named() -> None:
    app = Bench("filter-yield", share_right=0.6, recall=0.5, false_alarm=0.5)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "= 0.6000" in app.readout
        assert say("en", "live.filter_yield.blind") in app.readout
        app.focus_on("false_alarm").set(0.7)
        await pilot.pause()
        assert say("en", "live.filter_yield.hurts") in app.readout


@pytest.mark.parametrize(("right", "recall", "false_alarm"), [(0.0, 1.0, 0.3), (0.5, 0.0, 0.0), (1.0, 0.0, 1.0)])
async def test_where_nothing_right_is_kept_it_says_so(right: float, recall: float, false_alarm: float) -> None:
    app = Bench("filter-yield", share_right=right, recall=recall, false_alarm=false_alarm)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert say("en", "live.filter_yield.nothing") in app.readout


async def test_every_part_that_is_there_can_be_seen_and_the_bar_keeps_its_length() -> None:
    app = Bench("filter-yield", share_right=0.99, recall=0.99, false_alarm=0.01)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        bar = app.readout.splitlines()[2]
        assert set(bar) == set("█▓▒·")
        width = len(bar)
        app.focus_on("share_right").set(0.5)
        await pilot.pause()
        assert len(app.readout.splitlines()[2]) == width
