"""What a learner watches while a run trains: the eight prompts, the words that matter, and the distance travelled."""

from collections.abc import Sequence
from typing import Any

import torch

from engine.models.logprobs import pack
from engine.models.policy import Policy, RewardModel
from engine.world import steps
from engine.world.preferences import watched_prompts
from engine.world.prompts import read, step_by_step
from engine.world.rule import grade
from engine.world.verbs import wrong_groups

SEED = 1  # of the watched samples: always the same draws, so that a change is the model's


def options() -> list[tuple[str, list[str]]]:
    """The watched fill prompts of irregular pasts with their forms: right, over-regularised, doubly marked."""
    found = []
    for prompt in watched_prompts():
        sentence = prompt.sentence
        if prompt.kind != "fill" or sentence is None:
            continue
        wrong = dict(reversed(list(wrong_groups(sentence.verb, sentence.tense, sentence.person))))
        if "over_regularised" in wrong and "doubly_marked" in wrong:
            forms = [sentence.right_group, wrong["over_regularised"], wrong["doubly_marked"]]
            found.append((prompt.text, forms))
    return found


def in_steps(prompt: str, forms: list[str]) -> tuple[str, list[str]]:
    """The same question asked for in steps, and each form behind three steps that are right."""
    asked = read(prompt)
    if asked is None or asked.sentence is None:
        raise ValueError(prompt)
    before = steps.solution(asked.sentence)[:3]
    return step_by_step(asked).text, [steps.join((*before, form)) for form in forms]


@torch.no_grad()
def answers(policy: Policy, *, stepwise: bool = False) -> dict[str, Any]:
    """The sample event of a policy: answers to the eight prompts, and the probability of each form of a verb; of one
    that answers in steps, of each form with right steps before it.

    With each answer its tokens, and what policy and reference think of them: `tokens`, `token_logps`,
    `ref_token_logps`, end token included.
    """
    texts = [prompt.text for prompt in steps.watched(stepwise=stepwise)]
    found = policy.rollout(texts, generator=torch.Generator().manual_seed(SEED))
    samples = []
    for prompt, ids, tokens in zip(texts, found.ids, by_token(policy, texts, found.ids), strict=True):
        completion = policy.tokenizer.decode(ids)
        judged = grade(prompt, completion)
        judgement = {"prompt": prompt, "completion": completion, "score": judged.score, "reason": judged.reason}
        samples.append({**judgement, **tokens})
    watched = options()
    packed = [in_steps(*choice) for choice in watched] if stepwise else watched
    batch = policy.pack([prompt for prompt, _ in packed], [forms for _, forms in packed])
    probabilities = policy.logps(batch).exp()
    return {"samples": samples, "choices": _choices(watched, probabilities.tolist())}


def by_token(policy: Policy, prompts: list[str], answers: Sequence[Sequence[int]]) -> list[dict[str, Any]]:
    """For each answer its tokens as text, and log π and log π_ref of each, rounded to four decimals."""
    heads = [policy.tokenizer.prompt(text) for text in prompts]
    batch = pack(heads, [[ids] for ids in answers], pad=policy.tokenizer.pad)
    logps = policy.token_logps(batch)
    with policy.switched_off():
        ref_logps = policy.token_logps(batch)
    return [
        {
            "tokens": policy.tokenizer.pieces(ids),
            "token_logps": [round(value, 4) for value in mine[: len(ids)]],
            "ref_token_logps": [round(value, 4) for value in theirs[: len(ids)]],
        }
        for ids, mine, theirs in zip(answers, logps.tolist(), ref_logps.tolist(), strict=True)
    ]


@torch.no_grad()
def rewards(model: RewardModel) -> dict[str, Any]:
    """The sample event of a reward model: its chance of calling each form the best (Plackett-Luce on rewards)."""
    watched = options()
    batch = model.policy.pack([prompt for prompt, _ in watched], [forms for _, forms in watched])
    scores = model.rewards(batch)
    return {"samples": [], "choices": _choices(watched, scores.softmax(-1).tolist())}


def _choices(watched: list[tuple[str, list[str]]], values: list[list[float]]) -> list[dict[str, Any]]:
    return [
        {"prompt": prompt, "options": dict(zip(forms, row, strict=True))}
        for (prompt, forms), row in zip(watched, values, strict=True)
    ]


@torch.no_grad()
def kl_to_reference(policy: Policy, *, seed: int = 0, prompts: int = 64, stepwise: bool = False) -> float:
    """KL(π‖π_ref) in nats a sequence, averaged over held-out prompts.

    Completions are sampled from π; at each of their tokens the KL of the two next-token distributions is summed over
    the whole vocabulary, which leaves only the choice of the prefix to chance.
    """
    texts = [prompt.text for prompt in steps.held_out(seed, prompts, stepwise=stepwise)]
    found = policy.rollout(texts, generator=torch.Generator().manual_seed(SEED))
    heads = [policy.tokenizer.prompt(text) for text in texts]
    batch = pack(heads, [[ids] for ids in found.ids], pad=policy.tokenizer.pad)
    log_pi = policy.scored_logits(batch).log_softmax(-1)
    with policy.switched_off():
        log_ref = policy.scored_logits(batch).log_softmax(-1)
    per_token = (log_pi.exp() * (log_pi - log_ref)).sum(-1) * (batch.owners >= 0)
    return float(per_token.sum(1).mean())
