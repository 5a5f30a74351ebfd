"""Home: continue where you left off."""

from collections.abc import Iterable

from textual.widget import Widget
from textual.widgets import Static

from tui.screens.base import PreferablyScreen


class HomeScreen(PreferablyScreen):
    def crumbs(self) -> list[str]:
        return [self.t("home.title")]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "back"

    def compose_body(self) -> Iterable[Widget]:
        yield Static(self.t("home.title"))
