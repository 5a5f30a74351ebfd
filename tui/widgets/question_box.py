"""A question in the flow of the text: an answer read back while it is typed, a verdict that names the mistake."""

from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from content.questions import Question, Verdict, check, read_as
from tui.literal import literal
from tui.widgets.choices import Choices

if TYPE_CHECKING:
    from tui.app import PreferablyApp

MARKS = {"correct": ("✓ ", "bold $success"), "recorded": ("✓ ", "bold $success"), "unparsed": ("? ", "bold $warning")}
WRONG = ("✗ ", "bold $error")


class QuestionBox(Container):
    """Asks one question. Posts `Answered` for every answer that counts."""

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

    def __init__(self, question: Question, *, answered: bool = False) -> None:
        super().__init__()
        self.question = question
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
        else:
            field = Input(placeholder=self.app.t(f"learn.question.placeholder_{self.question.type}"), compact=True)
            field.cursor_blink = False
            yield field
            yield Static(classes="read")
        yield Static(classes="verdict")
        yield Static(classes="explanation")

    def on_mount(self) -> None:
        if self.question.type == "choice":
            self.query_one(OptionList).highlighted = None
        if self.answered:
            self.remember()

    def remember(self) -> None:
        """Say that the learner has answered this rightly before, unless there is a verdict already."""
        if not self.query_one(".verdict").has_class("-shown"):
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
        verdict = check(self.question, text)
        mark = MARKS.get(verdict.code, WRONG)
        self._show(
            ".verdict", Content.assemble(mark, literal(self.app.t(f"question.{verdict.code}", **verdict.params)))
        )
        if verdict.code in ("correct", "recorded"):
            self.action_explain()
        if verdict.code != "unparsed":
            self.post_message(self.Answered(self.question, text, verdict))

    def action_explain(self) -> None:
        """Show why, whether or not the answer was right."""
        if self.question.explanation:
            self._show(".explanation", literal(self.question.explanation))

    def _show(self, where: str, content: Content) -> None:
        line = self.query_one(where, Static)
        line.update(content)
        line.set_class(bool(content.plain), "-shown")
