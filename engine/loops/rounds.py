"""Rounds of writing and learning: the policy answers, a judge or a demonstration chooses, and the same stage learns.

Iterative DPO, SPIN and rejection sampling differ in what a round's rows are and in the loss they are learnt with. The
reference of a round is the policy that wrote it: its log-probabilities are taken before the round is learnt, so that
no second model is kept.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.judges.judge import Judge, judge_of
from engine.loops.adapter import Adapter, order, run_policy
from engine.losses.preference import dpo_loss
from engine.losses.sft import sft_loss
from engine.models.logprobs import Batch
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for
from engine.world.documents import completion
from engine.world.preferences import held_out_prompts, training_prompts
from engine.world.prompts import Prompt
from engine.world.rule import grade

PROMPTS_A_STEP = 40
Row = dict[str, Any]


class Rounds(ABC):
    """The frame. Steps of a round: writing (forty prompts a step), then learning."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe, self.hyper = folder, recipe, recipe.hyper
        self.policy = run_policy(folder, recipe)
        self.judge: Judge = judge_of(folder, recipe)
        self.judge_steps = self.judge.total_steps
        self.items_per_step = recipe.hyper["per_device_train_batch_size"]
        self.write_steps = -(-recipe.hyper["prompts"] // PROMPTS_A_STEP)
        batches = -(-recipe.hyper["prompts"] // self.items_per_step)
        self.train_steps: int = recipe.hyper["num_train_epochs"] * batches
        self.round_steps: int = self.write_steps + self.train_steps
        self.total_steps = self.judge_steps + recipe.hyper["rounds"] * self.round_steps
        self.next_step = 0
        self.adapter = Adapter(self.policy, recipe, self.train_steps)
        self.rows: list[Row] = []
        self.batches: list[Batch] = []
        self.ref_logps: list[Tensor] = []
        self.history: list[dict[str, float]] = []

    # -- what a method decides

    @abstractmethod
    def choose(self, prompts: Sequence[Prompt], answers: Sequence[Sequence[str]]) -> list[Row]:
        """The rows that these prompts and their answers (N, K) give; a prompt may give none."""

    @abstractmethod
    def loss(self, batch: Batch, ref_logps: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Loss and metrics of a batch of rows, whose completions the writer gave `ref_logps` (N, K)."""

    def completions(self, row: Row) -> list[str]:
        return [row["chosen"], row["rejected"]]

    # -- a step

    def where(self) -> tuple[int, int]:
        """The round that the next step belongs to, from 0, and the step's place in it."""
        return divmod(self.next_step - self.judge_steps, self.round_steps)

    @property
    def phase(self) -> str:
        if self.next_step < self.judge_steps:
            return "reward"
        if self.next_step >= self.total_steps:
            return "train"
        return "write" if self.where()[1] < self.write_steps else "train"

    def step(self) -> dict[str, float]:
        if self.next_step < self.judge_steps:
            logged = {f"judge/{name}": value for name, value in self.judge.step().items() if "accuracy" in name}
            self.next_step += 1
            return logged
        number, place = self.where()
        logged = self.write(number, place) if place < self.write_steps else self.learn(place - self.write_steps)
        self.next_step += 1
        if self.where()[1] == 0:
            logged |= self.measured(number + 1)
        return logged

    def write(self, number: int, place: int) -> dict[str, float]:
        """Answers to the next forty prompts of a round, and the rows they give."""
        if place == 0:
            self.rows = []
        asked = training_prompts(seed_for(self.recipe.seed, f"round:{number}"), self.hyper["prompts"])
        asked = asked[place * PROMPTS_A_STEP : (place + 1) * PROMPTS_A_STEP]
        size = self.hyper["num_generations"]
        generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, f"write:{self.next_step}"))
        written = self.policy.answer([prompt.text for prompt in asked for _ in range(size)], generator=generator)
        answers = [written[start : start + size] for start in range(0, len(written), size)]
        with torch.no_grad():
            rows = self.choose(asked, answers)
        self.rows += rows
        right = [grade(prompt.text, text).right for prompt, row in zip(asked, answers, strict=True) for text in row]
        return {"correct/written": sum(right) / len(right)}

    def learn(self, place: int) -> dict[str, float]:
        """One update on this round's rows. A round that gave none leaves the policy as it is."""
        if place == 0 or not self.batches:
            self.prepare()
        if not self.batches:
            return {"loss": 0.0}
        epoch, number = divmod(place, len(self.batches))
        chosen = order(self.recipe.seed, epoch, len(self.batches))[number]
        loss, metrics = self.loss(self.batches[chosen], self.ref_logps[chosen])
        return {name: value.item() for name, value in metrics.items()} | self.adapter.update(loss, place)

    def prepare(self) -> None:
        """This round's batches, and what their writer thinks of them: the reference of the round."""
        self.pack()
        with torch.no_grad():
            self.ref_logps = [self.policy.logps(batch) for batch in self.batches]

    def pack(self) -> None:
        ranked = sorted(self.rows, key=lambda row: len(row["prompt"]) + sum(map(len, self.completions(row))))
        groups = [ranked[start : start + self.items_per_step] for start in range(0, len(ranked), self.items_per_step)]
        self.batches = [
            self.policy.pack([row["prompt"] for row in group], [self.completions(row) for row in group])
            for group in groups
        ]

    def measured(self, rounds: int) -> dict[str, float]:
        """What a round brought, on held-out prompts."""
        prompts = held_out_prompts(self.recipe.seed, 50)
        right = gates.right_share(gates.scores(self.policy, prompts, 1))
        found = {
            "eval_correct": sum(right) / len(right),
            "objective/kl": watch.kl_to_reference(self.policy),
            "round/rows": float(len(self.rows)),
        }
        self.history.append(found)
        return found

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors = {f"policy/{name}": value for name, value in self.adapter.state().items()}
        judge_tensors, judge_state = self.judge.state()
        tensors |= {f"judge/{name}": value for name, value in judge_tensors.items()}
        tensors |= {f"reference/{number}": value for number, value in enumerate(self.ref_logps)}
        state = {"next_step": self.next_step, "rows": self.rows, "judge": judge_state, "history": self.history}
        return tensors, state

    def load(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        def under(prefix: str) -> dict[str, Tensor]:
            return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

        self.next_step, self.rows, self.history = state["next_step"], state["rows"], state["history"]
        self.adapter.load(under("policy/"))
        self.judge.load(under("judge/"), state["judge"])
        reference = under("reference/")
        self.ref_logps = [reference[str(number)] for number in range(len(reference))]
        if self.ref_logps:
            self.pack()
            self.batches = self.batches if len(self.batches) == len(self.ref_logps) else []

    def save_model(self, folder: Path) -> None:
        self.policy.save_stage(self.adapter.config, folder)

    def finish(self) -> dict[str, Any]:
        return gates.win_rate(self.policy, self.recipe)


class IterativeDPO(Rounds):
    """Fresh pairs each round: the best and the worst of K answers by the judge; the writer is the reference.

    Xiong et al. 2023 (arXiv:2312.11456); Pang et al. 2024 (arXiv:2404.19733) section 2.
    """

    def choose(self, prompts: Sequence[Prompt], answers: Sequence[Sequence[str]]) -> list[Row]:
        texts = [prompt.text for prompt in prompts]
        scores = self.judge.scores(self.policy.pack(texts, answers), texts, answers)
        best, worst = scores.argmax(1).tolist(), scores.argmin(1).tolist()
        spread = (scores.amax(1) - scores.amin(1)).tolist()
        return [
            {"prompt": text, "chosen": options[high], "rejected": options[low]}
            for text, options, high, low, gap in zip(texts, answers, best, worst, spread, strict=True)
            if gap > 1e-6 and options[high] != options[low]
        ]

    def loss(self, batch: Batch, ref_logps: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        chosen, rejected = self.policy.logps(batch).unbind(1)
        ref_chosen, ref_rejected = ref_logps.unbind(1)
        return dpo_loss(chosen, rejected, ref_chosen, ref_rejected, self.hyper["beta"])


class SPIN(IterativeDPO):
    """Self-play: the demonstration is chosen, the policy's own answer rejected (Chen et al. 2024, arXiv:2401.01335).

    It stops by itself where the policy writes what is demonstrated: a prompt whose answer is the demonstration gives
    no row.
    """

    def choose(self, prompts: Sequence[Prompt], answers: Sequence[Sequence[str]]) -> list[Row]:
        rows = []
        for prompt, options in zip(prompts, answers, strict=True):
            if prompt.sentence is None:
                continue
            shown = completion(prompt, prompt.sentence.right_group)
            rows += [
                {"prompt": prompt.text, "chosen": shown, "rejected": own}
                for own in dict.fromkeys(options)
                if own != shown
            ]
        return rows


class RejectionSampling(Rounds):
    """The best of K answers by the judge, imitated (Touvron et al. 2023, arXiv:2307.09288, section 3.2.3; as a loop
    RAFT, Dong et al. 2023, arXiv:2304.06767)."""

    def choose(self, prompts: Sequence[Prompt], answers: Sequence[Sequence[str]]) -> list[Row]:
        texts = [prompt.text for prompt in prompts]
        best = self.judge.scores(self.policy.pack(texts, answers), texts, answers).argmax(1).tolist()
        return [
            {"prompt": text, "completion": options[number]}
            for text, options, number in zip(texts, answers, best, strict=True)
        ]

    def completions(self, row: Row) -> list[str]:
        return [row["completion"]]

    def loss(self, batch: Batch, ref_logps: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        return sft_loss(self.policy.token_logps(batch), batch.owners >= 0)
