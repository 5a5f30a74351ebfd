"""Reading a section aloud: its text, its live blocks and its questions in order, and where its links lead."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from content.documents import Section
from content.markup import Live
from content.questions import Question
from tui.plain.prose import Links, Prose, parts
from tui.plain.talk import Go, Talk, Typed

if TYPE_CHECKING:
    from engine.store import Store

Ask = Callable[[Question], Typed]


class Reader:
    """`words` are what the learner may type besides "next" wherever the reading stops; `own` is the chapter that a
    link without one belongs to."""

    def __init__(self, talk: Talk, store: "Store", words: tuple[str, ...], own: str = "") -> None:
        self.talk, self.store, self.words, self.own = talk, store, words, own
        self.links = Links()

    def read(self, section: Section, ask: Ask) -> Typed:
        """Say the section; the word that broke it off, no word at its end."""
        self.links = Links()
        for part in parts(section, self.talk.here.language, self.links):
            typed = self._part(part, ask)
            while typed.word == "link":
                self.follow(typed.text)
                typed = self.stop()
            if typed.word not in ("", "next"):
                return typed
        return Typed("", "")

    def stop(self, prompt: str | None = None) -> Typed:
        """Wait for a word between two parts or at the end."""
        return self.talk.ask(prompt or self.talk.t("go_on"), ("next", *self.words))

    def _part(self, part: Prose | Live | Question, ask: Ask) -> Typed:
        match part:
            case Prose(lines):
                for line in lines:
                    self.talk.line(line)
                return Typed("", "")
            case Live():
                from tui.plain import live

                return live.work(self.talk, part, ("next", *self.words))
        return ask(part)

    def follow(self, number: str) -> None:
        """Go where a link leads; a term or an address is said on the spot. Raises Go."""
        targets = self.links.targets
        if not (number.isdecimal() and 1 <= int(number) <= len(targets)):
            self.talk.line(self.talk.t("no_such_link", count=len(targets)))
            return
        target = targets[int(number) - 1]
        kind, _, name = target.partition(":")
        if kind == "term":
            self._term(name)
        elif kind == "ref":
            self._reference(name)
        elif kind in ("lab", "exercise"):
            raise Go(kind, name)
        elif "://" in target:
            self.talk.line(target)
        else:
            chapter, _, section = target.partition("#")
            raise Go("chapter", f"{chapter or self.own}#{section}" if section else chapter)

    def _term(self, name: str) -> None:
        from content.glossary import term

        found = term(name, self.talk.here.language)
        self.talk.line(f"{found.term}: {found.text}")

    def _reference(self, name: str) -> None:
        """A section of a reference page, read on the spot; or the whole page."""
        from content.reference import page

        id, _, wanted = name.partition("#")
        language = self.talk.here.language
        found = page(id, language)
        for section in found.sections:
            if wanted in ("", section.id):
                self.talk.heading(section.title)
                for part in parts(section, language, Links()):
                    if isinstance(part, Prose):
                        self._part(part, lambda question: Typed("", ""))
