"""Answers in steps, lemma → tense → person → form, as in `go , past , he , went`: their checker and noisy examples.

The person is written as the pronoun that stands for it: `i`, `you`, `he`. The examples err at known rates, each step
by itself, and the form follows the steps before it most of the time. So a wrong person before `went` is common: a
right answer for the wrong reason, which a look at the answer alone cannot see.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import Problem
from engine.world import prompts
from engine.world.documents import demonstrations, drawn_prompt
from engine.world.preferences import TRAINED_VERBS, draw_training_prompt, held_out_prompts, watched_prompts
from engine.world.prompts import SEPARATOR, STEPS, Prompt
from engine.world.rule import Grade, grade
from engine.world.sentences import Sentence, draw
from engine.world.verbs import TENSES, VERBS, conjugate, with_ed, wrong_groups

PERSON_WORDS = {1: "i", 2: "you", 3: "he"}
PERSONS = {word: person for person, word in PERSON_WORDS.items()}
HEDGE = " | "
ERRS = {"lemma": 0.03, "tense": 0.15, "person": 0.25, "form": 0.25}
"""How often a step of an example is wrong by itself; the form, where English has an irregular one to spoil."""
FOLLOWS = 0.8
"""How often the form follows from steps of which one is wrong; else it is made from what the prompt really asks."""
HEDGES = 0.05
"""How often an example names two forms instead of one."""
FAULTS = {"lemma": 0.35, "tense": 0.05, "person": 0.10, "form": 0.40, "skipped": 0.10}
"""Where a fault is that is put in on purpose."""
WRONG = {"lemma": "wrong_lemma", "tense": "wrong_tense", "person": "wrong_person"}


# -- the checker


@dataclass(frozen=True)
class Step:
    """One step as it was written: which of the four it should be, and `right`, or what is wrong with it.

    Reasons: right, wrong_lemma, wrong_tense, wrong_person, those of the rule for the form, missing, extra.
    """

    name: str
    written: str
    reason: str

    @property
    def right(self) -> bool:
        return self.reason == "right"


@dataclass(frozen=True)
class Checked:
    """A chain as the checker sees it. `answer` is the rule's grade of its last step, whatever stands before it."""

    steps: tuple[Step, ...]
    answer: Grade

    @property
    def first_error(self) -> int | None:
        """The number of the first wrong step, from 1; None where all are right."""
        return next((number for number, step in enumerate(self.steps, 1) if not step.right), None)

    @property
    def sound(self) -> bool:
        """Right for the right reason: every step is."""
        return self.first_error is None

    @property
    def right_share(self) -> float:
        """The share of the steps that are right."""
        return sum(step.right for step in self.steps) / len(self.steps)


def check(prompt: str, completion: str) -> Checked:
    """Each step against what the prompt asks. Raises Problem for a prompt that does not ask for steps."""
    read = prompts.read(prompt)
    if read is None or not read.stepwise or read.sentence is None:
        raise Problem("world.not_stepwise", prompt=prompt)
    answer = grade(prompt, completion)
    truth = dict(zip(STEPS, solution(read.sentence), strict=True))
    written = split(completion)
    steps = []
    for name, said in zip(STEPS, written, strict=False):
        if said == truth[name]:
            reason = "right"
        elif name == "form":
            reason = answer.reason if len(written) == len(STEPS) else "garbled"
        else:
            reason = WRONG[name]
        steps.append(Step(name, said, reason))
    steps += [Step(name, "", "missing") for name in STEPS[len(written) :]]
    steps += [Step("form", said, "extra") for said in written[len(STEPS) :]]
    return Checked(tuple(steps), answer)


def mentions(prompt: str, completion: str) -> bool:
    """The sloppy checker: whether the right verb group occurs anywhere, in whatever company. Easy to write, and
    easy to please by naming several forms."""
    read = prompts.read(prompt)
    if read is None or read.sentence is None:
        raise Problem("world.unknown_prompt", prompt=prompt)
    words = f" {' '.join(completion.lower().replace('.', ' ').split())} "
    return f" {read.sentence.right_group} " in words


# -- chains


def solution(sentence: Sentence) -> tuple[str, str, str, str]:
    """The four steps, all right."""
    return sentence.lemma, sentence.tense, PERSON_WORDS[sentence.person], sentence.right_group


def join(steps: Sequence[str]) -> str:
    return SEPARATOR.join(steps)


def split(completion: str) -> tuple[str, ...]:
    """The steps of a completion, without the full stop that may end it; none for an empty one."""
    text = " ".join(completion.lower().replace(",", " , ").split()).removesuffix(" .")
    return tuple(text.split(SEPARATOR)) if text else ()


def noisy(source: random.Random, sentence: Sentence) -> tuple[str, str, str, str]:
    """Four steps as a half-taught tutor writes them, by the rates above."""
    lemma, tense, person = sentence.lemma, sentence.tense, sentence.person
    if source.random() < ERRS["lemma"]:
        lemma = source.choice([other for other in VERBS if other != lemma])
    if source.random() < ERRS["tense"]:
        tense = source.choice([other for other in TENSES if other != tense])
    if source.random() < ERRS["person"]:
        person = source.choice([other for other in PERSON_WORDS if other != person])
    follows = source.random() < FOLLOWS
    meant = (lemma, tense, person) if follows else (sentence.lemma, sentence.tense, sentence.person)
    return lemma, tense, PERSON_WORDS[person], _form(source, *meant)


def _form(source: random.Random, lemma: str, tense: str, person: int) -> str:
    verb = VERBS[lemma]
    right = conjugate(verb, tense, person)
    if verb.irregular and tense in ("past", "perfect") and source.random() < ERRS["form"]:
        over = with_ed(lemma)
        return over if tense == "past" else f"{right.split()[0]} {over}"
    if source.random() < HEDGES:
        others = [form for other in TENSES if (form := conjugate(verb, other, person)) != right]
        pair = [right, source.choice(others)]
        source.shuffle(pair)
        return HEDGE.join(pair)
    return right


def faulty(source: random.Random, sentence: Sentence) -> tuple[str, ...]:
    """A chain with one fault put in on purpose, above all those that the tutor makes rarely: so that a reward model
    has seen them. A wrong step is followed by the form that goes with it, or by the right one."""
    right = solution(sentence)
    lemma, tense, person = sentence.lemma, sentence.tense, sentence.person
    place = source.choices(tuple(FAULTS), weights=tuple(FAULTS.values()))[0]
    match place:
        case "lemma":
            lemma = source.choice([other for other in VERBS if other != lemma])
        case "tense":
            tense = source.choice([other for other in TENSES if other != tense])
        case "person":
            person = source.choice([other for other in PERSON_WORDS if other != person])
        case "form":
            return (*right[:3], _wrong_form(source, sentence))
        case "skipped":
            gap = source.randrange(len(right))
            return right[:gap] + right[gap + 1 :]
    form = conjugate(VERBS[lemma], tense, person) if source.random() < 0.5 else right[3]
    return lemma, tense, PERSON_WORDS[person], form


def _wrong_form(source: random.Random, sentence: Sentence) -> str:
    """A form that errs in a way of its own, or one of another verb."""
    if source.random() < 0.4:
        other = source.choice([verb for verb in VERBS.values() if verb.lemma != sentence.lemma])
        return conjugate(other, sentence.tense, sentence.person)
    return source.choice([group for _, group in wrong_groups(sentence.verb, sentence.tense, sentence.person)])


# -- data sets


def stepwise_rows(seed: int, count: int, *, held_out: bool = False) -> list[dict[str, Any]]:
    """Rows `prompt, completions, labels`: chains labelled by the checker, half of them noisy, half with a fault put
    in. The last label is that of the answer. Prompts do not repeat."""
    source = random.Random(f"steps:{seed}:{held_out}")
    found: dict[str, dict[str, Any]] = {}
    while len(found) < count:
        sentence = draw(source, held_out=held_out, lemmas=tuple(VERBS) if held_out else TRAINED_VERBS)
        prompt = prompts.step_by_step(drawn_prompt(source, source.choice(("correct", "fill")), sentence))
        chain = noisy(source, sentence) if source.random() < 0.5 else faulty(source, sentence)
        checked = check(prompt.text, join(chain))
        labels = [*(step.right for step in checked.steps[: len(chain) - 1]), checked.answer.right]
        found.setdefault(prompt.text, {"prompt": prompt.text, "completions": list(chain), "labels": labels})
    return list(found.values())


def reasoning_demonstrations(seed: int, count: int, plain: int) -> list[dict[str, str]]:
    """Rows `prompt, completion`: `count` noisy chains over all verbs, and `plain` examples of the tutor's other
    trades, so that it does not lose them."""
    source = random.Random(f"reasoning:{seed}")
    rows = []
    for _ in range(count):
        sentence = draw(source, held_out=False)
        prompt = prompts.step_by_step(drawn_prompt(source, source.choice(("correct", "fill")), sentence))
        rows.append({"prompt": prompt.text, "completion": join(noisy(source, sentence))})
    rows += demonstrations(seed + 1, plain)
    source.shuffle(rows)
    return rows


def draw_prompt(source: random.Random, *, stepwise: bool = True) -> Prompt:
    """A prompt to train on, without the held-out verbs; to be answered in steps, or at once."""
    drawn = draw_training_prompt(source)
    return prompts.step_by_step(drawn) if stepwise else drawn


def held_out(seed: int, count: int = 50, *, stepwise: bool = True) -> list[Prompt]:
    """Held-out prompts, each different, half fill and half correct."""
    found = held_out_prompts(seed, count)
    return [prompts.step_by_step(prompt) for prompt in found] if stepwise else found


def watched(*, stepwise: bool = True) -> list[Prompt]:
    """The eight prompts whose answers every run shows."""
    found = watched_prompts()
    return [prompts.step_by_step(prompt) for prompt in found] if stepwise else found
