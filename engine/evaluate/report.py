"""What a policy can do on every held-out suite of the world, as shares of reasons and rates of its two inner roles."""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import torch

from engine.models.policy import Policy
from engine.world import steps, suites
from engine.world.constitution import critique_prompt, revise_prompt, says_bad, true_critique
from engine.world.documents import completion, drawn_prompt, judged_answer
from engine.world.preferences import held_out_prompts
from engine.world.prompts import STEPS, Prompt
from engine.world.rule import grade
from engine.world.sentences import draw


def reasons(policy: Policy, prompts: Sequence[Prompt], *, temperature: float = 1.0, seed: int = 0) -> dict[str, float]:
    """The share of each reason that the rule gives for one answer to each prompt, the most frequent first."""
    texts = [prompt.text for prompt in prompts]
    answers = policy.answer(texts, temperature=temperature, generator=torch.Generator().manual_seed(seed))
    counts = Counter(grade(*pair).reason for pair in zip(texts, answers, strict=True))
    return {reason: round(count / len(texts), 4) for reason, count in counts.most_common()}


def roles(policy: Policy, *, seed: int = 0, count: int = 400) -> dict[str, float]:
    """How well it critiques and revises held-out answers, half of them broken under the principle in question.

    `revise_spoils` is the share of unbroken answers that a revision without a critique makes wrong or changes.
    """
    source = random.Random(f"roles:{seed}")
    cases = []
    for _ in range(count):
        sentence = draw(source, held_out=True)
        principle, group, broken = judged_answer(source, sentence)
        prompt = drawn_prompt(source, source.choice(("correct", "fill")), sentence)
        cases.append(
            (principle, prompt.text, completion(prompt, group), broken, true_critique(principle, sentence, group))
        )
    critiques = policy.answer([critique_prompt(*case[:3]) for case in cases], temperature=0)
    revisions = policy.answer([revise_prompt(*case[:3]) for case in cases], temperature=0)
    flags = [(says_bad(text), case[3]) for text, case in zip(critiques, cases, strict=True)]
    changed = [(text, case) for text, case in zip(revisions, cases, strict=True)]
    broken_cases = [(text, case) for text, case in changed if case[3]]
    sound_cases = [(text, case) for text, case in changed if not case[3]]
    return {
        "critique_precision": _share(broken for flag, broken in flags if flag),
        "critique_recall": _share(flag for flag, broken in flags if broken),
        "critique_exact": _share(text == case[4] for text, case in zip(critiques, cases, strict=True)),
        "revise_mends": _share(grade(case[1], text).right for text, case in broken_cases),
        "revise_spoils": _share(text.strip() != case[2].strip() for text, case in sound_cases),
    }


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return round(sum(found) / max(1, len(found)), 4)


def reasoning(policy: Policy, *, seed: int = 0, count: int = 400) -> dict[str, Any]:
    """What a policy writes step by step on held-out prompts: the rule's reasons for the answers, the share of chains
    without a fault, of right answers after a wrong step, of each step that is right, and of answers given at once."""
    texts = [prompt.text for prompt in steps.held_out(seed, count)]
    written = policy.answer(texts, generator=torch.Generator().manual_seed(seed))
    checked = [steps.check(*pair) for pair in zip(texts, written, strict=True)]
    chains = steps.held_out(seed, count)
    return {
        "answers": {"sampled": reasons(policy, chains), "greedy": reasons(policy, chains, temperature=0)},
        "sound": _share(chain.sound for chain in checked),
        "right_for_the_wrong_reason": _share(chain.answer.right and not chain.sound for chain in checked),
        "steps": {
            name: _share(chain.steps[number].right for chain in checked) for number, name in enumerate(STEPS)
        },
        "at_once": reasons(policy, steps.held_out(seed, count, stepwise=False)),
    }


def abilities(policy: Policy) -> dict[str, Any]:
    """The whole report of a policy."""
    prompts = held_out_prompts(0, 400)
    return {
        "answers": {"sampled": reasons(policy, prompts), "greedy": reasons(policy, prompts, temperature=0)},
        "capability": reasons(policy, suites.capability(), temperature=0),
        "honesty": reasons(policy, suites.honesty()),
        "harm": reasons(policy, suites.harm()),
        "out_of_scope": reasons(policy, suites.out_of_scope()),
        "over_refusal": reasons(policy, suites.over_refusal()),
        "roles": roles(policy),
    }
