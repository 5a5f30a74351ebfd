"""A worked example that moves: sliders, fields, a picture of the result, its numbers in words, and what to try."""

import re
from collections.abc import Callable, Iterator, Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Static

from content.markup import Live
from engine.errors import Problem
from tui.literal import clean, literal
from tui.problems import explain
from tui.widgets.number_field import NumberField
from tui.widgets.slider import Slider

if TYPE_CHECKING:
    from tui.app import PreferablyApp

Values = Mapping[str, float]
TWO_COLUMNS = 66
"""From this width on, sliders stand side by side."""
PLAIN_WIDTH = 120
SPACES = re.compile(" {3,}")
NO_BARS = dict.fromkeys(map(ord, "█▓▒│┊"))


def fitting(width: int, *variants: Content) -> Content:
    """The first of the ways to say something that fits; the last if none does."""
    return next((variant for variant in variants if variant.cell_length <= width), variants[-1])


class Readout(Widget):
    """The lines below the sliders: a fixed number of them, so that a move repaints and never lays out anew."""

    DEFAULT_CSS = "Readout { height: auto; margin: 1 0 0 0; padding: 0 2; text-wrap: nowrap; }"

    def __init__(self, lines: Callable[[int], list[Content]]) -> None:
        super().__init__()
        self.lines = lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.lines(width))

    def render(self) -> Content:
        width = self.content_size.width
        return Content("\n").join(line.truncate(width, ellipsis=True) for line in self.lines(width))


class LiveBlock(Container):
    """Subclasses say which sliders there are and what the lines below them show; the formulas are the engine's.

    What a formula refuses, because of what was typed in a field, is said in place of the lines: `lines` and `picture`
    may let its Problem pass.

    `title` and `hint` are ids of sentences; a chapter's own `try` replaces the hint.
    """

    title: ClassVar[str]
    hint: ClassVar[str]
    defaults: ClassVar[Mapping[str, Any]]
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "neighbour(1)", "live.keys.neighbour", id="block.next", key_display="↑↓"),
        Binding("up", "neighbour(-1)", show=False, id="block.previous"),
        Binding("r", "reset", "live.keys.reset", id="block.reset"),
        Binding("v", "as_text", "live.keys.as_text", id="block.as_text"),
        Binding("c", "copy", "live.keys.copy", id="block.copy"),
    ]
    DEFAULT_CSS = """
    LiveBlock { height: auto; border: round $primary; background: $surface; padding: 0 1; margin: 0 0 1 0;
                border-title-color: $primary; border-title-style: bold; border-subtitle-color: $secondary; }
    LiveBlock:focus-within { border: round $accent; border-title-color: $accent; }
    LiveBlock > .sliders { height: auto; layout: grid; grid-size: 1; grid-rows: 1; grid-gutter: 0 2; }
    LiveBlock.-wide > .sliders { grid-size: 2; }
    LiveBlock > .hint { height: auto; padding: 0 2; margin: 1 0 0 0; color: $secondary; }
    """
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.arguments = {**self.defaults, **live.arguments}
        self.try_this = live.try_this
        self.as_text = False
        self._height = 0

    # --- what a block says of itself

    def sliders(self) -> Iterator[Slider]:
        """The sliders in the order in which they are read."""
        raise NotImplementedError

    def fields(self) -> Iterator[NumberField]:
        """The lists of numbers one may type, below the sliders."""
        yield from ()

    def lines(self, values: Values, width: int) -> list[Content]:
        """What the values give, as lines of at most `width` cells; their number depends on no slider."""
        raise NotImplementedError

    def picture(self, values: Values, width: int) -> list[Content]:
        """A plot above the lines, for eyes alone: `lines` must say its numbers again."""
        return []

    def moved(self, slider: Slider) -> None:
        """A slider moved: the place to move others with it."""

    # --- the widget

    def make_controls(self) -> None:
        """Make the sliders and the fields: from then on the block can be computed, on a screen or off it."""
        self._sliders = {slider.name or "": slider for slider in self.sliders()}
        self._fields = {field.name or "": field for field in self.fields()}

    @property
    def sliders_by_name(self) -> Mapping[str, Slider]:
        return self._sliders

    @property
    def fields_by_name(self) -> Mapping[str, NumberField]:
        return self._fields

    def compose(self) -> ComposeResult:
        self.make_controls()
        for controls in (self._sliders.values(), self._fields.values()):
            widest = max((control.label_width for control in controls), default=0)
            for control in controls:
                control.label_width = widest
        with Container(classes="sliders"):
            yield from self._sliders.values()
        yield from self._fields.values()
        yield Readout(self._shown)
        hint = self.try_this or self.app.t(self.hint)
        yield Static(Content.assemble((self.app.t("live.try") + " ", "bold $accent"), literal(hint)), classes="hint")

    def on_mount(self) -> None:
        self.border_title = self.app.t("live.title", name=self.app.t(self.title))
        self.border_subtitle = self.app.t("live.subtitle")

    def on_descendant_focus(self) -> None:
        self.border_subtitle = ""

    def on_descendant_blur(self) -> None:
        self.border_subtitle = self.app.t("live.subtitle")

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.width >= TWO_COLUMNS, "-wide")

    def _shown(self, width: int) -> list[Content]:
        """Picture and lines, or the block as sentences; or why there are none, in as much room as they took."""
        if self.as_text:
            return [Content(part) for line in self.text() for part in wrap(line, max(width, 1))]
        values = self.values()
        try:
            shown = [*self.picture(values, width), *self.lines(values, width)]
        except Problem as problem:
            said = wrap(clean(explain(problem, self.app.language)), width)
            shown = [Content.styled(line, "$error") for line in said]
            return shown + [Content("")] * (self._height - len(shown))
        self._height = len(shown)
        return shown

    def text(self) -> list[str]:
        """The block as sentences, one a line: where the sliders stand and what that gives, without picture and bars."""
        controls = [f"{slider.label} = {slider.number()}" for slider in self._sliders.values()]
        controls += [f"{field.label} = {' '.join(field.items)}" for field in self._fields.values()]
        return [*controls, *self.results()]

    def results(self) -> list[str]:
        """What the values give, as sentences; or why there is nothing."""
        try:
            shown = (line.plain.translate(NO_BARS).strip(" ·") for line in self.lines(self.values(), PLAIN_WIDTH))
            lines = [SPACES.sub("  ", line) for line in shown]
        except Problem as problem:
            lines = [clean(explain(problem, self.app.language))]
        return [line for line in lines if line]

    def values(self) -> dict[str, float]:
        return {name: slider.value for name, slider in self._sliders.items()}

    def slider(self, name: str) -> Slider:
        return self._sliders[name]

    def field(self, name: str) -> NumberField:
        return self._fields[name]

    def on_slider_moved(self, event: Slider.Moved) -> None:
        event.stop()
        self.moved(event.slider)
        if self.as_text:  # sentences may wrap onto more lines than before
            self._redraw_list()
        else:
            self.query_one(Readout).refresh()

    def on_number_field_changed(self, event: NumberField.Changed) -> None:
        event.stop()
        self._redraw_list()

    def _redraw_list(self) -> None:
        """Redraw after a list may have become longer or shorter, and the lines with it."""
        readout = self.query_one(Readout)
        readout.refresh(layout=len(self._shown(readout.content_size.width)) != readout.content_size.height)

    def reset(self) -> None:
        """Back to the values of the chapter."""
        for slider in self._sliders.values():
            slider.reset()
        for field in self._fields.values():
            field.reset()

    def action_reset(self) -> None:
        self.reset()
        self._redraw_list()

    def action_as_text(self) -> None:
        """Sentences in the place of the picture, for those who hear the screen; and back."""
        self.as_text = not self.as_text
        self._redraw_list()

    def action_copy(self) -> None:
        """The block as sentences, on the clipboard."""
        self.app.copy_to_clipboard("\n".join(self.text()))
        self.app.notify(self.app.t("live.copied"), timeout=2)

    def action_neighbour(self, direction: int) -> None:
        """Go to the next control; past the last one, back to the page, so that nobody is caught in here."""
        controls: list[Widget] = [*self._sliders.values(), *(field.input for field in self._fields.values())]
        focused = self.screen.focused
        place = next((number for number, control in enumerate(controls) if control is focused), 0) + direction
        if 0 <= place < len(controls):
            controls[place].focus()
            return
        page = next((parent for parent in self.ancestors if isinstance(parent, VerticalScroll)), None)
        if page is not None:
            page.focus(scroll_visible=False)
            page.scroll_relative(y=3 * direction, animate=False)
