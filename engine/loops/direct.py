"""Training a policy straight from preferences: the direct methods, one class each, on a LoRA stage."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.loops.offline import Offline, Rows
from engine.losses.preference import (
    dpo_loss,
    ipo_loss,
    kto_loss,
    kto_reference_point,
    robust_dpo_loss,
    rpo_loss,
)
from engine.losses.reference_free import orpo_loss, simpo_loss
from engine.models.logprobs import Batch
from engine.runs.recipe import Recipe
from engine.world.preferences import unpaired

Loss = tuple[Tensor, dict[str, Tensor]]
HELD_OUT = ("loss", "rewards/accuracies", "rewards/margins")


def sides(scores: Tensor) -> tuple[Tensor, Tensor]:
    """(N, 2) as those of the chosen and of the rejected completions, (N,) each."""
    chosen, rejected = scores.unbind(1)
    return chosen, rejected


class Direct(Offline):
    """What the methods share: held-out metrics, the KL walked so far, and the win rate that decides."""

    def loss(self, number: int) -> Loss:
        return self.preference(self.train[number])

    def preference(self, batch: Batch) -> Loss:
        """Loss and metrics of a batch."""
        raise NotImplementedError

    def held_out_loss(self, number: int) -> Loss:
        return self.preference(self.held_out[number])

    def held_out_metrics(self) -> dict[str, float]:
        totals: dict[str, float] = {}
        for number, batch in enumerate(self.held_out):
            _, metrics = self.held_out_loss(number)
            for name in HELD_OUT:
                if name in metrics:
                    totals[f"eval_{name}"] = totals.get(f"eval_{name}", 0.0) + metrics[name].item() * len(batch)
        count = sum(len(batch) for batch in self.held_out)
        return {name: total / count for name, total in totals.items()} | {
            "objective/kl": watch.kl_to_reference(self.policy)
        }

    def finish(self) -> dict[str, Any]:
        return gates.win_rate(self.policy, self.recipe)

    def mean_logps(self, batch: Batch) -> Tensor:
        """(N, K): log π(y|x) per token of the completion, EOS included."""
        return self.policy.logps(batch) / batch.lengths


class Referenced(Direct):
    """Methods with a reference: the same model with the new stage switched off, scored once before training."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        super().__init__(folder, recipe)
        with torch.no_grad(), self.policy.switched_off():
            self.ref_logps = [self.policy.logps(batch) for batch in self.train]
            self.held_out_ref_logps = [self.policy.logps(batch) for batch in self.held_out]

    def loss(self, number: int) -> Loss:
        return self.against_reference(self.train[number], self.ref_logps[number], self.train_rows[number])

    def held_out_loss(self, number: int) -> Loss:
        return self.against_reference(
            self.held_out[number], self.held_out_ref_logps[number], self.held_out_rows[number]
        )

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        """Loss and metrics of a batch made of `rows`, whose completions the reference gives `ref_logps` (N, K)."""
        raise NotImplementedError


class DirectPreference(Referenced):
    """DPO; conservative DPO with `label_smoothing`."""

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        hyper = self.recipe.hyper
        return dpo_loss(*sides(self.policy.logps(batch)), *sides(ref_logps), hyper["beta"], hyper["label_smoothing"])


class RobustPreference(Referenced):
    """Robust DPO: unbiased when a share `label_smoothing` of the labels is flipped."""

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        hyper = self.recipe.hyper
        return robust_dpo_loss(
            *sides(self.policy.logps(batch)), *sides(ref_logps), hyper["beta"], hyper["label_smoothing"]
        )


class IdentityPreference(Referenced):
    """IPO, on sums as in the paper, or per token (`length_normalized`) as TRL has it."""

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        logps = self.policy.logps(batch)
        if self.recipe.hyper["length_normalized"]:
            logps, ref_logps = logps / batch.lengths, ref_logps / batch.lengths
        return ipo_loss(*sides(logps), *sides(ref_logps), self.recipe.hyper["tau"])


class RegularizedPreference(Referenced):
    """RPO: DPO with the likelihood of the chosen answer added."""

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        hyper = self.recipe.hyper
        logps, lengths = self.policy.logps(batch), batch.lengths[:, 0]
        return rpo_loss(*sides(logps), *sides(ref_logps), lengths, hyper["beta"], hyper["rpo_alpha"])


class KahnemanTversky(Referenced):
    """KTO: single answers with a label. Each prompt also carries the next row's answer, for the reference point."""

    def grouped(self, data: Rows) -> list[list[dict[str, Any]]]:
        """Batches of at least two rows, each row with the answer of the next one, the last with that of the first.
        Of a pair both sides are rows."""
        groups = super().grouped(unpaired(data, self.recipe.seed) if "chosen" in data[0] else data)
        if len(groups) > 1 and len(groups[-1]) == 1:
            groups[-2] += groups.pop()
        return [
            [
                {**row, "mismatched": following["completion"]}
                for row, following in zip(group, [*group[1:], group[0]], strict=True)
            ]
            for group in groups
        ]

    def completions(self, row: dict[str, Any]) -> list[str]:
        return [row["completion"], *([row["mismatched"]] if "mismatched" in row else [])]

    def against_reference(self, batch: Batch, ref_logps: Tensor, rows: Rows) -> Loss:
        hyper = self.recipe.hyper
        log_ratios, mismatched = (self.policy.logps(batch) - ref_logps).unbind(1)
        desirable = torch.tensor([row["label"] for row in rows])
        z0 = kto_reference_point(mismatched)
        weights = hyper["desirable_weight"], hyper["undesirable_weight"]
        return kto_loss(log_ratios, desirable, z0, hyper["beta"], *weights)


class OddsRatio(Direct):
    """ORPO: SFT and preference in one loss, without a reference."""

    def preference(self, batch: Batch) -> Loss:
        return orpo_loss(*sides(self.mean_logps(batch)), self.recipe.hyper["lam"])


class SimplePreference(Direct):
    """SimPO: the policy's own likelihood per token as reward, without a reference."""

    def preference(self, batch: Batch) -> Loss:
        hyper = self.recipe.hyper
        return simpo_loss(*sides(self.mean_logps(batch)), hyper["beta"], hyper["gamma"])
