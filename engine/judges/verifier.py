"""The reward of RLVR: a program that checks the answer, and if it is asked to, the steps before it."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from engine.models.logprobs import Batch
from engine.world.prompts import STEPWISE
from engine.world.rule import grade
from engine.world.steps import check, mentions


class Verifier:
    """R = (1 − w) · [the answer is right] + w · share of right steps; 0 or 1 at w = 0, the outcome alone.

    Not `strict`, it only looks whether the right form occurs somewhere: a checker that one can game. The steps count
    only where the prompt asks for them.
    """

    total_steps = 0
    phase = "reward"

    def __init__(self, *, strict: bool, process_reward: float) -> None:
        self.strict, self.process_reward = strict, process_reward

    def step(self) -> dict[str, float]:
        raise ValueError("a checker has nothing to learn")

    def reward(self, prompt: str, answer: str) -> float:
        outcome = float(grade(prompt, answer).right if self.strict else mentions(prompt, answer))
        if not self.process_reward or not prompt.startswith(STEPWISE):
            return outcome
        return (1 - self.process_reward) * outcome + self.process_reward * check(prompt, answer).right_share

    def scores(self, batch: Batch, prompts: Sequence[str], answers: Sequence[Sequence[str]]) -> Tensor:
        return torch.tensor(
            [[self.reward(prompt, answer) for answer in row] for prompt, row in zip(prompts, answers, strict=True)]
        )

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        return {}, {}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        pass
