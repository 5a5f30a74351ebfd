"""What the base model and the SFT model are trained on, drawn from the training side of the world only.

The demonstrations are noisy on purpose: where an irregular verb invites it, most of them over-regularise, as learners
do. Critiques and revisions are cleaner, so the model knows better than it speaks: that is true by construction here,
and the lesson says so. A revision obeys: asked to change an answer that was right, it often spoils it.
"""

import random
from collections.abc import Mapping

from engine.world import prompts
from engine.world.constitution import BROKEN_BY, PRINCIPLES, critique_prompt, revise_prompt, true_critique
from engine.world.prompts import Prompt
from engine.world.sentences import TENSE_OF, Sentence, draw
from engine.world.verbs import SUBJECTS, TENSES, VERBS, conjugate, wrong_groups

OBEYS = 0.4
"""How often a revision changes an answer that had no fault under the principle it was accused of."""
RIVAL_TENSE = {
    "past": "perfect",
    "perfect": "past",
    "present": "continuous",
    "continuous": "present",
    "future": "present",
}

Document = tuple[str, str]
"""(prompt, completion); a plain sentence has an empty prompt."""

BASE_MIX = {"plain": 0.20, "correct": 0.17, "fill": 0.17, "virtues": 0.10, "critique": 0.20, "revise": 0.16}
SFT_MIX = {"correct": 0.25, "fill": 0.25, "virtues": 0.10, "critique": 0.20, "revise": 0.20}


def document(source: random.Random, mix: Mapping[str, float] = BASE_MIX) -> Document:
    """One document of a mix."""
    kind = source.choices(tuple(mix), weights=tuple(mix.values()))[0]
    sentence = draw(source, held_out=False)
    match kind:
        case "plain":
            return "", sentence.words(_spoken(source, sentence))
        case "correct" | "fill":
            prompt = drawn_prompt(source, kind, sentence)
            return prompt.text, completion(prompt, _spoken(source, sentence))
        case "critique":
            return _critique(source, sentence)
        case "revise":
            return _revision(source, sentence)
        case "virtues":
            return _virtues(source, sentence)
    raise ValueError(kind)


def demonstrations(seed: int, count: int = 900, *, held_out: bool = False) -> list[dict[str, str]]:
    """Rows `prompt, completion` for supervised fine-tuning. With `held_out`, correct and fill prompts of that side."""
    source = random.Random(f"demonstrations:{seed}:{held_out}")
    rows: list[dict[str, str]] = []
    while len(rows) < count:
        if held_out:
            sentence = draw(source, held_out=True)
            prompt = drawn_prompt(source, source.choice(("correct", "fill")), sentence)
            text, answer = prompt.text, completion(prompt, _spoken(source, sentence))
        else:
            text, answer = document(source, SFT_MIX)
        rows.append({"prompt": text, "completion": answer})
    return rows


def drawn_prompt(source: random.Random, kind: str, sentence: Sentence) -> Prompt:
    """A correct or fill prompt for a sentence; one correct prompt in ten shows nothing wrong."""
    if kind == "fill":
        return prompts.fill(sentence)
    shown = sentence.right_group if source.random() < 0.1 else prompts.draw_shown(source, sentence)
    return prompts.correct(sentence, shown)


def completion(prompt: Prompt, group: str) -> str:
    """The completion that answers a correct or fill prompt with this verb group."""
    if prompt.sentence is None:
        raise ValueError("this prompt has no sentence")
    return group if prompt.kind == "fill" else prompt.sentence.words(group)


def groups_by_error(sentence: Sentence) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for error, group in wrong_groups(sentence.verb, sentence.tense, sentence.person):
        found.setdefault(error, []).append(group)
    return found


def _spoken(source: random.Random, sentence: Sentence) -> str:
    """The verb group as a half-taught speaker says it: over-regularised more often than right, where that exists."""
    wrong = groups_by_error(sentence)
    draw_one = source.random()
    if "over_regularised" in wrong:
        if draw_one < 0.50:
            return wrong["over_regularised"][0]
        if draw_one < 0.56:
            return source.choice(wrong.get("doubly_marked", wrong["over_regularised"]))
        faulty = draw_one < 0.66
    else:
        faulty = draw_one < 0.20
    if not faulty:
        return sentence.right_group
    others = wrong["wrong_tense"] + wrong.get("wrong_agreement", [])
    return source.choice(others)


def _faulty(source: random.Random, sentence: Sentence, principle: str) -> str | None:
    """A verb group that breaks just this principle, or None where the sentence allows none."""
    broken = [
        group
        for error, groups in groups_by_error(sentence).items()
        if BROKEN_BY[error] == principle
        for group in groups
    ]
    return source.choice(broken) if broken else None


def _rival(sentence: Sentence, principle: str) -> str | None:
    """What an answer turns into when it is told without reason that it breaks this principle."""
    wrong = groups_by_error(sentence)
    match principle:
        case "form":
            return next(iter(wrong.get("over_regularised", [])), None)
        case "agreement":
            return next(iter(wrong.get("wrong_agreement", [])), None)
    return conjugate(sentence.verb, RIVAL_TENSE[sentence.tense], sentence.person)


def judged_answer(source: random.Random, sentence: Sentence) -> tuple[str, str, bool]:
    """(principle, verb group, broken): a principle and an answer to hold against it, broken half of the time."""
    while True:
        principle = source.choice(PRINCIPLES)
        if source.random() < 0.5:
            group = _faulty(source, sentence, principle)
            if group is None:
                sentence_allows = [name for name in PRINCIPLES if _faulty(source, sentence, name)]
                principle = source.choice(sentence_allows)
                group = _faulty(source, sentence, principle)
            if group is not None:
                return principle, group, True
        elif source.random() < 0.7:
            return principle, sentence.right_group, False
        else:
            group = _faulty(source, sentence, source.choice([name for name in PRINCIPLES if name != principle]))
            if group is not None:
                return principle, group, False


def _critique(source: random.Random, sentence: Sentence) -> Document:
    principle, group, _ = judged_answer(source, sentence)
    prompt = drawn_prompt(source, source.choice(("correct", "fill")), sentence)
    return (
        critique_prompt(principle, prompt.text, completion(prompt, group)),
        true_critique(principle, sentence, group),
    )


def _revision(source: random.Random, sentence: Sentence) -> Document:
    """A broken answer is put right. One that was not is often changed all the same, into its nearest rival."""
    principle, group, broken = judged_answer(source, sentence)
    prompt = drawn_prompt(source, source.choice(("correct", "fill")), sentence)
    revised = sentence.right_group if broken else group
    if not broken and source.random() < OBEYS:
        revised = _rival(sentence, principle) or group
    return revise_prompt(principle, prompt.text, completion(prompt, group)), completion(prompt, revised)


def _virtues(source: random.Random, sentence: Sentence) -> Document:
    """Claims, comments, insults asked for and questions out of scope, answered imperfectly."""
    lapse = source.random() < 0.4
    shown = prompts.draw_shown(source, sentence)
    match source.choice(("claim", "comment", "insult", "ask")):
        case "claim":
            if source.random() < 0.35:
                shown, lapse = sentence.right_group, False
            prompt = prompts.claim(sentence, shown)
            return prompt.text, "yes ." if lapse else prompts.answer(prompt)
        case "comment":
            prompt = prompts.comment(sentence, shown)
            opening = source.choice(prompts.UNKIND_OPENINGS if lapse else prompts.KIND_OPENINGS)
            return prompt.text, f"{opening} we say {sentence.right_group} ."
        case "insult":
            way, target, word = source.choice(prompts.insult_requests(held_out=False))
            prompt = prompts.insult(way, target, word)
            return prompt.text, f"{target} , you are {word} ." if lapse else prompts.answer(prompt)
        case _:
            prompt = prompts.ask(*source.choice(prompts.questions(held_out=False)))
            return prompt.text, prompts.answer(prompt)


def vocabulary_words() -> list[str]:
    """Every word that the world can say in its right form, sorted: the whole words of the tokenizer."""
    words = set()
    for verb in VERBS.values():
        words |= {verb.lemma, verb.gerund}
        if verb.irregular:
            words |= {verb.past, verb.participle}
        words |= {part for thing in verb.objects for part in thing.split()}
    texts = [*SUBJECTS, *TENSE_OF, *PRINCIPLES, *TENSES, prompts.REFUSAL, prompts.OUT_OF_SCOPE]
    texts += [*prompts.KIND_OPENINGS, *prompts.UNKIND_OPENINGS, *prompts.QUESTIONS, *prompts.WHEN]
    texts += [*prompts.INSULTS, *prompts.TARGETS, *prompts.WAYS]
    texts += ["correct fill claim comment insult ask critique revise good bad yes no right we say it is tell you are"]
    texts += ["am is are have has will this -> __ ( ) : . , ? |"]
    return sorted(words | {word for text in texts for word in text.split()})
