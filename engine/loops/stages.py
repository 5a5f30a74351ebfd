"""Two stages of DPO on one model, the second on top of the first: grammar, then manners (Hu et al. 2021,
arXiv:2106.09685; Rafailov et al. 2023, arXiv:2305.18290)."""

import json
import math
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.errors import Problem
from engine.evaluate import gates, watch
from engine.evaluate.intervals import bootstrap
from engine.loops.adapter import Adapter, freeze_stages, order, weights_hash
from engine.losses.preference import dpo_loss
from engine.models import stages
from engine.models.logprobs import Batch
from engine.models.policy import Policy, frozen_base, frozen_stages, load_base
from engine.runs import files
from engine.runs.recipe import Recipe
from engine.world.manners import manners_pairs, manners_prompts
from engine.world.preferences import held_out_pairs, held_out_prompts, training_pairs
from engine.world.prompts import Prompt

NAMES = ("grammar", "manners")


class Stages:
    """Steps of the first stage, then as many of the second; the finished first is kept in the run's folder as one more
    stage below its own, so that whatever lists, loads or exports a run finds all of them.

    The reference of a stage is the model below it: the same network with that stage off. With `reference` "base" it
    is the base model instead, which is a known bug when the model trained on is not the base.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe, self.hyper = folder, recipe, recipe.hyper
        freeze_stages(folder, recipe.model)
        self.below = [stage for stage in frozen_stages(folder) if not _own(stage)]
        self.items_per_step: int = self.hyper["per_device_train_batch_size"]
        self.pairs = {"grammar": training_pairs, "manners": manners_pairs}
        self.batches_per_epoch = -(-self.hyper["pairs_per_stage"] // self.items_per_step)
        self.stage_steps: int = self.hyper["num_train_epochs"] * self.batches_per_epoch
        self.total_steps = len(NAMES) * self.stage_steps
        self.next_step = 0
        self.zero: dict[str, float] = {}
        self.begin(0)

    # -- where the run stands

    def number(self) -> int:
        """The stage that the next step belongs to; after the last step the last."""
        return min(self.next_step // self.stage_steps, len(NAMES) - 1)

    def trained(self) -> int:
        """The stage that the last step belongs to."""
        return max(self.next_step - 1, 0) // self.stage_steps

    @property
    def phase(self) -> str:
        return f"stage_{NAMES[self.number()]}"

    @property
    def kept(self) -> Path:
        """Where the finished first stage lies."""
        return self.folder / "stages" / str(len(self.below))

    def base_policy(self, *more: Path) -> Policy:
        """The model that the run began with, and these stages on it. Raises Problem when its base has changed."""
        base = frozen_base(self.folder)
        written = json.loads((self.folder / "stages" / "base.json").read_text(encoding="utf-8"))
        if weights_hash(base) != written["sha256"]:
            raise Problem("models.base_changed", folder=str(base))
        policy = load_base(base)
        for stage in (*self.below, *more):
            policy.add_stage(stage)
        return policy

    def begin(self, number: int) -> None:
        """A fresh stage on all that is finished, its pairs, and what the reference thinks of them."""
        self.policy = self.base_policy(*[self.kept][:number])
        self.adapter = Adapter(self.policy, self.recipe, self.stage_steps)
        rows = self.pairs[NAMES[number]](self.recipe.seed, self.hyper["pairs_per_stage"])
        rows.sort(key=lambda row: len(row["prompt"]) + len(row["chosen"]) + len(row["rejected"]))
        size = self.items_per_step
        self.batches = [self.pack(rows[start : start + size]) for start in range(0, len(rows), size)]
        with torch.no_grad():
            if self.hyper["reference"] == "base":
                base = load_base(frozen_base(self.folder))
                self.ref_logps = [base.logps(batch) for batch in self.batches]
            else:
                with self.policy.switched_off():
                    self.ref_logps = [self.policy.logps(batch) for batch in self.batches]

    def pack(self, rows: Sequence[Mapping[str, Any]]) -> Batch:
        return self.policy.pack([row["prompt"] for row in rows], [[row["chosen"], row["rejected"]] for row in rows])

    # -- a step

    def step(self) -> dict[str, float]:
        number, place = divmod(self.next_step, self.stage_steps)
        if place == 0 and number:
            self.begin(number)
        epoch, turn = divmod(place, len(self.batches))
        chosen = order(self.recipe.seed, epoch, len(self.batches))[turn]
        loss, metrics = self.loss(chosen)
        logged = {name: value.item() for name, value in metrics.items()} | self.adapter.update(loss, place)
        if place == 0:
            self.zero[NAMES[number]] = logged["loss_at_start"] = logged["loss"]
        self.next_step += 1
        if place == self.stage_steps - 1 and number < len(NAMES) - 1:
            self.keep()
        if self.next_step % self.hyper["sample_steps"] == 0 or place == self.stage_steps - 1:
            logged |= self.measured()
        return logged

    def loss(self, number: int) -> tuple[Tensor, dict[str, Tensor]]:
        chosen, rejected = self.policy.logps(self.batches[number]).unbind(1)
        ref_chosen, ref_rejected = self.ref_logps[number].unbind(1)
        return dpo_loss(chosen, rejected, ref_chosen, ref_rejected, self.hyper["beta"])

    def keep(self) -> None:
        """The finished stage, whole or not at all, where those below it lie."""
        aside = self.folder / ".stage"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        self.adapter.save(aside)
        _name(aside, NAMES[0], own=True)
        for file in aside.iterdir():
            files.sync(file)
        shutil.rmtree(self.kept, ignore_errors=True)
        os.rename(aside, self.kept)
        files.sync(self.kept.parent)

    def measured(self) -> dict[str, float]:
        found = {name: gates.scores(self.policy, prompts, 1) for name, prompts in self.asked().items()}
        right = {name: gates.right_share(rows) for name, rows in found.items()}
        shares = {f"right/{name}": sum(each) / len(each) for name, each in right.items()}
        return {**shares, "objective/kl": watch.kl_to_reference(self.policy)}

    def asked(self) -> dict[str, list[Prompt]]:
        """Fifty held-out prompts for each of the two things that are taught."""
        seed = self.recipe.seed
        return {"grammar": held_out_prompts(seed, 50), "manners": manners_prompts(seed, 50)}

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.adapter.state(), {"next_step": self.next_step, "zero": self.zero}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.next_step, self.zero = state["next_step"], dict(state["zero"])
        if self.trained():
            self.begin(self.trained())
        self.adapter.load(tensors)

    def save_model(self, folder: Path) -> None:
        self.adapter.save(folder)
        _name(folder, NAMES[self.trained()])

    # -- the gate

    def finish(self) -> dict[str, Any]:
        """Wins of both stages together against the model they lie on, over both kinds of prompts."""
        with tempfile.TemporaryDirectory() as scratch:
            top = Path(scratch)
            self.adapter.save(top)
            models = {
                "start": self.base_policy(),
                "first": self.base_policy(self.kept),
                "second": self.base_policy(top),
                "stack": self.policy,
            }
            merged, single = self.base_policy(self.kept, top), self.as_one(top)
        found = {
            name: {
                kind: gates.scores(policy, asked, 2 if name == "start" else 1) for kind, asked in self.asked().items()
            }
            for name, policy in models.items()
        }
        compared = [row for kind in NAMES for row in gates.compare(found["stack"][kind], found["start"][kind])]
        rate = gates.ties_half(compared)
        details = [gates.detail("prompts", len(compared)), *gates.decided_share(compared)]
        for kind in NAMES:
            for name in models:
                details.append(gates.estimated(f"{kind}_{name}", bootstrap(gates.right_share(found[name][kind]))))
        details += self.checks(models["start"], models["first"], {"merged": merged, "single": single})
        return gates.gate("stack_win_rate", self.recipe, rate, rate.low > gates.THRESHOLDS["stack_win_rate"], details)

    def as_one(self, top: Path) -> Policy:
        """Every stage, those that the run began with too, as one adapter on the base."""
        policy = load_base(frozen_base(self.folder))
        with tempfile.TemporaryDirectory() as scratch:
            folder = stages.save_as_one([*self.below, self.kept, top], policy.base, Path(scratch))
            policy.add_stage(folder)
        return policy

    @torch.no_grad()
    def checks(self, start: Policy, first: Policy, equal: Mapping[str, Policy]) -> list[dict[str, Any]]:
        """What must hold of any two stages: merged in whatever way it is the same function, off it is the one below,
        and at the start the loss is log 2; beside it what it would have been with the base as reference."""
        batch = self.pack(held_out_pairs(self.recipe.seed, 50))
        stacked = self.policy.logps(batch)
        with self.policy.switched_off():
            off = self.policy.logps(batch)
        base = load_base(frozen_base(self.folder))
        wrong = (start.logps(batch) - base.logps(batch)) * self.hyper["beta"]
        margins = wrong[:, 0] - wrong[:, 1]
        return [
            gates.detail("parameters_stage", sum(parameter.numel() for parameter in self.adapter.trainable)),
            *(gates.detail(f"{name}_gap", gap(stacked, policy.logps(batch))) for name, policy in equal.items()),
            gates.detail("off_gap", gap(off, first.logps(batch))),
            *(gates.detail(f"loss_zero_{name}", loss) for name, loss in self.zero.items()),
            gates.detail("loss_zero_base", float(torch.nn.functional.softplus(-margins).mean())),
            gates.detail("learnt_zero_base", float((margins > 0).float().mean())),
            gates.detail("log_2", math.log(2)),
        ]


def gap(first: Tensor, second: Tensor) -> float:
    return float((first - second).abs().max())


def _name(folder: Path, name: str, **more: bool) -> None:
    (folder / stages.NAME).write_text(json.dumps({"name": name, **more}) + "\n", encoding="utf-8")


def _own(stage: Path) -> bool:
    """Whether the run trained this stage itself, before the one on top."""
    try:
        return bool(json.loads((stage / stages.NAME).read_text(encoding="utf-8")).get("own"))
    except (OSError, ValueError, AttributeError):
        return False
