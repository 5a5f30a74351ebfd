"""Labelling in words: the warm-up, then pairs with numbered decisions, each label kept before the next pair is said."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.labelling.instruments import Reading, instruments
from engine.labelling.warm_up import WARM_UPS
from engine.world.prompts import readable
from tui import pair_stream
from tui.cli.label import KEYS, UNDO, Desk
from tui.labelling import Labelling
from tui.literal import clean
from tui.plain.talk import Talk, listed
from tui.screens.warm_up import KIND as WARM_UP
from tui.screens.warm_up import warmed_up
from tui.widgets.interval_line import two

if TYPE_CHECKING:
    from engine.store import Store
    from engine.store.label import Label
    from tui.labelling import Shown

WORDS = ("undo", "repeat", "choices", "flag", "note", "rubric", "rater", "source")
NUMBERS = {str(number): key for number, key in enumerate(KEYS, 1)}
"""What is typed for each decision: a voice reads a list from 1 on, and the keys of the command are letters too."""

READINGS = ("self_agreement", "kappa_rule", "first_side", "length", "drift")


class Source(Exception):
    """The learner wants pairs from elsewhere."""


class Judging(Desk):
    """The desk of `preferably label`, with numbers that say what they mean."""

    def __init__(self, talk: Talk, labelling: Labelling) -> None:
        super().__init__(labelling, talk.here)
        self.talk = talk

    def ask(self, shown: "Shown") -> str:
        """Say the pair, and wait for a decision about it."""
        talk = self.talk
        self.note = ""
        talk.heading(talk.t("label.pair", number=len(self.labelling.given) + 1))
        say_pair(talk, shown.pair.prompt, shown.left, shown.right)
        while True:
            typed = talk.ask(talk.t("label.decide"), WORDS, free=True)
            match typed.word:
                case "undo":
                    return UNDO
                case "source":
                    raise Source
                case "repeat":
                    say_pair(talk, shown.pair.prompt, shown.left, shown.right)
                case "choices":
                    say_choices(talk)
                case "flag":
                    self.flagged = not self.flagged
                    talk.line(talk.t("label.flagged" if self.flagged else "label.unflagged"))
                case "note":
                    self.note = talk.ask(talk.t("label.note"), free=True).text
                case "rubric":
                    talk.line(talk.here.t("label.rubric").strip())
                case "rater":
                    for line in rater(talk, self.labelling.given):
                        talk.line(line)
                case _ if typed.text in NUMBERS:
                    return NUMBERS[typed.text]
                case _:
                    talk.line(talk.t("choose_again", count=len(NUMBERS)))


def say_pair(talk: Talk, prompt: str, left: str, right: str) -> None:
    talk.line(talk.t("label.prompt", text=clean(readable(prompt))))
    talk.line(talk.t("label.first", text=clean(left)))
    talk.line(talk.t("label.second", text=clean(right)))


def say_choices(talk: Talk) -> None:
    """What each number means: said once, and again when it is asked for."""
    for number, key in NUMBERS.items():
        talk.line(f"{number}. {talk.t(f'label.key.{key}')}")


def warm_up(talk: Talk, store: "Store") -> None:
    """Eight pairs, each explained when it is decided; they count for nothing. Going elsewhere leaves them."""
    talk.line(talk.t("label.warm_up"))
    say_choices(talk)
    for number, pair in enumerate(WARM_UPS, 1):
        talk.heading(listed(talk.here.t("label.warm_up.place", place=number, of=len(WARM_UPS))))
        say_pair(talk, pair.prompt, pair.left, pair.right)
        while (typed := talk.ask(talk.t("label.decide_warm_up"), ("choices", "next"), free=True)).text not in NUMBERS:
            if typed.word == "next":
                store.record(WARM_UP, "", {"left_at": number - 1})
                return
            say_choices(talk)
        choice, strength = KEYS[NUMBERS[typed.text]]
        right = pair.agrees(choice)
        store.record(WARM_UP, pair.id, {"choice": choice, "strength": strength, "right": right, "latency_ms": None})
        talk.line(talk.t("label.warm_up_right" if right else "label.warm_up_other"))
        talk.line(talk.here.t(f"label.warm_up.why.{pair.id}"))
    store.record(WARM_UP, "", {"left_at": len(WARM_UPS)})


def rater(talk: Talk, labels: "list[Label]") -> Iterator[str]:
    """The learner as a rater, a line each: what the labels alone tell, without asking a model."""
    readings = {reading.id: reading for reading in instruments(labels, {})}
    for name in READINGS:
        yield f"{talk.here.t(f'label.rater.{name}.title')}: {_figure(talk, readings[name])}"


def _figure(talk: Talk, reading: Reading) -> str:
    t = talk.here.t
    if reading.undefined:
        return t("label.rater.undefined", count=reading.count)
    if reading.value is None or reading.low is None or reading.high is None:
        return t("label.rater.few", count=reading.count, needed=reading.needed)
    numbers = {"value": two(reading.value), "low": two(reading.low), "high": two(reading.high), "count": reading.count}
    if reading.verdict == "early":
        meaning = t("label.rater.early", claimed=reading.claimed)
    else:
        meaning = t(f"label.rater.{reading.id}.{reading.verdict}")
    return f"{talk.t('label.figure', **numbers)} {meaning}"


def open_labels(talk: Talk, store: "Store", argument: str) -> None:
    """Judge pairs until the learner goes elsewhere; the model's own answers, unless they ask for the shipped ones."""
    talk.heading(talk.here.t("label.title"))
    talk.line(talk.here.t("label.rubric").strip())
    labelling = Labelling(store, pair_stream.sampler_command)
    try:
        if not labelling.given and not warmed_up(store):
            warm_up(talk, store)
        else:
            say_choices(talk)
        if argument == "shipped":
            labelling.change_source()
        while True:
            talk.line(talk.t(f"label.from_{labelling.source}"))
            try:
                Judging(talk, labelling).work(None)
                return
            except Source:
                labelling.change_source()
    finally:
        labelling.close()
