"""The four grades with their keys, and when the card would come again; a click is as good as a key."""

from collections.abc import Mapping

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.literal import clean

STYLES = {1: "$error", 2: "$warning", 3: "$success", 4: "$primary"}


class GradeBar(Widget):
    """Two lines: `1 Again  2 Hard  3 Good  4 Easy`, and below each its interval, where there is a schedule."""

    DEFAULT_CSS = """
    GradeBar { height: 3; width: 1fr; max-width: 88; padding: 0 1; }
    """
    ALLOW_SELECT = False

    class Chosen(Message):
        """The grade (1 to 4) was clicked."""

        def __init__(self, grade: int) -> None:
            super().__init__()
            self.grade = grade

    def __init__(self) -> None:
        super().__init__()
        self.intervals: Mapping[int, str] = {}

    def show(self, intervals: Mapping[int, str]) -> None:
        """`intervals`: for each grade the words below it."""
        self.intervals = intervals
        self.refresh()

    def render(self) -> Content:
        say = self.app.t  # type: ignore[attr-defined]
        names, times = [], []
        for grade, words in self.intervals.items():
            width = self._cell(grade) - self._cell(grade - 1)
            name = Content.assemble(
                (f"{grade} ", "bold $footer-key-foreground"), (say(f"review.grade.{grade}"), "bold")
            )
            names.append(_centred(name.stylize(STYLES[grade], 2), width))
            times.append(_centred(Content.styled(clean(words), "$secondary"), width))
        return Content("\n").join([Content("").join(names), Content("").join(times)])

    def _cell(self, number: int) -> int:
        """The column where the cell of grade `number` ends."""
        return round(number * self.content_size.width / len(STYLES))

    def on_click(self, event: events.Click) -> None:
        for grade in self.intervals:
            if self._cell(grade - 1) <= event.x - self.styles.padding.left < self._cell(grade):
                self.post_message(self.Chosen(grade))


def _centred(text: Content, width: int) -> Content:
    text = text.truncate(width, ellipsis=True)
    space = width - text.cell_length
    return Content.assemble(" " * (space // 2), text, " " * (space - space // 2))
