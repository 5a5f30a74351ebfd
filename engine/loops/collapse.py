"""Generations that learn from what the one before wrote: alone, with some real text, or through a filter."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates
from engine.evaluate.instruments import distinct
from engine.evaluate.intervals import Estimate, bootstrap
from engine.loops.adapter import Adapter, load_frozen, order, run_policy
from engine.loops.arms import Arms
from engine.losses.sft import sft_loss
from engine.models.logprobs import Batch
from engine.models.policy import Policy
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for
from engine.world import prompts
from engine.world.documents import document
from engine.world.rule import SCORES, Grade, grade
from engine.world.sentences import read_frame

DRAWS = 12
"""How often sentences are asked for at most: a tutor may write exercises instead, or nothing that is right."""
MEASURED = 120
"""Sentences that variety is measured on: always as many, because distinct-n falls with the size of a set."""
BEGINNINGS = ("yesterday", "every day", "tomorrow", "by now", "tom", "anna", "my brother", "the teacher")
"""What the watched sentences begin with."""


def is_sentence(text: str) -> bool:
    """Whether a text that was written to an empty prompt is a plain sentence, right or wrong, and no exercise."""
    return ":" not in text


def judged(sentence: str) -> Grade:
    """What the rule says of a plain sentence: it is right where there is nothing to correct."""
    asked = f"correct: {sentence}{prompts.ARROW}"
    return grade(asked, sentence) if prompts.read(asked) else Grade(SCORES["garbled"], "garbled")


def is_right(sentence: str) -> bool:
    return judged(sentence).right


def verb_groups(sentences: Sequence[str]) -> set[tuple[str, ...]]:
    """The different verb groups of those sentences that can be read as one."""
    return {frame.group for frame in map(read_frame, sentences) if frame}


@torch.no_grad()
def sentences(
    policy: Policy, count: int, generator: torch.Generator, *, temperature: float = 1.0
) -> tuple[list[str], int]:
    """Up to `count` plain sentences that a policy writes of its own accord, and how many of them are right."""
    found: list[str] = []
    for _ in range(DRAWS):
        if len(found) < count:
            written = policy.answer([""] * count, temperature=temperature, generator=generator)
            found += filter(is_sentence, written)
    return found[:count], sum(map(is_right, found[:count]))


class SelfTraining:
    """Each generation begins with a fresh stage on the run's model and learns from sentences of the one before it;
    nothing else is handed on (Shumailov et al. 2024, "AI models collapse when trained on recursively generated data").

    A `real_share` of the sentences is drawn afresh from the world instead, as it spoke in pretraining, mistakes
    included. With `filter` only own sentences stay that the rule finds right, one copy of each. Steps of a
    generation: one that writes, then those that learn, as many whatever is left to learn from.
    """

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe, self.hyper = folder, recipe, recipe.hyper
        self.policy = run_policy(folder, recipe)
        self.items_per_step: int = self.hyper["per_device_train_batch_size"]
        self.train_steps: int = self.hyper["num_train_epochs"] * -(-self.hyper["samples"] // self.items_per_step)
        self.generation_steps = 1 + self.train_steps
        self.total_steps: int = self.hyper["generations"] * self.generation_steps
        self.next_step = 0
        self.adapter = Adapter(self.policy, recipe, self.train_steps)
        self.rows: list[str] = []
        self.batches: list[Batch] = []

    @property
    def phase(self) -> str:
        return "train" if self.next_step % self.generation_steps or self.next_step == self.total_steps else "write"

    def step(self) -> dict[str, float]:
        generation, place = divmod(self.next_step, self.generation_steps)
        logged = self.learn(place - 1) if place else self.write(generation)
        if self.next_step == 0 or place == self.train_steps:
            logged |= self.measured()
        self.next_step += 1
        return logged

    # -- a generation

    def write(self, generation: int) -> dict[str, float]:
        """The sentences that this generation is to learn from."""
        real = round(self.hyper["real_share"] * self.hyper["samples"])
        generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, f"write:{generation}"))
        wanted, right, seen = self.hyper["samples"] - real, 0, 0
        own: list[str] = []
        for _ in range(DRAWS):
            if len(own) >= wanted:
                break
            written, good = sentences(self.policy, wanted, generator, temperature=self.hyper["temperature"])
            own += written
            right, seen = right + good, seen + len(written)
            if not self.hyper["filter"]:
                break
            own = list(dict.fromkeys(filter(is_right, own)))
        source = random.Random(seed_for(self.recipe.seed, f"real:{generation}"))
        self.rows = [*own[:wanted], *(document(source, {"plain": 1.0})[1] for _ in range(real))]
        return {"correct/written": right / seen} if seen else {}

    def learn(self, place: int) -> dict[str, float]:
        """One update; the first of a generation puts a fresh stage on the model. Without rows nothing changes."""
        if not self.rows:
            return {"loss": 0.0}
        if place == 0:
            self.policy = load_frozen(self.folder)
            self.adapter = Adapter(self.policy, self.recipe, self.train_steps)
        if place == 0 or not self.batches:
            self.pack()
        epoch, number = divmod(place, len(self.batches))
        batch = self.batches[order(self.recipe.seed, epoch, len(self.batches))[number]]
        loss, metrics = sft_loss(self.policy.token_logps(batch), batch.owners >= 0)
        return {"loss": metrics["loss"].item(), **self.adapter.update(loss, place)}

    def pack(self) -> None:
        ranked = sorted(self.rows, key=len)
        groups = [ranked[start : start + self.items_per_step] for start in range(0, len(ranked), self.items_per_step)]
        self.batches = [self.policy.pack([""] * len(group), [[text] for text in group]) for group in groups]

    # -- what is measured

    @torch.no_grad()
    def measured(self) -> dict[str, float]:
        """Variety, correctness and distance of what the newest generation writes, on the same draws every time."""
        written, right = sentences(self.policy, MEASURED, torch.Generator().manual_seed(1))
        if not written:  # nothing but exercises: nothing to measure
            return {}
        entropy, kl = self.undecided(written)
        return {
            "distinct_1": distinct([written], 1),
            "distinct_2": distinct([written], 2),
            "survivors": float(len(verb_groups(written))),
            "correct/sentences": right / len(written),
            "objective/entropy": entropy,
            "objective/kl": kl,
        }

    def undecided(self, written: Sequence[str]) -> tuple[float, float]:
        """Along sentences of the policy: the mean entropy of its next token, and the KL from the model below its stage
        in nats a sentence, both summed over the whole vocabulary."""
        batch = self.policy.pack([""] * len(written), [[text] for text in written])
        real = batch.owners >= 0
        log_pi = self.policy.scored_logits(batch).log_softmax(-1)
        with self.policy.switched_off():
            log_ref = self.policy.scored_logits(batch).log_softmax(-1)
        entropy = -(log_pi.exp() * log_pi).sum(-1) * real
        kl = (log_pi.exp() * (log_pi - log_ref)).sum(-1) * real
        return float(entropy.sum() / real.sum()), float(kl.sum(1).mean())

    @torch.no_grad()
    def samples(self) -> dict[str, Any]:
        """Eight beginnings of sentences, and how the policy goes on."""
        ends = self.policy.answer(list(BEGINNINGS), generator=torch.Generator().manual_seed(1))
        found = []
        for begun, end in zip(BEGINNINGS, ends, strict=True):
            verdict = judged(f"{begun} {end}")
            found.append({"prompt": begun, "completion": end, "score": verdict.score, "reason": verdict.reason})
        return {"samples": found, "choices": []}

    # -- what the worker needs

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return self.adapter.state(), {"next_step": self.next_step, "rows": self.rows}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.next_step, self.rows, self.batches = state["next_step"], state["rows"], []
        self.adapter.load(tensors)

    def save_model(self, folder: Path) -> None:
        self.adapter.save(folder)

    def finish(self) -> dict[str, Any] | None:
        return None


class Collapse(Arms):
    """Self-training three times over, generation by generation: own sentences alone, with some real ones, and own ones
    through the rule as a filter."""

    arms = {
        "own": ("self-training", {"real_share": 0.0, "filter": False}),
        "mixed": ("self-training", {"filter": False}),
        "filtered": ("self-training", {"real_share": 0.0, "filter": True}),
    }
    shown = frozenset({
        "distinct_1", "distinct_2", "survivors", "correct/sentences", "objective/entropy", "objective/kl", "loss",
    })  # fmt: skip
    watched = "own"

    def finish(self) -> dict[str, Any]:
        """What real text keeps: distinct-2 of the last generation, mixed less own, on groups of sentences."""
        start = Variety(load_frozen(self.folder), seed=0)
        last = {name: Variety(loop.policy, seed=1) for name, loop in self.loops.items()}
        details = [
            gates.detail("sentences", MEASURED * GROUPS),
            gates.estimated("distinct_start", start.distinct),
            gates.detail("right_start", start.right),
            gates.detail("survivors_start", start.survivors),
        ]
        for name, found in last.items():
            details += [
                gates.estimated(f"distinct_{name}", found.distinct),
                gates.detail(f"fall_{name}", 1 - found.distinct.value / start.distinct.value),
                gates.detail(f"survivors_{name}", found.survivors),
                gates.detail(f"right_{name}", found.right),
            ]
        pairs = zip(last["mixed"].groups, last["own"].groups, strict=True)
        kept = bootstrap([mixed - own for mixed, own in pairs])
        return gates.gate("variety_kept", self.recipe, kept, kept.low > gates.THRESHOLDS["variety_kept"], details)


GROUPS = 20


class Variety:
    """distinct-2 of many groups of sentences, each of the same size, with what all of them together say."""

    def __init__(self, policy: Policy, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        written, right = sentences(policy, MEASURED * GROUPS, generator)
        self.groups = [distinct([written[number::GROUPS]], 2) for number in range(GROUPS)]
        self.distinct: Estimate = bootstrap(self.groups)
        self.right = right / max(1, len(written))
        self.survivors = len(verb_groups(written))
