"""A list to choose from, whose Enter stands in the line of keys."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import OptionList


class Choices(OptionList):
    """Choosing a line posts `OptionSelected`."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "select", "app.keys.choose", id="list.choose")]
