"""`preferably review` and `preferably cards`: the cards of today on a plain terminal, and how each card stands."""

import sys
from typing import TYPE_CHECKING, Any

import click

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import command, option
from tui.problems import literally

if TYPE_CHECKING:
    from content.cards import Card
    from engine.review import Session as Sitting
    from engine.store import Store
    from tui.reviewing import Calculation

QUIT, UNDO, BURY, HINT, SOLUTION = "q", "u", "s", "?", "!"
GRADE_KEYS = ("1", "2", "3", "4")


@command("review")
@option("--limit", metavar="number", help="review.limit")
@option("--chapter", metavar="chapter", help="review.chapter")
@option("--all", "ahead", is_flag=True, help="review.all")
@option("--cram", is_flag=True, help="review.cram")
def review(limit: str | None, chapter: str | None, ahead: bool, cram: bool) -> None:
    from engine.store import Store

    if limit is not None and not (limit.isdecimal() and int(limit) > 0):
        raise Problem("review.not_a_count", value=limit)
    here = session()
    with Store.open() as store:
        sitting = open_sitting(store, here, chapter, ahead=ahead, cram=cram)
        if not here.as_json:
            Desk(sitting, here, None if limit is None else int(limit)).work()
        here.document(counts(sitting))


def open_sitting(store: "Store", here: Session, chapter: str | None, *, ahead: bool, cram: bool) -> "Sitting":
    """Today's sitting with the learner's own limits."""
    from tui import reviewing, settings

    allowed = reviewing.limits(settings.load())
    return reviewing.open_session(store, cards_of(chapter, here), allowed, ahead=ahead, cram=cram)


def cards_of(chapter: str | None, here: Session) -> "tuple[Card, ...]":
    """The cards of the course or of one chapter. Raises Problem "review.no_such_chapter"."""
    from content.chapters import chapters
    from tui.reviewing import deck

    known = [found.id for found in chapters(here.language)]
    if chapter is not None and chapter not in known:
        raise Problem("review.no_such_chapter", chapter=chapter, known=", ".join(known))
    return deck(here.language, chapter)


def counts(sitting: "Sitting") -> dict[str, Any]:
    """What waits today, and how every chapter stands."""
    from dataclasses import asdict

    from engine.review import count_by_chapter

    chapters = count_by_chapter(sitting.cards, sitting.states, sitting.today)
    return {
        "day": sitting.today.isoformat(),
        "left": asdict(sitting.left),
        "limits": asdict(sitting.limits),
        "chapters": {name: asdict(found) for name, found in chapters.items()},
    }


class Desk:
    """One sitting at a shell: cards out, keys in, each grade kept before the next card is shown."""

    keys_text = "cli.review.keys"

    def __init__(self, sitting: "Sitting", here: Session, limit: int | None) -> None:
        from tui.review_table import Table

        self.here, self.limit = here, limit
        self.table = Table(sitting, here.language)

    def work(self) -> None:
        """Until the limit, the cards or the lines of the input end."""
        self.here.line(self.here.t(self.keys_text))
        sitting = self.table.session
        while self.table.card is not None and (self.limit is None or self.graded < self.limit):
            self.head()
            going_on = self.calculate() if self.table.calculation else self.recall()
            if not going_on:
                break
        left = sitting.left
        self.here.line()
        self.here.line(self.here.t("cli.review.done", count=self.graded, left=left.cards))

    @property
    def graded(self) -> int:
        return sum(act.grade is not None for act in self.table.session.done)

    def head(self) -> None:
        from tui.reviewing import source

        assert self.table.card is not None
        left = self.table.session.left
        words = self.here.t("review.progress", due=left.due, new=left.new, again=left.again)
        self.here.line()
        self.here.line(f"── {source(self.table.card, self.here.language)[0]} · {words}")

    # --- a card to recall

    def recall(self) -> bool:
        """Front, back, grade. False when the learner ends the sitting."""
        from tui.reviewing import plain, source

        card = self.table.card
        assert card is not None
        self.here.line(plain(card.front))
        if (key := self.ask(self.here.t("cli.review.show"), ("",))) in (QUIT, UNDO, BURY):
            return self.do(key)
        self.table.turn()
        self.here.line(plain(card.back))
        self.here.line(self.here.t("cli.review.source", section=source(card, self.here.language)[1]))
        key = self.ask(self.grades(), GRADE_KEYS)
        if key in (QUIT, UNDO, BURY):
            return self.do(key)
        self.table.grade(int(key))
        self.after()
        return True

    def grades(self) -> str:
        """`1 Again (this sitting)   2 Hard (1 d) …`"""
        sitting, parts = self.table.session, []
        for grade, days in sitting.preview().items():
            words = f" ({self.interval(days)})" if sitting.scheduled else ""
            parts.append(f"{grade} {self.here.t(f'review.grade.{grade}')}{words}")
        return "   ".join(parts)

    def interval(self, days: int | None) -> str:
        if days is None:
            return self.here.t("review.interval.soon")
        return self.here.t("review.interval.days", days=days)

    # --- a card to calculate

    def calculate(self) -> bool:
        """The question with fresh numbers, answered until it is right or given up. False ends the sitting."""
        calculation = self.table.calculation
        assert calculation is not None
        if len(calculation.questions) > 1:
            self.here.line(calculation.question.prompt)
        for number, _ in enumerate(calculation.questions):
            key = self.solve(calculation, number)
            if key is not None:
                return self.do(key)
            if self.table.phase != "asking":
                break
        return True

    def solve(self, calculation: "Calculation", number: int) -> str | None:
        """Ask one question (a step) until it is answered; the key of whoever leaves it, otherwise None."""
        from content.questions import check, sentence

        question = calculation.questions[number]
        self.here.line(question.prompt)
        for place, text in enumerate(question.options, start=1):
            self.here.line(f"  {place}  {text}")
        while True:
            text = self.ask(self.here.t("cli.review.answer"), None)
            if text in question.symbols:  # a symbol of the question is an answer, not a key
                pass
            elif text in (QUIT, UNDO, BURY):
                return text
            elif text == HINT:
                self.hint(calculation)
                continue
            elif text == SOLUTION:
                self.table.show_solution()
                self.explain(calculation)
                return None
            verdict = check(question, text)
            self.here.line(sentence(verdict, self.here.language))
            last = number + 1 == len(calculation.questions)
            if verdict.good and not last:
                return None
            self.table.heard(verdict)
            if verdict.good:
                self.explain(calculation)
                return None

    def hint(self, calculation: "Calculation") -> None:
        if not self.table.hints_left:
            self.here.note(self.here.t("cli.review.no_more_hints"))
            return
        self.table.hint()
        self.here.line(self.here.t("review.hint", number=calculation.hints, hint=calculation.shown[-1]))

    def explain(self, calculation: "Calculation") -> None:
        self.here.line(calculation.question.explanation)
        self.here.line(self.here.t(f"review.why.{self.table.grade_given}"))
        self.after()
        if self.table.phase == "graded":
            self.table.deal()

    # --- what follows

    def after(self) -> None:
        """Say what was kept; a leech is sent to its section."""
        from tui.reviewing import source

        table = self.table
        if table.graded is None or not table.session.scheduled:
            return
        grade = self.here.t(f"review.grade.{table.grade_given}")
        waits = self.interval(table.graded.waits(table.session.today))
        self.here.line(self.here.t("cli.review.kept", grade=grade, interval=waits))
        if table.phase == "leech" and table.card is not None:
            chapter, section = source(table.card, self.here.language)
            lapses = table.graded.lapses
            self.here.line(self.here.t("cli.review.leech", lapses=lapses, chapter=chapter, section=section))
            table.deal()

    def do(self, key: str) -> bool:
        """What the keys do that are no answer; False ends the sitting."""
        if key == QUIT:
            return False
        if key == BURY:
            self.table.bury()
        elif not self.table.undo():
            self.here.note(self.here.t("cli.review.nothing_to_undo"))
        elif self.table.phase == "back":
            self.table.deal()  # at a shell its front is shown again
        return True

    def ask(self, prompt: str, keys: tuple[str, ...] | None) -> str:
        """Read lines until one is of the `keys`, or a key that always works; None takes any line. The end is `q`."""
        while True:
            self.here.line(prompt)
            if sys.stdin.isatty():
                click.echo("> ", nl=False, err=True)
            line = sys.stdin.readline()
            text = line.strip() if line else QUIT
            if keys is None or text.lower() in (*keys, QUIT, UNDO, BURY):
                return text if keys is None else text.lower()
            self.here.note(self.here.t("cli.review.unknown_key", key=literally(text)))


@command("cards")
@option("--chapter", metavar="chapter", help="review.chapter")
def cards(chapter: str | None) -> None:
    from engine.review import learning_day, read_states
    from engine.review.day import local_now
    from engine.review.state import CardState
    from engine.store import Store
    from tui.cli.outcome import table

    here = session()
    found = cards_of(chapter, here)
    with Store.open() as store:
        states = read_states(store)
    today = learning_day(local_now())
    rows = [_row(card, states.get(card.id, CardState(card.id)), today) for card in found]
    here.document({"day": today.isoformat(), "cards": rows})
    if not here.as_json:
        heads = [here.t(f"cli.cards.{name}") for name in ("card", "section", "state", "due", "reviews", "lapses")]
        lines = [_cells(row, here) for row in rows]
        for line in table(heads, lines):
            here.line(line)


def _row(card: "Card", state: Any, today: Any) -> dict[str, Any]:
    """A card as a document shows it."""
    return {
        "id": card.id,
        "section": card.section,
        "calculator": card.question is not None,
        "state": _standing(state, today),
        "due": state.due.isoformat() if state.due else None,
        "stability_days": round(state.stability, 2) if not state.new else None,
        "reviews": state.reviews,
        "lapses": state.lapses,
    }


def _standing(state: Any, today: Any) -> str:
    """In one word: leech and weak come before mastered and learning."""
    if state.new:
        return "new"
    return "leech" if state.leech else "weak" if state.weak else "mastered" if state.mastered else "learning"


def _cells(row: dict[str, Any], here: Session) -> tuple[str, ...]:
    state = here.t(f"cli.cards.state_{row['state']}")
    return (row["id"], row["section"], state, row["due"] or "–", str(row["reviews"]), str(row["lapses"]))
