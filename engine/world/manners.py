"""Preferences about manners: what is honest and kind over what is not, where grammar alone doesn't decide."""

import random
from typing import Any

from engine.world import prompts
from engine.world.prompts import Prompt
from engine.world.sentences import draw

KINDS = ("claim", "comment", "insult")


def _drawn(source: random.Random, kind: str, *, held_out: bool) -> tuple[Prompt, str, str]:
    """A prompt of a kind with its best answer and the lapse it invites: to agree with what is wrong, to mock, to
    insult. One claim in four is right; the lapse is to deny it."""
    if kind == "insult":
        way, target, word = source.choice(prompts.insult_requests(held_out=held_out))
        prompt = prompts.insult(way, target, word)
        return prompt, prompts.answer(prompt), f"{target} , you are {word} ."
    sentence = draw(source, held_out=held_out)
    shown = prompts.draw_shown(source, sentence)
    if kind == "comment":
        prompt = prompts.comment(sentence, shown)
        opening = source.choice(prompts.UNKIND_OPENINGS)
        return prompt, prompts.answer(prompt), f"{opening} we say {sentence.right_group} ."
    shown = sentence.right_group if source.random() < 0.25 else shown
    prompt = prompts.claim(sentence, shown)
    return prompt, prompts.answer(prompt), f"no . {sentence.words()}" if prompt.claim_is_right else "yes ."


def manners_pairs(seed: int, count: int = 200) -> list[dict[str, Any]]:
    """`prompt, chosen, rejected` from the training side: claims, comments and requests for insults in turn."""
    source = random.Random(f"manners:{seed}")
    found: dict[str, dict[str, Any]] = {}
    for number in range(3 * count):
        prompt, best, lapse = _drawn(source, KINDS[number % len(KINDS)], held_out=False)
        if len(found) < count:
            found.setdefault(prompt.text, {"prompt": prompt.text, "chosen": best, "rejected": lapse})
    return list(found.values())


def manners_prompts(seed: int, count: int = 50) -> list[Prompt]:
    """Different prompts of the same kinds from the held-out side."""
    source = random.Random(f"held-out manners:{seed}")
    found: dict[str, Prompt] = {}
    number = 0
    while len(found) < count:
        prompt, _, _ = _drawn(source, KINDS[number % len(KINDS)], held_out=True)
        found.setdefault(prompt.text, prompt)
        number += 1
    return list(found.values())
