"""The AI judge: a tutor's stage that reads two answers and says which is better; asked in one order, in both, or often.

Lee et al. 2023 (arXiv:2309.00267), section 2: a soft label from the log-probabilities of the two verdicts, and both
orders averaged against the judge's position bias.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from engine.models.policy import JUDGE, Policy, load_policy
from engine.world.judging import FIRST, SECOND, compare_prompt

Pair = tuple[str, str, str]
"""(prompt, one answer, the other answer)"""


class PairwiseJudge:
    """`preference` (N,) is the probability that the first answer of each pair is the better one."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy

    @classmethod
    def load(cls, stage: Path = JUDGE) -> "PairwiseJudge":
        """The shipped judge, or the stage in another folder, on the shipped tutor. Raises Problem for no such stage."""
        policy = load_policy("sft")
        policy.add_stage(stage)
        return cls(policy)

    @torch.no_grad()
    def as_shown(self, pairs: Sequence[Pair]) -> Tensor:
        """The preference with the answers in the order they are given: P("yes") against P("no")."""
        batch = self.policy.pack([compare_prompt(*pair) for pair in pairs], [[FIRST, SECOND]] * len(pairs))
        return self.policy.logps(batch).softmax(1)[:, 0]

    def both_orders(self, pairs: Sequence[Pair]) -> Tensor:
        """The mean of the preference as shown and of one minus that with the answers exchanged."""
        exchanged = [(prompt, other, one) for prompt, one, other in pairs]
        return (self.as_shown(pairs) + 1 - self.as_shown(exchanged)) / 2

    def votes(self, pairs: Sequence[Pair], count: int, generator: torch.Generator) -> Tensor:
        """The share of `count` sampled verdicts, half of them in each order, that are for the first answer."""
        exchanged = [(prompt, other, one) for prompt, one, other in pairs]
        chances = torch.stack([self.as_shown(pairs), 1 - self.as_shown(exchanged)])
        half = -(-count // 2)
        draws = torch.rand(half, 2, len(pairs), generator=generator) < chances
        return draws.flatten(0, 1)[:count].float().mean(0)
