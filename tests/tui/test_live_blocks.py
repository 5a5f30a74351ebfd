"""Live blocks: they open where the chapter says, move by key and mouse, and print what the papers' formulas give."""

import math
from types import MappingProxyType

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from content.markup import Live
from content.text import say
from tui import live
from tui.themes import DARK
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Readout
from tui.widgets.slider import Slider, Track


class Bench(App[None]):
    """One block on a page."""

    language = "en"

    def __init__(self, formula: str, **arguments: object) -> None:
        super().__init__()
        self.register_theme(DARK)
        self.theme = DARK.name
        self.live = Live(formula, MappingProxyType(arguments), "", 1)

    def t(self, key: str, /, **params: object) -> str:
        return say(self.language, key, **params)

    def compose(self) -> ComposeResult:
        with VerticalScroll():
            yield Static("before")
            yield live.build(self.live)
            yield Static("after\n" * 40)

    @property
    def block(self) -> LiveBlock:
        return self.query_one(LiveBlock)

    @property
    def readout(self) -> str:
        return self.query_one(Readout).render().plain

    def focus_on(self, name: str) -> Slider:
        slider = self.block.slider(name)
        slider.focus()
        return slider


async def test_the_closed_form_opens_at_the_worked_example() -> None:
    app = Bench("optimal-policy")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in (
            "0.600 → 0.917",
            "0.400 → 0.083",
            "Z = 4.8334",
            "KL = 0.2589",
            "0.600 · exp(1.00 / 0.50) / Z = 4.4334 / 4.8334 = 0.917",
            "β → 0: (1.000, 0.000)",
            "β → ∞: (0.600, 0.400)",
        ):
            assert part in app.readout


async def test_the_closed_form_follows_the_sliders() -> None:
    app = Bench("optimal-policy")
    async with app.run_test(size=(80, 40)) as pilot:
        app.focus_on("beta").set(1.0)
        await pilot.pause()
        weight = 0.6 * math.e
        assert f"0.600 → {weight / (weight + 0.4):.3f}" in app.readout
        app.focus_on("prior0").set(0.5)
        app.block.slider("reward1").set(1.0)
        await pilot.pause()
        assert "0.500 → 0.500" in app.readout
        await pilot.press("r")
        await pilot.pause()
        assert "0.600 → 0.917" in app.readout


async def test_the_closed_form_at_the_ends_of_its_sliders_stays_finite() -> None:
    app = Bench("optimal-policy", prior=[0.6, 0.4], reward=[400, -400], beta=0.3)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "0.600 → 1.000" in app.readout
        assert "> 10³⁰⁸" in app.readout
        app.focus_on("beta")
        await pilot.press("home")
        await pilot.pause()
        assert "nan" not in app.readout


async def test_three_answers_share_what_is_left() -> None:
    app = Bench("optimal-policy", prior=[0.5, 0.3, 0.2], reward=[1, 0.5, -1], beta=0.5)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "0.500 → 0.814" in app.readout
        app.focus_on("prior0").set(0.75)
        await pilot.pause()
        values = app.block.values()
        assert [round(values[f"prior{number}"], 6) for number in range(3)] == [0.75, 0.15, 0.1]


async def test_raising_both_rewards_changes_nothing() -> None:
    app = Bench("bradley-terry", chosen=1, rejected=0)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "0.7311" in app.readout
        assert "0.3133" in app.readout
        app.focus_on("shift").set(3.0)
        await pilot.pause()
        assert "σ(4.00 − 3.00) = σ(1.00) = 0.7311" in app.readout


async def test_the_clip_bites_above_for_gains_and_below_for_losses() -> None:
    app = Bench("ppo-clip", ratio=1.5, advantage=1.0, epsilon=0.2)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "= 1.2000" in app.readout
        assert say("en", "live.ppo_clip.clipped") in app.readout
        flat = next(line for line in app.readout.splitlines() if "●" in line).partition("●")[2]
        assert " " in flat.strip()  # dashed
        app.focus_on("advantage").set(-1.0)
        await pilot.pause()
        assert "= −1.5000" in app.readout
        assert say("en", "live.ppo_clip.free") in app.readout
        app.block.slider("ratio").set(0.5)
        await pilot.pause()
        assert "= −0.8000" in app.readout
        assert say("en", "live.ppo_clip.clipped") in app.readout


async def test_dpo_shows_loss_rewards_margin_and_weight() -> None:
    app = Bench("dpo", policy_chosen=-10, policy_rejected=-22, ref_chosen=-12, ref_rejected=-14, beta=0.1)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("= 0.2000", "= −0.8000", "margin = 1.0000", "= 0.3133", "= 0.2689"):
            assert part in app.readout
        app.focus_on("both").set(-5.0)
        await pilot.pause()
        assert "margin = 1.0000" in app.readout
        assert "(−15.0" in app.readout.replace("−15.00", "−15.0")


async def test_the_implicit_reward_of_the_optimum_is_the_reward_up_to_a_shift() -> None:
    app = Bench("implicit-reward", policy_chosen=-0.08638, policy_rejected=-2.49185, ref_chosen=-0.51083,
                ref_rejected=-0.91629, beta=0.5)  # fmt: skip
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("= 0.2122", "= −0.7878", "= 1.0000"):
            assert part in app.readout


async def test_keys_move_coarsely_and_finely() -> None:
    app = Bench("bradley-terry", chosen=1, rejected=0)
    async with app.run_test(size=(80, 40)) as pilot:
        slider = app.focus_on("chosen")
        await pilot.press("right")
        assert slider.value == 1.25
        await pilot.press("shift+right")
        assert slider.value == 1.3
        await pilot.press("left")
        assert slider.value == 1.25
        await pilot.press("end")
        assert slider.value == slider.track.high
        await pilot.press("right", "home")
        assert slider.value == slider.track.low


async def test_arrows_walk_through_the_sliders_and_out() -> None:
    app = Bench("bradley-terry")
    async with app.run_test(size=(80, 12)) as pilot:
        app.focus_on("chosen")
        await pilot.press("down")
        assert app.focused is app.block.slider("rejected")
        await pilot.press("down", "down")
        assert isinstance(app.focused, VerticalScroll)
        app.focus_on("chosen")
        await pilot.press("up")
        assert isinstance(app.focused, VerticalScroll)


async def test_the_mouse_sets_and_drags() -> None:
    app = Bench("bradley-terry", chosen=1, rejected=0)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        slider = app.block.slider("chosen")
        first, width = slider.rail
        await pilot.click(slider, offset=(first, 0))
        assert slider.value == slider.track.low
        await pilot.mouse_down(slider, offset=(first + width // 2, 0))
        await pilot.hover(slider, offset=(first + width - 1, 0))
        assert slider.value == slider.track.high
        await pilot.mouse_up(slider, offset=(first + width - 1, 0))
        await pilot.hover(slider, offset=(first, 0))
        assert slider.value == slider.track.high


async def test_a_move_repaints_without_a_new_layout() -> None:
    app = Bench("optimal-policy")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        before = app.query_one(Readout).region
        app.focus_on("beta")
        await pilot.press("home")
        await pilot.pause()
        assert app.query_one(Readout).region == before


@pytest.mark.parametrize("formula", list(live.BLOCKS))
@pytest.mark.parametrize("size", [(60, 40), (80, 40), (140, 45)])
@pytest.mark.parametrize("language", ["en", "es"])
async def test_every_block_fits_and_says_what_to_try(formula: str, size: tuple[int, int], language: str) -> None:
    app = Bench(formula)
    app.language = language
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        assert "…" not in app.readout
        hint = str(app.block.query_one(".hint", Static).content)
        assert len(hint) > len(say(language, "live.try")) + 10
        for slider in app.query(Slider):
            assert slider.region.right <= size[0]
            assert slider.rail[1] >= 8


def test_a_logarithmic_track_moves_by_round_values() -> None:
    track = Track(0.01, 10, log=True)
    assert track.beside(0.5, 1, fine=False) == 0.6
    assert track.beside(0.5, -1, fine=False) == 0.4
    assert track.beside(0.5, 1, fine=True) == 0.51
    assert track.beside(10, 1, fine=False) == 10
    assert track.beside(0.01, -1, fine=False) == 0.01
    assert track.at(0.0) == 0.01
    assert track.at(1.0) == 10
    assert track.share(track.at(0.5)) == pytest.approx(0.5, abs=0.05)


def test_a_linear_track_reaches_round_values_from_anywhere() -> None:
    track = Track(-6, 0, step=0.1, fine=0.01)
    assert track.beside(-0.08638, 1, fine=False) == 0
    assert track.beside(-0.08638, -1, fine=False) == pytest.approx(-0.1)
    assert track.beside(-0.08638, -1, fine=True) == pytest.approx(-0.09)


def test_a_bar_tells_gain_from_loss_without_colour() -> None:
    assert bar(0.5, 10, before=0.2).plain == "██▓▓▓·····"
    assert bar(0.2, 10, before=0.5).plain == "██▒▒▒·····"
    assert bar(1.5, 4).plain == "████"
