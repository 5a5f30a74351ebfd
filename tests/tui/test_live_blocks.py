"""Live blocks: they open where the chapter says, move by key and mouse, and print what the papers' formulas give."""

import math
import random
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from content.markup import Live
from content.text import say
from engine.theory import compute
from tui import live
from tui.live.written import fixed
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


# --- what holds for every block -------------------------------------------------------------------------------------

BRAILLE_AND_BARS = re.compile("[\u2800-\u28ff█▓▒]")


def elsewhere(slider: Slider, rng: random.Random) -> float:
    """Another place on a slider's track than where it is."""
    places = [slider.track.at(rng.random()) for _ in range(20)] + [slider.track.low, slider.track.high]
    return next(place for place in places if abs(place - slider.value) > 1e-6)


@pytest.mark.parametrize("formula", list(live.BLOCKS))
async def test_every_slider_moves_something_and_reset_brings_everything_back(formula: str) -> None:
    app = Bench(formula)
    async with app.run_test(size=(100, 45)) as pilot:
        await pilot.pause()
        start, values = app.readout, app.block.values()
        for number, slider in enumerate(app.query(Slider)):
            rng = random.Random(number)
            for _ in range(3):  # one move may happen to change nothing that is shown
                slider.focus()
                slider.set(elsewhere(slider, rng))
                await pilot.pause()
                if app.readout != start:
                    break
            assert app.readout != start, slider.name
            await pilot.press("r")
            await pilot.pause()
            assert app.readout == start, slider.name
            assert app.block.values() == values


@pytest.mark.parametrize("formula", list(live.BLOCKS))
async def test_every_block_can_be_read_aloud(formula: str) -> None:
    app = Bench(formula)
    async with app.run_test(size=(60, 45)) as pilot:
        await pilot.pause()
        text = app.block.text()
        for slider in app.query(Slider):
            assert f"{slider.label} = {slider.number()}" in text
        assert len(text) > len(app.query(Slider))  # and results below the sliders
        assert not BRAILLE_AND_BARS.search("\n".join(text))


@pytest.mark.parametrize("formula", list(live.BLOCKS))
async def test_at_any_place_of_the_sliders_a_block_keeps_its_height_and_shows_numbers(formula: str) -> None:
    app, rng = Bench(formula), random.Random(formula)
    async with app.run_test(size=(60, 45)) as pilot:
        await pilot.pause()
        height = app.readout.count("\n")
        for _ in range(12):
            for slider in app.query(Slider):
                slider.set(rng.choice([slider.track.low, slider.track.high, elsewhere(slider, rng)]))
            await pilot.pause()
            assert app.readout.count("\n") == height
            for wrong in ("nan", "inf", "None"):
                assert wrong not in app.readout.lower().replace("info", "")


SHOWN: dict[str, tuple[Callable[[Mapping[str, float]], dict[str, Any]], Callable[[dict[str, Any]], list[Any]]]] = {
    "reinforce-variance": (
        lambda v: {"policy": shares(v, "policy"), "reward": listed(v, "reward"), "baseline": v["baseline"]},
        lambda r: [r["variance"], r["best_baseline"], r["variance_at_best"], r["variance_without"]],
    ),
    "gae": (
        lambda v: {"rewards": [0, 0, 0, 1], "values": [0.5, 0.6, 0.4, 0.7], "gamma": v["gamma"], "lam": v["lam"]},
        lambda r: [r["advantages"][0]],
    ),
    "ranking-pairs": (
        lambda v: {"ranking": [2, 1, 3], "rewards": listed(v, "reward")},
        lambda r: [r["loss"], *r["losses"], *r["probabilities"]],
    ),
    "overoptimisation": (
        lambda v: {"alpha": v["alpha"], "beta": v["beta"], "kl": v["kl"], "form": ("bon", "rl")[int(v["form"])]},
        lambda r: [r["reward"]],
    ),
    "beta-table": (
        lambda v: {"prior": shares(v, "prior"), "reward": listed(v, "reward"), "betas": [1]},
        lambda r: [r["policies"][0][0]],
    ),
    "kl-convergence": (
        lambda v: {
            "policy": shares(v, "policy"), "reference": shares(v, "reference"), "samples": v["samples"],
            "seed": v["seed"],
        },
        lambda r: [r["kl"], r["mean_k1"], r["mean_k2"], r["mean_k3"], r["expected_k2"], r["std_k1"], r["std_k3"]],
    ),
    "group-advantages": (
        lambda v: {"rewards": [v["times"] * reward + v["plus"] for reward in (1, 0, 0, 1)]},
        lambda r: [*r["rloo"], *r["grpo"], r["mean"], r["std"]],
    ),
    "ppo-clip": (lambda v: {name: v[name] for name in ("ratio", "advantage", "epsilon")}, lambda r: [r["objective"]]),
    "bradley-terry": (
        lambda v: {"chosen": v["chosen"], "rejected": v["rejected"]},
        lambda r: [r["probability"], r["loss"]],
    ),
    "optimal-policy": (
        lambda v: {"prior": shares(v, "prior"), "reward": listed(v, "reward"), "beta": v["beta"]},
        lambda r: [r["Z"], r["kl"], r["expected_reward"]],
    ),
}  # fmt: skip


def listed(values: Mapping[str, float], name: str) -> list[float]:
    """The values of the sliders name0, name1, …"""
    return [values[key] for key in sorted(values) if re.fullmatch(rf"{name}\d", key)]


def shares(values: Mapping[str, float], name: str) -> list[float]:
    """The distribution under those sliders: two answers share one."""
    given = listed(values, name)
    return [given[0], 1 - given[0]] if len(given) == 1 else [share / sum(given) for share in given]


@pytest.mark.parametrize("formula", list(SHOWN))
async def test_the_text_has_the_numbers_of_the_formula_wherever_the_sliders_are(formula: str) -> None:
    arguments, results = SHOWN[formula]
    app, rng = Bench(formula), random.Random(formula)
    async with app.run_test(size=(100, 45)) as pilot:
        await pilot.pause()
        for _ in range(8):
            for slider in app.query(Slider):
                slider.set(elsewhere(slider, rng))
            await pilot.pause()
            text = "\n".join(app.block.text())
            for number in results(compute(formula, arguments(app.block.values()))):
                assert fixed(number) in text, (formula, app.block.values())


# --- blocks into which one types ------------------------------------------------------------------------------------


async def type_into(app: Bench, pilot: Any, name: str, text: str) -> None:
    field = app.block.field(name)
    field.input.focus()
    field.input.value = ""
    await pilot.pause()
    await pilot.press(*("space" if letter == " " else letter for letter in text))
    await pilot.pause()


async def test_typed_rewards_make_a_group_of_any_size() -> None:
    app = Bench("group-advantages")
    async with app.run_test(size=(80, 45)) as pilot:
        await type_into(app, pilot, "rewards", "3 1 2")
        text = app.block.text()
        assert "R = 3 1 2" in text
        for part in ("1  3.00  1.5000  1.0000", "2  1.00  −1.5000  −1.0000", "3  2.00  0.0000  0.0000"):
            assert part in text
        assert app.readout.count("\n") + 1 == app.query_one(Readout).size.height
        await pilot.press("r")
        await pilot.pause()
        assert app.block.field("rewards").text == "1 0 0 1"
        assert app.readout.count("0.8660") >= 4


async def test_a_group_of_equal_rewards_says_that_it_teaches_nothing() -> None:
    app = Bench("group-advantages", rewards=[1, 1, 1])
    async with app.run_test(size=(80, 45)) as pilot:
        await pilot.pause()
        assert say("en", "live.group_advantages.nothing") in app.readout


@pytest.mark.parametrize(
    ("formula", "name", "typed", "part"),
    [
        ("group-advantages", "rewards", "1 0 x", "“x” is not a number"),
        ("group-advantages", "rewards", "", "Type numbers"),
        ("group-advantages", "rewards", "1", "at least 2"),
        ("gae", "values", "1 2", "as many numbers"),
        ("beta-table", "betas", "0.5 -1", "greater than 0"),
        ("ranking-pairs", "ranking", "1 1 2", "the best first"),
        ("ranking-pairs", "ranking", "2 1", "the best first"),
        ("ranking-pairs", "ranking", "[/b] 1e999 1/0", "is not a number"),
    ],
)
async def test_what_cannot_be_read_gets_a_sentence_and_keeps_the_room(
    formula: str, name: str, typed: str, part: str
) -> None:
    app = Bench(formula)
    async with app.run_test(size=(60, 45)) as pilot:
        await pilot.pause()
        start = app.readout
        field = app.block.field(name)
        field.input.value = typed
        await pilot.pause()
        assert part in " ".join(app.readout.split())
        assert part in " ".join(app.block.text())
        assert app.readout.count("\n") == start.count("\n")
        field.input.focus()
        await pilot.press("r")
        await pilot.pause()
        assert app.readout == start


@pytest.mark.parametrize(
    ("typed", "items"),
    [("1 0 0 1", "1 0 0 1"), ("1,0,0,1", "1 0 0 1"), ("1, 0, 0.5", "1 0 0.5"), ("0,5 1", "0.5 1"), ("−1 2", "-1 2"),
     ("1;2", "1 2"), ("1/3 2/3", "1/3 2/3"), ("1,1,0, 0.5", "1 1 0 0.5")],
)
async def test_a_list_may_be_written_in_the_ways_people_write_lists(typed: str, items: str) -> None:
    app = Bench("group-advantages")
    async with app.run_test(size=(80, 45)) as pilot:
        app.block.field("rewards").input.value = typed
        await pilot.pause()
        assert app.block.field("rewards").items == items.split()


async def test_arrows_walk_from_the_sliders_into_a_field_and_out() -> None:
    app = Bench("group-advantages")
    async with app.run_test(size=(80, 12)) as pilot:
        app.focus_on("plus")
        await pilot.press("down")
        assert app.focused is app.block.field("rewards").input
        await pilot.press("up")
        assert app.focused is app.block.slider("plus")
        await pilot.press("down", "down")
        assert isinstance(app.focused, VerticalScroll)


async def test_a_form_is_chosen_by_key_and_by_mouse() -> None:
    app = Bench("overoptimisation", alpha=2, beta=1, kl=4, form="bon")
    async with app.run_test(size=(80, 45)) as pilot:
        await pilot.pause()
        assert "R_BoN = d · (2.00 − 1.00 · 2.000) = 0.0000" in app.readout
        selector = app.focus_on("form")
        await pilot.press("right")
        assert "R_RL = d · (2.00 − 1.00 · log 2.000) = 2.6137" in app.readout  # 2 (2 − log 2)
        await pilot.click(selector, offset=(selector.rail[0] + 1, 0))
        assert selector.value == 0
        assert "form = best-of-N" in app.block.text()


async def test_the_map_of_the_clip_has_arrows_everywhere_but_in_two_corners() -> None:
    app = Bench("ppo-clip", ratio=1.0, advantage=0.0, epsilon=0.2)
    async with app.run_test(size=(80, 45)) as pilot:
        await pilot.pause()
        rows = {line[:6].strip(): line[8:].split("┊") for line in app.readout.splitlines() if "A=" in line[:6]}
        assert list(rows) == ["A=2", "A=1", "A=0", "A=−1", "A=−2"]
        for name, (low, middle, high) in rows.items():
            if name in ("A=2", "A=1"):
                assert [set(part.strip()) - {" ", "●"} for part in (low, middle, high)] == [{"→"}, {"→"}, {"·"}]
            elif name != "A=0":
                assert [set(part.strip()) - {" ", "●"} for part in (low, middle, high)] == [{"·"}, {"←"}, {"←"}]
