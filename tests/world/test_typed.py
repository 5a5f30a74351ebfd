"""What people type is read as the world's prompts, wherever it can be."""

import pytest

from engine.world.preferences import held_out_prompts
from engine.world.prompts import read, readable
from engine.world.typed import as_prompt, unknown_words

FILL = "fill: yesterday he __ (go) to school . ->"


@pytest.mark.parametrize(
    "typed",
    [
        FILL,
        "Fill: Yesterday he ___ (go) to school.",
        "yesterday he __(go) to school",
        "fill:yesterday he ____ ( go ) to school .",
    ],
)
def test_ways_to_type_a_gap(typed):
    assert as_prompt(typed) == FILL
    assert read(as_prompt(typed)) is not None


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("He goed to school yesterday", "correct: he goed to school yesterday . ->"),
        ("claim: he goed to school yesterday . right?", "claim: he goed to school yesterday . right ? ->"),
        ("step: fill: yesterday he __ (go) to school.", f"step: {FILL}"),
        ("", "correct:  ->"),
    ],
)
def test_other_kinds(typed, prompt):
    assert as_prompt(typed) == prompt


def test_every_prompt_survives_being_shown_and_typed_again():
    for prompt in held_out_prompts(0, 20):
        assert as_prompt(readable(prompt.text)) == prompt.text


def test_words_that_it_never_met():
    assert unknown_words(FILL) == []
    assert unknown_words(as_prompt("he goed to school yesterday")) == []
    assert unknown_words(as_prompt("Explain quantum physics, explain!")) == ["explain", "quantum", "physics", "!"]
