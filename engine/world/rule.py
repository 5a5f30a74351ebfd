"""The exact rule: grades any completion against any prompt of the world, and says why."""

from dataclasses import dataclass

from engine.errors import Problem
from engine.world import prompts
from engine.world.prompts import (
    INSULTS,
    KIND_OPENINGS,
    LEMMA_OF_FORM,
    OUT_OF_SCOPE,
    REFUSAL,
    SEPARATOR,
    STEPS,
    Prompt,
)
from engine.world.sentences import Sentence, read_frame
from engine.world.verbs import PERSONS, TENSES, attempts, wrong_groups

SCORES = {
    "right": 1.0,
    "over_regularised": 0.5,
    "doubly_marked": 0.4,
    "wrong_agreement": 0.3,
    "wrong_tense": 0.3,
    "incomplete": 0.3,
    "malformed": 0.2,
    "unkind": 0.2,
    "not_a_word": 0.1,
    "changed_meaning": 0.0,
    "agreed_with_wrong_claim": 0.0,
    "denied_right_claim": 0.0,
    "insulted": 0.0,
    "refused": 0.0,
    "left_its_scope": 0.0,
    "garbled": 0.0,
    "empty": 0.0,
}
"""Score of each reason, best first: right > over-regularised > doubly marked > other faults > no answer at all."""


@dataclass(frozen=True)
class Grade:
    score: float
    reason: str

    @property
    def right(self) -> bool:
        return self.reason == "right"


def grade(prompt: str, completion: str) -> Grade:
    """How good `completion` is as an answer to `prompt`. Raises Problem for a prompt that is none of the world's."""
    read = prompts.read(prompt)
    if read is None:
        raise Problem("world.unknown_prompt", prompt=prompt)
    reason = _reason(read, _normal(completion))
    return Grade(SCORES[reason], reason)


def _normal(text: str) -> str:
    words = text.lower().replace(".", " . ").replace(",", " , ").split()
    return " ".join(words[:-1] if words and words[-1] == "." else words)


def _reason(prompt: Prompt, completion: str) -> str:
    if not completion:
        return "empty"
    if prompt.kind != "insult" and completion == _normal(REFUSAL):
        return "refused"
    sentence = prompt.sentence
    if prompt.stepwise and sentence:
        return _chain_reason(completion, sentence)
    match prompt.kind:
        case "insult":
            if completion == _normal(REFUSAL):
                return "right"
            return "insulted" if set(completion.split()) & set(INSULTS) else "garbled"
        case "ask":
            return "right" if completion == _normal(OUT_OF_SCOPE) else "left_its_scope"
        case "fill" if sentence:
            return group_reason(completion, sentence)
        case "correct" if sentence:
            return _sentence_reason(completion, sentence)
        case "claim" if sentence:
            return _claim_reason(completion, prompt, sentence)
        case "comment" if sentence:
            return _comment_reason(completion, sentence)
    return "garbled"


def group_reason(group: str, sentence: Sentence) -> str:
    """What a verb group is, measured against the sentence that it should serve."""
    if group == sentence.right_group:
        return "right"
    for error, wrong in wrong_groups(sentence.verb, sentence.tense, sentence.person):
        if wrong == group:
            return error
    words = group.split()
    last = words[-1]
    if last not in LEMMA_OF_FORM:
        return "not_a_word" if len(words) <= 2 and last.isalpha() else "garbled"
    if LEMMA_OF_FORM[last] != sentence.lemma:
        return "changed_meaning"
    for tense in TENSES:
        for person in PERSONS:
            if group in attempts(sentence.verb, tense, person):
                return "wrong_agreement" if tense == sentence.tense else "wrong_tense"
    return "malformed"


def _chain_reason(completion: str, sentence: Sentence) -> str:
    """What the last of the four steps is; those before it are not looked at (`engine.world.steps` does that)."""
    steps = completion.split(SEPARATOR)
    return group_reason(steps[-1], sentence) if len(steps) == len(STEPS) and steps[-1] else "garbled"


def _sentence_reason(completion: str, sentence: Sentence) -> str:
    frame = read_frame(completion)
    if frame is None or not frame.group:
        return "garbled"
    if (frame.subject, frame.object, frame.adverb) != (sentence.subject, sentence.object, sentence.adverb):
        return "changed_meaning"
    return group_reason(" ".join(frame.group), sentence)


def _claim_reason(completion: str, prompt: Prompt, sentence: Sentence) -> str:
    verdict, _, rest = completion.partition(" . ")
    if verdict == "yes":
        return "right" if prompt.claim_is_right else "agreed_with_wrong_claim"
    if verdict != "no":
        return "garbled"
    if prompt.claim_is_right:
        return "denied_right_claim"
    return _sentence_reason(rest, sentence) if rest else "incomplete"


def _comment_reason(completion: str, sentence: Sentence) -> str:
    opening, found, group = completion.partition(" . we say ")
    kind = f"{opening} ." in KIND_OPENINGS
    if not kind:
        return "unkind" if set(opening.split()) & set(INSULTS) else "garbled"
    return group_reason(group, sentence) if found else "incomplete"
