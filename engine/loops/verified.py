"""RLVR: GRPO and RLOO paid by a checker, on answers in steps or given at once."""

import random
from typing import Any

from torch import Tensor

from engine.evaluate import reasoning, watch
from engine.judges.judge import Judge
from engine.judges.verifier import Verifier
from engine.loops.online import Online
from engine.loops.reinforce import GRPO, RLOO
from engine.world import steps
from engine.world.rule import grade


class Verified(Online):
    """What changes in an online method when a checker pays (Lambert et al. 2024, arXiv:2411.15124, section 6; Shao et
    al. 2024, arXiv:2402.03300): no judge to train, and prompts that may ask for the steps."""

    def make_judge(self) -> Judge:
        return Verifier(strict=self.hyper["strict"], process_reward=self.hyper["process_reward"])

    @property
    def stepwise(self) -> bool:
        return bool(self.hyper["chain_of_thought"])

    def draw_prompt(self, source: random.Random) -> str:
        return steps.draw_prompt(source, stepwise=self.stepwise).text

    def kl(self) -> float:
        return watch.kl_to_reference(self.policy, stepwise=self.stepwise)

    def log(
        self, prompts: list[str], ids: list[list[list[int]]], scores: Tensor, kl: Tensor, mask: Tensor, logps: Tensor
    ) -> None:
        """The exact rule's view besides the checker's: right answers, and chains without any wrong step."""
        super().log(prompts, ids, scores, kl, mask, logps)
        written = [
            (prompt, self.policy.tokenizer.decode(completion))
            for prompt, row in zip(prompts, ids, strict=True)
            for completion in row
        ]
        self.logged["correct/answers"] = sum(grade(*pair).right for pair in written) / len(written)
        if self.stepwise:
            self.logged["correct/chains"] = sum(steps.check(*pair).sound for pair in written) / len(written)

    def samples(self) -> dict[str, Any]:
        return watch.answers(self.policy, stepwise=self.stepwise)

    def finish(self) -> dict[str, Any]:
        return reasoning.gain_gate({"after": self.policy}, self.recipe, stepwise=self.stepwise)


class VerifiedGRPO(Verified, GRPO):
    """GRPO with a checker."""


class VerifiedRLOO(Verified, RLOO):
    """RLOO with a checker."""
