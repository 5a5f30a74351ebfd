"""One number on a track: moved with the arrow keys or the mouse, always on round values."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui.numbers import minus

DECADE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""The round values of one factor of ten on a logarithmic track."""
CLOSE = 1e-9


@dataclass(frozen=True)
class Track:
    """From where to where a number can go. `step` and `fine` are the two sizes of a move; a `log` track has none.

    With 0 decimals a track takes whole numbers only: 1, 2, 3, 4, 5, 6, 8, 10, 12… on a `log` track. A `log` track with
    `marks`, such as powers of two, takes those alone.
    """

    low: float
    high: float
    step: float = 0.1
    fine: float = 0.01
    log: bool = False
    decimals: int = 2
    marks: tuple[float, ...] = ()

    def share(self, value: float) -> float:
        """Where `value` lies on the track, from 0 to 1."""
        low, high = self.low, self.high
        if self.log:
            low, high, value = math.log(low), math.log(high), math.log(value)
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def at(self, share: float) -> float:
        """The round value nearest to a place on the track."""
        share = min(1.0, max(0.0, share))
        if self.log:
            raw = math.exp(math.log(self.low) + share * (math.log(self.high) - math.log(self.low)))
            return self.within(min(self._around(raw, fine=False), key=lambda value: abs(math.log(value / raw))))
        return self.within(round((self.low + share * (self.high - self.low)) / self.step) * self.step)

    def beside(self, value: float, direction: int, fine: bool) -> float:
        """The next round value to the right (`direction` 1) or left (−1)."""
        if self.log:
            candidates = self._around(value, fine)
            further = [c for c in candidates if direction * (c - value) > CLOSE * value]
            return self.within(min(further, key=lambda candidate: abs(candidate - value), default=value))
        size = self.fine if fine else self.step
        place = direction * value / size
        return self.within(direction * (math.floor(place + CLOSE) + 1) * size)

    def within(self, value: float) -> float:
        return round(min(self.high, max(self.low, value)), 9)

    def _around(self, value: float, fine: bool) -> list[float]:
        """Round values of the decades around `value`, or the marks."""
        if self.marks:
            return list(self.marks)
        decade = math.floor(math.log10(value) + CLOSE)
        marks = [hundredth / 10 for hundredth in range(10, 100)] if fine else DECADE
        around = [mark * 10.0**power for power in (decade - 1, decade, decade + 1) for mark in marks]
        return [each for each in around if self.decimals or (each > CLOSE and abs(each - round(each)) < CLOSE)]


class Slider(Widget, can_focus=True):
    """`label ────●──── 0.50`. Posts `Moved` whenever the value changes."""

    class Moved(Message):
        """`slider.value` is new."""

        def __init__(self, slider: "Slider") -> None:
            super().__init__()
            self.slider = slider

        @property
        def control(self) -> "Slider":
            return self.slider

    DEFAULT_CSS = """
    Slider { height: 1; width: 1fr; color: $foreground; }
    Slider:focus { background: $primary 15%; }
    """
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "live.keys.move", id="slider.less", key_display="←→"),
        Binding("right", "move(1)", show=False, id="slider.more"),
        Binding("shift+left", "fine(-1)", "live.keys.fine", id="slider.less_fine", key_display="⇧←→"),
        Binding("shift+right", "fine(1)", show=False, id="slider.more_fine"),
        Binding("home", "end(0)", "live.keys.lowest", id="slider.lowest", show=False),
        Binding("end", "end(1)", "live.keys.highest", id="slider.highest", show=False),
    ]

    def __init__(self, name: str, label: str, value: float, track: Track) -> None:
        super().__init__(name=name)
        self.label = label
        self.track = replace(track, low=min(track.low, value), high=max(track.high, value))
        self.start = self.value = value
        self.label_width = len(label)

    def set(self, value: float, tell: bool = True) -> None:
        """Move to `value`, which may lie off the round values but not off the track."""
        value = self.track.within(value)
        if value != self.value:
            self.value = value
            self.refresh()
            if tell:
                self.post_message(self.Moved(self))

    def reset(self) -> None:
        self.set(self.start, tell=False)

    # --- drawing

    @property
    def rail(self) -> tuple[int, int]:
        """First column and width of the track."""
        first = 2 + self.label_width + 1
        return first, max(1, self.size.width - first - 9)

    def number(self) -> str:
        return minus(f"{self.value:.{self.track.decimals}f}")

    def render(self) -> Content:
        _, width = self.rail
        knob = round(self.track.share(self.value) * (width - 1))
        return Content.assemble(
            ("▸ " if self.has_focus else "  ", "bold $accent"),
            (self.label.ljust(self.label_width) + " ", "bold" if self.has_focus else ""),
            ("━" * knob, "$primary"),
            ("●", "bold $accent" if self.has_focus else "bold $primary"),
            ("─" * (width - knob - 1), "$rule"),
            (self.number().rjust(8), "bold"),
            " ",
        )

    # --- moving

    def action_move(self, direction: int) -> None:
        self.set(self.track.beside(self.value, direction, fine=False))

    def action_fine(self, direction: int) -> None:
        self.set(self.track.beside(self.value, direction, fine=True))

    def action_end(self, end: int) -> None:
        self.set((self.track.low, self.track.high)[end])

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
        self.set(self.track.at((event.x - first) / max(1, width - 1)))
        event.stop()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()
