"""A chart whose axis to the right is no step but another measure: reward against KL, or either against N."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from tui.literal import clean
from tui.live.curve import Axis, Plot
from tui.numbers import short
from tui.plotting import Point
from tui.widgets.braille import QUIET, STYLES

MARKS = "●◆▲■"


class PlaneChart(Widget):
    """Title and legend, every measured point with its line's mark and the way between them, and a line of words.

    `show({name: points})` takes (to the right, upwards) in the order in which they were measured. `over` names the
    axis to the right; with `doubling` each of its marks is twice the one before.
    """

    DEFAULT_CSS = "PlaneChart { width: 1fr; height: 1fr; min-height: 5; padding: 0 1; text-wrap: nowrap; }"

    title: reactive[str] = reactive("")
    over: reactive[str] = reactive("")
    doubling: reactive[bool] = reactive(False)

    def __init__(self, empty: str = "", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.empty = empty
        self.lines: dict[str, list[Point]] = {}

    def show(self, lines: Mapping[str, Sequence[Point]]) -> None:
        """Draw these lines from now on; nothing happens if they are what is drawn already."""
        found = {name: list(points) for name, points in lines.items()}
        if found != self.lines:
            self.lines = found
            self.refresh()

    def sentence(self, places: bool = True) -> str:
        """Where each line is last: `best 0.915 (KL 2.06) · PPO 0.698 (KL 2.08)`; or only how high."""
        if not self.lines:
            return self.empty
        ends = ((clean(name or self.title), points[-1]) for name, points in self.lines.items())
        return " · ".join(
            f"{name} {short(up)}" + f" ({self.over} {short(right)})" * places for name, (right, up) in ends
        )

    def render(self) -> Content:
        width, height = self.size
        points = [point for line in self.lines.values() for point in line]
        if width < 20 or height < 4:
            return Content(self.sentence())
        if not points:
            below = [Content("")] * (height - 1)
            below[height // 2 - 1] = Content.styled(self.empty.center(width).rstrip(), QUIET)
            return Content("\n").join([self._header(width), *below])
        whole = self.sentence()
        said = whole if len(whole) <= width else self.sentence(places=False)
        words = Content.styled(said, QUIET).truncate(width, ellipsis=True)
        return Content("\n").join([self._header(width), *self._plot(points, width, height - 3), words])

    def _plot(self, points: Sequence[Point], width: int, rows: int) -> list[Content]:
        rightmost = max(right for right, _ in points)
        heights = [up for _, up in points]
        up = Axis.around(heights, count=max(1, (rows - 1) // 2))
        if self.doubling:
            plot = Plot(width, rows, Axis(1, max(2.0, rightmost), log=True, label=self.over, count=0), up)
            marks = [float(1 << power) for power in range(int(rightmost).bit_length())]
            every = max(1, -(-5 * len(marks) // plot.columns))
            plot.below += [(mark, f"{mark:g}") for mark in marks[::every]]
        else:
            plot = Plot(width, rows, Axis.around([0.0, rightmost], label=self.over), up)
        for number, line in enumerate(self.lines.values()):
            plot.path(line, number)
        for number, line in enumerate(self.lines.values()):
            for right, high in line:
                plot.sign(right, high, MARKS[number % len(MARKS)], f"bold {STYLES[number % len(STYLES)].style}")
        return plot.lines()

    def _header(self, width: int) -> Content:
        """The title on the left, each line's mark and name on the right as far as there is room."""
        marks = [
            (f"{mark} {clean(name)}", f"bold {look.style}")
            for name, mark, look in zip(self.lines, cycle(MARKS), cycle(STYLES), strict=False)
            if name
        ]
        right = Content("  ").join(Content.styled(*mark) for mark in marks)
        left = Content.styled(clean(self.title), "bold")
        room = max(8, width - right.cell_length - 1)
        left = left.truncate(room, ellipsis=True)
        gap = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right).truncate(width, ellipsis=True)
