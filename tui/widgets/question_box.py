"""A question in the flow of the text: an answer read back while it is typed, a verdict that names the mistake."""

from random import randrange
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from content.questions import LISTING, Question, Verdict, check, draw, read_as, sentence
from engine.theory import compute
from tui.literal import literal
from tui.widgets.choices import Choices

if TYPE_CHECKING:
    from tui.app import PreferablyApp

GOOD, UNCLEAR = ("✓ ", "bold $success"), ("? ", "bold $warning")
MARKS = {"correct": GOOD, "recorded": GOOD, "unparsed": UNCLEAR, "out_of_domain": UNCLEAR}
WRONG = ("✗ ", "bold $error")
SEED = randrange(2**32)
"""New numbers in every session, and the same ones when the page is shown again in another language."""


class QuestionBox(Container):
    """Asks one question, with fresh numbers where it has such. Posts `Answered` for every answer that counts.

    A question in steps holds a box for each step, shown once the one before it is answered, and posts one `Answered`
    after the last.
    """

    class Answered(Message):
        """The learner answered `question` with `text`, and this is the verdict."""

        def __init__(self, question: Question, text: str, verdict: Verdict) -> None:
            super().__init__()
            self.question = question
            self.text = text
            self.verdict = verdict

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f4", "explain", "learn.keys.explain"),
    ]
    DEFAULT_CSS = """
    QuestionBox { height: auto; border-left: thick $secondary; padding: 0 0 0 1; margin: 0 0 1 0; }
    QuestionBox:focus-within { border-left: thick $accent; }
    QuestionBox Static { height: auto; }
    QuestionBox .prompt { text-style: bold; margin: 0 0 1 0; }
    QuestionBox QuestionBox { border-left: none; padding: 0; }
    QuestionBox .options { margin: 0 0 1 0; }
    QuestionBox Input { padding: 0 1; background: $panel; width: 1fr; max-width: 48; }
    QuestionBox Input:focus { background: $primary 20%; }
    QuestionBox OptionList { height: auto; padding: 0; background: $background; }
    QuestionBox .read { color: $secondary; display: none; }
    QuestionBox .verdict, QuestionBox .explanation { margin: 1 0 0 0; display: none; }
    QuestionBox .explanation { color: $foreground; }
    QuestionBox .-shown { display: block; }
    """
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, question: Question, *, answered: bool = False, seed: int | None = None) -> None:
        super().__init__()
        self.question = draw(question, SEED if seed is None else seed, compute)
        self.answered = answered

    def compose(self) -> ComposeResult:
        yield Static(Content.assemble(("✎ ", "$accent"), literal(self.question.prompt)), classes="prompt")
        if self.question.type == "choice":
            yield Choices(
                *(
                    Option(Content.assemble((f"{number}  ", "$secondary"), literal(option)))
                    for number, option in enumerate(self.question.options, start=1)
                ),
                compact=True,
            )
        elif self.question.type == "steps":
            yield from (QuestionBox(step) for step in self.question.steps)
        else:
            if self.question.type in LISTING:
                listed = (f"{number}  {option}" for number, option in enumerate(self.question.options, start=1))
                yield Static(literal("\n".join(listed)), classes="options")
            field = Input(placeholder=self.app.t(f"learn.question.placeholder_{self.question.type}"), compact=True)
            field.cursor_blink = False
            yield field
            yield Static(classes="read")
        yield Static(classes="verdict")
        yield Static(classes="explanation")

    def on_mount(self) -> None:
        if self.question.type == "choice":
            self.query_one(OptionList).highlighted = None
        for box in self._steps[1:]:
            box.display = False
        if self.answered:
            self.remember()

    def remember(self) -> None:
        """Say that the learner has answered this rightly before, unless there is a verdict already."""
        if not self._own(".verdict").has_class("-shown"):
            self._show(
                ".verdict", Content.assemble(("✓ ", "$success"), literal(self.app.t("learn.question.answered_before")))
            )

    # --- answering

    def on_input_changed(self, event: Input.Changed) -> None:
        understood = read_as(self.question, event.value) if self.question.type != "free" else ""
        shown = self.app.t("learn.question.read_as", text=understood) if understood else ""
        self._show(".read", literal(shown))
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answer(event.value)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._answer(str(event.option_index + 1))

    def on_key(self, event: events.Key) -> None:
        """The number of an option chooses it."""
        if self.question.type == "choice" and event.character and event.character.isdigit():
            number = int(event.character)
            if 1 <= number <= len(self.question.options):
                event.stop()
                self.query_one(OptionList).highlighted = number - 1
                self._answer(str(number))

    def _answer(self, text: str) -> None:
        self._judged(text, check(self.question, text))

    def _judged(self, text: str, verdict: Verdict) -> None:
        mark = MARKS.get(verdict.code, WRONG)
        self._show(".verdict", Content.assemble(mark, literal(sentence(verdict, self.app.language))))
        if verdict.good:
            self.action_explain()
        if verdict.counts:
            self.post_message(self.Answered(self.question, text, verdict))

    @property
    def _steps(self) -> "list[QuestionBox]":
        return list(self.query_children(QuestionBox))

    def on_question_box_answered(self, event: Answered) -> None:
        """A step was answered: show the next one, or close the question after the last."""
        if event.question.id == self.question.id:  # its own message, on the way up
            return
        event.stop()
        if not event.verdict.good:
            return
        boxes = self._steps
        here = [box.question.id for box in boxes].index(event.question.id)
        if here + 1 < len(boxes):
            boxes[here + 1].display = True
        else:
            self._judged("", event.verdict)

    def action_explain(self) -> None:
        """Show why, whether or not the answer was right."""
        if self.question.explanation:
            self._show(".explanation", literal(self.question.explanation))

    def _show(self, where: str, content: Content) -> None:
        line = self._own(where)
        line.update(content)
        line.set_class(bool(content.plain), "-shown")

    def _own(self, where: str) -> Static:
        """A line of this box, not of a step within it."""
        return self.query_children(where).last(Static)
