"""A reward model on trial: best-of-N by it, and an exam of what it knows."""

from typing import Any

from engine.evaluate import trial
from engine.judges.judge import LearnedJudge, trained_on
from engine.loops.adapter import rows
from engine.loops.selection import BestOfN, choice_gate


class OnTrial(BestOfN):
    """Best-of-N by a reward model trained on the run's pairs, which may be the learner's own labels; their test share
    and the pairs that they were asked twice about lie beside them in the folder, where there are any."""

    judge: LearnedJudge

    def make_judge(self) -> LearnedJudge:
        return trained_on(self.folder, self.recipe)

    def finish(self) -> dict[str, Any]:
        """The gate of best-of-N with the exam below it, and a verdict in sentences."""
        model = self.judge.loop.model
        after = trial.exam(model, self.recipe.seed)
        shipped = self.recipe.data == "shipped"
        if not shipped:
            test, repeats = self.kept("test"), self.kept("repeats")
            after += [*trial.labelled(self.kept("train")), *trial.ceiling(model, test, repeats)]
        gate = choice_gate(self.curve(), self.recipe, self.counted(), after)
        return {**gate, "verdict": trial.verdict(gate, shipped=shipped)}

    def kept(self, name: str) -> list[dict[str, Any]]:
        """The rows of one file of the run's data; none where there is no such file."""
        return rows(self.folder, name) if (self.folder / "data" / f"{name}.jsonl").exists() else []
