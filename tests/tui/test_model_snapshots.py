"""What arena, chat and forecasts look like, in both languages and two sizes."""


import pytest
from driving import settle, until
from fake_models import fake_generator
from run_folders import write_run
from textual.widgets import Input

from engine.arena.vote import Vote, add_vote
from engine.forecasts.forecast import add, curve, direction, value
from engine.paths import runs_folder
from engine.store import Store
from engine.store.rater import ENOUGH
from engine.world.preferences import held_out_prompts
from tui.app import PreferablyApp
from tui.screens.forecast import ForecastScreen

LOOKS = [((80, 24), "es"), ((140, 45), "en")]
looks = pytest.mark.parametrize(("size", "language"), LOOKS, ids=["80x24-es", "140x45-en"])


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def generator():
    fake = fake_generator()
    yield fake
    fake.close()


@pytest.fixture(autouse=True)
def seeded(own_home):
    """A home whose seed fixes sides and prompts."""
    with Store.open() as store:
        store.record("seed", "", {"seed": 7})
        yield store


@looks
@pytest.mark.parametrize("tallied", [False, True], ids=["voting", "tally"])
def test_arena(snap_compare, seeded, generator, size, language, tallied):
    prompts = [prompt.text for prompt in held_out_prompts(3, ENOUGH)]
    for number in range(ENOUGH if tallied else 0):
        choice = "tie" if number % 5 == 0 else "left"
        add_vote(seeded, Vote("sft", "base", prompts[number], "went", "goed", choice, same=number % 2))
    clock = Clock()

    async def act(pilot):
        screen = pilot.app.screen
        await until(pilot, lambda: screen.deciding and not screen.preparing)
        if tallied:
            clock.now += 1
            await pilot.press("left")
            await until(pilot, lambda: not screen.busy and not screen.preparing)
            await pilot.press("e")
            await pilot.app.workers.wait_for_complete()
            await pilot.pause()

    app = PreferablyApp("arena", language=language, models=("sft", "base"), generator=generator, clock=clock)
    assert snap_compare(app, terminal_size=size, run_before=act)


@looks
def test_chat(snap_compare, generator, size, language):
    async def act(pilot):
        screen = pilot.app.screen
        await until(pilot, lambda: pilot.app.store_is_open)
        for text in ("Yesterday he ___ (go) to school", "Explain gravity"):
            screen.query_one("#prompt", Input).value = text
            await pilot.press("enter")
            await until(pilot, lambda: screen.waiting is None)

    app = PreferablyApp("chat", language=language, models=("sft", "base"), generator=generator)
    assert snap_compare(app, terminal_size=size, run_before=act)


@looks
def test_sketching_a_curve(snap_compare, size, language):
    async def act(pilot):
        await settle(pilot.app, pilot)
        made = {"loss:curve": curve("loss", (0.7, 0.5, 0.4, 0.35, 0.3))}
        await pilot.app.push_screen(ForecastScreen("dpo", made, lambda *_: None))
        await pilot.pause()
        await pilot.press("down", "enter", "right", "right", "tab", "right", "right")
        await pilot.pause()

    assert snap_compare(PreferablyApp(language=language), terminal_size=size, run_before=act)


@looks
def test_forecasts(snap_compare, seeded, size, language):
    folder = write_run(runs_folder(), steps=52, state="done")
    add(seeded, folder.name, {
        "objective/kl:curve": curve("objective/kl", (0.0, 0.1, 0.2, 0.3, 0.4)),
        "loss:direction": direction("loss", False, 0.9),
        "rewards/margins:value": value("rewards/margins", 2.0, 1.0, 3.0),
    })  # fmt: skip
    seeded.index_run(folder.name, "dpo", None, folder)

    async def act(pilot):
        await settle(pilot.app, pilot)
        await until(pilot, lambda: bool(pilot.app.screen.found))

    assert snap_compare(PreferablyApp("forecasts", language=language), terminal_size=size, run_before=act)
