"""Seven short runs of one recipe, abreast: a healthy one and six with a fault each. What the faults are stands in
`engine.loops.sabotage`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.evaluate.intervals import Estimate
from engine.evaluate.signatures import OUTSIDE, read_off
from engine.loops import sabotage
from engine.loops.adapter import Adapter, order, run_policy
from engine.loops.arms import Arms
from engine.loops.sabotage import CASES, Plan, Rows, fresh_pairs, hidden, plan
from engine.losses.preference import rpo_loss
from engine.losses.sft import sft_loss
from engine.models.logprobs import Batch, completion_logps, pack
from engine.runs.recipe import Recipe
from engine.world.preferences import held_out_prompts
from engine.world.rule import grade
from engine.world.small_talk import chatty_demonstrations

DEMONSTRATIONS, ROWS_OF_A_STEP, IMITATION_EPOCHS = 400, 32, 3
PROMPTS = 60


class Case:
    """Demonstrations are imitated first, then preferences learnt by DPO with the likelihood of the chosen answer added
    (RPO), so that the reference is the model as the demonstrations left it. What a `Plan` says is done, faults too."""

    def __init__(self, folder: Path, recipe: Recipe, how: Plan) -> None:
        hyper = recipe.hyper
        self.folder, self.recipe, self.how = folder, recipe, how
        self.policy = run_policy(folder, recipe)
        size = self.items_per_step = hyper["per_device_train_batch_size"]
        demonstrations = chatty_demonstrations(recipe.seed, DEMONSTRATIONS)
        self.imitated = [
            self.policy.pack([row["prompt"] for row in rows], [[row["completion"]] for row in rows])
            for rows in groups(demonstrations, ROWS_OF_A_STEP)
        ]
        self.train = [self.pack(rows) for rows in groups(how.train, size)]
        self.held_out, self.fresh = self.pack(how.held_out), self.pack(fresh_pairs(recipe.seed))
        self.imitation_steps = IMITATION_EPOCHS * len(self.imitated)
        # As many steps as the healthy pairs need: a case with more sees each less often, and takes no longer.
        self.total_steps = self.imitation_steps + hyper["num_train_epochs"] * -(-sabotage.PAIRS // size)
        self.next_step = 0
        self.adapter = Adapter(self.policy, recipe, self.total_steps)
        self.theta = self.adapter.optimizer.theta
        self.start = torch.zeros_like(self.theta)
        self.known: dict[int, Tensor] = {}

    def pack(self, rows: Rows) -> Batch:
        return self.policy.pack([row["prompt"] for row in rows], [[row["chosen"], row["rejected"]] for row in rows])

    # -- what the faults touch

    @property
    def reference(self) -> Tensor:
        """The trained numbers of the reference: those of the start, or, unfrozen, the very ones that train."""
        return self.start if self.how.reference_frozen else self.theta

    def scored(self, batch: Batch) -> Tensor:
        """(N, M): the tokens of the completions that count, EOS among them or not."""
        mask = batch.owners >= 0
        return mask if self.how.end_scored else mask & (batch.targets != self.policy.tokenizer.end)

    # -- steps

    @property
    def phase(self) -> str:
        return "imitate" if self.next_step < self.imitation_steps else "train"

    def step(self) -> dict[str, float]:
        if self.phase == "imitate":
            loss, metrics = self.imitate(self.imitated[self.turn(self.next_step, len(self.imitated))])
        else:
            number = self.next_step - self.imitation_steps
            loss, metrics = self.prefer(self.train[self.turn(number, len(self.train))])
        logged = {name: value.item() for name, value in metrics.items()} | self.adapter.update(loss, self.next_step)
        self.next_step += 1
        if self.next_step == self.imitation_steps:
            self.start.copy_(self.theta)
        every = self.recipe.hyper["sample_steps"]
        if self.phase == "train" and (self.next_step % every == 0 or self.next_step == self.total_steps):
            logged |= self.measured()
        return logged

    def turn(self, step: int, count: int) -> int:
        epoch, place = divmod(step, count)
        return order(self.recipe.seed, epoch, count)[place]

    def imitate(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        loss, metrics = sft_loss(self.policy.token_logps(batch), self.scored(batch))
        return loss, {"imitation_loss": metrics["loss"]}

    def prefer(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        with torch.no_grad():
            ref_chosen, ref_rejected = self.reference_logps(batch).unbind(1)
        chosen, rejected = self.logps(batch).unbind(1)
        lengths = ((batch.owners == 0) & self.scored(batch)).sum(1)
        beta, alpha = self.how.beta, self.recipe.hyper["rpo_alpha"]
        return rpo_loss(chosen, rejected, ref_chosen, ref_rejected, lengths, beta, alpha)

    def logps(self, batch: Batch) -> Tensor:
        """(N, K): log π(y|x) over the tokens that count."""
        return completion_logps(self.policy.token_logps(batch) * self.scored(batch), batch)

    @contextmanager
    def as_of(self, theta: Tensor) -> Iterator[None]:
        """The policy with other trained numbers."""
        now = self.theta.clone()
        self.theta.copy_(theta)
        try:
            yield
        finally:
            self.theta.copy_(now)

    # -- instruments

    @torch.no_grad()
    def measured(self) -> dict[str, float]:
        """What the run says of itself, its faults included: its own held-out pairs, fresh ones, and its answers."""
        margins = self.margins(self.held_out)
        return {
            "eval_rewards/accuracies": (margins > 0).float().mean().item(),
            "eval_rewards/margins": margins.mean().item(),
            "fresh_rewards/accuracies": (self.margins(self.fresh) > 0).float().mean().item(),
            **self.answered(self.reference),
        }

    def margins(self, batch: Batch) -> Tensor:
        """(N,): β times how much more the policy raised the chosen answer than the rejected one."""
        raised = self.logps(batch) - self.reference_logps(batch)
        return self.how.beta * (raised[:, 0] - raised[:, 1])

    def reference_logps(self, batch: Batch) -> Tensor:
        """(N, K): what the reference says; of a frozen one that is worked out once."""
        if self.how.reference_frozen and id(batch) in self.known:
            return self.known[id(batch)]
        with self.as_of(self.reference):
            self.known[id(batch)] = found = self.logps(batch)
        return found

    @torch.no_grad()
    def answered(self, reference: Tensor) -> dict[str, float]:
        """Of one answer to each of the held-out prompts: right ones, length, those cut off, and the KL in nats."""
        prompts = [prompt.text for prompt in held_out_prompts(self.recipe.seed, PROMPTS)]
        tokenizer = self.policy.tokenizer
        ids = self.policy.rollout(prompts, generator=torch.Generator().manual_seed(watch.SEED)).ids
        batch = pack([tokenizer.prompt(text) for text in prompts], [[answer] for answer in ids], pad=tokenizer.pad)
        log_pi = self.policy.scored_logits(batch).log_softmax(-1)
        with self.as_of(reference):
            log_ref = self.policy.scored_logits(batch).log_softmax(-1)
        kl = (log_pi.exp() * (log_pi - log_ref)).sum(-1) * (batch.owners >= 0)
        right = [grade(text, tokenizer.decode(answer)).right for text, answer in zip(prompts, ids, strict=True)]
        return {
            "eval_correct": sum(right) / PROMPTS,
            "completions/mean_length": sum(map(len, ids)) / PROMPTS,
            "completions/clipped_ratio": sum(answer[-1] != tokenizer.end for answer in ids) / PROMPTS,
            "objective/kl": kl.sum(1).mean().item(),
        }

    def readings(self) -> dict[str, float]:
        """What is measured at the end, and the distance from the start by an instrument that no fault touches."""
        return self.measured() | {OUTSIDE: self.answered(self.start)["objective/kl"]}

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return {**self.adapter.state(), "start": self.start.clone()}, {"next_step": self.next_step}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.adapter.load(tensors)
        self.start.copy_(tensors["start"])
        self.known.clear()
        self.next_step = state["next_step"]

    def save_model(self, folder: Path) -> None:
        self.adapter.save(folder)


def groups(rows: Rows, size: int) -> list[Rows]:
    """Batches of rows of like length."""
    ranked = sorted(rows, key=lambda row: sum(map(len, row.values())))
    return [ranked[start : start + size] for start in range(0, len(ranked), size)]


class Sabotage(Arms):
    """The healthy run and the cases A to F, each with one of the six faults, in an order drawn from the seed."""

    arms = {name: ("rpo", {}) for name in ("healthy", *CASES)}
    shown = frozenset({
        "loss", "rewards/margins", "rewards/accuracies", "logps/chosen", "logps/rejected", "objective/kl",
        "eval_rewards/accuracies", "eval_rewards/margins", "fresh_rewards/accuracies", "eval_correct",
        "completions/mean_length", "completions/clipped_ratio", "imitation_loss",
    })  # fmt: skip
    watched = "healthy"

    def make(self, name: str) -> Case:
        recipe = Recipe.make("rpo", {**self.recipe.hyper, "model": self.recipe.model, "seed": self.recipe.seed})
        case = None if name == "healthy" else name
        return Case(self.folder, recipe, plan(recipe.seed, case, recipe.hyper["beta"]))

    def samples(self) -> dict[str, Any]:
        """The healthy run's, and beside them the answers of every case."""
        cases = {name: self.loops[name].samples()["samples"] for name in CASES}
        return {**super().samples(), "cases": cases}

    def finish(self) -> dict[str, Any]:
        """How many of the six can be told from their curves: the signature of their own fault, and of no other."""
        readings = {name: loop.readings() for name, loop in self.loops.items()}
        faults = hidden(self.recipe.seed)
        told = sum(read_off(readings[name], readings["healthy"]) == {faults[name]} for name in CASES)
        details = [gates.detail(f"kl_outside_{name}", found[OUTSIDE]) for name, found in readings.items()]
        enough = told > gates.THRESHOLDS["signatures"]
        gate = gates.gate("signatures", self.recipe, Estimate(told, told, told), enough, details)
        return {**gate, "low": None, "high": None}  # counted, not estimated
