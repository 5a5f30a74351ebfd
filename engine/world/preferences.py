"""Preference sets of the world, seeded: pairs for training, pairs and prompts held out, and nothing in both."""

import random
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from engine.world import prompts
from engine.world.documents import completion, drawn_prompt, groups_by_error
from engine.world.prompts import Prompt
from engine.world.sentences import Sentence, draw
from engine.world.verbs import HELD_OUT_VERBS, VERBS

Row = dict[str, Any]

FAULTS = {"over_regularised": 0.5, "doubly_marked": 0.1, "wrong_tense": 0.25, "wrong_agreement": 0.15}
"""How often each fault is the rejected side, where the sentence allows it: about how the tutor really errs."""


def pair(source: random.Random, *, held_out: bool, lemmas: Collection[str]) -> Row:
    """One preference: the right answer over a faulty one or, one time in ten, *goed* over *wented*."""
    sentence = draw(source, held_out=held_out, lemmas=tuple(lemmas))
    prompt = drawn_prompt(source, source.choice(("correct", "fill")), sentence)
    wrong = groups_by_error(sentence)
    if "doubly_marked" in wrong and source.random() < 0.1:
        chosen, rejected = wrong["over_regularised"][0], wrong["doubly_marked"][0]
    else:
        fault = source.choices(list(wrong), weights=[FAULTS[name] for name in wrong])[0]
        chosen, rejected = sentence.right_group, source.choice(wrong[fault])
    return {
        "prompt": prompt.text,
        "chosen": completion(prompt, chosen),
        "rejected": completion(prompt, rejected),
    }


def _distinct(rows: Iterator[Row], count: int) -> list[Row]:
    found: dict[tuple[str, ...], Row] = {}
    for row in rows:
        found.setdefault(tuple(str(value) for value in row.values()), row)
        if len(found) == count:
            break
    return list(found.values())


def _pairs(seed: str, count: int, *, held_out: bool, lemmas: Collection[str]) -> list[Row]:
    source = random.Random(seed)
    return _distinct((pair(source, held_out=held_out, lemmas=lemmas) for _ in iter(int, 1)), count)


TRAINED_VERBS = tuple(lemma for lemma in VERBS if lemma not in HELD_OUT_VERBS)


def training_pairs(seed: int, count: int = 200) -> list[Row]:
    """`prompt, chosen, rejected` from the training side of the world, without the held-out verbs."""
    return _pairs(f"pairs:{seed}", count, held_out=False, lemmas=TRAINED_VERBS)


def held_out_pairs(seed: int, count: int = 40) -> list[Row]:
    """Pairs on held-out sentences, over all verbs: a fifth of them on verbs that no preference was given for."""
    return _pairs(f"held-out pairs:{seed}", count, held_out=True, lemmas=tuple(VERBS))


def unpaired(rows: Iterable[Row], seed: int) -> list[Row]:
    """`prompt, completion, label` of both sides of every pair, shuffled so that nothing shows what was a pair."""
    single = [
        {"prompt": row["prompt"], "completion": row[side], "label": side == "chosen"}
        for row in rows
        for side in ("chosen", "rejected")
    ]
    random.Random(f"unpaired:{seed}").shuffle(single)
    return single


def held_out_prompts(seed: int, count: int = 50, lemmas: Collection[str] = tuple(VERBS)) -> list[Prompt]:
    """Correct and fill prompts on held-out sentences, each different, half of each kind."""
    source = random.Random(f"held-out prompts:{seed}")
    found: dict[str, Prompt] = {}
    while len(found) < count:
        sentence = draw(source, held_out=True, lemmas=tuple(lemmas))
        prompt = drawn_prompt(source, ("correct", "fill")[len(found) % 2], sentence)
        found.setdefault(prompt.text, prompt)
    return list(found.values())


def draw_training_prompt(source: random.Random) -> Prompt:
    """A correct or fill prompt from the training side, without the held-out verbs."""
    sentence = draw(source, held_out=False, lemmas=TRAINED_VERBS)
    return drawn_prompt(source, source.choice(("correct", "fill")), sentence)


def training_prompts(seed: int, count: int) -> list[Prompt]:
    """Different training prompts, seeded."""
    source = random.Random(f"prompts:{seed}")
    found: dict[str, Prompt] = {}
    while len(found) < count:
        prompt = draw_training_prompt(source)
        found.setdefault(prompt.text, prompt)
    return list(found.values())


WATCHED = (
    Sentence("he", "go", "to the market", "yesterday", adverb_first=True),
    Sentence("the teacher", "teach", "the class", "last week"),
    Sentence("i", "write", "a letter", "so far"),
    Sentence("tom", "swim", "in the sea", "every day"),
    Sentence("anna", "catch", "the train", "an hour ago"),
    Sentence("tom", "buy", "a ticket", "last night"),
    Sentence("my brother", "break", "the lamp", "last night"),
    Sentence("he", "sing", "a song", "by now", adverb_first=True),
)
"""The eight sentences whose answers every run shows as it goes: most in the past, where it errs most; all held out."""


def watched_prompts() -> list[Prompt]:
    """The eight fixed prompts, fill and correct in turn."""
    return [
        prompts.fill(sentence)
        if number % 2 == 0
        else prompts.correct(sentence, next(iter(groups_by_error(sentence).values()))[0])
        for number, sentence in enumerate(WATCHED)
    ]
