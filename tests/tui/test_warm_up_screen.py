"""The warm-up: the rubric first, eight pairs with their reasons, nothing counted, and left for good when done."""

import pytest
from label_sittings import Sitting
from pair_samplers import ROWS, writing

from engine.labelling.warm_up import WARM_UPS
from engine.store import Store
from tui.key_guard import KeyGuard

KEY = {"left": "2", "right": "6", "tie": "4", "both_bad": "b"}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))


async def test_a_newcomer_warms_up_and_then_labels():
    async with Sitting(sampler=writing(ROWS)) as sitting:
        label_screen = sitting.screen
        await sitting.until(lambda: sitting.app.screen is not label_screen)
        sitting.screen = sitting.app.screen
        sitting.screen.guard = KeyGuard(sitting.clock)
        assert "How to decide" in sitting.text("#state")
        await sitting.press("enter")
        for number, asked in enumerate(WARM_UPS):
            await sitting.ready()
            await sitting.press(KEY[asked.choice] if number else "6")  # the first one wrong
            said = sitting.text("#last")
            assert ("sees it differently" if number == 0 else "says so too") in said
            assert sitting.app.t(f"label.warm_up.why.{asked.id}") in said
            await sitting.press("2")
            assert sitting.text("#last") == said, "a pair is judged once"
            await sitting.press("enter")
        assert "That was the warm-up" in sitting.text("#state")
        await sitting.press("enter")
        await sitting.until(lambda: sitting.app.screen is label_screen)
        events = sitting.app.store.events("warm_up")
        assert [event.payload.get("right") for event in events] == [False, *[True] * 7, None]
        assert sitting.labels == []
    async with Sitting(sampler=writing(ROWS)) as sitting:
        await sitting.ready()
        assert sitting.app.screen is sitting.screen, "later it is not in the way"


async def test_it_can_be_left_and_does_not_come_back_by_itself():
    async with Sitting("warm_up") as sitting:
        await sitting.press("enter", "x")
        await sitting.until(lambda: sitting.app.screen is not sitting.screen)
        assert sitting.app.store.events("warm_up", "")


async def test_undo_asks_again_and_the_rubric_opens_over_a_pair():
    async with Sitting("warm_up") as sitting:
        await sitting.press("enter")
        await sitting.ready()
        await sitting.press("2")
        assert sitting.screen.answered == "left"
        await sitting.press("u")
        assert (sitting.screen.place, sitting.screen.answered) == (0, None)
        await sitting.press("i")
        assert sitting.screen.query_one("#aside").display
        await sitting.press("2")
        assert sitting.screen.answered is None
        await sitting.press("i", "2", "enter", "u")
        assert (sitting.screen.place, sitting.screen.answered) == (0, None)
        await sitting.press("s")
        assert sitting.screen.answered is None, "there is nothing to skip here"


def test_who_has_labelled_before_is_not_sent_there(tmp_path):
    from engine.store import Label
    from tui.screens.warm_up import warmed_up

    with Store.open() as store:
        assert not warmed_up(store)
        store.add_label(Label("x", "p", "a", "b", "left", shown_at="2026-01-01T00:00:00+00:00"))
        store.record("warm_up", "right", {})
        assert not warmed_up(store), "one pair is not the whole of it"
        store.record("warm_up", "", {})
        assert warmed_up(store)
