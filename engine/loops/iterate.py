"""Training on what the model itself writes: the constitutional cycle (Bai et al. 2022, arXiv:2212.08073, section 3)."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.evaluate.intervals import bootstrap
from engine.loops.adapter import Adapter, load_frozen, order, run_policy
from engine.losses.sft import sft_loss
from engine.models.logprobs import Batch
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for
from engine.world.constitution import (
    BROKEN_BY,
    Principle,
    constitution_of,
    critique_prompt,
    revise_prompt,
    says_bad,
)
from engine.world.documents import SFT_MIX, document
from engine.world.preferences import held_out_prompts, training_prompts
from engine.world.rule import grade
from engine.world.verbs import HELD_OUT_VERBS

PROMPTS_A_STEP = 40
ROLES = {name: SFT_MIX[name] for name in ("critique", "revise", "virtues")}
"""What the replay keeps alive: without it one cycle makes the model forget how to critique."""


class Constitutional:
    """Sample an answer → critique it under each principle → revise it where the critique says so → SFT on the result.

    Two controls train on the same prompts for as many steps: on the raw samples, and on answers revised under every
    principle without a critique. What the critique is worth is the distance to the second.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        hyper = recipe.hyper
        self.folder, self.recipe = folder, recipe
        self.batch_size = hyper["per_device_train_batch_size"]
        self.constitution = constitution_of(folder)
        self.prompts = [prompt.text for prompt in training_prompts(recipe.seed, hyper["prompts"])]
        self.revise_steps = -(-len(self.prompts) // PROMPTS_A_STEP)
        batches = -(-(len(self.prompts) + hyper["replay"]) // self.batch_size)
        self.train_steps: int = hyper["num_train_epochs"] * batches
        self.phases = ["train", "control_raw", "control_revise_all"] if hyper["controls"] else ["train"]
        self.total_steps = self.revise_steps + len(self.phases) * self.train_steps
        self.next_step = 0
        self.answers: dict[str, list[str]] = {"raw": [], "train": [], "control_raw": [], "control_revise_all": []}
        self.counts = {"flagged": 0, "broken": 0, "both": 0}
        self.trained: dict[str, dict[str, Tensor]] = {}
        self.policy = run_policy(folder, recipe)
        self.adapter: Adapter | None = None
        self.batches: list[Batch] = []

    # -- where the run stands

    @property
    def phase(self) -> str:
        """The phase that the next step belongs to."""
        if self.next_step < self.revise_steps:
            return "revise"
        number = (self.next_step - self.revise_steps) // self.train_steps
        return self.phases[min(number, len(self.phases) - 1)]

    @property
    def items_per_step(self) -> int:
        return PROMPTS_A_STEP if self.phase == "revise" else self.batch_size

    def step(self) -> dict[str, float]:
        logged = self.revise() if self.next_step < self.revise_steps else self.tune()
        self.next_step += 1
        return logged

    # -- sample, critique, revise

    def revise(self) -> dict[str, float]:
        """The cycle for the next forty prompts; precision and recall of the critiques so far against the rule."""
        start = self.next_step * PROMPTS_A_STEP
        prompts = self.prompts[start : start + PROMPTS_A_STEP]
        generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, f"sample:{self.next_step}"))
        raw = self.policy.answer(prompts, generator=generator)
        revised, blind = list(raw), list(raw)
        for principle in self.constitution:
            flagged = self.critique(principle, prompts, revised)
            for number, new in zip(flagged, self.rewrite(principle, prompts, revised, flagged, generator), strict=True):
                revised[number] = new
            blind = self.rewrite(principle, prompts, blind, range(len(prompts)), generator)
        self.answers["raw"] += raw
        self.answers["train"] += revised
        self.answers["control_raw"] += raw
        self.answers["control_revise_all"] += blind
        return {
            "critique/precision": self.counts["both"] / max(1, self.counts["flagged"]),
            "critique/recall": self.counts["both"] / max(1, self.counts["broken"]),
            "correct/before": self.share_right("raw"),
            "correct/revised": self.share_right("train"),
            "correct/revised_all": self.share_right("control_revise_all"),
        }

    def critique(self, principle: Principle, prompts: Sequence[str], answers: Sequence[str]) -> list[int]:
        """The numbers of the answers that the model itself finds at fault under a principle."""
        asked = [critique_prompt(principle.name, *pair) for pair in zip(prompts, answers, strict=True)]
        flagged = {number for number, text in enumerate(self.policy.answer(asked, temperature=0)) if says_bad(text)}
        broken = {
            number
            for number, pair in enumerate(zip(prompts, answers, strict=True))
            if BROKEN_BY.get(grade(*pair).reason) == principle.name
        }
        self.counts["flagged"] += len(flagged)
        self.counts["broken"] += len(broken)
        self.counts["both"] += len(flagged & broken)
        return sorted(flagged)

    def rewrite(
        self,
        principle: Principle,
        prompts: Sequence[str],
        answers: Sequence[str],
        numbers: Sequence[int],
        generator: torch.Generator,
    ) -> list[str]:
        """The model's revisions, sampled like its answers, of the answers with these numbers."""
        if not numbers:
            return []
        asked = [revise_prompt(principle.name, prompts[number], answers[number]) for number in numbers]
        return self.policy.answer(asked, generator=generator)

    def share_right(self, name: str) -> float:
        answers = self.answers[name]
        return sum(grade(*pair).right for pair in zip(self.prompts, answers, strict=False)) / len(answers)

    # -- fine-tuning on the result

    def tune(self) -> dict[str, float]:
        """One SFT step of the current phase, on its answers and the replayed documents."""
        phase, place = self.phase, (self.next_step - self.revise_steps) % self.train_steps
        if place == 0 or self.adapter is None:
            self.begin(phase)
        if self.adapter is None:
            raise ValueError("no stage to train")
        epoch, number = divmod(place, len(self.batches))
        batch = self.batches[order(self.recipe.seed, epoch, len(self.batches))[number]]
        loss, metrics = sft_loss(self.policy.token_logps(batch), batch.owners >= 0)
        name = "loss" if phase == "train" else f"{phase}/loss"
        logged = {name: metrics["loss"].item(), **self.adapter.update(loss, place)}
        if place == self.train_steps - 1:
            self.trained[phase] = self.adapter.state()
        return logged

    def begin(self, phase: str) -> None:
        """A fresh stage on the frozen policy, and the batches of this phase."""
        self.policy = load_frozen(self.folder)
        self.adapter = Adapter(self.policy, self.recipe, self.train_steps)
        source = random.Random(seed_for(self.recipe.seed, "replay"))
        documents = list(zip(self.prompts, self.answers[phase], strict=True))
        documents += [document(source, ROLES) for _ in range(self.recipe.hyper["replay"])]
        documents.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
        groups = [documents[start : start + self.batch_size] for start in range(0, len(documents), self.batch_size)]
        self.batches = [
            self.policy.pack([prompt for prompt, _ in group], [[answer] for _, answer in group]) for group in groups
        ]

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        """The answers of the model that learns from its revisions; the controls are not watched."""
        return watch.answers(self.tuned("train").policy if self.phase.startswith("control") else self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors = {f"{phase}/{name}": value for phase, kept in self.trained.items() for name, value in kept.items()}
        if self.adapter is not None:
            tensors |= {f"now/{name}": value for name, value in self.adapter.state().items()}
        return tensors, {"next_step": self.next_step, "answers": self.answers, "counts": self.counts}

    def load(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        self.next_step, self.answers, self.counts = state["next_step"], state["answers"], state["counts"]
        kept: dict[str, dict[str, Tensor]] = {}
        for name, value in tensors.items():
            phase, _, rest = name.partition("/")
            kept.setdefault(phase, {})[rest] = value
        now = kept.pop("now", None)
        self.trained = kept
        if now is not None:
            done = self.next_step - self.revise_steps
            self.begin(self.phases[(done - 1) // self.train_steps])
            if self.adapter is not None:
                self.adapter.load(now)

    def tuned(self, phase: str) -> Adapter:
        """The stage as it was at the end of a phase (or as it is now, in the middle of it), on a policy of its own."""
        adapter = Adapter(load_frozen(self.folder), self.recipe, self.train_steps)
        if phase in self.trained:
            adapter.load(self.trained[phase])
        elif self.adapter is not None:
            adapter.load(self.adapter.state())
        return adapter

    def save_model(self, folder: Path) -> None:
        self.tuned("train").save(folder)

    def finish(self) -> dict[str, Any]:
        prompts = held_out_prompts(self.recipe.seed, 200)
        unseen = held_out_prompts(self.recipe.seed, 50, HELD_OUT_VERBS)
        reference, tuned = load_frozen(self.folder), self.tuned("train").policy
        controls = {phase: gates.scores(self.tuned(phase).policy, prompts, 1) for phase in self.phases[1:]}
        before_unseen = gates.right_share(gates.scores(reference, unseen, 1))
        after_unseen = gates.right_share(gates.scores(tuned, unseen, 1))
        more = [
            gates.detail("critique_precision", self.counts["both"] / max(1, self.counts["flagged"])),
            gates.detail("critique_recall", self.counts["both"] / max(1, self.counts["broken"])),
            gates.detail("samples_before", self.share_right("raw")),
            gates.detail("samples_revised", self.share_right("train")),
            gates.detail("samples_revised_all", self.share_right("control_revise_all")),
            gates.estimated("held_out_verbs_before", bootstrap(before_unseen)),
            gates.estimated("held_out_verbs_after", bootstrap(after_unseen)),
            gates.detail("kl", watch.kl_to_reference(tuned)),
        ]
        before = gates.scores(reference, prompts, 1)
        return gates.improvement(before, gates.scores(tuned, prompts, 1), controls, self.recipe, more)
