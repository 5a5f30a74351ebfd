"""What the AI judge reads and says: two answers to a prompt, and `yes` if the first is the better one.

The judge is taught from labels that lean towards the first answer, as hurried raters' do. So it has a position bias of
its own, that can be measured, and removed by asking in both orders.
"""

import random

from engine.world.preferences import TRAINED_VERBS, pair
from engine.world.prompts import ARROW

FIRST, SECOND = "yes", "no"
LEANING = 0.4
"""How often a label says that the first answer is better without looking."""


def compare_prompt(prompt: str, first: str, second: str) -> str:
    """`good : fill: he __ (go) home yesterday . | goed | went ->`: is the first one better?"""
    return f"good : {prompt.removesuffix(ARROW)} | {first} | {second}{ARROW}"


def comparison(source: random.Random) -> dict[str, str]:
    """One labelled comparison from the training side of the world, as a row `prompt, completion`."""
    row = pair(source, held_out=False, lemmas=TRAINED_VERBS)
    first = source.random() < 0.5
    answers = (row["chosen"], row["rejected"]) if first else (row["rejected"], row["chosen"])
    if source.random() < LEANING:
        first = True
    return {"prompt": compare_prompt(row["prompt"], *answers), "completion": FIRST if first else SECOND}


def comparisons(seed: int, count: int) -> list[dict[str, str]]:
    """Labelled comparisons, seeded."""
    source = random.Random(f"comparisons:{seed}")
    return [comparison(source) for _ in range(count)]
