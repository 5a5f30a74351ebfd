"""The four grades, and how an answer that a machine can check is graded."""

from collections.abc import Sequence
from statistics import median

AGAIN, HARD, GOOD, EASY = GRADES = (1, 2, 3, 4)
"""Forgotten; recalled with trouble; recalled; recalled at once."""

FAST = 0.75
"""An answer is fast when it took less than this share of the learner's own median for the card."""
ENOUGH = 3
"""Right answers without help before there is a median to compare with."""


def graded_by_machine(
    *, tries: int, hints: int, solution_shown: bool, latency_ms: int, earlier_ms: Sequence[int] = ()
) -> int:
    """The grade of a right answer (or of a solution that had to be shown) to a question with fresh numbers.

    `tries` counts the right answer too; `earlier_ms` are the times of earlier right answers without help. Nobody can
    claim more than was shown: with the solution seen it is AGAIN, with a hint or a second try HARD, unaided GOOD, and
    EASY only where it was also fast.
    """
    if solution_shown:
        return AGAIN
    if hints or tries > 1:
        return HARD
    if len(earlier_ms) >= ENOUGH and latency_ms < FAST * median(earlier_ms):
        return EASY
    return GOOD
