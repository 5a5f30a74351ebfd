"""What the screens of labelling look like: one picture of each, at the sizes and in the languages where they differ."""


import pytest
from driving import until
from label_sittings import Clock, judge, settle_in
from pair_samplers import ROWS, writing

from engine.store import Label, Store
from tui.app import PreferablyApp

SIZES = {"narrow": (60, 20), "usual": (80, 24), "wide": (140, 45)}


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of its own, with a seed that fixes the sides, and the warm-up behind the learner."""
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    settle_in()


def acts(clock, keys):
    """Press these keys, each after a second of reading."""

    async def run(pilot):
        screen = pilot.app.screen
        await until(pilot, lambda: screen.deciding)
        for key in keys:
            clock.now += 1
            await pilot.press(key)
            await until(pilot, lambda: not screen.busy)

    return run


@pytest.mark.parametrize(("size", "language"), [("narrow", "es"), ("usual", "en"), ("wide", "es")])
def test_deciding_looks(snap_compare, size, language):
    clock = Clock()
    app = PreferablyApp("label", language=language, sampler=writing(ROWS), clock=clock)
    keys = ["2", "6", "f", "n", *"because", "enter"]
    assert snap_compare(app, terminal_size=SIZES[size], run_before=acts(clock, keys))


def test_the_warm_up_looks(snap_compare):
    clock = Clock()
    app = PreferablyApp("warm_up", language="en", clock=clock)

    async def explained(pilot):
        await pilot.press("enter")
        await acts(clock, ["6"])(pilot)

    assert snap_compare(app, terminal_size=SIZES["usual"], run_before=explained)


def test_ranking_looks(snap_compare):
    clock = Clock()
    app = PreferablyApp("rank", language="es", clock=clock, generator=judge())
    assert snap_compare(app, terminal_size=SIZES["usual"], run_before=acts(clock, ["b", "t", "c"]))


def test_the_rater_looks(snap_compare):
    """With labels enough for every instrument to speak, and a judge who has read them."""
    with Store.open() as store:
        for number in range(160):
            better = number % 7 != 0
            sides = ("went", "goed") if number % 2 else ("goed", "went")
            choice = "left" if (sides[0] == "went") == better else "right"
            prompt = ROWS[number % 7]["prompt"]
            shown_at = f"2026-01-01T10:{number // 60:02d}:{number % 60:02d}+00:00"
            repeats = {"purpose": "repeat", "repeats": number - 99} if number > 125 else {}
            store.add_label(
                Label(
                    f"given-{number}", prompt, *sides, choice, 2, swapped=number % 2 == 0, shown_at=shown_at, **repeats
                )
            )
        store.add_verdicts("judge", {f"given-{number}": 0.9 if number % 5 else 0.1 for number in range(160)})
    clock = Clock()
    app = PreferablyApp("label", language="en", sampler=writing(ROWS), clock=clock, generator=judge())

    async def opened(pilot):
        await acts(clock, ["p"])(pilot)
        await until(pilot, lambda: pilot.app.screen.rater.habits is not None)

    assert snap_compare(app, terminal_size=SIZES["wide"], run_before=opened)
