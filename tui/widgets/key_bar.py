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
    def parts(self) -> list[tuple[str, str] | str]:
        return [(f" {self.shown} ", "bold $footer-key-foreground"), f"{self.description} " if self.description else ""]

    @property
    def width(self) -> int:
        return Content.assemble(*self.parts).cell_length


MORE = Hint("", "…", "")
"""Stands for the keys that found no place; the list of keys has them all."""


class KeyBar(Widget):
    """Shows each binding whose description is the id of a sentence; the ways out and to help always have a place."""

    DEFAULT_CSS = """
    KeyBar { dock: bottom; height: 1; background: $panel; color: $foreground; }
    """
    ALLOW_SELECT = False
    LAST = ("app.keys.back", "app.keys.quit", "app.keys.help")
    FIRST_TO_GO = (
        *(f"runs.keys.{name}" for name in ("ends", "step", "pan", "whole", "log", "meaning", "zoom", "base", "scroll")),
        *(f"runs.keys.{name}" for name in ("smooth", "own")),
        "live.keys.fine",
    )

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def hints(self) -> list[Hint]:
        """The shown bindings, nearest to the focus first; where the line is too short for all, a … says so."""
        texts = sentences(self.app.language)  # type: ignore[attr-defined]
        found: dict[str, Hint] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.show and active.enabled and binding.description in texts:
                shown = self.app.get_key_display(binding)
                found.setdefault(binding.description, Hint(binding.key, shown, texts[binding.description]))
        last = [found.pop(name) for name in self.LAST if name in found]
        if self._too_long([*found.values(), *last]):
            last.insert(0, MORE)
            for name in (*self.FIRST_TO_GO, *reversed(list(found))):
                if self._too_long([*found.values(), *last]):
                    found.pop(name, None)
        return [*found.values(), *last]

    def _too_long(self, hints: list[Hint]) -> bool:
        return sum(hint.width for hint in hints) > self.size.width

    def render(self) -> Content:
        return Content.assemble(*(part for hint in self.hints() for part in hint.parts))

    def on_click(self, event: events.Click) -> None:
        start = 0
        for hint in self.hints():
            if start <= event.x < start + hint.width:
                if hint is MORE:
                    self.app.action_help()  # type: ignore[attr-defined]
                else:
                    self.app.simulate_key(hint.key)
                return
            start += hint.width
