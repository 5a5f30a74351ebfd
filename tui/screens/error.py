"""A dialog that says what failed in one sentence, and how on a key."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui.literal import literal

if TYPE_CHECKING:
    from tui.app import PreferablyApp


class ErrorScreen(ModalScreen[None]):
    """`sentence` for everyone, `details` for who asks."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("d", "details", "app.error.keys.details", id="error.details"),
        Binding("escape,enter,backspace", "dismiss", "app.error.keys.close", id="error.close"),
    ]
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, sentence: str, details: str) -> None:
        super().__init__()
        self.sentence = sentence
        self.details = details

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog -failed"):
            yield Static(Content.assemble(("✗ ", "bold $error"), literal(self.sentence)))
            yield Static(Content.styled(self.app.t("app.error.how"), "$secondary"), classes="group")
            details = Static(literal(self.details), id="details")
            details.display = False
            yield details

    def action_details(self) -> None:
        details = self.query_one("#details")
        details.display = not details.display
