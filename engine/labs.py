"""The labs' recipes: what each of them trains, and the gate that it is judged by. Imports no torch."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.runs.recipe import Recipe


@dataclass(frozen=True)
class Lab:
    """With `own_labels` the learner chooses whose pairs its run learns from; with `by_learner` the gate is what the
    learner says about the run, and the run's own gate is something else."""

    id: str
    method: str
    gate: str
    threshold: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    own_labels: bool = False
    by_learner: bool = False

    def recipe(self, seed: int = 0, data: str = "shipped") -> Recipe:
        """The recipe of this lab's run; `data` may be "labels" where the method trains on preferences."""
        return Recipe.make(self.method, {**self.settings, "lab": self.id, "seed": seed, "data": data})


LABS = {
    lab.id: lab
    for lab in (
        Lab("00", "reward-model", "accuracy", 0.70, own_labels=True),
        Lab("01", "dpo", "win_rate", 0.55, own_labels=True),
        Lab("02", "constitutional", "improvement", 0.0),
        Lab("03", "u-curve", "penalty_worth", 0.0),
        Lab("04", "zoo", "every_win_rate", 0.5),
        Lab("05", "against", "nats_saved", 0.0),
        Lab("06", "rlaif", "feedback_win_rate", 0.5),
        Lab("07", "reasoning", "chain_gain", 0.0),
        Lab("08", "round-after-round", "every_gain", 0.0),
        Lab("09", "collapse", "variety_kept", 0.0),
        Lab("10", "stages", "stack_win_rate", 0.5),
        Lab("11", "sabotage", "diagnosis", 0.8, by_learner=True),
        Lab("12", "on-trial", "choice_gain", 0.0, own_labels=True),
    )
}
