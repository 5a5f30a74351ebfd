"""Labelling in words: two answers, numbered decisions, each label kept before the next pair is said."""

from typing import TYPE_CHECKING

from engine.world.prompts import readable
from tui import pair_stream
from tui.cli.label import KEYS, UNDO, Desk
from tui.labelling import Labelling
from tui.literal import clean
from tui.plain.talk import Talk

if TYPE_CHECKING:
    from engine.store import Store
    from tui.labelling import Shown

WORDS = ("undo", "repeat", "rubric", "source")
SOURCE = "source"


class Judging(Desk):
    """The desk of `preferably label`, with choices that say what they mean."""

    def __init__(self, talk: Talk, labelling: Labelling) -> None:
        super().__init__(labelling, talk.here)
        self.talk = talk

    def ask(self, shown: "Shown") -> str:
        """Say the pair, and wait for one of its keys."""
        talk = self.talk
        while True:
            talk.heading(talk.t("label.pair", number=len(self.labelling.given) + 1))
            talk.line(talk.t("label.prompt", text=clean(readable(shown.pair.prompt))))
            talk.line(talk.t("label.first", text=clean(shown.left)))
            talk.line(talk.t("label.second", text=clean(shown.right)))
            keys = list(KEYS)
            picked = talk.choose(talk.t("label.decide"), [talk.t(f"label.key.{key}") for key in keys], WORDS)
            match picked:
                case int():
                    return keys[picked]
                case "undo":
                    return UNDO
                case "rubric":
                    talk.line(talk.here.t("label.rubric").strip())
                case "source":
                    raise Source
        raise AssertionError("a choice always returns")


class Source(Exception):
    """The learner wants pairs from elsewhere."""


def open_labels(talk: Talk, store: "Store", argument: str) -> None:
    """Judge pairs until the learner goes elsewhere; the model's own answers, unless they ask for the shipped ones."""
    labelling = Labelling(store, pair_stream.sampler_command)
    talk.heading(talk.here.t("label.title"))
    talk.line(talk.here.t("label.rubric").strip())
    if argument == "shipped":
        labelling.change_source()
    try:
        while True:
            talk.line(talk.t(f"label.from_{labelling.source}"))
            try:
                Judging(talk, labelling).work(None)
                return
            except Source:
                labelling.change_source()
    finally:
        labelling.close()
