"""A list of numbers the learner types: `label  1 0 0 1`."""

import re
from fractions import Fraction

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Label

from engine.errors import Problem
from tui.widgets.steady_input import SteadyInput


class NumberInput(SteadyInput):
    """Takes everything typed but the keys of its block, which are letters and so never part of a number."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        return key != "r" and super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "r":
            event.prevent_default()  # Input's own handler, which would write the letter


class NumberField(Horizontal):
    """Posts `Changed` whenever the text changes; which numbers are possible is the formula's business."""

    class Changed(Message):
        """`field.text` is new."""

        def __init__(self, field: "NumberField") -> None:
            super().__init__()
            self.field = field

    DEFAULT_CSS = """
    NumberField { height: 1; padding: 0 1 0 2; }
    NumberField Label { width: auto; margin: 0 1 0 0; }
    NumberField Input { width: 1fr; max-width: 48; padding: 0 1; background: $panel; }
    NumberField Input:focus { background: $primary 20%; }
    """

    def __init__(self, name: str, label: str, numbers: tuple[float, ...]) -> None:
        super().__init__(name=name)
        self.label = label
        self.start = " ".join(f"{number:g}" for number in numbers)
        self.input = NumberInput(self.start, compact=True)
        self.label_width = len(label)

    def compose(self) -> ComposeResult:
        yield Label(self.label.ljust(self.label_width), markup=False)
        yield self.input

    @property
    def text(self) -> str:
        return self.input.value

    @property
    def items(self) -> list[str]:
        """What is typed, one number an item: apart by blanks, or else by commas ("0,5 1" holds a decimal comma)."""
        parts = [part.strip(",;") for part in self.text.replace("−", "-").split()]
        if len(parts) > 1:
            parts = [part.replace(",", ".") if part.count(",") == 1 else part for part in parts]
        return [item for part in parts for item in re.split("[,;]", part) if item]

    @property
    def numbers(self) -> list[float]:
        """The items as numbers; "1/3" is one. Raises Problem "live.no_numbers" or "live.not_a_number"."""
        if not self.items:
            raise Problem("live.no_numbers")
        return [_number(item) for item in self.items]

    def reset(self) -> None:
        with self.prevent(Input.Changed):
            self.input.value = self.start
        self.input.cursor_position = len(self.start)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(self))


def _number(item: str) -> float:
    try:
        return float(Fraction(item))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise Problem("live.not_a_number", typed=item[:20]) from None
