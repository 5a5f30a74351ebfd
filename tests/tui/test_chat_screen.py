"""Chat with several models at once, driven by keys."""

import os
import signal
import time

import pytest
from driving import shown
from fake_models import fake_generator
from textual.widgets import Input

from engine.store import Store
from tui.app import PreferablyApp
from tui.conversation import Exchange, keep, kept
from tui.widgets.slider import Slider

DEADLINE = 20.0
PROMPT = "fill: yesterday he __ (go) to school . ->"


class Sitting:
    def __init__(self, models=("sft", "base"), size=(80, 24), language="en"):
        self.generator = fake_generator()
        self.app = PreferablyApp("chat", language=language, models=models, generator=self.generator)
        self.size = size

    async def __aenter__(self):
        self._running = self.app.run_test(size=self.size)
        self.pilot = await self._running.__aenter__()
        self.screen = self.app.screen
        await self.until(lambda: self.app.store_is_open)
        return self

    async def __aexit__(self, *error):
        await self._running.__aexit__(*error)
        self.generator.close()

    async def until(self, condition):
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, "the event did not come"
            await self.pilot.pause()
        await self.pilot.pause()

    async def ask(self, text):
        self.screen.query_one("#prompt", Input).value = text
        await self.pilot.press("enter")
        await self.until(lambda: self.screen.waiting is None)

    @property
    def text(self):
        return shown(self.app)


async def test_one_prompt_two_answers_and_what_the_rule_says():
    async with Sitting(size=(100, 34)) as sitting:
        await sitting.ask("Yesterday he ___ (go) to school")
        (exchange,) = sitting.screen.history
        assert (exchange.prompt, exchange.answers) == (PROMPT, ("went", "goed"))
        assert "✓ right" in sitting.text
        assert "✗ over-regularised form (0.50)" in sitting.text
        assert sitting.screen.query_one("#prompt", Input).value == ""


async def test_what_nobody_taught_it_is_said():
    async with Sitting(size=(100, 34)) as sitting:
        await sitting.ask("Explain gravity")
        assert "explain, gravity" in sitting.text
        assert "the rule doesn't know this prompt" in sitting.text


async def test_every_exchange_has_the_next_seed_and_again_asks_with_other_dice():
    async with Sitting() as sitting:
        await sitting.ask("yesterday he ___ (go) to school")
        await sitting.pilot.press("f5")
        await sitting.until(lambda: len(sitting.screen.history) == 2)
        first, second = sitting.screen.history
        assert first.prompt == second.prompt
        assert (first.seed, second.seed) == (1, 2)


async def test_temperature_is_moved_beside_the_field():
    async with Sitting() as sitting:
        await sitting.pilot.press("tab")
        assert isinstance(sitting.app.focused, Slider)
        await sitting.pilot.press("home")
        await sitting.ask("yesterday he ___ (go) to school")
        assert sitting.screen.history[0].temperature == 0
        assert "likeliest" in sitting.text


async def test_an_example_is_one_that_the_rule_knows_and_arrows_bring_prompts_back():
    async with Sitting() as sitting:
        await sitting.pilot.press("f4")
        example = sitting.screen.query_one("#prompt", Input).value
        await sitting.pilot.press("enter")
        await sitting.until(lambda: len(sitting.screen.history) == 1)
        assert sitting.screen.history[0].grades()[0] is not None
        await sitting.pilot.press("up")
        assert sitting.screen.query_one("#prompt", Input).value == example
        await sitting.pilot.press("down")
        assert sitting.screen.query_one("#prompt", Input).value == ""


async def test_other_models_are_marked_in_a_list():
    async with Sitting() as sitting:
        await sitting.pilot.press("f6")
        assert sitting.screen.choosing
        await sitting.pilot.press("down", "down", "space", "enter")
        assert sitting.screen.models == ("sft", "base", "reasoner")
        await sitting.pilot.press("f6", "escape")
        assert sitting.app.screen is sitting.screen


async def test_the_last_exchange_is_copied():
    async with Sitting() as sitting:
        await sitting.ask("yesterday he ___ (go) to school")
        await sitting.pilot.press("f7")
        assert sitting.app.clipboard == "Fill: yesterday he ___ (go) to school.\nsft: went\nbase: goed"


async def test_history_is_there_the_next_time():
    with Store.open() as store:
        keep(store, Exchange(PROMPT, ("sft",), 5, 1.0, ("went",)))
    async with Sitting(size=(100, 40)) as sitting:
        await sitting.until(lambda: bool(sitting.screen.history))
        assert "seed 5" in sitting.text
        await sitting.ask("he goed to school yesterday")
        assert [exchange.seed for exchange in kept(sitting.app.store)] == [5, 6]


async def test_a_process_that_dies_is_said_and_the_prompt_is_back_in_the_field():
    async with Sitting(models=("slow",)) as sitting:
        sitting.screen.query_one("#prompt", Input).value = "yesterday he ___ (go) to school"
        await sitting.pilot.press("enter")
        await sitting.until(lambda: sitting.generator.loading == "slow")
        await sitting.until(lambda: "loading slow" in sitting.text)
        os.kill(sitting.generator.pid, signal.SIGKILL)
        await sitting.until(lambda: any("has ended" in said.message for said in sitting.app._notifications))
        assert sitting.screen.query_one("#prompt", Input).value == "Fill: yesterday he ___ (go) to school."
        sitting.screen.models = ("sft",)
        await sitting.pilot.press("enter")
        await sitting.until(lambda: len(sitting.screen.history) == 1)


@pytest.mark.parametrize(("width", "beside"), [(80, True), (60, False)])
async def test_answers_stand_beside_each_other_where_there_is_room(width, beside):
    async with Sitting(size=(width, 24)) as sitting:
        await sitting.ask("yesterday he ___ (go) to school")
        boxes = [box.region for box in sitting.screen.query(".answer")]
        assert (boxes[0].y == boxes[1].y) == beside


async def test_another_language_keeps_what_was_typed():
    async with Sitting() as sitting:
        await sitting.ask("yesterday he ___ (go) to school")
        sitting.screen.query_one("#prompt", Input).value = "half a"
        await sitting.pilot.press("f2")
        assert sitting.screen.query_one("#prompt", Input).value == "half a"
        assert "temperatura" in sitting.text
        assert "went" in sitting.text
