"""Live blocks of preferences, selection, judging, synthetic data and adapters, and the sliders that count."""

import pytest
from rich.cells import cell_len

from content.text import say
from engine.theory import self_training, wilson
from tests.tui.test_live_blocks import Bench
from tui.widgets.live_block import Readout
from tui.widgets.slider import Slider, Track


def test_a_track_without_decimals_takes_whole_numbers_only() -> None:
    track = Track(1, 200, log=True, decimals=0)
    values = [1.0]
    while values[-1] < 200:
        values.append(track.beside(values[-1], 1, fine=False))
    assert values[:9] == [1, 2, 3, 4, 5, 6, 8, 10, 12]
    assert all(value == int(value) for value in values)
    assert [track.beside(4, direction, fine=True) for direction in (-1, 1)] == [3, 5]
    assert track.at(0.5) == int(track.at(0.5))
    assert track.beside(200, 1, fine=False) == 200


def test_a_track_with_marks_stops_only_there() -> None:
    track = Track(1, 64, log=True, decimals=0, marks=tuple(2**power for power in range(7)))
    assert track.beside(8, 1, fine=False) == track.beside(8, 1, fine=True) == 16
    assert track.beside(64, 1, fine=False) == 64
    assert track.at(0.5) == 8
    assert track.share(8) == pytest.approx(0.5)


async def test_a_similar_pair_loses_on_both_sides_and_an_unlike_one_does_not() -> None:
    app = Bench("displacement")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("log π(y_w) −1.609 → −1.882", "log π(y_l) −1.609 → −3.143", "= 0.6305", "y_*"):
            assert part in app.readout, part
        assert say("en", "live.displacement.fallen", change="0.272") in app.readout
        app.focus_on("similarity").set(0.0)
        await pilot.pause()
        assert "▲" in app.readout
        app.block.slider("similarity").set(0.5)
        app.block.slider("steps").set(200)
        await pilot.pause()
        assert "and falls since step" in app.readout
        await pilot.press("r")
        await pilot.pause()
        assert "−1.882" in app.readout


async def test_five_losses_stand_side_by_side() -> None:
    app = Bench("preference-losses", policy_chosen=-4, policy_rejected=-9, ref_chosen=-5, ref_rejected=-7,
                length_chosen=4, length_rejected=6, beta=0.1, tau=0.1, lam=0.1, gamma=0.5)  # fmt: skip
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("0.5544", "4.0000", "0.4626", "1.0401", "0.4741", "= 3.00"):
            assert part in app.readout, part
        assert app.readout.count("●") == 5
        app.focus_on("policy_rejected").set(-14.0)
        await pilot.pause()
        name = say("en", "live.preference_losses.pull")
        pulls = next(line for line in app.readout.splitlines() if line.startswith(name))
        assert pulls.split()[2].startswith("−")  # h = 8 is beyond 1/(2τ) = 5: IPO pulls back
        assert not pulls.split()[1].startswith("−")


async def test_the_best_of_four_and_its_two_kls() -> None:
    app = Bench("best-of-n-policy", prior=[0.6, 0.4], reward=[1, 0], n=4)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("0.600 → 0.974", "0.400 → 0.026", "0.4021", "0.6363", "1 − 0.400⁴ = 0.9744"):
            assert part in app.readout, part
        slider = app.focus_on("n")
        await pilot.press("right")
        assert slider.value == 5
        app.block.slider("reward1").set(1.0)  # a tie: nothing to choose between
        await pilot.pause()
        assert "0.600 → 0.600" in app.readout
        assert "y₁+y₂" in app.readout


async def test_the_place_decides_once_the_bias_exceeds_the_preference() -> None:
    app = Bench("position-bias")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("0.8581", "0.5498", "0.7040", "0.7311", "0.5357"):
            assert part in app.readout, part
        assert say("en", "live.position_bias.says_a") in app.readout
        app.focus_on("bias").set(1.5)
        await pilot.pause()
        assert say("en", "live.position_bias.says_place") in app.readout
        app.block.slider("preference").set(-2.0)
        await pilot.pause()
        assert say("en", "live.position_bias.says_b") in app.readout


async def test_correlated_votes_stop_helping() -> None:
    app = Bench("votes")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "= 0.6826" in app.readout
        app.focus_on("correlation").set(0.5)
        await pilot.pause()
        assert "0.50 · 0.60 + 0.50 · 0.6826 = 0.6413" in app.readout
        assert "0.8000" in app.readout  # the limit: 0.5 · 0.6 + 0.5
        app.block.slider("accuracy").set(0.4)
        await pilot.pause()
        assert say("en", "live.votes.hurts") in app.readout


async def test_the_first_doubtful_step_is_named() -> None:
    app = Bench("process-outcome")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("0.98 · 0.95 · 0.30 · 0.97 = 0.2709", "= 0.4291", "✗ first error: person (step 3)"):
            assert part in app.readout, part
        app.focus_on("step2").set(0.9)
        await pilot.pause()
        assert say("en", "live.process_outcome.no_error") in app.readout


async def test_other_steps_than_four_go_by_number() -> None:
    app = Bench("process-outcome", steps=[0.9, 0.4], outcome=0.5)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert "✗ first error: step 2 (step 2)" in app.readout
        assert "0.90 · 0.40 = 0.3600" in app.readout


async def test_kinds_die_out_and_real_data_keep_them() -> None:
    app = Bench("self-training", policy=[0.4, 0.3, 0.2, 0.1], samples=5, generations=50, real_share=0, seed=3)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        expected = self_training([0.4, 0.3, 0.2, 0.1], 5, 50, 0, 3)
        assert f"1.2799 → {expected.entropies[-1]:.4f}" in app.readout
        assert "✗" in app.readout
        app.focus_on("real_share").set(1.0)
        app.block.slider("samples").set(200)
        await pilot.pause()
        assert say("en", "live.self_training.all_alive") in app.readout
        assert "200 real, 0 of its own" in app.readout


async def test_a_policy_of_many_kinds_is_drawn_too() -> None:
    app = Bench("self-training", policy=[0.1] * 10, samples=20, generations=20)
    async with app.run_test(size=(140, 40)) as pilot:
        await pilot.pause()
        assert "y₁₀" in app.readout


async def test_an_adapter_is_counted_and_drawn_to_scale() -> None:
    app = Bench("lora-parameters")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("131,072", "8 · (128 + 128) · 8 = 16,384", "12.5", "16 / 8 = 2.000", "r < 64.0"):
            assert part in app.readout, part
        app.focus_on("rank")
        await pilot.press("right", "right", "right")
        await pilot.pause()
        assert say("en", "live.lora_parameters.larger", rank="64.0") in app.readout


async def test_thousands_are_set_apart_as_each_language_does() -> None:
    app = Bench("lora-stages")
    app.language = "es"
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("163\u202f840", "131\u202f072", "393\u202f216", "16\u202f384", "min(128, 8 · 2) = 16"):
            assert part in app.readout, part


async def test_stages_grow_the_stack_and_the_copies_but_not_the_merged_matrix() -> None:
    app = Bench("lora-stages")
    async with app.run_test(size=(80, 40)) as pilot:
        app.focus_on("stages")
        await pilot.press("right", "right")
        await pilot.pause()
        for part in ("196,608", "131,072", "655,360", "min(128, 8 · 4) = 32"):
            assert part in app.readout, part


async def test_the_interval_shrinks_until_a_half_leaves_it() -> None:
    app = Bench("win-rate")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("(24 + 22/2) / 76 = 0.4605", "24 / 54 = 0.4444", "0.3200 – 0.5762", "├", "●", "┤"):
            assert part in app.readout, part
        assert say("en", "live.win_rate.open") in app.readout
        app.focus_on("wins").set(60)
        await pilot.pause()
        assert say("en", "live.win_rate.better") in app.readout
        for name in ("wins", "ties", "losses"):
            app.block.slider(name).set(0)
        await pilot.pause()
        assert say("en", "live.win_rate.nothing") in app.readout
        app.block.slider("ties").set(5)
        await pilot.pause()
        assert say("en", "live.win_rate.only_ties") in app.readout


async def test_the_number_of_comparisons_it_names_is_the_first_that_decides() -> None:
    """The interval of 5/9 leaves ½ out at 9 · 35 = 315 comparisons, not at 9 · 34 = 306; it names 312."""
    assert wilson(175, 315)[0] > 0.5 > wilson(170, 306)[0]
    app = Bench("win-rate", wins=30, ties=0, losses=24)
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        assert say("en", "live.win_rate.needed", share="0.556", count=312) in app.readout


async def test_right_samples_and_tries_never_exceed_the_samples() -> None:
    app = Bench("pass-at-k")
    async with app.run_test(size=(80, 40)) as pilot:
        await pilot.pause()
        for part in ("1 − C(7, 2) / C(10, 2) = 1 − 21 / 45 = 0.5333", "0.5100", "0.0233"):
            assert part in app.readout, part
        app.focus_on("n").set(2)
        await pilot.pause()
        assert app.block.values() == {"n": 2, "c": 2, "k": 2}
        app.block.slider("k").set(6)
        await pilot.pause()
        assert app.block.values() == {"n": 6, "c": 2, "k": 6}


OPENED_ANEW = [
    "displacement", "preference-losses", "best-of-n-policy", "position-bias", "votes", "process-outcome",
    "self-training", "lora-parameters", "lora-stages", "win-rate", "pass-at-k",
]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("formula", OPENED_ANEW)
async def test_no_line_is_cut_and_none_appears_or_goes_at_the_ends_of_the_sliders(formula: str, language: str) -> None:
    app = Bench(formula)
    app.language = language
    async with app.run_test(size=(58, 45)) as pilot:
        await pilot.pause()
        readout = app.query_one(Readout)
        width, height = readout.content_size.width, len(app.readout.splitlines())
        for slider in app.block.query(Slider):
            for place in (0.0, 1.0, 0.5):
                slider.set(slider.track.at(place))
                await pilot.pause()
                lines = app.readout.splitlines()
                assert "…" not in app.readout, (slider.name, slider.value)
                assert len(lines) == height, (slider.name, slider.value)
                assert max(cell_len(line) for line in lines) <= width
                assert "nan" not in app.readout
