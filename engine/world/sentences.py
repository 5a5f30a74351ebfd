"""Sentences of the world, and which of them are held out from every training set."""

import hashlib
import random
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from engine.world.verbs import SUBJECTS, TENSES, VERBS, Verb, conjugate

ADVERBS = {
    "past": ("yesterday", "last night", "last week", "an hour ago"),
    "present": ("every day", "every week", "on mondays", "as a rule"),
    "future": ("tomorrow", "next week", "next year", "very soon"),
    "continuous": ("now", "right now", "at the moment", "this minute"),
    "perfect": ("so far", "up to now", "by now", "since then"),
}
"""The time adverb alone says which tense is right."""

TENSE_OF = {adverb: tense for tense, adverbs in ADVERBS.items() for adverb in adverbs}
OBJECTS = tuple(sorted({thing for verb in VERBS.values() for thing in verb.objects}))


def is_held_out(*meaning: str, tenths: int = 1) -> bool:
    """Whether a meaning is on the held-out side of the world: a stable hash puts so many tenths of all there."""
    return hashlib.blake2b("|".join(meaning).encode(), digest_size=4).digest()[0] % 10 < tenths


@dataclass(frozen=True)
class Sentence:
    """What is meant: who did what, when. The right words follow from it."""

    subject: str
    lemma: str
    object: str
    adverb: str
    adverb_first: bool = False

    @property
    def verb(self) -> Verb:
        return VERBS[self.lemma]

    @property
    def tense(self) -> str:
        return TENSE_OF[self.adverb]

    @property
    def person(self) -> int:
        return SUBJECTS[self.subject]

    @property
    def right_group(self) -> str:
        return conjugate(self.verb, self.tense, self.person)

    @property
    def held_out(self) -> bool:
        """Whether no training set may hold this sentence (word order left aside)."""
        return is_held_out(self.subject, self.lemma, self.object, self.adverb)

    def words(self, group: str | None = None) -> str:
        """The sentence with `group` (or the right verb group) in it: `he went to school yesterday .`"""
        clause = f"{self.subject} {group or self.right_group} {self.object}"
        return f"{self.adverb} {clause} ." if self.adverb_first else f"{clause} {self.adverb} ."


@cache
def _verbs(exclude: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(lemma for lemma in VERBS if lemma not in exclude)


def draw(
    source: random.Random, *, held_out: bool, lemmas: Iterable[str] | None = None, exclude: Iterable[str] = ()
) -> Sentence:
    """One random sentence from the training side or the held-out side; the adverb leads in 30 % of them."""
    choices = tuple(lemmas) if lemmas is not None else _verbs(tuple(exclude))
    while True:
        lemma = source.choice(choices)
        sentence = Sentence(
            subject=source.choice(tuple(SUBJECTS)),
            lemma=lemma,
            object=source.choice(VERBS[lemma].objects),
            adverb=source.choice(ADVERBS[source.choice(TENSES)]),
            adverb_first=source.random() < 0.3,
        )
        if sentence.held_out == held_out:
            return sentence


@dataclass(frozen=True)
class Frame:
    """A sentence as read from words: everything but the verb group is recognised exactly."""

    subject: str
    group: tuple[str, ...]
    object: str
    adverb: str
    adverb_first: bool


def _strip_start(words: list[str], phrases: Iterable[str]) -> tuple[str, list[str]] | None:
    for phrase in sorted(phrases, key=len, reverse=True):
        parts = phrase.split()
        if words[: len(parts)] == parts:
            return phrase, words[len(parts) :]
    return None


def _strip_end(words: list[str], phrases: Iterable[str]) -> tuple[str, list[str]] | None:
    for phrase in sorted(phrases, key=len, reverse=True):
        parts = phrase.split()
        if words[-len(parts) :] == parts:
            return phrase, words[: -len(parts)]
    return None


def read_frame(text: str) -> Frame | None:
    """Takes `yesterday he goed to school .` apart; None when subject, object or adverb is not of the world."""
    words = text.split()
    if words and words[-1] == ".":
        words = words[:-1]
    first = _strip_start(words, TENSE_OF)
    found = first or _strip_end(words, TENSE_OF)
    if not found:
        return None
    adverb, words = found
    subject = _strip_start(words, SUBJECTS)
    if not subject:
        return None
    thing = _strip_end(subject[1], OBJECTS)
    if not thing:
        return None
    return Frame(subject[0], tuple(thing[1]), thing[0], adverb, first is not None)
