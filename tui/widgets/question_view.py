"""How a question looks: what is asked, what the answer goes into, and the lines that are said about it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content
from textual.widgets import Static

from content.expressions import ExpressionError
from content.expressions import read as read_expression
from content.expressions.tex import tex
from content.maths import MathsError, display
from content.questions import LISTING, Question, Verdict, read_as, right_answer, sentence
from engine.progress import Record
from tui.attempt import Attempt
from tui.literal import literal
from tui.widgets.answer_fields import FIELDS, AnswerField, field_for
from tui.widgets.rubric import Rubric

if TYPE_CHECKING:
    from tui.app import PreferablyApp

GOOD, UNCLEAR, HELP = ("✓ ", "bold $success"), ("? ", "bold $warning"), ("◆ ", "$accent")
MARKS = {"correct": GOOD, "recorded": GOOD, "unparsed": UNCLEAR, "out_of_domain": UNCLEAR}
WRONG = ("✗ ", "bold $error")


class QuestionView(Container):
    """Shows `attempt`. A question in steps holds a view for each step; an answered step shrinks to its answer, so that
    the derivation grows. `coaching` views say what follows from having seen the solution."""

    DEFAULT_CSS = """
    QuestionView { height: auto; border-left: thick $secondary; padding: 0 0 0 1; margin: 0 0 1 0; }
    QuestionView:focus-within { border-left: thick $accent; }
    QuestionView Static { height: auto; }
    QuestionView .prompt { text-style: bold; margin: 0 0 1 0; }
    QuestionView QuestionView, QuestionView QuestionView:focus-within { border-left: none; padding: 0; }
    QuestionView OptionList { height: auto; padding: 0; background: $background; }
    QuestionView .read, QuestionView .pretty { color: $secondary; display: none; }
    QuestionView .pretty { text-wrap: nowrap; padding: 0 0 0 2; }
    QuestionView .verdict, QuestionView .help, QuestionView .explanation { margin: 1 0 0 0; display: none; }
    QuestionView .-shown { display: block; }
    QuestionView QuestionView.-over > .field, QuestionView QuestionView.-over > .read,
    QuestionView QuestionView.-over > .pretty, QuestionView QuestionView.-over > .help { display: none; }
    QuestionView QuestionView.-over > .prompt, QuestionView QuestionView.-over > .verdict { margin: 0; }
    QuestionView QuestionView.-over > .explanation { margin: 0; color: $secondary; }
    """

    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, attempt: Attempt, record: Record, *, coaching: bool) -> None:
        super().__init__()
        self.attempt, self.record, self.coaching = attempt, record, coaching

    def step_views(self) -> "Iterable[QuestionView]":
        """A view for each step of the question."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("✎ ", "$accent"), literal(self.question.prompt)), classes="prompt")
        if self.question.type == "steps":
            yield from self.step_views()
        else:
            placeholder = "" if self.question.type in LISTING else f"exercise.placeholder.{self.question.type}"
            field = field_for(self.question, self.app.t(placeholder) if placeholder else "")
            field.add_class("field")
            yield field
        for name in ("read", "pretty", "verdict", "help", "explanation"):
            yield Static(classes=name)
        if self.question.rubric:
            yield Rubric(self.question.rubric, self.app.t("exercise.rubric"))

    @property
    def question(self) -> Question:
        """The question with the numbers it has now."""
        return self.attempt.question

    @property
    def field(self) -> AnswerField | None:
        """What the answer goes into; None for a question in steps."""
        return next((child for child in self.children if isinstance(child, FIELDS)), None)

    @property
    def _is_step(self) -> bool:
        return isinstance(self.parent, QuestionView)

    @property
    def _written(self) -> Question:
        """The question before numbers were drawn for it."""
        return self.question.template or self.question

    @property
    def _fresh(self) -> bool:
        """Whether every attempt may have new numbers."""
        return self._written.fresh

    @property
    def _explained(self) -> bool:
        return self._own(".explanation").has_class("-shown")

    # --- what is said

    def _say(self, verdict: Verdict) -> None:
        """Show the verdict; once the question is answered also why, and of a step its answer."""
        said = sentence(verdict, self.app.language)
        if verdict.code == "correct" and self.attempt.solution_shown and self.coaching and not self._is_step:
            said = f"{said} {self.app.t('exercise.not_counted')}"
        if self._is_step and self.attempt.over:
            said = ("" if self.question.type in LISTING else "= ") + right_answer(self.question)
        self._show(".verdict", Content.assemble(MARKS.get(verdict.code, WRONG), literal(said)))
        self.set_class(self.attempt.over, "-over")
        if self.attempt.over:
            self._show_explanation()
        self._show_from(".verdict")
        self.refresh_bindings()

    def _read_back(self, text: str) -> None:
        """Say how what is typed would be understood; a formula also as it would be printed."""
        question = self.question
        understood = read_as(question, text) if question.type in ("number", "vector", "expression") else ""
        pretty: list[str] = []
        if question.type == "expression" and understood:
            pretty = _printed(text, question, max(20, self.size.width - 6))
        self._show(".read", literal(self.app.t("exercise.read_as", text=understood) if understood else ""))
        self._show(".pretty", literal("\n".join(pretty)))

    def _say_before(self) -> None:
        """Say that the learner has met this question; words are there to go on with."""
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
