"""The live block of a reward model's loss on one pair."""

from content.text import say
from tests.tui.test_live_blocks import Bench


async def test_margin_and_smoothing_move_the_rest_and_the_numbers_are_those_of_the_loss() -> None:
    app = Bench("reward-loss", gap=1, margin=0, label_smoothing=0)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("σ(1.00 − 0.00) = 0.7311", "= 0.3133", "= 0.2689", say("en", "live.reward_loss.never"), "●"):
            assert part in app.readout, part
        height = len(app.readout.splitlines())
        app.focus_on("label_smoothing")
        await pilot.press("right", "right")  # 0.10
        await pilot.pause()
        for part in ("0.90 · 0.3133 + 0.10 · 1.3133 = 0.4133", "= 0.1689", "log(0.90/0.10) = 2.1972", "▲"):
            assert part in app.readout, part
        app.focus_on("margin")
        await pilot.press(*["right"] * 4)  # 1.00
        await pilot.pause()
        for part in ("σ(1.00 − 1.00) = 0.5000", "= 3.1972", "┊"):
            assert part in app.readout, part
        assert len(app.readout.splitlines()) == height


async def test_it_says_in_words_what_it_draws() -> None:
    app = Bench("reward-loss", gap=-4, margin=3, label_smoothing=0.5)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        said = "\n".join(app.block.text())
        assert "loss = 0.50 · 7.0009 + 0.50 · 0.0009 = 3.5009" in said
        assert "Δ = 3.00 + log(0.50/0.50) = 3.0000" in said
