"""What every loop here trains: one LoRA stage on a frozen policy, with its optimizer, in seeded batches."""

import hashlib
import json
import os
import random
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import Problem
from engine.loops.adamw import AdamW
from engine.models import lora
from engine.models.policy import BASE, Policy, frozen_base, frozen_stages, load_base, stage_folders
from engine.models.stages import NAME, stage_name
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for


def freeze_stages(folder: Path, model: str) -> None:
    """Copies the adapters that a run stands on into its folder, once, so that the folder alone is enough later.

    The base model is not copied: its hash is written down, and a run refuses to go on over another one.
    """
    frozen = folder / "stages"
    if frozen.is_dir():
        return
    base, stages = stage_folders(model)
    aside = folder / ".stages"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    for number, stage in enumerate(stages):
        (aside / str(number)).mkdir()
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.copyfile(stage / name, aside / str(number) / name)
        _write(aside / str(number) / NAME, {"name": stage_name(stage)})
    written = {"base": "base" if base == BASE else str(base.absolute()), "sha256": weights_hash(base)}
    _write(aside / "base.json", written)
    os.rename(aside, frozen)


def _write(file: Path, value: Any) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")


def weights_hash(base: Path) -> str:
    """SHA-256 of a model folder's weights, all files in turn. Raises Problem when there are none."""
    digest = hashlib.sha256()
    files = sorted(base.glob("*.safetensors"))
    if not files:
        raise Problem("models.no_weights", folder=str(base))
    for file in files:
        with file.open("rb") as content:
            while block := content.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


class Adapter:
    """The trainable stage of a run: matrices, AdamW, a learning rate that falls linearly to zero."""

    def __init__(self, policy: Policy, recipe: Recipe, total_steps: int, head: Tensor | None = None) -> None:
        hyper = recipe.hyper
        self.policy, self.total_steps = policy, total_steps
        self.peak, self.max_grad_norm = hyper["learning_rate"], hyper["max_grad_norm"]
        self.config = lora.LoraConfig(hyper["lora_r"], hyper["lora_alpha"])
        generator = torch.Generator().manual_seed(seed_for(recipe.seed, "adapter"))
        self.trainable = policy.attach(self.config, generator)
        self.head = head
        if head is not None:
            self.trainable.append(torch.nn.Parameter(head))
            self.head = self.trainable[-1]
        self.optimizer = AdamW(self.trainable, weight_decay=hyper["weight_decay"])

    def update(self, loss: Tensor, step: int) -> dict[str, float]:
        """One optimizer step down the gradient of `loss`; `step` counts from 0."""
        learning_rate = self.peak * (1 - step / self.total_steps)
        loss.backward()  # type: ignore[no-untyped-call]
        return {"grad_norm": self.optimizer.step(learning_rate, self.max_grad_norm), "learning_rate": learning_rate}

    def state(self) -> dict[str, Tensor]:
        return self.optimizer.state()

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        self.optimizer.load(tensors)

    def save(self, folder: Path) -> None:
        self.policy.save_stage(self.config, folder, head=self.head)


def order(seed: int, epoch: int, count: int) -> list[int]:
    """The order of `count` batches in one epoch: a function of seed and epoch, so that nothing needs to be saved."""
    numbers = list(range(count))
    random.Random(seed_for(seed, f"order:{epoch}")).shuffle(numbers)
    return numbers


def run_policy(folder: Path, recipe: Recipe) -> Policy:
    """The frozen policy that a run's new stage is laid on, from the stages kept in its folder."""
    freeze_stages(folder, recipe.model)
    return load_frozen(folder)


def load_frozen(folder: Path) -> Policy:
    """The policy below a run's own stage. Raises Problem when the base model is no longer the one it began with."""
    written = json.loads((folder / "stages" / "base.json").read_text(encoding="utf-8"))
    base = frozen_base(folder)
    if weights_hash(base) != written["sha256"]:
        raise Problem("models.base_changed", folder=str(base))
    policy = load_base(base)
    for stage in frozen_stages(folder):
        policy.add_stage(stage)
    return policy


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    """The rows of `data/<name>.jsonl` of a run."""
    with (folder / "data" / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
