"""The line at the foot of every screen: the keys that matter now, translated, and clickable."""

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.widget import Widget

from content.text import sentences


@dataclass(frozen=True)
class Hint:
    key: str
    shown: str
    description: str

    @property
    def width(self) -> int:
        return Content(f" {self.shown} {self.description} ").cell_length


class KeyBar(Widget):
    """Shows each binding whose description is the id of a sentence; the ways out and to help always have a place."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; color: $foreground; }
    """
    ALLOW_SELECT = False
    LAST = ("app.keys.back", "app.keys.quit", "app.keys.help")

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def hints(self) -> list[Hint]:
        """The shown bindings, nearest to the focus first, cut to the width of the line."""
        texts = sentences(self.app.language)  # type: ignore[attr-defined]
        found: dict[str, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.description in texts:
                shown = self.app.get_key_display(binding)
                found.setdefault(binding.description, Hint(binding.key, shown, texts[binding.description]))
        last = [found.pop(name) for name in self.LAST if name in found]
        kept: list[Hint] = []
        space = self.size.width - sum(hint.width for hint in last)
        for hint in found.values():
            space -= hint.width
            if space < 0:
                break
            kept.append(hint)
        return kept + last

    def render(self) -> Content:
        parts: list[tuple[str, str] | str] = []
        for hint in self.hints():
            parts += [(f" {hint.shown} ", "bold $footer-key-foreground"), f"{hint.description} "]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        start = 0
        for hint in self.hints():
            if start <= event.x < start + hint.width:
                self.app.simulate_key(hint.key)
                return
            start += hint.width
