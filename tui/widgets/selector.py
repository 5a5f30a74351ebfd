"""One of a few words, chosen like a number on a slider: with the arrow keys or the mouse."""

from collections.abc import Sequence

from textual import events
from textual.content import Content

from tui.widgets.slider import Slider, Track


class Selector(Slider):
    """`label  ● best-of-N  ○ RL`. Its value is the number of the word, from 0."""

    def __init__(self, name: str, label: str, words: Sequence[str], chosen: int) -> None:
        super().__init__(name, label, float(chosen), Track(0, len(words) - 1, step=1, fine=1, decimals=0))
        self.words = tuple(words)

    @property
    def chosen(self) -> int:
        return round(self.value)

    def number(self) -> str:
        return self.words[self.chosen]

    def render(self) -> Content:
        parts = [
            ("▸ " if self.has_focus else "  ", "bold $accent"),
            (self.label.ljust(self.label_width) + " ", "bold" if self.has_focus else ""),
        ]
        for number, word in enumerate(self.words):
            here = number == self.chosen
            parts.append((f"{'●' if here else '○'} {word}  ", "bold $primary" if here else "$secondary"))
        return Content.assemble(*parts)

    def _follow(self, event: events.MouseEvent) -> None:
        """The word under the mouse, if there is one."""
        start = self.rail[0]
        for number, word in enumerate(self.words):
            end = start + len(word) + 4
            if start <= event.x < end:
                self.set(number)
            start = end
        event.stop()
