"""The cards of today in words."""

from typing import TYPE_CHECKING

from tui.cli.review import BURY, HINT, SOLUTION, UNDO, Desk, open_sitting
from tui.plain.talk import Go, Talk, listed
from tui.reviewing import source

if TYPE_CHECKING:
    from engine.store import Store

KEYS = {"undo": UNDO, "bury": BURY, "hint": HINT, "solution": SOLUTION}


class Recalling(Desk):
    """The desk of `preferably review`, with words for its keys."""

    keys_text = "plain.cards.keys"

    def __init__(self, talk: Talk, store: "Store") -> None:
        super().__init__(open_sitting(store, talk.here, None, ahead=False, cram=False), talk.here, None)
        self.talk = talk

    def head(self) -> None:
        """Where the card comes from, and how many wait."""
        card, left = self.table.card, self.table.session.left
        assert card is not None
        words = self.here.t("review.progress", due=left.due, new=left.new, again=left.again)
        self.talk.heading(listed(f"{source(card, self.here.language)[0]} · {words}"))

    def ask(self, prompt: str, keys: tuple[str, ...] | None) -> str:
        talk = self.talk
        if keys is not None and "" not in keys:
            options = [option.partition(" ")[2] for option in prompt.split("   ")]  # see `grades`
            picked = talk.choose(talk.t("cards.grade"), options, ("undo", "bury"))
            return str(picked + 1) if isinstance(picked, int) else KEYS[picked]
        if keys is not None:
            typed = talk.ask(talk.t("cards.show"), ("next", "undo", "bury"))
            return KEYS.get(typed.word, "")
        typed = talk.ask(talk.t("asking.answer"), ("hint", "solution", "undo", "bury"), free=True)
        return KEYS.get(typed.word, typed.text)


def open_review(talk: Talk, store: "Store", argument: str) -> None:
    """Until no card waits or the learner goes elsewhere."""
    talk.heading(talk.here.t("review.title"))
    desk = Recalling(talk, store)
    desk.work()
    if desk.table.card is not None:
        raise Go("menu")
