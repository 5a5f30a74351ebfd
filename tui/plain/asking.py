"""A question in words: the desk of `preferably exercise`, with commands instead of keys."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from content.documents import Section
from content.exercises import Found
from engine.progress import Done
from tui.cli.exercise import AGAIN, HINT, SKIP, SOLUTION, Asked, Desk, Leave
from tui.plain.talk import Talk, Typed

if TYPE_CHECKING:
    from content.questions import Question, Verdict
    from engine.store import Store
    from tui.attempt import Attempt

KEYS = {"hint": HINT, "solution": SOLUTION, "again": AGAIN, "next": SKIP}
Keep = Callable[[str, "Question", Mapping[str, Any]], None]


class Asking(Desk):
    """Asks questions until they are answered or left by a word. `words` are those that leave it besides "next".

    `keep`, where given, takes what is to be kept instead of the store: a lab keeps its predictions its own way.
    """

    def __init__(
        self, talk: Talk, store: "Store", done: Done, words: tuple[str, ...] = (), keep: Keep | None = None
    ) -> None:
        super().__init__(store, done, talk.here, None)
        self.talk, self.words, self._keep = talk, words, keep
        self.typed = Typed("", "")

    def t(self, key: str, **params: Any) -> str:
        return self.talk.t(f"asking.{key}", **params)

    def put(self, question: "Question", chapter: str, section: Section) -> Typed:
        """Ask one question; the word by which the learner left it, no word when it was answered."""
        self.talk.heading(self.t("title"))
        record = self.done.record(question.id)
        if record.solved:
            self.here.line(self.t("solved_before"))
        elif record.tries:
            self.here.line(self.t("tried_before", tries=record.tries))
        asked = Asked(Found(question, chapter, section, in_exercises=False))
        try:
            while not self.ask(asked):
                pass
        except Leave:
            return self.typed
        return Typed("", "")

    def solve(self, one: Asked, attempt: "Attempt", helper: "Attempt") -> "Verdict":
        self.question = attempt.question
        return super().solve(one, attempt, helper)

    def read(self, prompt: str | None = None) -> str:
        """A line; if it is a command, `typed` holds it."""
        while True:
            words = ("hint", "solution", "again", "repeat", "next", *self.words)
            self.typed = self.talk.ask(prompt or self.t("answer"), words, free=True)
            if self.typed.word != "repeat":
                return self.typed.text
            self.here.line(self.question.prompt)
            for place, text in enumerate(self.question.options, 1):
                self.here.line(f"  {place}  {text}")

    def key(self, text: str, question: "Question") -> str | None:
        return KEYS.get(self.typed.word, self.typed.word) or None

    def keep(self, kind: str, question: "Question", payload: dict[str, Any]) -> None:
        if self._keep is None:
            super().keep(kind, question, payload)
        else:
            self._keep(kind, question, payload)
