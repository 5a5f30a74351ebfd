"""Outcome and process reward models of solutions in steps: the reasoner with a LoRA stage and a scalar head."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import reasoning
from engine.loops.offline import Offline, Rows
from engine.losses.process import counted_steps, outcome_loss, process_loss, solution_scores
from engine.models.logprobs import Batch
from engine.models.policy import Policy
from engine.runs.recipe import Recipe
from engine.world.prompts import SEPARATOR
from engine.world.steps import split


def step_batch(policy: Policy, prompts: Sequence[str], solutions: Sequence[Sequence[str]]) -> tuple[Batch, Tensor]:
    """Solutions as a batch whose `ends` are the ends of their steps (N, S), and which of those are real (N, S).

    A step ends with the comma behind it, the last one with EOS: there everything of the step has been read.
    """
    batch = policy.pack(prompts, [[SEPARATOR.join(steps)] for steps in solutions])
    ends, most = [], max(map(len, solutions))
    for prompt, steps, last in zip(prompts, solutions, batch.ends[:, 0].tolist(), strict=True):
        before = len(policy.tokenizer.prompt(prompt))
        inner = [
            before + len(policy.tokenizer.completion(SEPARATOR.join(steps[:number]) + SEPARATOR.rstrip())) - 2
            for number in range(1, len(steps))
        ]
        ends.append([*inner, *[last] * (most - len(inner))])
    counts = torch.tensor([len(steps) for steps in solutions])
    return replace(batch, ends=torch.tensor(ends)), torch.arange(most) < counts[:, None]


class StepReward(Offline):
    """The frame: rows `prompt, completions, labels`, a head that begins at an even chance, and what it can pick."""

    judged: str

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        super().__init__(folder, recipe)
        self.labels = [self.labels_of(group) for group in self.train_rows]

    def completions(self, row: dict[str, Any]) -> list[str]:
        return [SEPARATOR.join(row["completions"])]

    def head(self) -> Tensor:
        return torch.zeros(1, self.policy.hidden_size)

    def labels_of(self, group: Rows) -> Tensor:
        """(N, S): whether each step is right, false on padding."""
        most = max(len(row["labels"]) for row in group)
        return torch.tensor([[*row["labels"], *[False] * (most - len(row["labels"]))] for row in group])

    def logits(self, batch: Batch) -> Tensor:
        """What the head says at each of a batch's `ends`, of the same shape."""
        if self.adapter.head is None:
            raise ValueError("a reward model has a head")
        return (self.policy.end_states(batch) @ self.adapter.head.T).squeeze(-1)

    def scores(self, prompts: Sequence[str], chains: Sequence[Sequence[str]]) -> dict[str, Tensor]:
        """By the name of each score, (N, K) for K chains of each prompt."""
        raise NotImplementedError

    def samples(self) -> dict[str, Any]:
        return {"samples": [], "choices": []}

    @torch.no_grad()
    def finish(self) -> dict[str, Any]:
        with self.policy.switched_off():
            found = reasoning.pool(self.policy, self.recipe.seed)
        scores = self.scores(found.prompts, found.chains)
        return reasoning.selection_gate(found, scores, self.judged, self.recipe)


class OutcomeReward(StepReward):
    """One number for the whole, read at its end: is the answer right? (Cobbe et al. 2021, arXiv:2110.14168)"""

    judged = "orm"

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        return outcome_loss(self.logits(self.train[number])[:, 0], self.final(self.train_rows[number]))

    def final(self, group: Rows) -> Tensor:
        """(N,): whether the answer, the last step, is right."""
        return torch.tensor([row["labels"][-1] for row in group])

    def held_out_metrics(self) -> dict[str, float]:
        logits = torch.cat([self.logits(batch)[:, 0] for batch in self.held_out])
        labels = torch.cat([self.final(group) for group in self.held_out_rows])
        return {
            "eval_accuracy": ((logits > 0) == labels).float().mean().item(),
            "eval_auc": reasoning.auc(logits, labels),
        }

    def scores(self, prompts: Sequence[str], chains: Sequence[Sequence[str]]) -> dict[str, Tensor]:
        batch = self.policy.pack(prompts, chains)
        return {"orm": self.logits(batch)}


class ProcessReward(StepReward):
    """A number for each step, read at its end: is this step right? (Lightman et al. 2023, arXiv:2305.20050)"""

    judged = "prm_product"

    def pack(self, group: Rows) -> Batch:
        return step_batch(self.policy, [row["prompt"] for row in group], [row["completions"] for row in group])[0]

    def mask_of(self, group: Rows) -> Tensor:
        counts = torch.tensor([len(row["completions"]) for row in group])
        return torch.arange(int(counts.max())) < counts[:, None]

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        mask = self.mask_of(self.train_rows[number])
        return process_loss(self.logits(self.train[number]), self.labels[number], mask)

    def held_out_metrics(self) -> dict[str, float]:
        """Accuracy on the steps that count, all and one by one, and how well the product tells sound solutions."""
        rows = [row for group in self.held_out_rows for row in group]
        labels, mask = self.labels_of(rows), self.mask_of(rows)
        logits = torch.zeros(mask.shape)
        logits[mask] = torch.cat([
            self.logits(batch)[self.mask_of(group)]
            for batch, group in zip(self.held_out, self.held_out_rows, strict=True)
        ])  # fmt: skip
        counted = counted_steps(labels, mask)
        hits = ((logits > 0) == labels) & counted
        each = (hits.sum(0) / counted.sum(0).clamp(min=1)).tolist()
        product, _ = solution_scores(logits, mask)
        return {
            "eval_accuracy": (hits.sum() / counted.sum()).item(),
            **{f"eval_accuracy/step_{number}": value for number, value in enumerate(each, 1)},
            "eval_auc": reasoning.auc(product, (labels | ~mask).all(1)),
        }

    def scores(self, prompts: Sequence[str], chains: Sequence[Sequence[str]]) -> dict[str, Tensor]:
        asked = [prompt for prompt, row in zip(prompts, chains, strict=True) for _ in row]
        batch, mask = step_batch(self.policy, asked, [split(chain) or ("",) for row in chains for chain in row])
        product, minimum = solution_scores(self.logits(batch), mask)
        shape = len(chains), len(chains[0])
        return {"prm_product": product.view(shape), "prm_min": minimum.view(shape)}
