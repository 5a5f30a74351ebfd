"""What a good answer contains, to be ticked off by the one who answered."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.literal import clean


class Rubric(OptionList):
    """A list of points, hidden until it is opened. Space, a number or a click ticks one, and posts `Ticked`."""

    class Ticked(Message):
        """The points that the learner found in the answer, numbered from 1."""

        def __init__(self, ticked: frozenset[int]) -> None:
            super().__init__()
            self.ticked = ticked

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space,enter", "select", "exercise.keys.tick", id="rubric.tick")]
    DEFAULT_CSS = """
    Rubric { display: none; height: auto; margin: 1 0 0 0; padding: 0; background: $background; }
    Rubric.-open { display: block; }
    """

    def __init__(self, points: tuple[str, ...], title: str) -> None:
        self.points, self.title, self.ticked = points, title, frozenset[int]()
        super().__init__(*self._rows(), compact=True)

    def _rows(self) -> list[Option]:
        count = f"{len(self.ticked)}/{len(self.points)}"
        head = Option(Content.assemble((f"{clean(self.title)} ", "bold $accent"), (count, "$secondary")), disabled=True)
        lines = [
            Option(Content.assemble(("[✓] ", "bold $success") if n in self.ticked else "[ ] ", clean(point)))
            for n, point in enumerate(self.points, 1)
        ]
        return [head, *lines]

    def open(self, ticked: frozenset[int]) -> None:
        """Show it, with these points ticked."""
        if not self.has_class("-open"):
            self.add_class("-open")
            self._tick(frozenset(point for point in ticked if 1 <= point <= len(self.points)))

    def _tick(self, ticked: frozenset[int]) -> None:
        self.ticked = ticked
        for index, line in enumerate(self._rows()):
            self.replace_option_prompt_at_index(index, line.prompt)

    def toggle(self, point: int) -> None:
        self._tick(self.ticked ^ {point})
        self.post_message(self.Ticked(self.ticked))

    def on_key(self, event: events.Key) -> None:
        if event.character and event.character.isdecimal() and 1 <= int(event.character) <= len(self.points):
            event.stop()
            self.highlighted = int(event.character)
            self.toggle(int(event.character))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        if self.has_focus:
            self.scroll_visible(animate=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.toggle(event.option_index)
