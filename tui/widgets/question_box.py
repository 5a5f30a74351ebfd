"""A question in the flow of the text: an answer read back while it is typed, a verdict that names the mistake, help
one tier at a time, and other numbers as often as one likes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from content.expressions import ExpressionError
from content.expressions import read as read_expression
from content.expressions.tex import tex
from content.maths import MathsError, display
from content.questions import LISTING, Question, Verdict, read_as, right_answer, sentence
from content.wording import of_question
from engine.progress import Record
from tui.attempt import Attempt
from tui.literal import literal
from tui.widgets.answer_fields import FIELDS, AnswerField, Edited, Given, field_for
from tui.widgets.rubric import Rubric

if TYPE_CHECKING:
    from tui.app import PreferablyApp

GOOD, UNCLEAR, HELP = ("✓ ", "bold $success"), ("? ", "bold $warning"), ("◆ ", "$accent")
MARKS = {"correct": GOOD, "recorded": GOOD, "unparsed": UNCLEAR, "out_of_domain": UNCLEAR}
WRONG = ("✗ ", "bold $error")


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


class QuestionBox(Container):
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
    DEFAULT_CSS = """
    QuestionBox { height: auto; border-left: thick $secondary; padding: 0 0 0 1; margin: 0 0 1 0; }
    QuestionBox:focus-within { border-left: thick $accent; }
    QuestionBox Static { height: auto; }
    QuestionBox .prompt { text-style: bold; margin: 0 0 1 0; }
    QuestionBox QuestionBox, QuestionBox QuestionBox:focus-within { border-left: none; padding: 0; }
    QuestionBox OptionList { height: auto; padding: 0; background: $background; }
    QuestionBox .read, QuestionBox .pretty { color: $secondary; display: none; }
    QuestionBox .pretty { text-wrap: nowrap; padding: 0 0 0 2; }
    QuestionBox .given { display: none; padding: 0 0 0 2; }
    QuestionBox .verdict, QuestionBox .help, QuestionBox .explanation { margin: 1 0 0 0; display: none; }
    QuestionBox .-shown { display: block; }
    QuestionBox QuestionBox.-over > .field, QuestionBox QuestionBox.-over > .read,
    QuestionBox QuestionBox.-over > .pretty, QuestionBox QuestionBox.-over > .help { display: none; }
    QuestionBox QuestionBox.-over > .verdict { margin: 0; }
    QuestionBox QuestionBox.-over > .explanation { margin: 0; color: $secondary; }
    """
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(
        self,
        question: Question,
        *,
        record: Record | None = None,
        seed: int | None = None,
        coaching: bool = False,
    ) -> None:
        super().__init__()
        self.record = record or Record()
        self.coaching = coaching
        self.attempt = self._attempt(question, self.record.unsolved_seed if seed is None else seed)

    def _attempt(self, question: Question, seed: int | None) -> Attempt:
        return Attempt.begin(question.template or question, seed, self.record.seen)

    @property
    def question(self) -> Question:
        """The question with the numbers it has now."""
        return self.attempt.question

    @property
    def field(self) -> AnswerField | None:
        """What the answer goes into; None for a question in steps."""
        return next((child for child in self.children if isinstance(child, FIELDS)), None)

    @property
    def steps(self) -> "list[QuestionBox]":
        return list(self.query_children(QuestionBox))

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("✎ ", "$accent"), literal(self.question.prompt)), classes="prompt")
        if self.question.type == "steps":
            yield from (QuestionBox(step, coaching=self.coaching) for step in self.question.steps)
        else:
            placeholder = "" if self.question.type in LISTING else f"exercise.placeholder.{self.question.type}"
            field = field_for(self.question, self.app.t(placeholder) if placeholder else "")
            field.add_class("field")
            yield field
        for name in ("read", "pretty", "given", "verdict", "help", "explanation"):
            yield Static(classes=name)
        if self.question.rubric:
            yield Rubric(self.question.rubric, self.app.t("exercise.rubric"))

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
        if record.unsolved_seed is not None and record.unsolved_seed != self.question.seed:
            await self._ask(self._attempt(self.question, record.unsolved_seed))
        else:
            self._say_before()

    @property
    def at_work(self) -> bool:
        """Whether there is something on the screen that the learner would miss."""
        typed = self.field is not None and self.question.type != "order" and bool(self.field.text)
        started = self.attempt.verdict is not None or self.attempt.hints > 0
        return started or typed or any(box.at_work for box in self.steps)

    def _say_before(self) -> None:
        record = self.record
        if self.question.type == "free":
            if self.field is not None and not self.field.text and record.text:
                self.field.write(record.text)
            before = "answered_free"
        else:
            before = "solved_before" if record.solved else "tried_before"
        mark = ("✓ ", "$success") if record.solved else ("· ", "$secondary")
        said = self.app.t(f"exercise.{before}", tries=record.tries)
        self._show(".verdict", Content.assemble(mark, literal(said)))

    # --- answering

    def on_edited(self, event: Edited) -> None:
        event.stop()
        self._read_back(event.text)

    def _read_back(self, text: str) -> None:
        """Say how what is typed would be understood; a formula also as it would be printed."""
        question = self.question
        understood = read_as(question, text) if question.type in ("number", "vector", "expression") else ""
        pretty: list[str] = []
        if question.type == "expression" and understood:
            pretty = _printed(text, question, max(20, self.size.width - 6))
        self._show(".read", literal(self.app.t("exercise.read_as", text=understood) if understood else ""))
        self._show(".pretty", literal("\n".join(pretty)))

    def on_given(self, event: Given) -> None:
        event.stop()
        verdict = self.attempt.answer(event.text)
        self._answered(event.text, verdict)

    def _answered(self, text: str, verdict: Verdict) -> None:
        self._say(verdict)
        if verdict.counts:
            self.post_message(self.Acted("answer", self.question, self.attempt.payload()))
            self.post_message(self.Answered(self.question, text, verdict))

    def _say(self, verdict: Verdict) -> None:
        """Show the verdict and what follows from it."""
        said = sentence(verdict, self.app.language)
        if verdict.code == "correct" and self.attempt.solution_shown and self.coaching and not self._is_step:
            said = f"{said} {self.app.t('exercise.not_counted')}"
        self._show(".verdict", Content.assemble(MARKS.get(verdict.code, WRONG), literal(said)))
        self.set_class(self.attempt.over, "-over")
        if self.attempt.over:
            if self._is_step and self.question.type != "choice":
                self._show(".given", literal(f"= {right_answer(self.question)}"))
            elif self._is_step:
                self._show(".given", literal(right_answer(self.question)))
            self._show_explanation()
        self._show_from(".verdict")
        self.refresh_bindings()

    @property
    def _is_step(self) -> bool:
        return isinstance(self.parent, QuestionBox)

    def on_question_box_answered(self, event: Answered) -> None:
        """A step was answered: show the next one, or close the question after the last."""
        if event.question.id == self.question.id:  # its own message, on the way up
            return
        event.stop()
        if not event.verdict.good:
            return
        boxes = self.steps
        here = [box.question.id for box in boxes].index(event.question.id)
        self.attempt.helped |= boxes[here].attempt.solution_shown
        if here + 1 < len(boxes):
            boxes[here + 1].display = True
            boxes[here + 1].attend()
        else:
            self._answered("", self.attempt.judged("", event.verdict))

    def attend(self) -> None:
        """Give the learner's keys to what is to be answered now."""
        if target := self.target:
            target.focus(scroll_visible=False)
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

    @property
    def _fresh(self) -> bool:
        """Whether every attempt may have new numbers."""
        return (self.question.template or self.question).fresh

    @property
    def _explained(self) -> bool:
        return self._own(".explanation").has_class("-shown")

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

    def _show_help(self) -> None:
        hints = self.question.hints[: self.attempt.hints]
        count = len(self.attempt.tiers)
        heads = (f"{self.app.t('exercise.hint', number=number, count=count)} " for number in range(1, count + 1))
        lines = [
            Content.assemble(HELP, (head, "$accent"), literal(hint)) for head, hint in zip(heads, hints, strict=False)
        ]
        self._show(".help", Content("\n").join(lines))

    def _show_explanation(self) -> None:
        """Why, or a good answer in words, and below it what such an answer contains."""
        if not self.question.explanation:
            return
        free, over = self.question.type == "free", self.attempt.over
        name = "model_answer" if free else "explanation" if over else "solution"
        head = () if self._is_step and over else ((f"{self.app.t(f'exercise.{name}')} ", "bold $accent"),)
        text = [*head, literal(self.question.explanation)]
        if not over and self.coaching and not free and not self._is_step:
            text.append(literal(f"\n{self.app.t('exercise.then_fresh' if self._fresh else 'exercise.then_again')}"))
        self._show(".explanation", Content.assemble(*text))
        for rubric in self.query(Rubric):
            rubric.open(self.record.ticked)

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
            await self._ask(Attempt.begin(self.question.template or self.question, work.seed))
        if self.field is not None and work.typed:
            self.field.write(work.typed)
        self.record = Record(**{**vars(self.record), "ticked": work.ticked or self.record.ticked})
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

    # --- lines

    def _show(self, where: str, content: Content) -> None:
        line = self._own(where)
        line.update(content)
        line.set_class(bool(content.plain), "-shown")

    def _show_from(self, where: str) -> None:
        """Bring what was just said into view, the last line first."""
        line = self._own(where)
        self.call_after_refresh(self.scroll_visible, animate=False)
        self.call_after_refresh(line.scroll_visible, animate=False)

    def _own(self, where: str) -> Static:
        """A line of this box, not of a step within it."""
        return self.query_children(where).last(Static)


def _printed(text: str, question: Question, width: int) -> list[str]:
    """The expression in two dimensions; nothing where that is but the one line there is already."""
    try:
        lines = display(tex(read_expression(text, question.symbols)), width)
    except (ExpressionError, MathsError):
        return []
    return lines if len(lines) > 1 else []


def boxes(of: Widget) -> Iterable[QuestionBox]:
    """The questions on a page, without the steps within them."""
    return (box for box in of.query(QuestionBox) if not isinstance(box.parent, QuestionBox))
