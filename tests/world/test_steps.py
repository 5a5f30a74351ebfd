"""Chains of steps: the checker is exact, the examples err at their rates, and nothing is in both halves."""

import random
from collections import Counter

import pytest

from engine.errors import Problem
from engine.models.policy import BASE
from engine.models.tokenizer import Tokenizer
from engine.world import prompts, steps
from engine.world.rule import grade
from engine.world.sentences import Sentence, draw
from engine.world.verbs import PERSONS, TENSES, VERBS, conjugate

GO = Sentence("he", "go", "to school", "so far")
PROMPT = prompts.step_by_step(prompts.fill(GO)).text


@pytest.mark.parametrize(
    ("completion", "reasons"),
    [
        ("go , perfect , he , has gone", ["right", "right", "right", "right"]),
        ("go , perfect , he , has gone .", ["right", "right", "right", "right"]),
        ("eat , perfect , he , has eaten", ["wrong_lemma", "right", "right", "changed_meaning"]),
        ("go , past , he , went", ["right", "wrong_tense", "right", "wrong_tense"]),
        ("go , perfect , i , have gone", ["right", "right", "wrong_person", "wrong_agreement"]),
        ("go , perfect , i , has gone", ["right", "right", "wrong_person", "right"]),
        ("go , perfect , he , has goed", ["right", "right", "right", "over_regularised"]),
        ("go , perfect , he , went | has gone", ["right", "right", "right", "malformed"]),
        ("go , perfect , he", ["right", "right", "right", "missing"]),
        ("has gone", ["wrong_lemma", "missing", "missing", "missing"]),
        ("go , perfect , he , has gone , has gone", ["right", "right", "right", "right", "extra"]),
        ("", ["missing"] * 4),
    ],
)
def test_every_step_is_graded_with_its_reason(completion, reasons):
    checked = steps.check(PROMPT, completion)
    assert [step.reason for step in checked.steps] == reasons
    wrong = [number for number, reason in enumerate(reasons, 1) if reason != "right"]
    assert checked.first_error == (wrong[0] if wrong else None)
    assert checked.sound == (not wrong)


def test_the_rule_grades_the_last_of_four_steps_only():
    assert grade(PROMPT, "eat , past , you , has gone").right
    assert grade(PROMPT, "go , perfect , he , has goed").reason == "over_regularised"
    assert grade(PROMPT, "has gone").reason == "garbled"
    assert grade(PROMPT, "go , perfect , he , has gone , has gone").reason == "garbled"
    assert grade(PROMPT, "").reason == "empty"
    assert grade(PROMPT, "i will not insult anyone .").reason == "refused"


def test_the_sloppy_checker_is_pleased_by_naming_several_forms():
    for completion in ("go , perfect , he , went | has gone", "has gone", "has gone | has goed", "I say has gone."):
        assert steps.mentions(PROMPT, completion)
    for completion in ("go , perfect , he , has goed", "has | gone", "has gonea", ""):
        assert not steps.mentions(PROMPT, completion)


def test_every_right_chain_of_the_grammar_is_sound():
    for prompt in [*steps.held_out(0, 60), *steps.watched()]:
        assert prompts.read(prompt.text) == prompt
        checked = steps.check(prompt.text, steps.join(steps.solution(prompt.sentence)))
        assert checked.sound
        assert checked.answer.right
        assert checked.right_share == 1


def test_more_than_half_of_the_wrong_persons_do_not_show_in_the_form():
    """The count that chapter 07 gives: 320 of 600."""
    cells = [(verb, tense, person) for verb in VERBS.values() for tense in TENSES for person in PERSONS]
    unseen = [
        conjugate(verb, tense, person) == conjugate(verb, tense, other)
        for verb, tense, person in cells
        for other in PERSONS
        if other != person
    ]
    assert (sum(unseen), len(unseen)) == (320, 600)


def test_the_examples_err_at_their_rates():
    source = random.Random(0)
    sentences = [draw(source, held_out=False) for _ in range(4000)]
    checked = [
        steps.check(prompts.step_by_step(prompts.fill(sentence)).text, steps.join(steps.noisy(source, sentence)))
        for sentence in sentences
    ]
    right = {name: sum(chain.steps[number].right for chain in checked) / 4000 for number, name in enumerate(steps.ERRS)}
    for name in ("lemma", "tense", "person"):
        assert 1 - right[name] == pytest.approx(steps.ERRS[name], abs=0.025)
    lucky = sum(chain.answer.right and not chain.sound for chain in checked) / 4000
    assert lucky > 0.08, "right forms after a wrong step are what a process reward model is for"
    assert 0.5 < right["form"] < 0.8


def test_a_fault_that_is_put_in_is_one():
    source = random.Random(1)
    reasons = Counter()
    for _ in range(1000):
        sentence = draw(source, held_out=False)
        prompt = prompts.step_by_step(prompts.fill(sentence)).text
        checked = steps.check(prompt, steps.join(steps.faulty(source, sentence)))
        assert not checked.sound
        reasons[checked.steps[checked.first_error - 1].reason] += 1
    assert {"wrong_lemma", "wrong_tense", "wrong_person", "changed_meaning", "over_regularised"} <= reasons.keys()


def test_the_labels_are_those_of_the_checker():
    rows = steps.stepwise_rows(1, 300)
    assert {len(row["completions"]) for row in rows} == {3, 4}
    for row in rows:
        checked = steps.check(row["prompt"], steps.join(row["completions"]))
        count = len(row["completions"])
        assert len(row["labels"]) == count
        assert row["labels"][:-1] == [step.right for step in checked.steps[: count - 1]]
        assert row["labels"][-1] == checked.answer.right, "the last label is that of the answer"


def test_nothing_held_out_is_trained_on():
    def meaning(row):
        read = prompts.read(row["prompt"])
        return read.sentence.held_out

    assert not any(map(meaning, steps.stepwise_rows(0, 300)))
    assert all(map(meaning, steps.stepwise_rows(0, 100, held_out=True)))
    shown = [row["prompt"] for row in steps.reasoning_demonstrations(0, 200, 50) if row["prompt"].startswith("step: ")]
    assert len(shown) == 200
    assert not any(prompts.read(text).sentence.held_out for text in shown)
    source = random.Random(0)
    assert not any(steps.draw_prompt(source).sentence.held_out for _ in range(200))


def test_chains_are_made_of_words_the_tutor_has():
    """No step needs letters as a last resort, and a comma ends one in every chain."""
    tokenizer = Tokenizer.load(BASE)
    for row in steps.stepwise_rows(0, 200):
        if len(row["completions"]) < 4:
            continue
        pieces = tokenizer.pieces(tokenizer.completion(steps.join(row["completions"])))
        assert pieces.count(",") == 3
        assert sum(len(piece.removeprefix("##")) == 1 and piece not in (",", "i", "|") for piece in pieces) <= 1


def test_only_prompts_that_ask_for_steps_can_be_checked():
    plain = prompts.fill(GO).text
    with pytest.raises(Problem, match=r"world\.not_stepwise"):
        steps.check(plain, "has gone")
    assert prompts.read("step: step: fill: he __ (go) to school so far . ->") is None
    assert prompts.read("step: ask: what is the weather now ? ->") is None
