"""The seven-step scale from "A strongly" over a tie to "B strongly", with its keys; a click is as good as a key."""

from itertools import pairwise

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

STEPS = ("strongly", "clearly", "slightly", "tie", "slightly", "clearly", "strongly")


class ChoiceBar(Widget):
    """Three lines: which end is which, the keys 1 to 7, and their words."""

    DEFAULT_CSS = """
    ChoiceBar { height: 3; padding: 0 2; }
    """
    ALLOW_SELECT = False

    class Chosen(Message):
        """Step `step` (1 to 7) was clicked."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    def render(self) -> Content:
        say = self.app.t  # type: ignore[attr-defined]
        width = self.size.width
        cells = [self._cell(number) for number in range(len(STEPS) + 1)]
        left, right = say("label.a_is_better"), say("label.b_is_better")
        ends = Content.assemble(
            (f"◂ {left}", "bold $primary"),
            " " * max(1, width - len(left) - len(right) - 4),
            (f"{right} ▸", "bold $primary"),
        )
        keys = "".join(str(number + 1).center(cells[number + 1] - cells[number]) for number in range(len(STEPS)))
        words = self._words([say(f"label.step.{step}") for step in STEPS], cells)
        return Content("\n").join([ends, Content.styled(keys, "bold $primary"), Content(words)])

    def _words(self, steps: list[str], cells: list[int]) -> str:
        """The steps in words under their keys; where they have no room, both ends and the middle."""
        rooms = [end - start for start, end in pairwise(cells)]
        if all(len(step) < room for step, room in zip(steps, rooms, strict=True)):
            return "".join(step.center(room) for step, room in zip(steps, rooms, strict=True))
        first, middle, last = steps[0], steps[len(steps) // 2], steps[-1]
        rest = cells[-1] - len(first) - len(last)
        return f"{first}{middle.center(rest)}{last}"

    def _cell(self, number: int) -> int:
        """The column where the cell of step `number` begins."""
        return round(number * self.size.width / len(STEPS))

    def on_click(self, event: events.Click) -> None:
        for number in range(len(STEPS)):
            if self._cell(number) <= event.x - self.styles.padding.left < self._cell(number + 1):
                self.post_message(self.Chosen(number + 1))
