"""A small dialog: choose one of the links of a section."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.literal import clean


class ChooseLink(ModalScreen[str | None]):
    """Answers with the target of the chosen link, or None."""

    BINDINGS = [Binding("escape,backspace", "dismiss(None)", "app.keys.back", id="choose_link.close")]

    def __init__(self, links: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.links = links

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield OptionList(
                *(
                    Option(Content.assemble(clean(text), (f"   {clean(target)}", "$secondary")), id=str(number))
                    for number, (text, target) in enumerate(self.links)
                )
            )

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self.links[event.option_index][1])
