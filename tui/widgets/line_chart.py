"""A line chart in braille dots: redrawn in the time of its width, legible without colour, and said in words below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from tui.literal import clean
from tui.numbers import short
from tui.plotting import Point, Series, Span, columns, reach, smoothed
from tui.widgets.axes import Frame, Scale, step_axis
from tui.widgets.braille import FAINT, QUIET, STYLES, Canvas

SHORTER = ("{name} {first} → {value}", "{name} {value}")


@dataclass(frozen=True)
class Words:
    """The chart's own sentences in the learner's language, so that the widget knows no language."""

    empty: str = "no values yet"
    no_positive: str = "nothing above zero to draw on a logarithmic axis"
    log: str = "log"
    smooth: str = "smoothed"
    step: str = "step {step}"
    line: str = "{name} {value} (from {first}), {trend}"
    missing: str = "{count} not finite"
    trends: Mapping[str, str] | None = None

    def trend(self, trend: str) -> str:
        return self.trends[trend] if self.trends else trend


class LineChart(Widget):
    """One chart: title and legend with the last values, the plot with round ticks, and a line that says the same.

    `show({name: points})` takes whole lists of (step, value) that grow from call to call; only what is new is read.
    The order of the names fixes colour and dash. With `total_steps` the axis reaches to the end of the run at once.

    `cursor` is a step whose values are read out; `window` the steps that are shown, None for all; `smoothing` the
    weight of what came before in the moving average, 0 for none; `twin` gives the second line an axis of its own, on
    the right. The mouse reads out what it points at; a click posts `Pointed`, the wheel `Zoomed`.
    """

    DEFAULT_CSS = """
    LineChart { width: 1fr; height: 1fr; min-height: 5; padding: 0 1; text-wrap: nowrap; }
    """
    ALLOW_SELECT = False

    class Pointed(Message):
        """The mouse was pressed at `step`."""

        def __init__(self, step: float) -> None:
            super().__init__()
            self.step = step

    class Zoomed(Message):
        """The wheel was turned at `step`: `direction` 1 for nearer, −1 for farther."""

        def __init__(self, step: float, direction: int) -> None:
            super().__init__()
            self.step, self.direction = step, direction

    log_axis: reactive[bool] = reactive(False)
    total_steps: reactive[int] = reactive(0)
    title: reactive[str] = reactive("")
    cursor: reactive[float | None] = reactive(None)
    pointer: reactive[float | None] = reactive(None)
    window: reactive[tuple[float, float] | None] = reactive(None)
    smoothing: reactive[float] = reactive(0.0)
    twin: reactive[bool] = reactive(False)

    def __init__(self, title: str = "", words: Words | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.words = words or Words()
        self.series: list[Series] = []
        self.of = ""
        self.frame: Frame | None = None
        self.set_reactive(LineChart.title, title)

    def show(self, lines: Mapping[str, Sequence[Point]], of: str = "") -> None:
        """Draw these lines from now on; nothing happens if they are what is drawn already. `of` says what they are
        lines of, since lines of something else may bear the same names."""
        if ([line.name for line in self.series], self.of) != (list(lines), of):
            self.series, self.of = [Series(name) for name in lines], of
            self.refresh()
        before = [(line.taken, line.step) for line in self.series]
        for line, points in zip(self.series, lines.values(), strict=True):
            line.follow(points)
        if before != [(line.taken, line.step) for line in self.series]:
            self.refresh()

    @property
    def filled(self) -> list[Series]:
        """The series that have something to draw."""
        return [line for line in self.series if len(line)]

    @property
    def read_at(self) -> float | None:
        """The step whose values are read out: where the mouse is, else the cursor."""
        return self.cursor if self.pointer is None else self.pointer

    # --- in words

    def sentence(self) -> str:
        """The chart in words: "step 120 · loss 0.610 (from 0.693), falling"; at the cursor: "step 30 · loss 0.655"."""
        if not self.filled:
            return self.words.empty
        if self.read_at is not None:
            return " · ".join([self.words.step.format(step=round(self.read_at)), *self._values_there()])
        step = max(series.last.last_step for series in self.filled)
        return " · ".join([self.words.step.format(step=step), *self._values(self.words.line)])

    def _values_there(self) -> list[str]:
        return [f"{clean(line.name or self.title)} {self._number(line)}" for line in self.filled]

    def _number(self, line: Series) -> str:
        """The value at the cursor, or the last one."""
        if self.read_at is None:
            return short(line.last.last)
        value = line.at(self.read_at)
        return "–" if value is None else short(value)

    def _values(self, line: str) -> list[str]:
        parts = [
            line.format(
                name=clean(series.name or self.title),
                value=short(series.last.last),
                first=short(series.first.first),
                trend=self.words.trend(series.trend()),
            )
            for series in self.filled
        ]
        missing = sum(series.missing for series in self.series)
        return [*parts, self.words.missing.format(count=missing)] if missing else parts

    def _sentence_within(self, width: int) -> str:
        """The longest way to say it that fits."""
        ways = [self.sentence()]
        if self.filled and self.read_at is None:
            ways += [" · ".join(self._values(line)) for line in (self.words.line, *SHORTER)]
        elif self.read_at is not None:
            pairs = zip(self.series, cycle(STYLES), strict=False)
            signs = [f"{look.sign} {self._number(line)}" for line, look in pairs if len(line)]
            ways.append(" ".join([self.words.step.format(step=round(self.read_at)), *signs]))
        return next((way for way in ways if len(way) <= width), ways[-1])

    # --- as a picture

    def render(self) -> Content:
        width, height = self.size
        if width < 12 or height < 4:
            return Content(self.sentence())
        lines = [self._header(width), *self._plot(width, height - 2)]
        if self.filled:  # an empty plot has said so already
            lines.append(Content.styled(self._sentence_within(width), QUIET).truncate(width, ellipsis=True))
        return Content("\n").join(lines)

    def _header(self, width: int) -> Content:
        """Title on the left; on the right each series' sign and name, and its last value where there is room."""
        marks = [self.words.log] * self.log_axis + [self.words.smooth] * bool(self.smoothing)
        title = self.title + (f" ({', '.join(marks)})" if marks else "")
        left = Content.styled(clean(title), "bold")
        for with_values in (True, False):
            right = self._legend(with_values)
            gap = width - left.cell_length - right.cell_length
            if gap > 0:
                return Content.assemble(left, " " * gap, right)
        room = max(8, width - right.cell_length - 1)
        return Content.assemble(left.truncate(room, ellipsis=True), " ", right).truncate(width, ellipsis=True)

    def _legend(self, with_values: bool) -> Content:
        several = len(self.series) > 1
        marks: list[tuple[str, str]] = []
        for line, look in zip(self.series, cycle(STYLES), strict=False):
            if len(line):
                parts = [look.sign, clean(line.name)] if several else []
                parts += [self._number(line)] if with_values or not several else []
                marks.append((("  " if marks else "") + " ".join(parts), f"bold {look.style}"))
        return Content.assemble(*marks)

    def _plot(self, width: int, height: int) -> list[Content]:
        """`height` lines: the dots with the y labels beside them, the last one the labels of the steps."""
        first, last = self._steps()
        shown = [self._shown(line, first, last, 4 * width) for line in self.series]
        axes = [shown[:1], shown[1:]] if self.twin and len(shown) > 1 else [shown]
        found = [reach((span for spans in axis for span in spans), positive=self.log_axis) for axis in axes]
        if found[0] is None or found[-1] is None:
            message = self.words.no_positive if self.filled else self.words.empty
            lines = [Content("")] * height
            lines[height // 2] = Content.styled(message.center(width).rstrip(), QUIET)
            self.frame = None
            return lines
        plot_height = height - 1
        scales = [Scale.around(*ends, plot_height, self.log_axis) for ends in found if ends]
        left, right = scales[0].gutter, scales[1].gutter if len(scales) > 1 else 0
        canvas = Canvas(width - left - right, plot_height)
        self.frame = Frame(left, canvas.width, first, last)
        for number, spans in enumerate(shown):
            self._draw(canvas, number, spans, scales[min(number, len(scales) - 1)])
        guide = None if self.read_at is None else self.frame.column(self.read_at)
        lines = []
        for row in range(plot_height):
            parts = [Content.styled(scales[0].label(row, left), QUIET), canvas.row(row, guide)]
            if right:
                parts.append(Content.styled(scales[1].label(row, right, mirrored=True), QUIET))
            lines.append(Content.assemble(*parts))
        lines.append(Content.styled(step_axis(first, last, left, canvas.width), QUIET))
        return lines

    def _steps(self) -> tuple[float, float]:
        """The first and the last step that are drawn."""
        if self.window is not None:
            return self.window
        filled = self.filled
        first = 0 if self.total_steps or not filled else min(line.first.first_step for line in filled)
        return first, max([self.total_steps, *(line.last.last_step for line in filled)])

    def _shown(self, line: Series, first: float, last: float, at_most: int) -> list[Span]:
        """What lies between two steps, and where a window cuts the line the cuts as well."""
        inside = line.between(first, last, at_most)
        return inside if self.window is None else [*line.crossing(first), *inside, *line.crossing(last)]

    def _draw(self, canvas: Canvas, number: int, spans: Sequence[Span], scale: Scale) -> None:
        """One line; where it is smoothed, the raw values faint below it."""
        assert self.frame is not None
        layers = [(spans, number % len(STYLES))]
        if self.smoothing and len(spans) > 2:
            layers = [(spans, FAINT), (smoothed(spans, self.smoothing), number % len(STYLES))]
        for drawn, owner in layers:
            gathered = columns(drawn, self.frame.first, self.frame.last, 2 * canvas.width)
            canvas.trace([(x, *scale.dots(span)) for x, span in gathered], owner)

    # --- the mouse

    def _step_under(self, event: events.MouseEvent) -> float | None:
        offset = event.get_content_offset(self)
        return None if offset is None or self.frame is None else self.frame.step(offset.x)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self.pointer = self._step_under(event)
        if event.button and self.pointer is not None:
            self.post_message(self.Pointed(self.pointer))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        if (step := self._step_under(event)) is not None:
            self.post_message(self.Pointed(step))

    def on_leave(self) -> None:
        self.pointer = None

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._zoom(event, 1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._zoom(event, -1)

    def _zoom(self, event: events.MouseEvent, direction: int) -> None:
        if (step := self._step_under(event)) is not None:
            event.stop()
            self.post_message(self.Zoomed(step, direction))
