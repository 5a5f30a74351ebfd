"""From place to place by words: the menu, and what happens when something cannot be done."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from content.errors import ContentError
from engine.errors import Problem
from tui.plain.talk import Go, Quit, Talk
from tui.problems import explain

if TYPE_CHECKING:
    from engine.store import Store

PLACES = {
    "chapter": "tui.plain.chapter:open_chapter",
    "exercise": "tui.plain.chapter:open_exercise",
    "lab": "tui.plain.lab:open_lab",
    "label": "tui.plain.labels:open_labels",
    "review": "tui.plain.cards:open_review",
    "progress": "tui.plain.progress:open_progress",
}
MENU = ("continue", *PLACES, "language", "quit")


class Walk:
    """One sitting."""

    def __init__(self, talk: Talk, store: "Store") -> None:
        self.talk, self.store = talk, store

    def work(self, place: str = "menu", argument: str = "") -> None:
        """Begin at a place of `PLACES`, and go on until the learner quits or the input ends."""
        self.talk.line(self.talk.t("welcome"))
        while True:
            try:
                self.open(place, argument)
                place, argument = "menu", ""
            except Go as go:
                if go.place != "again":
                    place, argument = go.place, go.argument
                elif place in ("chapter", "exercise", "lab"):
                    argument = self.left_off(place) or argument
            except Quit:
                break
            except (Problem, ContentError) as problem:
                self.talk.line(explain(problem, self.talk.here.language))  # type: ignore[arg-type]  # both are alike
                place, argument = "menu", ""
        self.talk.line(self.talk.t("goodbye"))

    def open(self, place: str, argument: str) -> None:
        if place == "menu":
            self.menu()
            return
        module, name = PLACES[place].split(":")
        opener: Callable[[Talk, Store, str], None] = getattr(import_module(module), name)
        opener(self.talk, self.store, argument)

    def menu(self) -> None:
        """Numbered choices; raises Go or Quit."""
        talk = self.talk
        talk.heading(talk.t("menu"))
        options = [talk.t(f"choice.{name}") for name in MENU]
        options[0] = self.destination()[2]
        picked = talk.choose(talk.t("choose"), options)
        assert isinstance(picked, int)
        match MENU[picked]:
            case "continue":
                raise Go(*self.destination()[:2])
            case "language":
                talk.change_language()
            case "quit":
                raise Quit
            case place:
                raise Go(place)

    def left_off(self, place: str) -> str:
        """The argument that leads back to where the learner is in this kind of place."""
        kept: dict[str, Any] = self.store.place() or {}
        if kept.get("place") != {"chapter": "learn"}.get(place, place):
            return ""
        part = kept.get("section") or kept.get("exercise")
        id = kept.get("chapter") or kept.get("lab") or ""
        return f"{id}#{part}" if part else id

    def destination(self) -> tuple[str, str, str]:
        """Where "continue" leads (place and argument), in words; the first chapter for a newcomer."""
        from content.chapters import chapters

        talk = self.talk
        for place in ("chapter", "exercise", "lab"):
            if argument := self.left_off(place):
                return place, argument, talk.t(f"continue.{place}", place=self.title(place, argument))
        first = chapters(talk.here.language)[0]
        return "chapter", first.id, talk.t("continue.first", title=first.title)

    def title(self, place: str, argument: str) -> str:
        """What a place is called; its own id where the course no longer has it."""
        from content.chapters import chapter
        from content.exercises import exercise_set
        from content.labs import lab

        id, _, part = argument.partition("#")
        language = self.talk.here.language
        try:
            if place == "lab":
                return f"{id}, {lab(id, language).title}"
            found = chapter(id, language) if place == "chapter" else exercise_set(id, language)
            return ", ".join([id, found.title, *(one.title for one in found.sections if one.id == part)])
        except ContentError:
            return argument
