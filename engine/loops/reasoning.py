"""RLVR by GRPO and by RLOO, beside an outcome and a process reward model of the tutor that they start from."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from engine.evaluate import gates, reasoning
from engine.loops.arms import Arms
from engine.methods import METHODS
from engine.runs.recipe import Recipe


class Reasoning(Arms):
    """Two ways to train on a checker's word, two ways to learn to do without a checker, on the same tutor."""

    arms = {
        "grpo": ("rlvr", {}),
        "rloo": ("rlvr-rloo", {}),
        "orm": ("orm", {"learning_rate": 4e-3, "sample_steps": 40}),
        "prm": ("prm", {"learning_rate": 4e-3, "sample_steps": 40}),
    }
    shown = frozenset({
        "objective/scores", "correct/answers", "correct/chains", "eval_objective/kl", "eval_accuracy", "eval_auc",
    })  # fmt: skip
    watched = "grpo"

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        super().__init__(folder, recipe)
        self.total_steps = self.loops["grpo"].total_steps
        self.pace = -(-self.loops["orm"].total_steps // self.total_steps)

    def advance(self) -> dict[str, float]:
        """The reward models, whose steps are short, take as many of them as bring them home with the policies."""
        logged = super().advance()
        for _ in range(self.pace - 1):
            for name in ("orm", "prm"):
                if self.loops[name].next_step < self.loops[name].total_steps:
                    logged |= {
                        f"{name}/{key}": value for key, value in self.loops[name].step().items() if key in self.shown
                    }
        return logged

    def make(self, name: str) -> Any:
        """The arms that draw their own prompts know nothing of the run's rows."""
        if METHODS[self.arms[name][0]].data != "prompt":
            return super().make(name)
        recipe, self.recipe = self.recipe, replace(self.recipe, data="shipped")
        try:
            return super().make(name)
        finally:
            self.recipe = recipe

    @torch.no_grad()
    def finish(self) -> dict[str, Any]:
        """The smaller of the two gains in right answers; below it, who picks best among sixteen chains."""
        grpo, rloo, orm, prm = (self.loops[name] for name in ("grpo", "rloo", "orm", "prm"))
        with grpo.policy.switched_off():
            found = reasoning.pool(grpo.policy, self.recipe.seed)
        scores = orm.scores(found.prompts, found.chains) | prm.scores(found.prompts, found.chains)
        more = [
            *reasoning.curve(found, scores, (reasoning.CANDIDATES,)),
            *reasoning.sound_picks(found, scores),
            *(gates.detail(f"auc_sound_{name}", reasoning.auc(values, found.sound)) for name, values in scores.items()),
        ]
        policies = {"grpo": grpo.policy, "rloo": rloo.policy}
        return reasoning.gain_gate(policies, self.recipe, stepwise=True, more=more)
