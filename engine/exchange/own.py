"""What of the learner's own labels goes into a run: what is learnt from, and for a trial what measures as well."""

from collections.abc import Sequence
from typing import Any

from engine.exchange.labels import rows_for_training
from engine.labelling.instruments import repeats, tested
from engine.methods import METHODS
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.store import Label


def rows_for_run(labels: Sequence[Label], recipe: Recipe) -> list[dict[str, Any]] | None:
    """The rows that `library.create` takes; None for a run that has no use for labels. To those there to learn from a
    trial gets the test share and, of each pair that was asked twice, whether the two labels are the same."""
    if not library.takes_labels(recipe):
        return None
    rows = rows_for_training(labels)
    if not METHODS[recipe.method].tries_labels:
        return rows
    test = [
        {"prompt": label.prompt, "chosen": label.chosen, "rejected": label.rejected, "purpose": "test"}
        for label in tested(labels)
    ]
    again = [{"purpose": "repeat", "same": first.verdict == second.verdict} for first, second in repeats(labels)]
    return [*rows, *test, *again]
