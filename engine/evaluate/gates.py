"""The gates of the labs: a number on held-out data with its interval, and a threshold that was fixed beforehand."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from engine.evaluate import watch
from engine.evaluate.intervals import Estimate, bootstrap, bootstrap_ratio
from engine.labs import LABS
from engine.models.policy import Policy, RewardModel
from engine.runs.recipe import Recipe
from engine.theory import wilson
from engine.world.preferences import held_out_pairs, held_out_prompts
from engine.world.prompts import Prompt, read
from engine.world.rule import grade
from engine.world.verbs import HELD_OUT_VERBS

THRESHOLDS = {"best_of_eight": 0.0, "signatures": 5} | {lab.gate: lab.threshold for lab in LABS.values()}
SAMPLES_PER_PROMPT = 4


def detail(name: str, value: float, low: float | None = None, high: float | None = None) -> dict[str, Any]:
    return {"id": name, "value": value, "low": low, "high": high}


def estimated(name: str, estimate: Estimate) -> dict[str, Any]:
    return detail(name, estimate.value, estimate.low, estimate.high)


def gate(name: str, recipe: Recipe, estimate: Estimate, passed: bool, details: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": name,
        "lab": recipe.lab,
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "threshold": THRESHOLDS[name],
        "passed": passed,
        "details": details,
    }


# -- reward model


@torch.no_grad()
def pair_hits(model: RewardModel, pairs: Sequence[dict[str, Any]]) -> list[bool]:
    """For each pair whether the chosen completion gets the higher reward."""
    batch = model.policy.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])
    scores = model.rewards(batch)
    return (scores[:, 0] > scores[:, 1]).tolist()


def accuracy(name: str, hits: Sequence[bool]) -> dict[str, Any]:
    low, high = wilson(sum(hits), len(hits))
    return detail(name, sum(hits) / len(hits), low, high)


def reward_model(model: RewardModel, held_out: Sequence[dict[str, Any]], recipe: Recipe) -> dict[str, Any]:
    """Accuracy on the run's held-out pairs (Wilson interval), with the figure on 500 pairs and on held-out verbs."""
    small = accuracy("accuracy", pair_hits(model, held_out))
    pairs = held_out_pairs(recipe.seed, 500)
    unseen = [row for row in pairs if any(_about(row["prompt"], lemma) for lemma in HELD_OUT_VERBS)]
    longer = [len(row["chosen"]) > len(row["rejected"]) for row in pairs]
    details = [
        detail("pairs", len(held_out)),
        accuracy("accuracy_500", pair_hits(model, pairs)),
        accuracy("accuracy_held_out_verbs", pair_hits(model, unseen)),
        accuracy("length_baseline", longer),
    ]
    estimate = Estimate(small["value"], small["low"], small["high"])
    return gate("accuracy", recipe, estimate, estimate.value > THRESHOLDS["accuracy"], details)


def _about(prompt: str, lemma: str) -> bool:
    found = read(prompt)
    return found is not None and found.sentence is not None and found.sentence.lemma == lemma


# -- win rate


def scores(policy: Policy, prompts: Sequence[Prompt], seed: int, *, temperature: float = 1.0) -> list[list[float]]:
    """The rule's score of several completions of each prompt: (N, samples)."""
    repeat = SAMPLES_PER_PROMPT if temperature else 1
    texts = [prompt.text for prompt in prompts for _ in range(repeat)]
    written = policy.answer(texts, temperature=temperature, generator=torch.Generator().manual_seed(seed))
    graded = [grade(text, completion).score for text, completion in zip(texts, written, strict=True)]
    return [graded[start : start + repeat] for start in range(0, len(graded), repeat)]


def points(first: float, second: float) -> float:
    """1 for a win of the first, 0.5 for a tie, 0 for a loss."""
    return 0.5 + 0.5 * ((first > second) - (first < second))


def right_share(graded: Sequence[Sequence[float]]) -> list[float]:
    """For each prompt the share of its completions that are right."""
    return [sum(score == 1.0 for score in row) / len(row) for row in graded]


def compare(first: Sequence[Sequence[float]], second: Sequence[Sequence[float]]) -> list[list[float]]:
    """The points of the first against the second in every comparison, prompt by prompt."""
    return [[points(a, b) for a, b in zip(*rows, strict=True)] for rows in zip(first, second, strict=True)]


def means(graded: Sequence[Sequence[float]]) -> list[float]:
    """For each prompt the mean grade of its completions."""
    return [sum(row) / len(row) for row in graded]


def difference(after: Sequence[float], before: Sequence[float]) -> Estimate:
    """The mean of the differences prompt by prompt."""
    return bootstrap([a - b for a, b in zip(after, before, strict=True)])


def ties_half(compared: Sequence[Sequence[float]]) -> Estimate:
    """The win rate in which a tie counts half."""
    return bootstrap(means(compared))


def decided_share(compared: Sequence[Sequence[float]]) -> list[dict[str, Any]]:
    """The share of wins among the comparisons that were no ties; no row at all when every one was a tie."""
    parts = [(row.count(1.0), len(row) - row.count(0.5)) for row in map(list, compared)]
    return [estimated("decisive_share", bootstrap_ratio(parts))] if any(decided for _, decided in parts) else []


def win_rate(policy: Policy, recipe: Recipe) -> dict[str, Any]:
    """Wins of the tuned policy against its reference on 50 held-out prompts, four samples each, judged by the rule."""
    estimate, details = won(policy, recipe)
    return gate("win_rate", recipe, estimate, estimate.value > THRESHOLDS["win_rate"], details)


def feedback_win_rate(policy: Policy, recipe: Recipe, of_the_judge: list[dict[str, Any]]) -> dict[str, Any]:
    """The same for a policy that learnt from a judge, with figures of that judge; passes when the whole interval is
    above one half."""
    estimate, details = won(policy, recipe)
    passed = estimate.low > THRESHOLDS["feedback_win_rate"]
    return gate("feedback_win_rate", recipe, estimate, passed, [*of_the_judge, *details])


def won(policy: Policy, recipe: Recipe) -> tuple[Estimate, list[dict[str, Any]]]:
    """The win rate against the reference, by the rule, and the figures beside it."""
    prompts = held_out_prompts(recipe.seed, 50)
    unseen = held_out_prompts(recipe.seed, 50, HELD_OUT_VERBS)
    tuned, tuned_unseen = scores(policy, prompts, 1), scores(policy, unseen, 1)
    tuned_greedy = scores(policy, prompts, 0, temperature=0)
    with policy.switched_off():
        reference, reference_unseen = scores(policy, prompts, 2), scores(policy, unseen, 2)
        reference_greedy = scores(policy, prompts, 0, temperature=0)
    compared = compare(tuned, reference)
    every = [value for row in compared for value in row]
    estimate = ties_half(compared)
    details = [
        detail("prompts", len(prompts)),
        detail("comparisons", len(every)),
        detail("ties_share", every.count(0.5) / len(every)),
        *decided_share(compared),
        estimated("win_rate_held_out_verbs", ties_half(compare(tuned_unseen, reference_unseen))),
        estimated("correct_before", bootstrap(right_share(reference))),
        estimated("correct_after", bootstrap(right_share(tuned))),
        estimated("greedy_before", bootstrap(right_share(reference_greedy))),
        estimated("greedy_after", bootstrap(right_share(tuned_greedy))),
        detail("kl", watch.kl_to_reference(policy)),
    ]
    return estimate, details


# -- constitutional cycle


def improvement(
    before: Sequence[Sequence[float]],
    after: Sequence[Sequence[float]],
    controls: Mapping[str, Sequence[Sequence[float]]],
    recipe: Recipe,
    more: list[dict[str, Any]],
) -> dict[str, Any]:
    """The paired gain in correctness on held-out prompts; passes when its whole interval is above 0."""
    start = right_share(before)

    def gain(graded: Sequence[Sequence[float]], over: Sequence[float] = start) -> Estimate:
        return difference(right_share(graded), over)

    estimate = gain(after)
    details = [
        detail("prompts", len(before)),
        estimated("correct_before", bootstrap(start)),
        estimated("correct_after", bootstrap(right_share(after))),
        *(estimated(name, bootstrap(right_share(graded))) for name, graded in controls.items()),
        *(estimated(f"{name}_gain", gain(graded)) for name, graded in controls.items()),
        *(estimated(f"over_{name}", gain(after, right_share(graded))) for name, graded in controls.items()),
        *more,
    ]
    return gate("improvement", recipe, estimate, estimate.low > THRESHOLDS["improvement"], details)
