"""A curve drawn by hand: a few points over the course of a run, moved with the arrow keys or the mouse."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from engine.forecasts.forecast import POINTS
from engine.forecasts.scoring import sketched
from tui.numbers import short

GUTTER = 8
BRAILLE, DOTS = 0x2800, ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The empty braille cell, and the bit of each of its dots by column and, from the top, by row."""
COARSE, FINE = 10, 50
"""So many steps of an arrow key, and of the same with Shift, from the bottom of the axis to its top."""


class Sketch(Widget, can_focus=True):
    """`points` are values between `low` and `high`. ← → choose a point, ↑ ↓ move it, + and − change the axis."""

    class Moved(Message):
        """A point is somewhere else."""

    DEFAULT_CSS = """
    Sketch { height: 11; width: 1fr; min-width: 30; }
    Sketch:focus { background: $primary 10%; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "forecast.keys.point", id="sketch.left", key_display="←→"),
        Binding("right", "choose(1)", "forecast.keys.point", id="sketch.right", key_display="←→"),
        Binding("up", "move(1, 0)", "forecast.keys.move", id="sketch.up", key_display="↑↓"),
        Binding("down", "move(-1, 0)", "forecast.keys.move", id="sketch.down", key_display="↑↓"),
        Binding("shift+up", "move(1, 1)", show=False, id="sketch.up_fine"),
        Binding("shift+down", "move(-1, 1)", show=False, id="sketch.down_fine"),
        Binding("plus,equals_sign", "zoom(2.0)", "forecast.keys.zoom", id="sketch.nearer", key_display="+ −"),
        Binding("minus", "zoom(0.5)", "forecast.keys.zoom", id="sketch.farther", key_display="+ −"),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.low, self.high = 0.0, 1.0
        self.points = [0.5] * POINTS
        self.chosen = 0

    def start(self, low: float, high: float, points: Sequence[float] = ()) -> None:
        """A new axis, and a curve on it: a flat one in the middle where none is given."""
        self.low, self.high = low, high
        self.points = list(points) or [(low + high) / 2] * POINTS
        if points:
            self.low, self.high = min(low, *points), max(high, *points)
        self.chosen = 0
        self.refresh()

    # --- moving

    def action_choose(self, direction: int) -> None:
        self.chosen = max(0, min(POINTS - 1, self.chosen + direction))
        self.refresh()

    def action_move(self, direction: int, fine: int) -> None:
        size = (self.high - self.low) / (FINE if fine else COARSE)
        self._set(self.points[self.chosen] + direction * size)

    def _set(self, value: float) -> None:
        self.points[self.chosen] = min(self.high, max(self.low, round(value, 6)))
        self.refresh()
        self.post_message(self.Moved())

    def action_zoom(self, factor: float) -> None:
        """Stretch the axis around zero, as far as the points stay on it."""
        low, high = self.low * factor, self.high * factor
        if (
            low <= min(self.points)
            and max(self.points) <= high
            and max(abs(low), abs(high)) < 1e6
            and high - low > 1e-4
        ):
            self.low, self.high = low, high
            self.refresh()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._follow(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        if event.button:
            self._follow(event)

    def _follow(self, event: events.MouseEvent) -> None:
        """The point nearest to the mouse comes to it."""
        width, height = self._plot
        self.chosen = max(0, min(POINTS - 1, round((event.x - GUTTER) / max(1, width - 1) * (POINTS - 1))))
        share = 1 - min(height - 1, max(0, event.y)) / max(1, height - 1)
        self._set(self.low + share * (self.high - self.low))
        event.stop()

    # --- drawing

    @property
    def _plot(self) -> tuple[int, int]:
        return max(10, self.size.width - GUTTER - 1), max(3, self.size.height - 2)

    def _row(self, value: float, height: int) -> int:
        """The line of a value, 0 at the top."""
        return round((self.high - value) / (self.high - self.low) * (height - 1))

    def _dots(self, width: int, height: int) -> list[list[int]]:
        """The curve in braille: for each cell, which of its 2 × 4 dots are set. A steep line has no gaps."""
        cells = [[0] * width for _ in range(height)]
        before = None
        for x in range(2 * width):
            value = sketched(self.points, x / (2 * width - 1))
            y = round((self.high - value) / (self.high - self.low) * (4 * height - 1))
            for dot in range(min(y, before or y), max(y, before or y) + 1):
                cells[dot // 4][x // 2] |= DOTS[x % 2][dot % 4]
            before = y
        return cells

    def render(self) -> Content:
        width, height = self._plot
        cells = [
            [(chr(BRAILLE + bits) if bits else " ", "$primary") for bits in row] for row in self._dots(width, height)
        ]
        for number, value in enumerate(self.points):
            column = round(number / (POINTS - 1) * (width - 1))
            here = number == self.chosen and self.has_focus
            cells[self._row(value, height)][column] = (
                "◉" if here else "●",
                "bold $accent" if here else "bold $primary",
            )
        labels = {0: short(self.high), height - 1: short(self.low)}
        if self.low < 0 < self.high:
            labels[self._row(0.0, height)] = "0"
        lines = [
            Content.assemble((f"{labels.get(row, ''):>{GUTTER - 2}} ▕", "$secondary"), *line)
            for row, line in enumerate(cells)
        ]
        say = self.app.t  # type: ignore[attr-defined]
        left, right = say("forecast.axis_start"), say("forecast.axis_end")
        axis = left + " " * max(1, width - len(left) - len(right)) + right
        lines.append(Content.styled(" " * GUTTER + axis, "$secondary"))
        at = percent_of(self.chosen)
        lines.append(Content(" " * GUTTER + say("forecast.point", at=at, value=short(self.points[self.chosen]))))
        return Content("\n").join(lines)

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()


def percent_of(point: int) -> str:
    """How far into the run a point stands."""
    return f"{100 * point // (POINTS - 1)}"
