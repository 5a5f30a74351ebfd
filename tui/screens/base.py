"""What every screen shares: the line that says where you are, the line of keys, and the learner's language."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.literal import clean
from tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tui.app import PreferablyApp


class TitleBar(Widget):
    """`Preferably ▸ Learn ▸ 03 PPO` on the left, a short status of the screen on the right."""

    DEFAULT_CSS = """
    TitleBar { dock: top; height: 1; background: $panel; color: $foreground; }
    """
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.status = ""

    def render(self) -> Content:
        assert isinstance(self.screen, PreferablyScreen)
        status = Content(f"{clean(self.status)} " if self.status else "")
        room = max(0, self.size.width - status.cell_length - 1)
        crumbs = ["Preferably", *map(clean, self.screen.crumbs())]
        while len(crumbs) > 1 and Content(" ▸ ".join(crumbs)).cell_length > room:
            del crumbs[0]
        *before, here = crumbs
        path = Content.assemble(" ", *((f"{crumb} ▸ ", "$secondary") for crumb in before), (here, "bold $accent"))
        return Content.assemble(path.truncate(room + 1, ellipsis=True, pad=True), status)


class PreferablyScreen(Screen[None]):
    """Override `crumbs` (where am I) and `compose_body` (everything between the two lines).

    Descriptions in BINDINGS are ids of sentences. The body is composed anew when the language changes, so it is built
    from attributes of the screen; override `language_changed` to keep what a fresh body would lose.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace", "back", "app.keys.back", id="app.back"),
    ]
    visited_as: tuple[str, dict[str, Any]] | None = None
    """The place and arguments this screen was opened with; set by the app."""

    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def t(self, key: str, /, **params: Any) -> str:
        """The sentence `key` in the learner's language."""
        return self.app.t(key, **params)

    def crumbs(self) -> list[str]:
        """The path to this screen, translated, without the program's name."""
        raise NotImplementedError

    def compose_body(self) -> Iterable[Widget]:
        """The widgets between the title line and the line of keys."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        yield TitleBar()
        yield from self.compose_body()
        yield KeyBar()

    def set_status(self, status: str) -> None:
        """Show a short text at the right end of the title line."""
        bar = self.query_one(TitleBar)
        bar.status = status
        bar.refresh()

    def refresh_title(self) -> None:
        self.query_one(TitleBar).refresh()

    async def language_changed(self) -> None:
        """Called on every open screen after the learner chose another language."""
        await self.recompose()
        self.focus_first()

    def focus_first(self) -> None:
        """Give a fresh body the focus that a fresh screen would have."""
        wanted = self.app.AUTO_FOCUS if self.AUTO_FOCUS is None else self.AUTO_FOCUS
        if wanted and (first := next((widget for widget in self.query(wanted) if widget.focusable), None)):
            self.set_focus(first, scroll_visible=False)  # at once: what comes after may choose better

    @on(events.Mount)
    def _tell_of_open_store(self) -> None:
        if self.app.store_is_open:
            self.call_next(self.store_opened)

    async def store_opened(self) -> None:
        """Called once, as soon as the learner's store is open: after mounting, or later if the app has just started."""

    async def action_back(self) -> None:
        await self.app.back()


class ListScreen(PreferablyScreen):
    """A screen that is one list, `#list`, of `options`: written again when the learner comes back to it."""

    AUTO_FOCUS = "#list"

    def options(self) -> Iterable[Option]:
        """The lines of the list, in the learner's language."""
        raise NotImplementedError

    def fill(self) -> None:
        """Write the lines anew, the same one highlighted."""
        if found := self.query_one_optional("#list", OptionList):
            here = found.highlighted or 0
            found.clear_options()
            found.add_options(self.options())
            found.highlighted = here

    async def store_opened(self) -> None:
        self.fill()

    def on_screen_resume(self) -> None:
        self.fill()

    async def language_changed(self) -> None:
        here = self.query_one("#list", OptionList).highlighted
        await super().language_changed()
        self.query_one("#list", OptionList).highlighted = here
