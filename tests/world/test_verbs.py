"""The forms of the world against a list written by hand from a grammar book."""

import pytest

from engine.world.verbs import (
    HELD_OUT_VERBS,
    PERSONS,
    TENSES,
    VERBS,
    conjugate,
    right_table,
    with_ed,
    with_s,
    wrong_groups,
)

BOOK = """go went gone | eat ate eaten | write wrote written | take took taken | see saw seen | run ran run
swim swam swum | teach taught taught | break broke broken | buy bought bought | sing sang sung | drink drank drunk
drive drove driven | speak spoke spoken | make made made | give gave given | catch caught caught
play played played | walk walked walked | clean cleaned cleaned"""


def test_principal_parts_are_those_of_the_grammar_book():
    listed = [tuple(entry.split()) for line in BOOK.splitlines() for entry in line.split("|")]
    assert sorted(listed) == sorted((verb.lemma, verb.past, verb.participle) for verb in VERBS.values())


def test_twenty_verbs_five_tenses_three_persons():
    table = right_table()
    assert len(table) == 20 * 5 * 3
    assert sum(verb.irregular for verb in VERBS.values()) == 17
    assert set(HELD_OUT_VERBS) < set(VERBS)


@pytest.mark.parametrize(
    ("word", "regular"),
    [("go", "goed"), ("write", "writed"), ("run", "runned"), ("swim", "swimmed"), ("eat", "eated"), ("play", "played"),
     ("see", "seed"), ("walk", "walked"), ("went", "wented"), ("eaten", "eatened"), ("buy", "buyed")],
)  # fmt: skip
def test_regular_pasts_follow_the_spelling_rules(word, regular):
    assert with_ed(word) == regular


@pytest.mark.parametrize(
    ("lemma", "third"), [("go", "goes"), ("teach", "teaches"), ("buy", "buys"), ("write", "writes")]
)
def test_third_persons(lemma, third):
    assert with_s(lemma) == third


@pytest.mark.parametrize(
    ("lemma", "tense", "person", "group"),
    [("go", "past", 3, "went"), ("go", "present", 1, "go"), ("go", "present", 3, "goes"),
     ("go", "future", 2, "will go"),
     ("go", "continuous", 1, "am going"), ("write", "perfect", 3, "has written"), ("swim", "perfect", 2, "have swum")],
)  # fmt: skip
def test_conjugation(lemma, tense, person, group):
    assert conjugate(VERBS[lemma], tense, person) == group


def test_no_wrong_group_is_right_and_regular_verbs_cannot_be_over_regularised():
    for verb in VERBS.values():
        for tense in TENSES:
            for person in PERSONS:
                wrong = list(wrong_groups(verb, tense, person))
                assert wrong
                assert conjugate(verb, tense, person) not in [group for _, group in wrong]
                over = [group for error, group in wrong if error == "over_regularised"]
                assert bool(over) == (verb.irregular and tense in ("past", "perfect"))
