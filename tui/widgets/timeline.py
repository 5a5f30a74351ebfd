"""The run as a track: where it is looked at, where it answered, and where it can be forked."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

RAIL, ANSWERED, FORK, HERE = "─", "┴", "◆", "●"


class Timeline(Widget):
    """`step 0 → step 30 (4 of 7)  ──┴──◆──●──┴───`. The mouse moves it; the keys are those of the run's view."""

    class Moved(Message):
        """The mouse was pressed at `step`."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    DEFAULT_CSS = "Timeline { height: 1; padding: 0 1; text-wrap: nowrap; }"
    ALLOW_SELECT = False

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = ""
        self.total = 0
        self.here: int = 0
        self.reached: int = 0
        self.samples: Sequence[int] = ()
        self.forks: Sequence[int] = ()

    def show(
        self, words: str, here: int, reached: int, total: int, samples: Sequence[int], forks: Sequence[int]
    ) -> None:
        """`here` is the step looked at, `reached` the run's own; `samples` and `forks` are marked."""
        new = (words, here, reached, total, samples, forks)
        if new != (self.words, self.here, self.reached, self.total, self.samples, self.forks):
            self.words, self.here, self.reached, self.total, self.samples, self.forks = new
            self.refresh()

    @property
    def rail(self) -> tuple[int, int]:
        """First cell and width of the track."""
        first = min(len(self.words) + 2, max(0, self.size.width - 20))
        return first, max(4, self.size.width - first)

    def cell(self, step: int, width: int) -> int:
        return min(width - 1, round(step / max(1, self.total) * (width - 1)))

    def render(self) -> Content:
        first, width = self.rail
        reached = self.cell(self.reached, width)
        cells = [(RAIL, "$primary" if cell <= reached else "$rule") for cell in range(width)]
        for step in self.samples:
            cells[self.cell(step, width)] = (ANSWERED, "$primary")
        for step in self.forks:
            cells[self.cell(step, width)] = (FORK, "$secondary")
        cells[self.cell(self.here, width)] = (HERE, "bold $accent")
        words = Content.styled(self.words, "$secondary").truncate(max(0, first - 1), ellipsis=True, pad=True)
        return Content.assemble(words, " ", *cells)

    # --- the mouse

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._follow(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if self.app.mouse_captured is self:
            self._follow(event)

    def on_mouse_up(self) -> None:
        self.release_mouse()

    def _follow(self, event: events.MouseEvent) -> None:
        first, width = self.rail
        share = (event.x - 1 - first) / max(1, width - 1)
        event.stop()
        self.post_message(self.Moved(round(min(1.0, max(0.0, share)) * self.total)))


def beside(stops: Sequence[int], here: int, direction: int) -> int:
    """The next of some steps, in order, after `here` (`direction` 1) or before it; the last or first at the end."""
    if not stops:
        return here
    place = bisect_right(stops, here) if direction > 0 else bisect_left(stops, here) - 1
    return stops[min(len(stops) - 1, max(0, place))]
