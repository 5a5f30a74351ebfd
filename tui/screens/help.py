"""Every key that works on the open screen, in words."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from content.text import sentences
from tui.widgets.key_bar import KeyBar

if TYPE_CHECKING:
    from tui.app import PreferablyApp
    from tui.screens.base import PreferablyScreen

Keys = dict[str, list[str]]  # the id of a description, and the keys that do it


class HelpScreen(ModalScreen[None]):
    """The keys of `about`: its own, those of the blocks on its page, and those that work everywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,backspace,question_mark,f1,q", "dismiss", "app.keys.back"),
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, about: "PreferablyScreen") -> None:
        super().__init__()
        self.about = about

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog"):
            yield Static(Content.styled(self.app.t("app.help.title"), "bold $accent"))
            for heading, keys in self.groups():
                yield Static(Content.styled(self.app.t(heading), "bold"), classes="group")
                yield Static(self.table(keys))
            yield Static(Content.styled(self.app.t("app.help.close"), "$secondary"), classes="group")

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
        for description, key in _bindings_of(self.about.query("*")):
            if description in known and description not in here and description not in everywhere:
                keys = blocks.setdefault(description, [])
                if key not in keys:
                    keys.append(key)
        groups = (("here", here), ("blocks", blocks), ("everywhere", everywhere))
        yield from ((f"app.help.{name}", keys) for name, keys in groups if keys)

    def table(self, keys: Keys) -> Content:
        lines = []
        for description, names in keys.items():
            shown = "  ".join(dict.fromkeys(names))
            key = Content.styled(f"  {shown:<14}", "bold $footer-key-foreground")
            lines.append(Content.assemble(key, " ", self.app.t(description)))
        return Content("\n").join(lines)


def _bindings_of(widgets: Iterable[Widget]) -> Iterator[tuple[str, str]]:
    """(description, key) of the bindings that the widgets' classes declare."""
    for widget in widgets:
        for binding in type(widget).BINDINGS:
            if isinstance(binding, Binding) and binding.show and binding.description:
                yield binding.description, binding.key_display or binding.key
