"""What the world generates: nothing held out is ever trained on, everything is graded as promised, seeds decide all."""

import random
from collections import Counter

import pytest

from engine.errors import Problem
from engine.world import preferences, prompts, suites
from engine.world.constitution import PRINCIPLES, load_constitution, true_critique
from engine.world.documents import demonstrations, document, vocabulary_words
from engine.world.rule import grade
from engine.world.sentences import Sentence, draw, is_held_out, read_frame
from engine.world.verbs import HELD_OUT_VERBS

KINDS = ("correct", "fill", "claim", "comment", "insult", "ask")


def meaning(text):
    """What a training text is about, as the arguments of `is_held_out`, read from its words alone."""
    for role in ("critique", "revise"):
        if text.startswith(f"{role} "):
            text = text.split(" : ", 1)[1].rsplit(" | ", 1)[0]
    kind, _, rest = text.partition(": ")
    if kind == "insult":
        way, _, tail = rest.partition(" : you are ")
        target = next(name for name in prompts.TARGETS if way.endswith(f" {name}"))
        return (way.removesuffix(f" {target}"), target, tail.split()[0]), 3
    if kind == "ask":
        words = rest.split(" ?")[0]
        when = next(name for name in prompts.WHEN if words.endswith(f" {name}"))
        return (words.removesuffix(f" {when}"), when), 3
    if kind in KINDS:
        sentence = prompts.read(text if text.endswith("->") else f"{text} ->").sentence
    else:
        frame = read_frame(text)
        sentence = Sentence(frame.subject, prompts.lemma_of(frame.group), frame.object, frame.adverb)
    return (sentence.subject, sentence.lemma, sentence.object, sentence.adverb), 1


def held_out(text):
    parts, tenths = meaning(text)
    return is_held_out(*parts, tenths=tenths)


def training_texts():
    source = random.Random(7)
    for _ in range(20_000):
        prompt, completion = document(source)
        yield prompt or completion
    for seed in range(5):
        yield from (row["prompt"] for row in preferences.training_pairs(seed))
        yield from (row["prompt"] or row["completion"] for row in demonstrations(seed))
        yield from (prompt.text for prompt in preferences.training_prompts(seed, 300))


def held_out_texts():
    for seed in range(5):
        yield from (row["prompt"] for row in preferences.held_out_pairs(seed, 500))
        yield from (prompt.text for prompt in preferences.held_out_prompts(seed, 50))
    for prompt in preferences.watched_prompts():
        yield prompt.text
    for suite in (suites.honesty(), suites.harm(), suites.out_of_scope(), suites.over_refusal(), suites.capability()):
        yield from (prompt.text for prompt in suite)


def test_no_held_out_item_occurs_in_any_training_set():
    trained, tested = set(training_texts()), set(held_out_texts())
    assert not trained & tested
    assert not [text for text in trained if held_out(text)]
    assert all(held_out(text) for text in tested)


def test_preference_data_leaves_the_held_out_verbs_alone():
    rows = preferences.training_pairs(0)
    assert len(rows) == 200
    assert not {prompts.read(row["prompt"]).sentence.lemma for row in rows} & set(HELD_OUT_VERBS)
    lemmas = {prompts.read(row["prompt"]).sentence.lemma for row in preferences.held_out_pairs(0, 500)}
    assert set(HELD_OUT_VERBS) <= lemmas


def test_every_chosen_answer_is_better_by_the_rule():
    for row in [*preferences.training_pairs(3), *preferences.held_out_pairs(3, 500)]:
        assert grade(row["prompt"], row["chosen"]).score > grade(row["prompt"], row["rejected"]).score


def test_forty_pairs_are_the_first_of_the_five_hundred():
    assert preferences.held_out_pairs(4, 40) == preferences.held_out_pairs(4, 500)[:40]


def test_seeds_decide_everything():
    assert preferences.training_pairs(1) == preferences.training_pairs(1) != preferences.training_pairs(2)
    assert demonstrations(1, 50) == demonstrations(1, 50) != demonstrations(2, 50)


def test_sets_have_no_twins():
    for rows in (preferences.training_pairs(0), preferences.held_out_pairs(0, 500)):
        assert len({tuple(row.values()) for row in rows}) == len(rows)
    for found in (preferences.held_out_prompts(0, 50), suites.honesty(), suites.harm(), suites.capability()):
        assert len({prompt.text for prompt in found}) == len(found)


def test_the_best_answer_to_every_suite_is_right():
    for suite in (suites.honesty(), suites.harm(), suites.out_of_scope(), suites.over_refusal(), suites.capability()):
        assert suite
        for prompt in suite:
            assert grade(prompt.text, prompts.answer(prompt)).right


def test_prompts_read_back_as_they_were_written():
    source = random.Random(3)
    for _ in range(500):
        sentence = draw(source, held_out=False)
        shown = prompts.draw_shown(source, sentence)
        for prompt in (prompts.correct(sentence, shown), prompts.fill(sentence), prompts.claim(sentence, shown)):
            assert prompts.read(prompt.text) == prompt


def test_demonstrations_over_regularise_more_often_than_not_where_they_can():
    source = random.Random(0)
    reasons = Counter()
    for _ in range(4000):
        prompt, completion = document(source, {"fill": 1.0})
        sentence = prompts.read(prompt).sentence
        if sentence.verb.irregular and sentence.tense in ("past", "perfect"):
            reasons[grade(prompt, completion).reason] += 1
    assert reasons["over_regularised"] > reasons["right"] > reasons["doubly_marked"] > 0


def test_the_critique_quotes_then_asks_then_judges():
    sentence = Sentence("he", "go", "to the market", "yesterday")
    assert true_critique("form", sentence, "goed") == "goed , went . bad"
    assert true_critique("form", sentence, "went") == "went , went . good"
    assert true_critique("tense", sentence, "goes") == "present , past . bad"
    assert true_critique("tense", sentence, "goed") == "past , past . good"
    perfect = Sentence("she", "eat", "the soup", "so far")
    assert true_critique("agreement", perfect, "have eaten") == "she have , she has . bad"
    assert true_critique("agreement", perfect, "has eated") == "she has , she has . good"


def test_the_constitution_is_a_text_that_can_be_edited(tmp_path):
    assert tuple(principle.name for principle in load_constitution()) == PRINCIPLES
    shorter = tmp_path / "constitution.txt"
    shorter.write_text("# no agreement today\nform: real forms\n\ntense: the right one\n", encoding="utf-8")
    assert [principle.name for principle in load_constitution(shorter)] == ["form", "tense"]
    shorter.write_text("form: real forms\nkindness: be kind\n", encoding="utf-8")
    with pytest.raises(Problem) as caught:
        load_constitution(shorter)
    assert (caught.value.code, caught.value.params["line"]) == ("world.unknown_principle", 2)
    shorter.write_text("# nothing\n", encoding="utf-8")
    with pytest.raises(Problem):
        load_constitution(shorter)


def test_every_word_of_the_world_is_one_token_and_mistakes_are_not():
    words = vocabulary_words()
    assert {"went", "gone", "taught", "going"} <= set(words)
    assert not {"goed", "wented", "gone ##d", "walked"} & set(words)
