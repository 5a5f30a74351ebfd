"""Every key that works on the open screen, in words, as the keys are now; a few letters find one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from content.text import sentences
from tui.literal import clean
from tui.widgets.key_bar import KeyBar
from tui.widgets.steady_input import SteadyInput

if TYPE_CHECKING:
    from tui.app import PreferablyApp
    from tui.screens.base import PreferablyScreen

Keys = dict[str, list[str]]  # the id of a description, and the keys that do it


class HelpScreen(ModalScreen[None]):
    """The keys of `about`: its own, those of the blocks on its page, and those that work everywhere."""

    CSS = """
    HelpScreen Input { height: 1; border: none; padding: 0 1; background: $panel; margin: 1 0 0 0; }
    HelpScreen #keys { height: 1fr; scrollbar-size-vertical: 1; }
    HelpScreen .dialog { height: 90%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,f1", "dismiss", "app.keys.back", id="help.close"),
        Binding("down,pagedown", "scroll_keys(1)", "app.keys.scroll", id="help.down"),
        Binding("up,pageup", "scroll_keys(-1)", "app.keys.scroll", id="help.up"),
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, about: "PreferablyScreen") -> None:
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(Content.styled(self.app.t("app.help.title"), "bold $accent"))
            yield SteadyInput(placeholder=self.app.t("app.help.search"))
            with VerticalScroll(id="keys", can_focus=False):
                yield Static(self.text(""))
            yield Static(Content.styled(self.app.t("app.help.close"), "$secondary"), classes="group")

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self.query_one("#keys Static", Static).update(self.text(event.value))
        self.query_one("#keys").scroll_home(animate=False)

    def action_scroll_keys(self, direction: int) -> None:
        self.query_one("#keys").scroll_relative(y=3 * direction, animate=False)

    def text(self, words: str) -> Content:
        """The keys whose line holds every one of the words, below their headings."""
        found = []
        for heading, keys in self.groups():
            lines = [(shown, what) for shown, what in self.lines(keys) if _holds(f"{shown} {what}", words)]
            if lines:
                table = [Content.assemble((f"  {shown:<14}", "bold $footer-key-foreground"), " ", what)
                         for shown, what in lines]  # fmt: skip
                found.append(Content("\n").join([Content.styled(self.app.t(heading), "bold"), *table]))
        nothing = Content.styled(self.app.t("app.help.nothing", words=clean(words)), "$secondary")
        return Content("\n\n").join(found) if found else nothing

    def lines(self, keys: Keys) -> Iterator[tuple[str, str]]:
        """What is pressed, and what it does."""
        return (("  ".join(dict.fromkeys(names)), self.app.t(description)) for description, names in keys.items())

    def groups(self) -> Iterator[tuple[str, Keys]]:
        """Headings (ids of sentences) with the keys below them."""
        known = sentences(self.app.language)
        here: Keys = {}
        everywhere: Keys = {}
        for active in self.about.active_bindings.values():
            if active.binding.description in known and active.binding.description not in KeyBar.LAST:
                group = everywhere if active.node is self.app else here
                group.setdefault(active.binding.description, []).append(self.app.get_key_display(active.binding))
        for active in self.about.active_bindings.values():
            if active.binding.description in KeyBar.LAST and active.enabled:
                key = self.app.get_key_display(active.binding)
                everywhere.setdefault(active.binding.description, []).append(key)
        blocks: Keys = {}
        for binding in self._of_blocks():
            if binding.description in known and binding.description not in here | everywhere:
                keys = blocks.setdefault(binding.description, [])
                keys.extend(key for key in self.app.keys_of(binding) if key not in keys)
        groups = (("here", here), ("blocks", blocks), ("everywhere", everywhere))
        yield from ((f"app.help.{name}", keys) for name, keys in groups if keys)

    def _of_blocks(self) -> Iterator[Binding]:
        """What the classes of the widgets on the screen declare, for when they have the focus."""
        for widget in self.about.query("*"):
            for binding in type(widget).BINDINGS:
                if isinstance(binding, Binding) and binding.show and binding.description:
                    yield binding


def _holds(line: str, words: str) -> bool:
    return all(word in line.casefold() for word in words.casefold().split())
