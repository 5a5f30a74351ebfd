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

    def in_each_order(self, pairs: Sequence[Pair]) -> Tensor:
        """(2, N): the preference for the first answer of each pair, where it is shown first and where second."""
        exchanged = [(prompt, other, one) for prompt, one, other in pairs]
        return torch.stack([self.as_shown(pairs), 1 - self.as_shown(exchanged)])

    def both_orders(self, pairs: Sequence[Pair]) -> Tensor:
        """The mean of the preference as shown and of one minus that with the answers exchanged."""
        return self.in_each_order(pairs).mean(0)

    def votes(self, pairs: Sequence[Pair], count: int, generator: torch.Generator) -> Tensor:
        """The share of `count` sampled verdicts, half of them in each order, that are for the first answer."""
        return voted(self.in_each_order(pairs), count, generator)


def voted(chances: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """(N,): the share of `count` sampled verdicts that are for the first answer, the orders (O, N) taking turns."""
    turns = -(-count // len(chances))
    draws = torch.rand(turns, *chances.shape, generator=generator) < chances
    return draws.flatten(0, 1)[:count].float().mean(0)


def decided(preference: Tensor) -> Tensor:
    """A soft label as a hard one: 1 or 0 for the likelier side, one half where there is none."""
    return ((preference > 0.5).float() + (preference >= 0.5).float()) / 2
