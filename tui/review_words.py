"""What is said around a card: where it comes from, how well it is known, when it comes again, how the sitting goes."""

from collections.abc import Callable

from textual.content import Content

from engine.review import AGAIN, GRADES
from tui.literal import literal
from tui.review_table import Table
from tui.reviewing import Calculation, source
from tui.widgets.card_view import Face

PROGRESS = 16


class Words:
    """The sentences of one language for a table. `say` is a sentence by its id."""

    def __init__(self, say: Callable[..., str], language: str) -> None:
        self.say, self.language = say, language

    def face(self, table: Table) -> Face:
        """What the card on the table shows at this point."""
        assert table.card is not None
        chapter, section = source(table.card, self.language)
        if table.phase == "leech" and table.graded is not None:
            text = self.say("review.leech", lapses=table.graded.lapses, chapter=chapter, section=section)
            return Face(text=literal(text.strip()))
        standing, front = self.standing(table), table.card.front
        if table.calculation is not None:
            solved = table.phase == "graded"
            said = self.earned(table) if solved else self.hints(table.calculation)
            return Face(chapter, standing, said=said, question=table.calculation.question, solved=solved)
        if table.phase == "front":
            return Face(chapter, standing, front, said=self.say("review.think"))
        return Face(chapter, standing, front, table.card.back, said=self.say("review.from_section", section=section))

    def hints(self, calculation: Calculation) -> str:
        """The hints taken so far; before the first, what a calculator card is."""
        lines = [self.say("review.hint", number=number, hint=hint) for number, hint in enumerate(calculation.shown, 1)]
        return "\n".join(lines) or self.say("review.calculator")

    def standing(self, table: Table) -> str:
        """How well the card on the table is known."""
        assert table.card is not None
        state = table.session.state(table.card.id)
        if state.last is None:
            return self.say("review.state_new")
        days = (table.session.today - state.last).days
        return self.say("review.state_seen" if days else "review.state_today", reviews=state.reviews, days=days)

    def progress(self, table: Table, width: int) -> Content:
        """A bar with what is done and what waits, on a screen of `width` columns."""
        session = table.session
        if table.card is None:
            return Content("")
        left, done = session.left, len({act.card for act in session.done} - set(session.waiting))
        numbers = {"due": left.due, "new": left.new, "again": left.again}
        waiting = self.say("review.progress" if session.scheduled else "review.progress_cram", **numbers)
        words = f" {done}/{done + left.cards}   {waiting}"
        cells = max(0, min(PROGRESS, width - len(words) - 4))
        filled = round(cells * done / max(1, done + left.cards))
        return Content.assemble(("▓" * filled, "$success"), ("░" * (cells - filled), "$secondary"), words)

    def intervals(self, table: Table) -> dict[int, str]:
        """For each grade when the card would come again; while cramming only whether it does so now."""
        if not table.session.scheduled:
            return {grade: self.interval(None) if grade == AGAIN else "" for grade in GRADES}
        return {grade: self.interval(days) for grade, days in table.session.preview().items()}

    def interval(self, days: int | None) -> str:
        """In how many days a card comes again; None: in this sitting."""
        return self.say("review.interval.soon") if days is None else self.say("review.interval.days", days=days)

    def kept(self, table: Table) -> str:
        """What was done to the card graded last."""
        if table.graded is None:
            return ""
        grade = self.say(f"review.grade.{table.grade_given}")
        if not table.session.scheduled:
            return self.say("review.kept_cram", grade=grade)
        return self.say("review.kept", grade=grade, interval=self.interval(table.graded.waits(table.session.today)))

    def earned(self, table: Table) -> str:
        """The grade that a calculator card was given, and why."""
        return f"{self.say(f'review.why.{table.grade_given}')} {self.kept(table)}"
