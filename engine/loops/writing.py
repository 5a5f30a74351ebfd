"""Pairs that a policy writes itself, for a judge to compare."""

import random

import torch

from engine.judges.pairwise import Pair
from engine.models.policy import Policy
from engine.runs.seeding import seed_for
from engine.world.preferences import draw_training_prompt

PAIRS_A_STEP = 40
DRAWS = 10
"""How often a step asks at most: a policy that always says the same has no two answers to compare."""


def written_pairs(policy: Policy, count: int, seed: int, step: int) -> list[Pair]:
    """Up to `count` pairs of different answers to training prompts, each prompt answered twice; the same for the same
    seed and step. Fewer only where ten draws of as many prompts do not give them."""
    source = random.Random(seed_for(seed, f"write:{step}"))
    generator = torch.Generator().manual_seed(seed_for(seed, f"write:{step}"))
    pairs: list[Pair] = []
    for _ in range(DRAWS):
        prompts = [draw_training_prompt(source).text for _ in range(PAIRS_A_STEP)]
        answers = policy.answer([prompt for prompt in prompts for _ in range(2)], generator=generator)
        both = zip(prompts, answers[::2], answers[1::2], strict=True)
        pairs += [pair for pair in both if pair[1] != pair[2]]
        if len(pairs) >= count:
            break
    return pairs[:count]
