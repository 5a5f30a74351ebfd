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
from engine.runs.seeding import seed_for

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
    """A Bradley-Terry reward model: the SFT backbone with a LoRA stage and a scalar head.

    Rows may carry a `margin`. With `members` it is an ensemble: heads that begin apart, on one stage, each learning
    from its own bootstrap sample of the rows. Heads can't disagree about what they share, so their spread says too
    little of what is not known (Eisenstein et al. 2023, arXiv:2312.09244, of members with one pretraining).
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        super().__init__(folder, recipe)
        self.margins = [self.margin_of(group) for group in self.train_rows]
        self.weights = torch.split(self.drawn(), [len(group) for group in self.train_rows], dim=1)

    def head(self) -> Tensor:
        size, members = self.policy.hidden_size, self.recipe.hyper["members"]
        generator = torch.Generator().manual_seed(self.recipe.seed)
        return torch.randn(members, size, generator=generator) / math.sqrt(size + 1)

    def margin_of(self, group: Rows) -> Tensor | None:
        """(N,): the margins of a batch's rows, 0 for a row without one; None where they are not asked for."""
        if not self.recipe.hyper["use_margin"]:
            return None
        return torch.tensor([row.get("margin") or 0.0 for row in group])

    def drawn(self) -> Tensor:
        """(members, rows): how often each row is in the sample of each member; once each for one member alone."""
        members, count = self.recipe.hyper["members"], sum(map(len, self.train_rows))
        if members == 1:
            return torch.ones(1, count)
        generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, "bootstrap"))
        drawn = torch.randint(count, (members, count), generator=generator)
        return torch.zeros(members, count).scatter_add(1, drawn, torch.ones(members, count))

    @property
    def model(self) -> RewardModel:
        if self.adapter.head is None:
            raise ValueError("a reward model has a head")
        return RewardModel(self.policy, self.adapter.head)

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        """The mean of the members' losses; the metrics are those of the ensemble's own reward, the members' mean."""
        hyper, margin = self.recipe.hyper, self.margins[number]
        centring, smoothing = hyper["center_rewards_coefficient"], hyper["label_smoothing"]
        each = self.model.each(self.train[number])
        losses = [
            reward_loss(rewards[:, 0], rewards[:, 1], margin, centring, smoothing, weights)[0]
            for rewards, weights in zip(each.unbind(2), self.weights[number], strict=True)
        ]
        loss = torch.stack(losses).mean()
        mean = each.detach().mean(2)
        _, metrics = reward_loss(mean[:, 0], mean[:, 1], margin, centring, smoothing)
        metrics["loss"] = loss.detach()
        if len(losses) > 1:
            metrics["ensemble/spread"] = (each[:, 0] - each[:, 1]).detach().std(1).mean()
        return loss, metrics

    def held_out_metrics(self) -> dict[str, float]:
        pairs = torch.cat([self.model.rewards(batch) for batch in self.held_out])
        difference = pairs[:, 0] - pairs[:, 1]
        return {"eval_accuracy": (difference > 0).float().mean().item(), "eval_margin": difference.mean().item()}

    def samples(self) -> dict[str, Any]:
        return watch.rewards(self.model)

    def finish(self) -> dict[str, Any]:
        return gates.reward_model(self.model, rows(self.folder, "eval"), self.recipe)
