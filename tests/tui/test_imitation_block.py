"""The live block of imitation: the loss, its floor, and where the people stand."""

from content.text import say
from tests.tui.test_live_blocks import Bench


async def test_the_loss_is_least_where_the_model_repeats_the_people() -> None:
    app = Bench("imitation", people=[0.6, 0.4], model=[0.5, 0.5])
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.pause()
        for part in ("0.600 · 0.693 + 0.400 · 0.693 = 0.6931", "H(p) + KL(p‖π) = 0.6730 + 0.0201", "●", "┊"):
            assert part in app.readout, part
        assert say("en", "live.imitation.above", distance="0.0201") in app.readout
        height = len(app.readout.splitlines())
        app.focus_on("model0").set(0.6)
        await pilot.pause()
        assert say("en", "live.imitation.floor") in app.readout
        app.focus_on("model0").set(0.9)  # the better speaker is the worse imitator
        await pilot.pause()
        assert "= 0.9843" in app.readout
        assert len(app.readout.splitlines()) == height


async def test_three_answers_make_room_for_each_other() -> None:
    app = Bench("imitation", people=[0.5, 0.3, 0.2], model=[0.2, 0.4, 0.4])
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        app.focus_on("model0").set(0.5)
        await pilot.pause()
        for part in ("y₁  p 0.500  π 0.500", "y₂  p 0.300  π 0.250", "y₃  p 0.200  π 0.250"):
            assert part in app.readout, part
