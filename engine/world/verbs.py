"""Twenty verbs, five tenses, three persons: the whole grammar of the world, right forms and wrong ones."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

TENSES = ("past", "present", "future", "continuous", "perfect")
PERSONS = (1, 2, 3)


def with_ed(word: str) -> str:
    """The regular past of `word` by the spelling rules (go → goed, write → writed, run → runned)."""
    if word.endswith("e"):
        return word + "d"
    one_syllable = len(re.findall("[aeiou]", word)) == 1
    if one_syllable and re.search("[^aeiou][aeiou][^aeiouwxy]$", word):
        return word + word[-1] + "ed"
    return word + "ed"


def with_s(word: str) -> str:
    """The third person of the present (go → goes, teach → teaches, write → writes)."""
    return word + ("es" if word.endswith(("o", "ch")) else "s")


@dataclass(frozen=True)
class Verb:
    lemma: str
    past: str
    participle: str
    gerund: str
    objects: tuple[str, ...]

    @property
    def third(self) -> str:
        return with_s(self.lemma)

    @property
    def regular(self) -> str:
        """The form that the regular rule would give: right for *play*, over-regularised for *go*."""
        return with_ed(self.lemma)

    @property
    def irregular(self) -> bool:
        return self.past != self.regular


VERBS = {
    verb.lemma: verb
    for verb in (
        Verb("go", "went", "gone", "going", ("to school", "to work", "to the market", "to the beach")),
        Verb("eat", "ate", "eaten", "eating", ("an apple", "some bread", "the soup", "some rice")),
        Verb("write", "wrote", "written", "writing", ("a letter", "a poem", "the report", "a book")),
        Verb("take", "took", "taken", "taking", ("the bus", "the train", "a photo", "a nap")),
        Verb("see", "saw", "seen", "seeing", ("a film", "the doctor", "a bird", "the sea")),
        Verb("run", "ran", "run", "running", ("a race", "to the park", "to school", "a mile")),
        Verb("swim", "swam", "swum", "swimming", ("in the lake", "in the sea", "in the pool", "a mile")),
        Verb("teach", "taught", "taught", "teaching", ("the class", "a lesson", "some children", "a song")),
        Verb("break", "broke", "broken", "breaking", ("the window", "a cup", "the lamp", "a plate")),
        Verb("buy", "bought", "bought", "buying", ("a ticket", "some milk", "the paper", "a knife")),
        Verb("sing", "sang", "sung", "singing", ("a song", "in the choir", "to the children", "at school")),
        Verb("drink", "drank", "drunk", "drinking", ("some tea", "some water", "the juice", "some milk")),
        Verb("drive", "drove", "driven", "driving", ("the car", "to work", "the bus", "to the market")),
        Verb("speak", "spoke", "spoken", "speaking", ("to the class", "to the doctor", "at school", "to a friend")),
        Verb("make", "made", "made", "making", ("a cake", "some tea", "the bed", "a plan")),
        Verb("give", "gave", "given", "giving", ("a talk", "a lesson", "some advice", "a present")),
        Verb("catch", "caught", "caught", "catching", ("a fish", "the ball", "the train", "a thief")),
        Verb("play", "played", "played", "playing", ("a game", "the piano", "in the park", "some music")),
        Verb("walk", "walked", "walked", "walking", ("the dog", "to school", "to the park", "a mile")),
        Verb("clean", "cleaned", "cleaned", "cleaning", ("the house", "the car", "the kitchen", "the window")),
    )
}

HELD_OUT_VERBS = ("swim", "teach", "break", "write")
"""In no preference, revision or reward data: they test whether a preference transfers to other verbs."""

SUBJECTS = {"i": 1, "you": 2, "he": 3, "she": 3, "tom": 3, "anna": 3, "my brother": 3, "the teacher": 3}

BE = {1: "am", 2: "are", 3: "is"}
HAVE = {1: "have", 2: "have", 3: "has"}


def conjugate(verb: Verb, tense: str, person: int) -> str:
    """The right verb group, for example `has gone` for go, perfect, 3."""
    match tense:
        case "past":
            return verb.past
        case "present":
            return verb.third if person == 3 else verb.lemma
        case "future":
            return f"will {verb.lemma}"
        case "continuous":
            return f"{BE[person]} {verb.gerund}"
        case "perfect":
            return f"{HAVE[person]} {verb.participle}"
    raise ValueError(tense)


def wrong_groups(verb: Verb, tense: str, person: int) -> Iterator[tuple[str, str]]:
    """All (error, verb group) of the world for one cell; a wrong group is never equal to the right one."""
    right = conjugate(verb, tense, person)
    auxiliary = f"{HAVE[person]} " if tense == "perfect" else ""
    if verb.irregular and tense in ("past", "perfect"):
        yield "over_regularised", auxiliary + verb.regular
        doubled = with_ed(verb.past if tense == "past" else verb.participle)
        if doubled != verb.regular:
            yield "doubly_marked", auxiliary + doubled
    for other in TENSES:
        group = conjugate(verb, other, person)
        if group != right:
            yield "wrong_tense", group
    for other_person in PERSONS:
        group = conjugate(verb, tense, other_person)
        if group != right:
            yield "wrong_agreement", group
            break


def attempts(verb: Verb, tense: str, person: int) -> Iterator[str]:
    """Every verb group that tries to be this cell: the right one, and those whose form alone is at fault."""
    yield conjugate(verb, tense, person)
    for error, group in wrong_groups(verb, tense, person):
        if error in ("over_regularised", "doubly_marked"):
            yield group


def right_table() -> dict[tuple[str, str, int], str]:
    """All 20 × 5 × 3 = 300 right verb groups."""
    return {
        (verb.lemma, tense, person): conjugate(verb, tense, person)
        for verb in VERBS.values()
        for tense in TENSES
        for person in PERSONS
    }
