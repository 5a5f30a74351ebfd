"""What the label screen looks like, in both sizes and both languages."""

import time

import pytest
from pair_samplers import ROWS, failing, writing

from engine.store import Store
from tui.app import PreferablyApp

SIZES = [(80, 24), (140, 45)]
LANGUAGES = ["en", "es"]


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A home of its own, with a seed that fixes the sides."""
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    with Store.open() as store:
        store.record("seed", "", {"seed": 7})


async def until(pilot, condition):
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, "the event did not come"
        await pilot.pause()
    await pilot.pause()


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


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "keys",
    [["2", "6", "n", *"because", "enter"], [*"12612612612612612612612p"], ["i"]],
    ids=["deciding", "habits", "rubric"],
)
def test_looks(snap_compare, language, size, keys):
    clock = Clock()
    app = PreferablyApp("label", language=language, sampler=writing(ROWS), clock=clock)
    assert snap_compare(app, terminal_size=size, run_before=acts(clock, keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failed_sampler_looks(snap_compare, language):
    async def failed(pilot):
        screen = pilot.app.screen
        await until(pilot, lambda: screen.labelling is not None and screen.labelling.failure)

    app = PreferablyApp("label", language=language, sampler=failing)
    assert snap_compare(app, terminal_size=SIZES[0], run_before=failed)
