"""What an answer is typed into or put together with, one kind of field for each type of question."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, OptionList, TextArea
from textual.widgets.option_list import Option

from content.questions import Question
from tui.literal import clean
from tui.widgets.choices import Choices
from tui.widgets.steady_input import SteadyInput


class Given(Message):
    """The learner answers with `text`."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class Edited(Message):
    """The answer is now `text`, but was not given yet."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text


class LineField(SteadyInput):
    """One line. `passed` are letters that no answer of this kind contains: they stay free as keys of the screen."""

    DEFAULT_CSS = """
    LineField { padding: 0 1; background: $panel; width: 1fr; max-width: 48; }
    LineField:focus { background: $primary 20%; }
    """

    def __init__(self, placeholder: str, passed: str = "") -> None:
        super().__init__(placeholder=placeholder, compact=True, select_on_focus=False)
        self.passed = passed

    @property
    def text(self) -> str:
        return self.value

    def write(self, text: str) -> None:
        self.value = text

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key not in self.passed and super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        if event.key in self.passed:
            event.prevent_default()  # Input's own handler, which would write the letter

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(Edited(self.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(Given(self.value))


class WordsField(TextArea):
    """As many lines as it takes. Enter answers; Ctrl+J begins a new line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "give", "exercise.keys.answer", id="text_answer.give"),
        Binding("ctrl+j,shift+enter", "new_line", "exercise.keys.new_line", id="text_answer.new_line"),
    ]
    DEFAULT_CSS = """
    WordsField { height: auto; min-height: 3; max-height: 10; padding: 0 1; background: $panel; }
    WordsField:focus { background: $primary 20%; }
    """

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True, highlight_cursor_line=False)
        self.cursor_blink = False

    def write(self, text: str) -> None:
        self.text = text

    async def _on_key(self, event: events.Key) -> None:
        if event.key in ("enter", "ctrl+j", "shift+enter"):
            event.prevent_default()  # TextArea's own handler, which would write a new line

    def action_give(self) -> None:
        self.post_message(Given(self.text))

    def action_new_line(self) -> None:
        self.insert("\n")

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        event.stop()
        self.post_message(Edited(self.text))


class ChoiceField(Choices):
    """The number of an option, Enter or a click chooses it."""

    def __init__(self, question: Question) -> None:
        super().__init__(*(_line(number, text) for number, text in enumerate(question.options, 1)), compact=True)

    def on_mount(self) -> None:
        self.highlighted = None

    @property
    def text(self) -> str:
        return ""

    def write(self, text: str) -> None:
        """What was chosen is said by the verdict."""

    def on_key(self, event: events.Key) -> None:
        if (number := _digit(event, self.option_count)) is not None:
            event.stop()
            self.highlighted = number - 1
            self.post_message(Given(str(number)))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(Given(str(event.option_index + 1)))


class SeveralField(OptionList):
    """Space, a number or a click puts an option in or out; Enter answers."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "select", "exercise.keys.toggle", id="choice_answer.toggle"),
        Binding("enter", "give", "exercise.keys.answer", id="choice_answer.give"),
    ]

    def __init__(self, question: Question) -> None:
        self.words, self.chosen = question.options, frozenset[int]()
        super().__init__(*self._rows(), compact=True)

    def _rows(self) -> list[Option]:
        return [
            _line(number, text, (("[✓] ", "bold $success") if number in self.chosen else ("[ ] ", "")))
            for number, text in enumerate(self.words, 1)
        ]

    @property
    def text(self) -> str:
        return " ".join(map(str, sorted(self.chosen)))

    def write(self, text: str) -> None:
        self._choose(frozenset(map(int, text.split())))

    def toggle(self, number: int) -> None:
        self._choose(self.chosen ^ {number})

    def _choose(self, chosen: frozenset[int]) -> None:
        self.chosen = chosen
        _rewrite(self, self._rows(), self.highlighted)
        self.post_message(Edited(self.text))

    def on_key(self, event: events.Key) -> None:
        if (number := _digit(event, len(self.words))) is not None:
            event.stop()
            self.highlighted = number - 1
            self.toggle(number)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.toggle(event.option_index + 1)

    def action_give(self) -> None:
        self.post_message(Given(self.text))


class OrderField(OptionList):
    """Shift with an arrow moves an option; typing numbers puts these options first, one after the other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("shift+up,K", "move(-1)", "exercise.keys.move", id="order_answer.up", key_display="⇧↑↓"),
        Binding("shift+down,J", "move(1)", "exercise.keys.move", id="order_answer.down", key_display="⇧↑↓"),
        Binding("enter", "give", "exercise.keys.answer", id="order_answer.give"),
    ]

    def __init__(self, question: Question) -> None:
        self.words = question.options
        self.order = list(range(1, len(self.words) + 1))
        self.typed: list[int] = []
        super().__init__(*self._rows(), compact=True)

    def _rows(self) -> list[Option]:
        return [_line(number, self.words[number - 1]) for number in self.order]

    @property
    def text(self) -> str:
        return " ".join(map(str, self.order))

    def write(self, text: str) -> None:
        self._put([int(number) for number in text.split()], self.highlighted)

    def _put(self, order: list[int], highlighted: int | None) -> None:
        self.order = order
        _rewrite(self, self._rows(), highlighted)
        self.post_message(Edited(self.text))

    def action_move(self, direction: int) -> None:
        """The option that is highlighted changes places with its neighbour."""
        here = self.highlighted
        if here is None or not 0 <= here + direction < len(self.order):
            return
        self.typed = []
        order = self.order.copy()
        order[here], order[here + direction] = order[here + direction], order[here]
        self._put(order, here + direction)

    def on_key(self, event: events.Key) -> None:
        if (number := _digit(event, len(self.words))) is not None:
            event.stop()
            if number in self.typed or len(self.typed) == len(self.words):
                self.typed = []
            self.typed.append(number)
            rest = [other for other in self.order if other not in self.typed]
            self._put([*self.typed, *rest], len(self.typed) - 1)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()  # a click only highlights

    def action_give(self) -> None:
        self.post_message(Given(self.text))


AnswerField = LineField | WordsField | ChoiceField | SeveralField | OrderField
FIELDS = (LineField, WordsField, ChoiceField, SeveralField, OrderField)


def field_for(question: Question, placeholder: str) -> AnswerField:
    """The field for a question that is not in steps."""
    match question.type:
        case "choice":
            return ChoiceField(question)
        case "several":
            return SeveralField(question)
        case "order":
            return OrderField(question)
        case "free":
            return WordsField(placeholder)
        case "expression":
            return LineField(placeholder)
    return LineField(placeholder, passed="hn")


def _line(number: int, text: str, before: tuple[str, str] = ("", "")) -> Option:
    return Option(Content.assemble(before, (f"{number}  ", "$secondary"), clean(text)))


def _rewrite(field: OptionList, lines: list[Option], highlighted: int | None) -> None:
    for index, line in enumerate(lines):
        field.replace_option_prompt_at_index(index, line.prompt)
    field.highlighted = highlighted


def _digit(event: events.Key, count: int) -> int | None:
    """The number of an option, if that is what the key says."""
    if event.character and event.character.isdecimal() and 1 <= int(event.character) <= count:
        return int(event.character)
    return None


def is_typing(widget: Widget | None) -> bool:
    """Whether letters that are pressed now become text."""
    return isinstance(widget, TextArea | Input)
