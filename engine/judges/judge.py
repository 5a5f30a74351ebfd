"""The judges of the online methods behind one face. The learned ones are trained first: on the run's own pairs, or on
pairs that the tutor wrote and judged by the constitution."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.judges.principles import PreferenceModelling
from engine.loops.offline import RewardModelling
from engine.models.logprobs import Batch
from engine.runs.recipe import Recipe
from engine.runs.seeding import seed_for
from engine.world.preferences import training_prompts
from engine.world.rule import grade

REFERENCE_PROMPTS, REFERENCE_SAMPLES = 64, 4


class Judge(Protocol):
    """`total_steps` of training come before the first score; 0 for a judge that has nothing to learn."""

    total_steps: int

    @property
    def phase(self) -> str:
        """What the next step of its training does."""

    def step(self) -> dict[str, float]:
        """One step of the judge's own training."""

    def scores(self, batch: Batch, prompts: Sequence[str], answers: Sequence[Sequence[str]]) -> Tensor:
        """(N, K): a score for each completion, given packed as tokens and as text."""

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]: ...

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None: ...


def judge_of(folder: Path, recipe: Recipe) -> Judge:
    """The judge that a recipe's `reward` names: "rule", "learned" or "constitution"."""
    match recipe.hyper["reward"]:
        case "rule":
            return RuleJudge()
        case "constitution":
            return LearnedJudge(recipe, PreferenceModelling(folder, recipe))
        case _:
            return trained_on(folder, recipe)


def trained_on(folder: Path, recipe: Recipe) -> "LearnedJudge":
    """The judge that is trained on the pairs in a run's folder."""
    return LearnedJudge(recipe, RewardModelling(folder, Recipe.make("reward-model", {"seed": recipe.seed})))


class RuleJudge:
    """The verifier: the rule's grade, from 0 to 1."""

    total_steps = 0
    phase = "reward"

    def step(self) -> dict[str, float]:
        raise ValueError("the rule has nothing to learn")

    def scores(self, batch: Batch, prompts: Sequence[str], answers: Sequence[Sequence[str]]) -> Tensor:
        return torch.tensor(
            [[grade(prompt, answer).score for answer in row] for prompt, row in zip(prompts, answers, strict=True)]
        )

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return {}, {}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        pass


class LearnedJudge:
    """A Bradley-Terry reward model and the loop that trains it. Since a constant added to it means nothing, its scores
    are shifted and scaled to mean 0 and deviation 1 on samples of the reference (Ziegler et al. 2019,
    arXiv:1909.08593, section 2.1)."""

    def __init__(self, recipe: Recipe, loop: RewardModelling | PreferenceModelling) -> None:
        self.recipe, self.loop = recipe, loop
        self.total_steps = self.loop.total_steps
        self.bias, self.gain = 0.0, 0.0  # a gain of 0: not measured yet

    @property
    def phase(self) -> str:
        return self.loop.phase or "reward"

    def step(self) -> dict[str, float]:
        return self.loop.step()

    @torch.no_grad()
    def scores(self, batch: Batch, prompts: Sequence[str], answers: Sequence[Sequence[str]]) -> Tensor:
        if not self.gain:
            self._normalise()
        return (self.loop.model.rewards(batch) - self.bias) * self.gain

    def _normalise(self) -> None:
        policy = self.loop.policy
        prompts = [prompt.text for prompt in training_prompts(self.recipe.seed, REFERENCE_PROMPTS)]
        generator = torch.Generator().manual_seed(seed_for(self.recipe.seed, "normalise"))
        with policy.switched_off():
            written = policy.answer(
                [prompt for prompt in prompts for _ in range(REFERENCE_SAMPLES)], generator=generator
            )
        answers = [written[start : start + REFERENCE_SAMPLES] for start in range(0, len(written), REFERENCE_SAMPLES)]
        rewards = self.loop.model.rewards(policy.pack(prompts, answers))
        self.bias, self.gain = rewards.mean().item(), 1 / max(rewards.std().item(), 1e-6)

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        tensors, state = self.loop.state()
        return tensors, {"loop": state, "bias": self.bias, "gain": self.gain}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.loop.load(dict(tensors), state["loop"])
        self.bias, self.gain = state["bias"], state["gain"]
