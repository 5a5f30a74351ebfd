"""Searching a chapter: the field, and the places where the text was found."""

from collections.abc import Sequence

from content.documents import Section
from tui.widgets.lesson import Match, matches
from tui.widgets.steady_input import SteadyInput


class SearchField(SteadyInput):
    """Hidden until `open`; keeps what was looked for, where it was found, and the place that is shown."""

    DEFAULT_CSS = """
    SearchField { dock: bottom; margin: 0 0 1 0; padding: 0 1; display: none; background: $primary 20%; }
    SearchField.-open { display: block; }
    """

    def __init__(self, placeholder: str) -> None:
        super().__init__(placeholder=placeholder, compact=True)
        self.text = ""
        self.matches: list[Match] = []
        self.number = 0

    def open(self) -> None:
        self.add_class("-open")
        self.focus()

    def close(self) -> None:
        """Hide the field and forget what was found."""
        self.remove_class("-open")
        self.text, self.matches = "", []

    @property
    def active(self) -> bool:
        """There is something to close."""
        return self.has_class("-open") or bool(self.matches)

    def find(self, sections: Sequence[Section], here: int) -> bool:
        """Look for what is typed; the place to show is the first one from section `here` on. Whether there is one."""
        self.remove_class("-open")
        self.text = self.value.strip()
        self.matches = matches(sections, self.text)
        later = (number for number, match in enumerate(self.matches) if match.section >= here)
        self.number = next(later, 0)
        return bool(self.matches)

    def turn(self, direction: int) -> None:
        """On to the next place or back to the previous one, round and round."""
        self.number = (self.number + direction) % len(self.matches)

    @property
    def match(self) -> Match:
        return self.matches[self.number]
