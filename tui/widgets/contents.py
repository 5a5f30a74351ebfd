"""The sections of a chapter: which is open, which have been read."""

import textwrap
from collections.abc import Sequence

from textual.content import Content
from textual.widgets.option_list import Option

from content.documents import Section
from tui.literal import clean
from tui.widgets.choices import Choices

WIDTH = 34


class Contents(Choices):
    """A list of sections; choosing one posts `OptionSelected` with the section's id."""

    DEFAULT_CSS = f"""
    Contents {{ width: {WIDTH}; height: 1fr; dock: left; border-right: solid $rule; padding: 1 1 !important;
               background: $background; }}
    Contents:focus {{ border-right: solid $accent; }}
    Contents > .option-list--option-highlighted {{ background: $panel; text-style: none; }}
    Contents:focus > .option-list--option-highlighted {{ background: $primary 25%; text-style: bold; }}
    """

    def __init__(self) -> None:
        super().__init__(compact=True)

    def fill(self, sections: Sequence[Section], here: int, read: set[str]) -> None:
        """Show these sections, the open one marked ▸ and those read ✓."""
        self.clear_options()
        for number, section in enumerate(sections):
            mark = ("▸ ", "bold $accent") if number == here else ("✓ ", "$success") if section.id in read else "  "
            style = "bold" if number == here else ""
            title = textwrap.fill(clean(section.title), WIDTH - 6, subsequent_indent="  ", break_on_hyphens=False)
            self.add_option(Option(Content.assemble(mark, (title, style)), id=section.id))
        self.highlighted = here
