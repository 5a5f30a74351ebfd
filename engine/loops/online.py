"""Learning from what the policy itself writes: the frame of the online methods, from sampling to the update.

A rollout samples K completions of each of N prompts, scores them, turns the scores into advantages, and is then worked
through in minibatches, one a step, `num_ppo_epochs` times. What is left of a rollout belongs to the state, so that a
run may stop in the middle of one.
"""

import random
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.judges.judge import Judge, judge_of
from engine.loops.adapter import Adapter, order, run_policy
from engine.losses.policy_gradient import kl_estimate, masked_mean
from engine.models.logprobs import Batch, by_completion, pack, token_logps
from engine.runs.recipe import Recipe
from engine.runs.seeding import Sources
from engine.world.preferences import draw_training_prompt
from engine.world.rule import grade

OF_THE_JUDGE = ("accuracy", "eval_accuracy", "agreement_with_rule", "confidence")
"""What is logged of a judge's own training."""


@dataclass
class Experience:
    """One minibatch of a rollout, R = N K completions of at most L tokens; scores are (N, K)."""

    prompts: list[str]
    ids: list[list[list[int]]]  # (N, K, ragged) completions, EOS included where it came
    old_logps: Tensor  # (R, L) under the policy that sampled
    ref_logps: Tensor  # (R, L)
    old_values: Tensor  # (R, L), 0 without a value head
    advantages: Tensor  # (R, L)
    returns: Tensor  # (R, L)
    mask: Tensor  # (R, L)

    TENSORS = ("old_logps", "ref_logps", "old_values", "advantages", "returns", "mask")


class Online(ABC):
    """The frame. A method says what the advantages are and what is minimised."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        hyper = recipe.hyper
        self.folder, self.recipe, self.hyper = folder, recipe, hyper
        self.policy = run_policy(folder, recipe)
        self.sources = Sources(recipe.seed)
        self.judge: Judge = self.make_judge()
        self.minibatches = hyper["num_mini_batches"]
        self.steps_a_rollout = hyper["num_ppo_epochs"] * self.minibatches
        self.items_per_step = hyper["prompts_per_rollout"] * hyper["num_generations"] // self.minibatches
        self.judge_steps = self.judge.total_steps
        self.total_steps = self.judge_steps + hyper["rollouts"] * self.steps_a_rollout
        self.next_step = 0
        self.kl_coef: float = hyper["kl_coef"]
        self.experiences: list[Experience] = []
        self.logged: dict[str, float] = {}
        self.adapter = Adapter(self.policy, recipe, self.total_steps - self.judge_steps, self.head())

    def make_judge(self) -> Judge:
        return judge_of(self.folder, self.recipe)

    def draw_prompt(self, source: random.Random) -> str:
        """The text of one prompt to write to."""
        return draw_training_prompt(source).text

    def kl(self) -> float:
        """KL to the reference on held-out prompts."""
        return watch.kl_to_reference(self.policy)

    def head(self) -> Tensor | None:
        return None

    @property
    def phase(self) -> str | None:
        if not self.judge_steps:
            return None
        return self.judge.phase if self.next_step < self.judge_steps else "policy"

    # -- what a method decides

    @abstractmethod
    def advantages(self, scores: Tensor, kl: Tensor, values: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Advantages and returns (R, L) from the scores (N, K), the KL of each token (R, L) and the values (R, L)."""

    @abstractmethod
    def loss(self, experience: Experience, logps: Tensor, values: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """What is minimised on one minibatch: `logps` and `values` (R, L) of the policy as it is now."""

    # -- a step

    def step(self) -> dict[str, float]:
        if self.next_step < self.judge_steps:
            logged = self.judge.step()
            self.next_step += 1
            return {f"judge/{name}": logged[name] for name in OF_THE_JUDGE if name in logged}
        done = self.next_step - self.judge_steps
        rollout, place = divmod(done, self.steps_a_rollout)
        if place == 0:
            self.collect(rollout)
        epoch, number = divmod(place, self.minibatches)
        chosen = order(self.recipe.seed, rollout * 1000 + epoch, self.minibatches)[number]
        experience = self.experiences[chosen]
        logps, values = self.read(self.batch_of(experience))
        loss, metrics = self.loss(experience, logps, values)
        logged = {name: value.item() for name, value in metrics.items()} | {"loss": loss.item()}
        logged |= self.adapter.update(loss, done)
        self.next_step += 1
        logged |= self.logged
        if self.next_step % self.hyper["sample_steps"] == 0 or self.next_step == self.total_steps:
            logged["eval_objective/kl"] = self.kl()
        return logged

    def read(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Log-probabilities and values (R, L) of a batch's completions under the policy as it is now."""
        if self.adapter.head is None:
            logits = self.policy.scored_logits(batch)
            per_token = token_logps(logits / self.hyper["temperature"], batch)
            logps, _ = by_completion(per_token, batch)
            return logps, torch.zeros_like(logps)
        logits, states = self.policy.scored(batch)
        logps, _ = by_completion(token_logps(logits / self.hyper["temperature"], batch), batch)
        per_token = (states @ self.adapter.head.T).squeeze(-1)
        return logps, by_completion(per_token, batch)[0]

    def batch_of(self, experience: Experience) -> Batch:
        heads = [self.policy.tokenizer.prompt(prompt) for prompt in experience.prompts]
        return pack(heads, experience.ids, pad=self.policy.tokenizer.pad)

    # -- a rollout

    @torch.no_grad()
    def collect(self, rollout: int) -> None:
        """Samples, scores, and turns scores into advantages, minibatch by minibatch of prompts."""
        hyper = self.hyper
        source = self.sources.python("prompts")
        prompts = [self.draw_prompt(source) for _ in range(hyper["prompts_per_rollout"])]
        size = hyper["num_generations"]
        texts = [prompt for prompt in prompts for _ in range(size)]
        found = self.policy.rollout(
            texts,
            temperature=hyper["temperature"],
            generator=self.sources.torch("rollout"),
            max_new_tokens=hyper["max_new_tokens"],
        )
        ids = [found.ids[start : start + size] for start in range(0, len(texts), size)]
        whole = pack([self.policy.tokenizer.prompt(prompt) for prompt in prompts], ids, pad=self.policy.tokenizer.pad)
        old_logps, old_values = self.read(whole)
        with self.policy.switched_off():
            per_token = token_logps(self.policy.scored_logits(whole) / hyper["temperature"], whole)
            ref_logps, mask = by_completion(per_token, whole)
        scores = self.scored(whole, prompts, ids)
        kl = kl_estimate(old_logps, ref_logps, "k1") * mask
        advantages, returns = self.advantages(scores, kl, old_values, mask)
        self.keep(prompts, ids, (old_logps, ref_logps, old_values, advantages, returns, mask))
        self.log(prompts, ids, scores, kl, mask, old_logps)

    def scored(self, batch: Batch, prompts: list[str], ids: list[list[list[int]]]) -> Tensor:
        """(N, K): what the judge gives, less a fine for a completion that never ended."""
        end = self.policy.tokenizer.end
        unfinished = torch.tensor([[float(end not in completion) for completion in row] for row in ids])
        answers = [[self.policy.tokenizer.decode(completion) for completion in row] for row in ids]
        fine: float = self.hyper["missing_eos_penalty"]
        return self.judge.scores(batch, prompts, answers) - fine * unfinished

    def keep(self, prompts: list[str], ids: list[list[list[int]]], tensors: tuple[Tensor, ...]) -> None:
        size, share = self.hyper["num_generations"], len(prompts) // self.minibatches
        self.experiences = []
        for start in range(0, share * self.minibatches, share):
            rows = slice(start * size, (start + share) * size)
            longest = int(tensors[-1][rows].sum(1).max())
            cut = [tensor[rows, :longest].clone() for tensor in tensors]
            self.experiences.append(Experience(prompts[start : start + share], ids[start : start + share], *cut))

    def log(
        self, prompts: list[str], ids: list[list[list[int]]], scores: Tensor, kl: Tensor, mask: Tensor, logps: Tensor
    ) -> None:
        """What the rollout shows, logged with each of its steps."""
        answers = [[self.policy.tokenizer.decode(completion) for completion in row] for row in ids]
        gold = [[grade(prompt, answer).score for answer in row] for prompt, row in zip(prompts, answers, strict=True)]
        lengths = mask.sum(1).float()
        words = [word for row in answers for answer in row for word in answer.split()]
        spread = scores.std(1) if scores.shape[1] > 1 else torch.ones(len(scores))
        self.logged = {
            "objective/scores": scores.mean().item(),
            "gold/score": sum(map(sum, gold)) / scores.numel(),
            "objective/kl": kl.sum(1).mean().item(),
            "objective/rlhf_reward": (scores.flatten() - self.kl_coef * kl.sum(1)).mean().item(),
            "objective/entropy": -masked_mean(logps, mask).item(),
            "completions/mean_length": lengths.mean().item(),
            "frac_reward_zero_std": (spread < 1e-8).float().mean().item(),
            "distinct_1": len(set(words)) / max(1, len(words)),
        }

    # -- what the worker needs

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, sources = self.sources.state()
        tensors |= {f"policy/{name}": value for name, value in self.adapter.state().items()}
        judge_tensors, judge_state = self.judge.state()
        tensors |= {f"judge/{name}": value for name, value in judge_tensors.items()}
        for number, experience in enumerate(self.experiences):
            tensors |= {f"rollout/{number}/{name}": getattr(experience, name) for name in Experience.TENSORS}
        return tensors, {
            "next_step": self.next_step,
            "sources": sources,
            "judge": judge_state,
            "kl_coef": self.kl_coef,
            "logged": self.logged,
            "rollout": [[experience.prompts, experience.ids] for experience in self.experiences],
        }

    def load(self, tensors: dict[str, Tensor], state: dict[str, Any]) -> None:
        def under(prefix: str) -> dict[str, Tensor]:
            return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}

        self.next_step, self.logged = state["next_step"], state["logged"]
        if self.hyper.get("adaptive_kl"):  # else it is the recipe's, which a fork may have changed
            self.kl_coef = state["kl_coef"]
        self.sources.load(tensors, state["sources"])
        self.adapter.load(under("policy/"))
        self.judge.load(under("judge/"), state["judge"])
        self.experiences = [
            Experience(prompts, ids, **under(f"rollout/{number}/"))
            for number, (prompts, ids) in enumerate(state["rollout"])
        ]

    def save_model(self, folder: Path) -> None:
        self.policy.save_stage(self.adapter.config, folder)

    def finish(self) -> dict[str, Any] | None:
        return gates.win_rate(self.policy, self.recipe)
