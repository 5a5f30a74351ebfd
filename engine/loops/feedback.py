"""RLAIF: an AI judge labels what the policy writes, and the policy learns from its labels (Lee et al. 2023,
arXiv:2309.00267). Three phases: the policy writes pairs, the judge compares them, DPO learns from the soft labels."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import agreement, gates, watch
from engine.judges import principles
from engine.judges.pairwise import Pair, PairwiseJudge, decided, voted
from engine.judges.principles import Row, grouped, oriented, packed
from engine.loops.adapter import Adapter, order, rows, run_policy
from engine.loops.direct import sides
from engine.loops.writing import PAIRS_A_STEP, written_pairs
from engine.losses.preference import soft_dpo_loss
from engine.models.logprobs import Batch
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for


class Feedback:
    """Steps: forty pairs a step written, forty a step judged, then `num_train_epochs` passes over the labels."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe, self.hyper = folder, recipe, recipe.hyper
        self.batch_size = self.hyper["per_device_train_batch_size"]
        self.write_steps = -(-self.hyper["pairs"] // PAIRS_A_STEP)
        self.label_steps = 2 * self.write_steps  # when the last label is given
        self.train_steps: int = self.hyper["num_train_epochs"] * -(-self.hyper["pairs"] // self.batch_size)
        self.total_steps = self.label_steps + self.train_steps
        self.next_step = 0
        self.policy = run_policy(folder, recipe)
        self.adapter = Adapter(self.policy, recipe, self.train_steps)
        self.judge = PairwiseJudge.load()
        self.pairs: list[Pair] = []
        self.rows: list[Row] = []
        self.groups: list[list[Row]] = []
        self.batches: list[Batch] = []
        self.ref_logps: list[Tensor] = []

    # -- where the run stands

    @property
    def phase(self) -> str:
        """The phase that the next step belongs to."""
        if self.next_step < self.write_steps:
            return "write"
        return "judge" if self.next_step < self.label_steps else "train"

    @property
    def items_per_step(self) -> int:
        return self.batch_size if self.phase == "train" else PAIRS_A_STEP

    def step(self) -> dict[str, float]:
        logged = {"write": self.write, "judge": self.label, "train": self.learn}[self.phase]()
        self.next_step += 1
        return logged

    # -- writing and judging

    def write(self) -> dict[str, float]:
        """Two answers to training prompts, where they differ."""
        count = min(PAIRS_A_STEP, self.hyper["pairs"] - len(self.pairs))
        self.pairs += written_pairs(self.policy, count, self.recipe.seed, self.next_step)
        return {"judge/pairs": float(len(self.pairs))}

    def label(self) -> dict[str, float]:
        """The judge's labels of the next forty pairs, and how it has judged so far. Both orders are always asked, so
        that its position bias can be seen; which of them make the label is the recipe's choice."""
        start = len(self.rows)
        pairs = self.pairs[start : start + PAIRS_A_STEP]
        if pairs:
            chances = self.judge.in_each_order(pairs)
            labels = self.labels(chances).tolist()
            for pair, label, one, other in zip(pairs, labels, *chances.tolist(), strict=True):
                # the chance that the answer shown first is called the better one, in each of the two orders
                self.rows.append({**oriented(pair, label), "first_place": [one, 1 - other]})
        shown = [chance > 0.5 for row in self.rows for chance in row["first_place"]]
        pairs_judged = max(1, len(self.rows))
        return {
            "judge/first_place_rate": sum(shown) / (2 * pairs_judged),
            "judge/consistent": sum(a != b for a, b in zip(shown[::2], shown[1::2], strict=True)) / pairs_judged,
            "judge/agreement_with_rule": principles.agreement(self.rows),
            "judge/confidence": principles.confidence(self.rows),
        }

    def labels(self, chances: Tensor) -> Tensor:
        """(N,): the labels that the recipe makes of the judge's answers in each order (2, N)."""
        asked = chances[:1] if self.hyper["judge_orders"] == "first" else chances
        if self.hyper["votes"]:
            generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, f"votes:{self.next_step}"))
            preference = voted(asked, self.hyper["votes"], generator)
        else:
            preference = asked.mean(0)
        return preference if self.hyper["soft_labels"] else decided(preference)

    # -- learning

    def learn(self) -> dict[str, float]:
        """One update. A policy that never wrote two different answers is left as it is."""
        place = self.next_step - self.label_steps
        if not self.batches:
            self.prepare()
        if not self.batches:
            return {"loss": 0.0}
        epoch, number = divmod(place, len(self.batches))
        chosen = order(self.recipe.seed, epoch, len(self.batches))[number]
        probability = torch.tensor([row["probability"] for row in self.groups[chosen]])
        logps, ref_logps = sides(self.policy.logps(self.batches[chosen])), sides(self.ref_logps[chosen])
        loss, metrics = soft_dpo_loss(*logps, *ref_logps, self.hyper["beta"], probability)
        logged = {name: value.item() for name, value in metrics.items()} | self.adapter.update(loss, place)
        done = self.next_step + 1
        if done % self.hyper["sample_steps"] == 0 or done == self.total_steps:
            logged["objective/kl"] = watch.kl_to_reference(self.policy)
        return logged

    def prepare(self) -> None:
        """The batches of labelled pairs, and what the reference thinks of them."""
        self.groups = grouped(self.rows, self.batch_size)
        self.batches = [packed(self.policy, group) for group in self.groups]
        with torch.no_grad(), self.policy.switched_off():
            self.ref_logps = [self.policy.logps(batch) for batch in self.batches]

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        pairs = [list(pair) for pair in self.pairs]
        return self.adapter.state(), {"next_step": self.next_step, "pairs": pairs, "rows": self.rows}

    def load(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        self.adapter.load(tensors)
        self.next_step, self.rows = state["next_step"], state["rows"]
        self.pairs = [(prompt, first, second) for prompt, first, second in state["pairs"]]
        self.groups, self.batches, self.ref_logps = [], [], []

    def save_model(self, folder: Path) -> None:
        self.policy.save_stage(self.adapter.config, folder)

    def finish(self) -> dict[str, Any]:
        kept = self.folder / "data" / "labels.jsonl"
        own = rows(self.folder, "labels") if kept.exists() else []
        of_the_judge = [
            *agreement.exam(self.judge, own, self.recipe.seed),
            gates.detail("label_pairs", len(self.rows)),
            gates.detail("label_agreement", principles.agreement(self.rows)),
        ]
        return gates.feedback_win_rate(self.policy, self.recipe, of_the_judge)
