"""Training a LoRA stage on a fixed data set: the frame, SFT and the reward model."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.loops.adapter import Adapter, order, rows, run_policy
from engine.losses.reward import reward_loss
from engine.losses.sft import sft_loss
from engine.models.logprobs import Batch, token_logps
from engine.models.policy import RewardModel
from engine.runs.recipe import Recipe

Rows = Sequence[dict[str, Any]]


class Offline(ABC):
    """The frame of a loop over a fixed data set: rows of like length share a batch, the batches a new order each epoch.

    A method says what a row's completions are and what the loss of a batch is.
    """

    phase: str | None = None

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe = folder, recipe
        self.policy = run_policy(folder, recipe)
        self.items_per_step = recipe.hyper["per_device_train_batch_size"]
        self.train_rows, self.held_out_rows = (self.grouped(rows(folder, name)) for name in ("train", "eval"))
        self.train, self.held_out = (list(map(self.pack, groups)) for groups in (self.train_rows, self.held_out_rows))
        self.total_steps = recipe.hyper["num_train_epochs"] * len(self.train)
        self.next_step = 0
        self.adapter = Adapter(self.policy, recipe, self.total_steps, self.head())

    def completions(self, row: dict[str, Any]) -> list[str]:
        """The texts of a row that are scored, K of them."""
        return [row["chosen"], row["rejected"]]

    def head(self) -> Tensor | None:
        return None

    @abstractmethod
    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss and metrics of training batch `number`."""

    def held_out_metrics(self) -> dict[str, float]:
        """Metrics on the held-out rows, named `eval_…`."""
        return {}

    def grouped(self, data: Rows) -> list[list[dict[str, Any]]]:
        """Batches of rows of like length, so that little is spent on padding."""
        size = self.items_per_step
        ranked = sorted(data, key=lambda row: len(row["prompt"]) + sum(map(len, self.completions(row))))
        return [ranked[start : start + size] for start in range(0, len(ranked), size)]

    def pack(self, group: Rows) -> Batch:
        return self.policy.pack([row["prompt"] for row in group], [self.completions(row) for row in group])

    def step(self) -> dict[str, float]:
        epoch, place = divmod(self.next_step, len(self.train))
        loss, metrics = self.loss(order(self.recipe.seed, epoch, len(self.train))[place])
        logged = {name: value.item() for name, value in metrics.items()}
        logged |= self.adapter.update(loss, self.next_step)
        self.next_step += 1
        if self.next_step % self.recipe.hyper["sample_steps"] == 0 or self.next_step == self.total_steps:
            with torch.no_grad():
                logged |= self.held_out_metrics()
        return logged

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.adapter.state(), {"next_step": self.next_step}

    def load(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        self.adapter.load(tensors)
        self.next_step = state["next_step"]

    def save_model(self, folder: Path) -> None:
        self.adapter.save(folder)

    def finish(self) -> dict[str, Any] | None:
        return None


class SupervisedFineTuning(Offline):
    """Maximum likelihood of demonstrations: rows `prompt, completion`."""

    def completions(self, row: dict[str, Any]) -> list[str]:
        return [row["completion"]]

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        batch = self.train[number]
        logits = self.policy.scored_logits(batch)
        mask = batch.owners >= 0
        loss, metrics = sft_loss(token_logps(logits, batch), mask)
        hits = (logits.detach().argmax(-1) == batch.targets) & mask
        return loss, {**metrics, "mean_token_accuracy": hits.sum() / mask.sum()}

    def held_out_metrics(self) -> dict[str, float]:
        total = sum(self.policy.token_logps(batch).sum().item() for batch in self.held_out)
        return {"eval_loss": -total / sum(int((batch.owners >= 0).sum()) for batch in self.held_out)}


class RewardModelling(Offline):
    """A Bradley-Terry reward model: the SFT backbone with a LoRA stage and a scalar head."""

    def head(self) -> Tensor:
        size = self.policy.hidden_size
        generator = torch.Generator().manual_seed(self.recipe.seed)
        return torch.randn(1, size, generator=generator) / math.sqrt(size + 1)

    @property
    def model(self) -> RewardModel:
        if self.adapter.head is None:
            raise ValueError("a reward model has a head")
        return RewardModel(self.policy, self.adapter.head)

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        chosen, rejected = self.model.rewards(self.train[number]).unbind(1)
        return reward_loss(chosen, rejected, center_rewards_coefficient=self.recipe.hyper["center_rewards_coefficient"])

    def held_out_metrics(self) -> dict[str, float]:
        pairs = torch.cat([self.model.rewards(batch) for batch in self.held_out])
        difference = pairs[:, 0] - pairs[:, 1]
        return {"eval_accuracy": (difference > 0).float().mean().item(), "eval_margin": difference.mean().item()}

    def samples(self) -> dict[str, Any]:
        return watch.rewards(self.model)

    def finish(self) -> dict[str, Any]:
        return gates.reward_model(self.model, rows(self.folder, "eval"), self.recipe)
