"""What answers in steps are worth on held-out prompts: right answers, sound chains, and who picks the best of N."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from engine.evaluate import gates, watch
from engine.evaluate.intervals import Estimate, bootstrap
from engine.models.policy import Policy
from engine.runs.recipe import Recipe
from engine.world import steps
from engine.world.rule import grade

PROMPTS, SAMPLES = 100, 4
POOL, CANDIDATES = 60, 16
"""Prompts and samples of each, among which the best of N is picked."""
SIZES = (1, 2, 4, 8, 16)
Shares = list[float]


# -- right answers


def shares(policy: Policy, seed: int, *, stepwise: bool, draw: int = 1) -> tuple[Shares, Shares]:
    """For each held-out prompt the share of its samples that are right, and of those that are sound chains."""
    texts = [prompt.text for prompt in steps.held_out(seed, PROMPTS, stepwise=stepwise) for _ in range(SAMPLES)]
    written = policy.answer(texts, generator=torch.Generator().manual_seed(draw))
    right = [grade(*pair).right for pair in zip(texts, written, strict=True)]
    sound = [steps.check(*pair).sound for pair in zip(texts, written, strict=True)] if stepwise else right
    return _shares(right), _shares(sound)


def _shares(hits: Sequence[bool]) -> Shares:
    return [sum(hits[start : start + SAMPLES]) / SAMPLES for start in range(0, len(hits), SAMPLES)]


def _gain(after: Shares, before: Shares) -> Estimate:
    return bootstrap([a - b for a, b in zip(after, before, strict=True)])


def gain_gate(
    policies: Mapping[str, Policy], recipe: Recipe, *, stepwise: bool, more: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """The gain in right answers over the common reference, prompt by prompt; of several policies, the smallest. Passes
    when its whole interval is above 0. `policies` by the names that their details carry."""
    first = next(iter(policies.values()))
    with first.switched_off():
        before, sound_before = shares(first, recipe.seed, stepwise=stepwise, draw=2)
    gains = []
    details = [gates.detail("prompts", PROMPTS), gates.estimated("correct_before", bootstrap(before))]
    if stepwise:
        details.append(gates.estimated("sound_before", bootstrap(sound_before)))
    for name, policy in policies.items():
        after, sound = shares(policy, recipe.seed, stepwise=stepwise)
        gains.append(_gain(after, before))
        details.append(gates.estimated(f"correct_{name}", bootstrap(after)))
        if len(policies) > 1:
            details.append(gates.estimated(f"gain_{name}", gains[-1]))
        if stepwise:
            details.append(gates.estimated(f"sound_{name}", bootstrap(sound)))
        kl = watch.kl_to_reference(policy, stepwise=stepwise)
        details.append(gates.detail("kl" if len(policies) == 1 else f"kl_{name}", kl))
    least = min(gains, key=lambda gain: gain.value)
    passed = least.low > gates.THRESHOLDS["chain_gain"]
    return gates.gate("chain_gain", recipe, least, passed, [*details, *more])


# -- the best of N


@dataclass(frozen=True)
class Pool:
    """Sampled chains of held-out prompts, what the rule says of each answer, and whether every step is right."""

    prompts: list[str]
    chains: list[list[str]]  # (N, M)
    right: Tensor  # (N, M) bool
    sound: Tensor  # (N, M) bool


def pool(policy: Policy, seed: int, *, size: int = POOL, candidates: int = CANDIDATES) -> Pool:
    """`candidates` chains of each of `size` held-out prompts, sampled from a policy."""
    texts = [prompt.text for prompt in steps.held_out(seed, size)]
    asked = [text for text in texts for _ in range(candidates)]
    written = policy.answer(asked, generator=torch.Generator().manual_seed(3))
    checked = [steps.check(*pair) for pair in zip(asked, written, strict=True)]
    chains = [written[start : start + candidates] for start in range(0, len(written), candidates)]
    right = torch.tensor([chain.answer.right for chain in checked]).view(size, candidates)
    return Pool(texts, chains, right, torch.tensor([chain.sound for chain in checked]).view(size, candidates))


def picked_by(scores: Tensor) -> Callable[[int, range], int]:
    """Picks the candidate with the highest score (N, M)."""
    return lambda prompt, group: group[int(scores[prompt, group.start : group.stop].argmax())]


def voted(found: Pool) -> Callable[[int, range], int]:
    """Picks a chain whose answer most chains of the group give; of answers as frequent, the one that came first."""

    def pick(prompt: int, group: range) -> int:
        answers = [(steps.split(found.chains[prompt][number]) or ("",))[-1] for number in group]
        favourite = Counter(answers).most_common(1)[0][0]
        return group[answers.index(favourite)]

    return pick


def best_of(hits: Tensor, pick: Callable[[int, range], int], size: int) -> Shares:
    """For each prompt how often the pick out of `size` candidates hits, over disjoint groups of its candidates."""
    prompts, candidates = hits.shape
    groups = [range(start, start + size) for start in range(0, candidates - size + 1, size)]
    return [
        sum(bool(hits[prompt, pick(prompt, group)]) for group in groups) / len(groups) for prompt in range(prompts)
    ]


def pickers(found: Pool, scores: Mapping[str, Tensor]) -> dict[str, Callable[[int, range], int]]:
    """Everybody who may pick: the vote, each of the scores by its name, and the rule, which nobody can beat."""
    return {
        "vote": voted(found),
        **{name: picked_by(values) for name, values in scores.items()},
        "rule": picked_by(found.right.float()),
    }


def curve(found: Pool, scores: Mapping[str, Tensor], sizes: Sequence[int] = SIZES[1:]) -> list[dict[str, Any]]:
    """Details `best_<who>_<N>`: the share of right answers when so many chains are to choose from."""
    return [
        gates.estimated(f"best_{name}_{size}", bootstrap(best_of(found.right, pick, size)))
        for name, pick in pickers(found, scores).items()
        for size in sizes
    ]


def sound_picks(found: Pool, scores: Mapping[str, Tensor], size: int = CANDIDATES) -> list[dict[str, Any]]:
    """Details `sound_<who>_<N>`: how often what is picked is right in every step."""
    return [
        gates.estimated(f"sound_{name}_{size}", bootstrap(best_of(found.sound, pick, size)))
        for name, pick in pickers(found, scores).items()
        if name != "rule"
    ]


def selection_gate(found: Pool, scores: Mapping[str, Tensor], judged: str, recipe: Recipe) -> dict[str, Any]:
    """What picking one of 8 by a score gains over taking any, in right answers. Passes when the interval is above 0."""
    any_one = best_of(found.right, lambda prompt, group: group.start, 1)
    gain = _gain(best_of(found.right, picked_by(scores[judged]), 8), any_one)
    details = [
        gates.detail("prompts", len(found.prompts)),
        gates.estimated("correct_before", bootstrap(any_one)),
        *curve(found, scores),
        *sound_picks(found, scores),
        *(gates.detail(f"auc_{name}", auc(values, found.right)) for name, values in scores.items()),
        *(gates.detail(f"auc_sound_{name}", auc(values, found.sound)) for name, values in scores.items()),
    ]
    return gates.gate("best_of_eight", recipe, gain, gain.low > gates.THRESHOLDS["best_of_eight"], details)


def auc(scores: Tensor, labels: Tensor) -> float:
    """The chance that a right one has the higher score than a wrong one, ties half (Mann-Whitney); 0.5 where all are
    of one kind. Worked number: scores (3, 2, 1) with labels (1, 0, 1) give 1/2."""
    right, wrong = scores[labels].flatten(), scores[~labels].flatten()
    if not len(right) or not len(wrong):
        return 0.5
    higher = right[:, None] > wrong
    return float((higher.float() + 0.5 * (right[:, None] == wrong).float()).mean())
