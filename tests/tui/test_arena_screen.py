"""The arena, driven by keys: blind votes, what each keeps, undo, the tally, and a process that dies."""

import os
import signal
import time

import pytest
from driving import shown
from fake_models import fake_generator
from textual.widgets import Input

from engine.arena.vote import Vote, add_vote, votes
from engine.store import Store
from engine.store.rater import ENOUGH
from tui.app import PreferablyApp
from tui.widgets.pair_view import PairView

DEADLINE = 20.0


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


class Sitting:
    """The app in the arena with a quick process behind it, and a learner who reads before voting."""

    def __init__(self, models=("sft", "base"), size=(80, 24), language="en"):
        self.clock, self.generator = Clock(), fake_generator()
        self.app = PreferablyApp("arena", language=language, models=models, generator=self.generator, clock=self.clock)
        self.size = size

    async def __aenter__(self):
        self._running = self.app.run_test(size=self.size)
        self.pilot = await self._running.__aenter__()
        self.screen = self.app.screen
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

    async def press(self, *keys):
        """Each key after a second of reading, its effect awaited."""
        for key in keys:
            self.clock.now += 1.0
            await self.pilot.press(key)
            await self.until(lambda: not self.screen.busy)

    async def ready(self):
        await self.until(lambda: self.screen.deciding and not self.screen.busy)

    @property
    def votes(self):
        return votes(self.app.store)

    @property
    def text(self):
        return shown(self.app)


async def test_two_models_are_chosen_and_the_answers_carry_no_name():
    async with Sitting(models=()) as sitting:
        assert sitting.screen.phase == "choose"
        await sitting.press("enter")  # without a run: sft and base are marked
        await sitting.ready()
        assert {sitting.screen.contest.left, sitting.screen.contest.right} == {"went", "goed"}
        assert "sft" not in sitting.text
        assert "base" not in sitting.text


async def test_marks_are_taken_away_and_too_few_are_said():
    async with Sitting(models=()) as sitting:
        await sitting.press("space", "enter")
        assert sitting.screen.phase == "choose"
        assert "two models" in sitting.text


@pytest.mark.parametrize(
    ("key", "choice"), [("left", "left"), ("2", "right"), ("t", "tie"), ("b", "both_bad"), ("right", "right")]
)
async def test_one_key_keeps_the_vote(key, choice):
    async with Sitting() as sitting:
        await sitting.ready()
        before = sitting.screen.contest.shown
        await sitting.press(key)
        (vote,) = sitting.votes
        assert (vote.choice, vote.first, vote.second) == (choice, "sft", "base")
        assert (vote.prompt, vote.latency_ms) == (before.prompt, 1000)
        await sitting.ready()
        assert sitting.screen.contest.shown is not before


async def test_the_next_pair_is_there_when_a_vote_is_cast():
    async with Sitting() as sitting:
        await sitting.ready()
        for _ in range(3):
            await sitting.press("left")
            assert sitting.screen.deciding  # no waiting between


async def test_a_key_pressed_at_once_or_held_is_no_vote():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.pilot.press("left")  # nobody can have read it
        assert sitting.votes == []


async def test_sides_are_even_within_ten_votes():
    async with Sitting() as sitting:
        await sitting.ready()
        for _ in range(10):
            await sitting.press("t")
        assert sum(vote.swapped for vote in sitting.votes) == 5


async def test_skip_keeps_nothing_and_undo_returns_to_the_pair_as_it_stood():
    async with Sitting() as sitting:
        await sitting.ready()
        await sitting.press("s")
        assert sitting.votes == []
        pair, swapped = sitting.screen.contest.shown, sitting.screen.contest.swapped
        await sitting.press("left", "u")
        assert sitting.votes == []
        again = sitting.screen.contest
        assert (again.shown.prompt, again.swapped) == (pair.prompt, swapped)
        assert "Undone" in sitting.text


async def test_the_tally_names_the_models_and_admits_too_few():
    async with Sitting(size=(100, 40)) as sitting:
        await sitting.ready()
        await sitting.press("left", "e")
        await sitting.until(lambda: "sft against base" in sitting.text)
        assert "too few to say" in sitting.text
        await sitting.press("escape")
        assert sitting.screen.deciding


async def test_the_tally_claims_a_win_rate_from_enough_votes():
    with Store.open() as store:
        for number in range(ENOUGH):
            add_vote(store, Vote("sft", "base", f"fill: {number} . ->", "went", "goed", "left" if number else "tie"))
    async with Sitting(size=(110, 40)) as sitting:
        await sitting.ready()
        await sitting.press("e")
        await sitting.until(lambda: "You prefer sft" in sitting.text)
        assert "0.97 (" in sitting.text


async def test_models_that_answer_alike_are_said():
    async with Sitting(models=("sft", "twin")) as sitting:
        await sitting.until(lambda: sitting.screen.contest is not None and sitting.screen.contest.alike)
        await sitting.pilot.pause()
        assert "same answer" in sitting.text
        assert sitting.votes == []


async def test_a_prompt_of_ones_own_comes_first_and_unknown_words_are_said():
    async with Sitting() as sitting:
        await sitting.ready()
        waiting = sitting.screen.contest.shown
        await sitting.press("w")
        sitting.screen.query_one("#own", Input).value = "Yesterday he ___ (go) to school"
        await sitting.press("enter")
        await sitting.until(lambda: sitting.screen.contest.shown.own)
        assert sitting.screen.contest.shown.prompt == "fill: yesterday he __ (go) to school . ->"
        await sitting.press("left")
        assert sitting.votes[0].own
        assert sitting.screen.contest.shown is waiting
        await sitting.press("w", *"frobnicate", "enter")
        await sitting.until(lambda: sitting.screen.contest.shown.own)
        assert "frobnicate" in sitting.text


async def test_a_process_that_is_killed_is_said_and_started_again():
    async with Sitting(models=("sft", "slow")) as sitting:
        await sitting.until(lambda: sitting.generator.loading == "slow")
        await sitting.until(lambda: "Loading slow" in sitting.text)
        os.kill(sitting.generator.pid, signal.SIGKILL)
        await sitting.until(lambda: "has ended" in sitting.text)
        assert "signal 9" in sitting.text
        sitting.screen.contest.models = ("base", "sft")
        await sitting.press("r")
        await sitting.ready()


async def test_what_the_model_refuses_is_a_sentence():
    async with Sitting(models=("unknown", "sft")) as sitting:
        await sitting.until(lambda: sitting.screen.contest is not None and sitting.screen.contest.problem is not None)
        assert "unknown" in sitting.text


async def test_another_language_keeps_the_pair():
    async with Sitting() as sitting:
        await sitting.ready()
        pair = sitting.screen.contest.shown
        await sitting.press("f2")
        assert sitting.screen.contest.shown is pair
        assert "A es mejor" in sitting.text
        assert sitting.screen.query_one(PairView).display
