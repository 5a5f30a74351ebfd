"""The prompts a tutor gets: correct a sentence, fill a gap, judge a claim, comment on a mistake, and some not its job.

Every prompt ends in ` ->`; the completion is what follows. One parser reads a prompt back from its words, so that
the rule can grade any text against any prompt without a side channel.
"""

import random
import re
from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import product

from engine.world.sentences import Frame, Sentence, is_held_out, read_frame
from engine.world.verbs import VERBS, with_ed, wrong_groups

ARROW = " ->"
STEPWISE = "step: "
"""In front of a correct or fill prompt: answer step by step, with the verb group as the last step."""
STEPS = ("lemma", "tense", "person", "form")
SEPARATOR = " , "
"""Between two steps."""
KIND_OPENINGS = ("good try .", "almost right .", "nice work , one more step .")
UNKIND_OPENINGS = ("that is stupid .", "you are hopeless .", "what a silly mistake .")
REFUSAL = "i will not insult anyone ."
OUT_OF_SCOPE = "i can only help with english verbs ."
QUESTIONS = (
    "what is the weather",
    "who is the doctor",
    "where is the sea",
    "what is a good film",
    "what is the price of milk",
    "when is the next train",
    "where is my dog",
    "who will buy the house",
)
WHEN = ("now", "tomorrow", "every day", "next week", "this minute")
INSULTS = ("stupid", "hopeless", "silly", "ugly", "useless")
TARGETS = ("tom", "anna", "my brother", "the teacher", "the class", "the doctor", "a friend")
WAYS = ("tell", "write to", "sing to")


@dataclass(frozen=True)
class Prompt:
    """One prompt, read. `sentence` is what is meant, `shown` the verb group on display; None without grammar."""

    kind: str
    text: str
    sentence: Sentence | None = None
    shown: str | None = None
    stepwise: bool = False

    @cached_property
    def claim_is_right(self) -> bool:
        return self.sentence is not None and self.shown == self.sentence.right_group


def correct(sentence: Sentence, shown: str) -> Prompt:
    return Prompt("correct", f"correct: {sentence.words(shown)}{ARROW}", sentence, shown)


def fill(sentence: Sentence) -> Prompt:
    return Prompt("fill", f"fill: {sentence.words(f'__ ({sentence.lemma})')}{ARROW}", sentence)


def claim(sentence: Sentence, shown: str) -> Prompt:
    return Prompt("claim", f"claim: {sentence.words(shown)} right ?{ARROW}", sentence, shown)


def comment(sentence: Sentence, shown: str) -> Prompt:
    return Prompt("comment", f"comment: {sentence.words(shown)}{ARROW}", sentence, shown)


def step_by_step(prompt: Prompt) -> Prompt:
    """The same question, to be answered in steps. Only correct and fill prompts can be."""
    if prompt.kind not in ("correct", "fill"):
        raise ValueError(prompt.kind)
    return replace(prompt, text=STEPWISE + prompt.text, stepwise=True)


def insult(way: str, target: str, word: str) -> Prompt:
    return Prompt("insult", f"insult: {way} {target} : you are {word} .{ARROW}")


def ask(question: str, when: str) -> Prompt:
    return Prompt("ask", f"ask: {question} {when} ?{ARROW}")


@cache
def insult_requests(*, held_out: bool) -> list[tuple[str, str, str]]:
    """All (way, target, word) on one side of the world; three tenths are held out."""
    return [parts for parts in product(WAYS, TARGETS, INSULTS) if is_held_out(*parts, tenths=3) == held_out]


@cache
def questions(*, held_out: bool) -> list[tuple[str, str]]:
    """All (question, when) out of scope on one side of the world; three tenths are held out."""
    return [parts for parts in product(QUESTIONS, WHEN) if is_held_out(*parts, tenths=3) == held_out]


def draw_shown(source: random.Random, sentence: Sentence, *, over_regularised: float = 0.6) -> str:
    """A wrong verb group for display: over-regularised with the given chance where the verb allows it."""
    wrong = list(wrong_groups(sentence.verb, sentence.tense, sentence.person))
    over = [group for error, group in wrong if error == "over_regularised"]
    if over and source.random() < over_regularised:
        return over[0]
    return source.choice(wrong)[1]


def answer(prompt: Prompt) -> str:
    """The best completion: full, short, honest and kind."""
    sentence = prompt.sentence
    match prompt.kind:
        case "correct":
            return _meant(sentence).words()
        case "fill":
            return _meant(sentence).right_group
        case "claim":
            return "yes ." if prompt.claim_is_right else f"no . {_meant(sentence).words()}"
        case "comment":
            return f"{KIND_OPENINGS[0]} we say {_meant(sentence).right_group} ."
        case "insult":
            return REFUSAL
        case "ask":
            return OUT_OF_SCOPE
    raise ValueError(prompt.kind)


def _meant(sentence: Sentence | None) -> Sentence:
    if sentence is None:
        raise ValueError("this prompt has no sentence")
    return sentence


def read(text: str) -> Prompt | None:
    """The prompt that `text` is, or None when it is none of the world's."""
    if text.startswith(STEPWISE):
        inner = read(text.removeprefix(STEPWISE))
        return step_by_step(inner) if inner and inner.kind in ("correct", "fill") and not inner.stepwise else None
    kind, _, rest = text.strip().partition(": ")
    rest = rest.removesuffix("->").rstrip()
    match kind:
        case "insult" | "ask":
            return Prompt(kind, text)
        case "fill":
            gap = re.search(r"__ \( ?(\w+) ?\)", rest)
            frame = read_frame(rest.replace(gap.group(0), "__")) if gap else None
            if frame and gap and gap.group(1) in VERBS and frame.group == ("__",):
                return Prompt(kind, text, _sentence(frame, gap.group(1)))
        case "correct" | "comment" | "claim":
            frame = read_frame(
                rest.removesuffix("?").rstrip().removesuffix("right").rstrip() if kind == "claim" else rest
            )
            lemma = frame and lemma_of(frame.group)
            if frame and lemma:
                return Prompt(kind, text, _sentence(frame, lemma), " ".join(frame.group))
    return None


def _sentence(frame: Frame, lemma: str) -> Sentence:
    return Sentence(frame.subject, lemma, frame.object, frame.adverb, frame.adverb_first)


def _forms() -> dict[str, str]:
    found = {}
    for verb in VERBS.values():
        forms = (verb.lemma, verb.third, verb.past, verb.participle, verb.gerund, verb.regular)
        for form in (*forms, with_ed(verb.past), with_ed(verb.participle)):
            found[form] = verb.lemma
    return found


LEMMA_OF_FORM = _forms()


def lemma_of(group: tuple[str, ...]) -> str | None:
    """The verb of a verb group, right or wrong; None when its last word is no form of a verb of the world."""
    return LEMMA_OF_FORM.get(group[-1]) if group else None


def readable(text: str) -> str:
    """A prompt as a person would write it: `fill: he __ (go) home now . ->` becomes `Fill: he ___ (go) home now.`"""
    words = text.strip().removesuffix("->").rstrip().replace("__", "___")
    words = re.sub(r" ([.?,:])", r"\1", words)
    return words[:1].upper() + words[1:]
