"""Lines out, typed words in: what every place of the plain mode speaks and listens with."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import click

from content.glossary import folded
from content.maths import aloud
from content.text import LANGUAGES
from tui.cli.session import Session

EVERYWHERE = ("term", "help", "menu", "language", "quit")
PLACES = ("chapter", "exercise", "label", "lab", "review", "progress")
"""Words that go somewhere from anywhere; what follows them says where: `chapter 03`."""
WITH_ARGUMENT = {"chapter", "exercise", "lab", "link", "language", "term"}
ARGUMENT = re.compile(r"\d{1,2}(#[a-z0-9-]+)?|[a-z]{2}")


class Voice(Session):
    """A session whose every line can be heard: signs are said in words, and nothing is drawn."""

    def line(self, text: str = "") -> None:
        super().line("\n".join(aloud(line, self.language) for line in text.split("\n")))

    def note(self, text: str) -> None:
        """Everything in one stream: a voice reads what comes, in the order in which it comes."""
        self.line(text)


def listed(text: str) -> str:
    """Words that a screen sets apart by points, set apart by commas: a point would be heard as a product."""
    return text.replace(" · ", ", ")


class Go(Exception):
    """The learner asked for another place."""

    def __init__(self, place: str, argument: str = "") -> None:
        super().__init__(place)
        self.place, self.argument = place, argument


class Quit(Exception):
    """The learner leaves, or the input has ended."""


@dataclass(frozen=True)
class Typed:
    """What was typed: a command `word` with what follows it, or, where `word` is empty, just `text`."""

    word: str
    text: str


class Talk:
    """`here` is the session; its language may change while one talks."""

    def __init__(self, here: Voice) -> None:
        self.here = here

    def t(self, key: str, /, **params: Any) -> str:
        return self.here.t(f"plain.{key}", **params)

    def line(self, text: str = "") -> None:
        self.here.line(text)

    def heading(self, text: str) -> None:
        """A line that begins something: an empty one before it, for the eyes of those who look over a shoulder."""
        self.here.line()
        self.here.line(text)

    # --- listening

    def ask(self, prompt: str, words: Sequence[str] = (), *, free: bool = False) -> Typed:
        """What the learner types: one of `words`, which `help` lists; with `free`, anything else as well.

        Enter alone is the first of the words, unless an answer is awaited. Raises Go and Quit.
        """
        self.line(prompt)
        while True:
            text = self._read()
            if not text and not free and words:
                return Typed(words[0], "")
            typed = self._typed(text, (*words, *EVERYWHERE, *PLACES), free=free)
            match typed.word:
                case "help":
                    self.help(words)
                case "quit":
                    raise Quit
                case "menu":
                    raise Go("menu")
                case "term":
                    self.explain(typed.text)
                case "language":
                    self.change_language(typed.text)
                    raise Go("again")
                case word if word in PLACES and word not in words:
                    raise Go(word, typed.text)
                case "" if not text or not free:
                    self.line(self.t("unknown", text=text) if text else prompt)
                case _:
                    return typed

    def choose(self, prompt: str, options: Sequence[str], words: Sequence[str] = ()) -> int | str:
        """The place of an option, from 0, or one of the words."""
        for number, option in enumerate(options, 1):
            self.line(f"{number}. {option}")
        while True:
            typed = self.ask(prompt, words, free=True)
            if typed.word:
                return typed.word
            if typed.text.isdecimal() and 1 <= int(typed.text) <= len(options):
                return int(typed.text) - 1
            self.line(self.t("choose_again", count=len(options)))

    def help(self, words: Sequence[str]) -> None:
        """What can be typed here, a line each."""
        self.line(self.t("help"))
        for word in (*words, *(place for place in PLACES if place not in words), *EVERYWHERE):
            self.line(f"{self.t(f'word.{word}')}: {self.t(f'means.{word}')}")

    def explain(self, words: str) -> None:
        """A term of the glossary, and the section that introduces it."""
        from content.glossary import look_up

        found = look_up(words, self.here.language)[:1] if words else ()
        for term in found:
            self.line(f"{term.term}: {term.text}")
            self.line(self.t("introduced", place=term.introduced))
        if not found:
            self.line(self.t("no_term", words=words))

    def change_language(self, wanted: str = "") -> None:
        """To the language named, or to the next one; kept for the next session as the app keeps it."""
        from dataclasses import replace

        from tui import settings

        following = LANGUAGES[(LANGUAGES.index(self.here.language) + 1) % len(LANGUAGES)]
        self.here.language = wanted if wanted in LANGUAGES else following
        settings.save(replace(settings.load(), language=self.here.language))
        self.line(self.t("language_is"))

    def _read(self) -> str:
        if sys.stdin.isatty():
            click.echo("> ", nl=False, err=self.here.as_json)
        line = sys.stdin.readline()
        if not line:
            raise Quit
        return line.strip()

    def _typed(self, text: str, words: Sequence[str], *, free: bool) -> Typed:
        """A word stands alone, or before its argument; every other line is an answer."""
        first, _, rest = text.partition(" ")
        rest = rest.strip()
        known = {folded(self.t(f"word.{word}")): word for word in words}
        word = known.get(folded(first), "")
        if word and (not rest or (word in WITH_ARGUMENT and (ARGUMENT.fullmatch(rest) or word == "term" or not free))):
            return Typed(word, rest)
        return Typed("", text)
