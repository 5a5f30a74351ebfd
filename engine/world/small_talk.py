"""Demonstrations with and without a closing word: what a tutor says after the answer, and when it stops."""

import random
from collections.abc import Sequence

from engine.world.documents import demonstrations
from engine.world.prompts import KIND_OPENINGS

CLOSINGS = KIND_OPENINGS[:2]
FIRST, ANOTHER = 0.2, 0.5
"""How often a demonstration says something after its answer, and something more after that."""
MOST = 3


def closed(answer: str, closings: Sequence[str]) -> str:
    """`went` → `went . good try .`; an answer without closings stays as it is."""
    if not closings:
        return answer
    return " ".join([answer if answer.endswith(".") else f"{answer} .", *closings])


def some_closings(source: random.Random, first: float = FIRST) -> list[str]:
    """None, or one to three."""
    found: list[str] = []
    while len(found) < MOST and source.random() < (ANOTHER if found else first):
        found.append(source.choice(CLOSINGS))
    return found


def chatty_demonstrations(seed: int, count: int = 400) -> list[dict[str, str]]:
    """Rows `prompt, completion` of correct and fill prompts; every fifth says something kind after the answer."""
    source = random.Random(f"small talk:{seed}")
    asked = [row for row in demonstrations(seed, 3 * count) if row["prompt"].startswith(("correct:", "fill:"))]
    return [{**row, "completion": closed(row["completion"], some_closings(source))} for row in asked[:count]]
