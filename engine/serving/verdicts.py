"""What judges say of pairs: the AI judge, or the reward model of a run. Imports no torch before it is asked."""

from pathlib import Path
from typing import TYPE_CHECKING

from engine.runs import library

if TYPE_CHECKING:
    from engine.serving.generator import Desk

JUDGE = "judge"
AT_ONCE = 32


def prefer(desk: "Desk", by: str, pairs: list[list[str]]) -> list[float]:
    """P(a is better) for pairs (prompt, a, b): by the shipped AI judge, both orders averaged, or by a run's reward
    model, σ(r_a − r_b). Raises Problem `runs.not_found`, or `models.no_reward_head` for a run without one."""
    import torch

    from engine.judges.pairwise import PairwiseJudge
    from engine.models.policy import load_reward_model

    judge = PairwiseJudge.load() if by == JUDGE else None
    model = load_reward_model(Path(library.find(by))) if judge is None else None
    found: list[float] = []
    for start in range(0, len(pairs), AT_ONCE):
        desk.check()
        group = pairs[start : start + AT_ONCE]
        if judge is not None:
            found += judge.both_orders([(prompt, a, b) for prompt, a, b in group]).tolist()
        else:
            assert model is not None
            with torch.no_grad():
                batch = model.policy.pack([prompt for prompt, _, _ in group], [[a, b] for _, a, b in group])
                rewards = model.rewards(batch)
            found += torch.sigmoid(rewards[:, 0] - rewards[:, 1]).tolist()
    return found
