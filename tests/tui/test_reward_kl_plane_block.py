"""The live block of the reward-KL plane: best-of-N beside the optimal policy of the same KL."""

from content.text import say
from tests.tui.test_live_blocks import Bench


async def test_it_opens_at_the_worked_example_and_the_gap_closes_when_the_rewards_are_even() -> None:
    app = Bench("reward-kl-plane")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("KL = 0.5871", "β = 0.3948", "E[R] = 0.5737", "0.1251", "○", "●"):
            assert part in app.readout, part
        app.focus_on("reward1").set(0.4)
        app.focus_on("reward2").set(0.7)
        await pilot.pause()
        for part in ("KL = 0.5871", "β = 0.3012", "E[R] = 0.7332", "0.0123"):
            assert part in app.readout, part


async def test_with_two_answers_best_of_n_lies_on_the_frontier() -> None:
    app = Bench("reward-kl-plane", prior=[0.6, 0.4], reward=[1, 0], n=4)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert app.readout.count("E[R] = 0.9744") == 2
        assert say("en", "live.reward_kl_plane.missing", reward="0.0000") in app.readout


async def test_where_nothing_moves_or_nothing_more_can_be_bought_it_names_the_end() -> None:
    app = Bench("reward-kl-plane", prior=[0.6, 0.4], reward=[1, 0], n=1)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "β → ∞" in app.readout
        app.focus_on("n").set(64)
        await pilot.pause()
        assert "β → 0" in app.readout
        app.focus_on("reward1").set(1)  # all rewards equal
        await pilot.pause()
        assert "β → ∞" in app.readout
