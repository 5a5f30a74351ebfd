"""Chains of steps: the checker is exact, the examples err at their rates, and nothing is in both halves."""

import random

import pytest

from engine.errors import Problem
from engine.models.policy import BASE
from engine.models.tokenizer import Tokenizer
from engine.world import prompts, steps
from engine.world.rule import grade
from engine.world.sentences import Sentence
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
    rows = steps.stepwise_rows(0, 4000)
    lemma, tense, person, form = (sum(row["labels"][number] for row in rows) / len(rows) for number in range(4))
    assert 1 - lemma == pytest.approx(steps.ERRS["lemma"], abs=0.015)
    assert 1 - tense == pytest.approx(steps.ERRS["tense"], abs=0.025)
    assert 1 - person == pytest.approx(steps.ERRS["person"], abs=0.03)
    lucky = sum(row["labels"][-1] and not all(row["labels"]) for row in rows) / len(rows)
    assert lucky > 0.08, "right forms after a wrong step are what a process reward model is for"
    assert 0.5 < form < 0.8


def test_the_labels_are_those_of_the_checker():
    for row in steps.stepwise_rows(1, 50):
        checked = steps.check(row["prompt"], steps.join(row["completions"]))
        assert row["labels"] == [step.right for step in checked.steps]
        assert row["labels"][-1] == checked.answer.right


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
        pieces = tokenizer.pieces(tokenizer.completion(steps.join(row["completions"])))
        assert pieces.count(",") == 3
        assert sum(len(piece.removeprefix("##")) == 1 and piece not in (",", "i", "|") for piece in pieces) <= 1


def test_only_prompts_that_ask_for_steps_can_be_checked():
    plain = prompts.fill(GO).text
    with pytest.raises(Problem, match=r"world\.not_stepwise"):
        steps.check(plain, "has gone")
    assert prompts.read("step: step: fill: he __ (go) to school so far . ->") is None
    assert prompts.read("step: ask: what is the weather now ? ->") is None
