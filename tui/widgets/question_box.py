"""A question in the flow of the text: an answer read back while it is typed, a verdict that names the mistake, help
one tier at a time, and other numbers as often as one likes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget

from content.questions import Question, Verdict
from content.wording import of_question
from engine.progress import Record
from tui.attempt import Attempt
from tui.widgets.answer_fields import Edited, Given
from tui.widgets.question_view import QuestionView
from tui.widgets.rubric import Rubric


@dataclass(frozen=True)
class Work:
    """How far the learner is with a box: enough to build it again in another language."""

    seed: int | None
    hints: int
    typed: str
    answer: str
    verdict: Verdict | None
    ticked: frozenset[int]
    steps: "tuple[Work, ...]"


class QuestionBox(QuestionView):
    """Asks one question, with fresh numbers where it has such. Posts `Answered` for every answer that counts, and
    `Acted` for everything that is to be kept.

    A question in steps holds a box for each step, shown once the one before it is answered, and posts one `Answered`
    after the last. `coaching` boxes give help on a key; without it that is the business of the screen. `record` is what
    is known of the question from before.
    """

    class Answered(Message):
        """The learner answered `question` with `text`, and this is the verdict."""

        def __init__(self, question: Question, text: str, verdict: Verdict) -> None:
            super().__init__()
            self.question = question
            self.text = text
            self.verdict = verdict

    class Acted(Message):
        """Something to keep: an event of this kind about `question`, or a step of it."""

        def __init__(self, kind: str, question: Question, payload: Mapping[str, Any]) -> None:
            super().__init__()
            self.kind, self.item, self.payload = kind, question.id, payload
            self.wording = of_question(question)

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f5", "help", "exercise.keys.hint", id="question.hint"),
        Binding("f4", "explain", "exercise.keys.solution", id="question.solution"),
        Binding("f6", "again(True)", "exercise.keys.fresh", id="question.fresh"),
        Binding("f6", "again(False)", "exercise.keys.again", id="question.again"),
    ]

    def __init__(
        self,
        question: Question,
        *,
        record: Record | None = None,
        seed: int | None = None,
        coaching: bool = False,
    ) -> None:
        known = record or Record()
        attempt = Attempt.begin(question, known.unsolved_seed if seed is None else seed, known.seen)
        super().__init__(attempt, known, coaching=coaching)

    def step_views(self) -> "Iterable[QuestionBox]":
        return (QuestionBox(step, coaching=self.coaching) for step in self.question.steps)

    @property
    def steps(self) -> "list[QuestionBox]":
        return list(self.query_children(QuestionBox))

    def on_mount(self) -> None:
        self._begin()

    def _begin(self) -> None:
        for box in self.steps[1:]:
            box.display = False
        if self.record.solved or self.record.tries:
            self._say_before()

    # --- what was before

    async def remember(self, record: Record) -> None:
        """What the store knows of this question, unless the learner is at work on it already."""
        if self.at_work or record == self.record:
            return
        self.record = record
        attempt = Attempt.begin(self._written, record.unsolved_seed, record.seen)
        if attempt.question.seed != self.question.seed:
            await self._ask(attempt)
        elif record.tries:
            self._say_before()

    @property
    def at_work(self) -> bool:
        """Whether there is something on the screen that the learner would miss."""
        typed = self.field is not None and self.question.type != "order" and bool(self.field.text)
        started = self.attempt.verdict is not None or self.attempt.hints > 0
        return started or typed or any(box.at_work for box in self.steps)

    # --- answering

    def on_edited(self, event: Edited) -> None:
        event.stop()
        self._read_back(event.text)

    def on_given(self, event: Given) -> None:
        event.stop()
        verdict = self.attempt.answer(event.text)
        self._answered(event.text, verdict)

    def _answered(self, text: str, verdict: Verdict) -> None:
        self._say(verdict)
        if verdict.counts:
            self.post_message(self.Acted("answer", self.question, self.attempt.payload()))
            self.post_message(self.Answered(self.question, text, verdict))

    def on_question_box_answered(self, event: Answered) -> None:
        """A step was answered: show the next one, or close the question after the last."""
        if event.question.id == self.question.id:  # its own message, on the way up
            return
        event.stop()
        if not event.verdict.good:
            return
        steps = self.steps
        here = [box.question.id for box in steps].index(event.question.id)
        self.attempt.helped |= steps[here].attempt.solution_shown
        if here + 1 < len(steps):
            steps[here + 1].display = True
            steps[here + 1].attend()
        else:
            self._answered("", self.attempt.judged("", event.verdict))

    def attend(self) -> None:
        """Give the learner's keys to what is to be answered now, at once: what is typed meanwhile gets there."""
        if target := self.target:
            self.screen.set_focus(target, scroll_visible=False)
            self.call_after_refresh(self.scroll_visible, animate=False)

    @property
    def target(self) -> Widget | None:
        """What wants the keys: the open step, the field, or the rubric after the answer; None when all is done."""
        if self.question.rubric and self.attempt.over:
            return self.query_one(Rubric)
        if self.attempt.over:
            return None
        return next((box.target for box in self.steps if box.display and not box.attempt.over), self.field)

    # --- help

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "help":
                mine = not self._is_step or bool(self.question.hints)  # else those of the whole question
                return self.coaching and mine and not self.attempt.over and self.attempt.help_left
            case "explain":
                return bool(self.question.explanation) and not self._explained
            case "again":
                open_again = self._fresh or self.attempt.over or self.attempt.solution_shown
                return self.coaching and not self._is_step and self._fresh == parameters[0] and open_again
        return True

    def action_help(self) -> None:
        """One more tier of help; the last one is the worked solution."""
        if self.attempt.help():
            self._helped()

    def action_explain(self) -> None:
        """Show the solution; before the answer it is the last tier of help."""
        if self.coaching and not self.attempt.over:
            self.attempt.give_up()
            self._helped()
        else:
            self._show_explanation()
        self.refresh_bindings()

    def _helped(self) -> None:
        payload = {"tier": self.attempt.hints, "seed": self.question.seed, "solution": self.attempt.solution_shown}
        self.post_message(self.Acted("hint", self.question, payload))
        self._show_help()
        if self.attempt.solution_shown:
            self._show_explanation()
        self._show_from(".explanation" if self.attempt.solution_shown else ".help")
        self.refresh_bindings()

    def on_rubric_ticked(self, event: Rubric.Ticked) -> None:
        event.stop()
        self.post_message(self.Acted("rubric", self.question, {"ticked": sorted(event.ticked)}))

    # --- other numbers

    async def action_again(self, fresh: bool = True) -> None:
        """Ask it anew, with other numbers where it has such."""
        await self._ask(self.attempt.again())
        self.attend()

    async def _ask(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.remove_class("-over")
        await self.recompose()
        self._begin()
        self.refresh_bindings()

    # --- in another language

    def work(self) -> Work:
        """How far the learner is."""
        attempt, field = self.attempt, self.field
        ticked = self.query_one(Rubric).ticked if self.question.rubric else frozenset[int]()
        return Work(
            attempt.question.seed, attempt.hints, field.text if field else "", attempt.text, attempt.verdict, ticked,
            tuple(box.work() for box in self.steps),
        )  # fmt: skip

    async def take_up(self, work: Work) -> None:
        """Show it again as it was, in the language of now."""
        if work.seed != self.question.seed:
            await self._ask(Attempt.begin(self._written, work.seed))
        if self.field is not None and work.typed:
            self.field.write(work.typed)
        self.record = replace(self.record, ticked=work.ticked or self.record.ticked)
        self.attempt.hints = work.hints
        for box, step in zip(self.steps, work.steps, strict=False):
            await box.take_up(step)
            self.attempt.helped |= box.attempt.solution_shown
        for before, after in zip(self.steps, self.steps[1:], strict=False):
            after.display = before.attempt.over
        if work.hints:
            self._show_help()
        if self.attempt.solution_shown:
            self._show_explanation()
        if work.verdict is not None:
            again = work.verdict if self.steps or work.verdict.code == "recorded" else None
            self._say(self.attempt.judged(work.answer, again) if again else self.attempt.answer(work.answer))


def boxes(of: Widget) -> Iterable[QuestionBox]:
    """The questions on a page, without the steps within them."""
    return (box for box in of.query(QuestionBox) if not isinstance(box.parent, QuestionBox))
