"""How likely the model finds each form, at the start and now: went, goed, wented."""

from collections.abc import Sequence
from typing import Any

from textual.content import Content
from textual.widget import Widget

from engine.errors import Problem
from engine.world.prompts import readable
from engine.world.rule import grade
from tui.literal import clean
from tui.numbers import percent
from tui.widgets.bars import bar

NUMBERS = len(" 100 % → 100 % ✓")

Choice = dict[str, Any]  # {"prompt": text, "options": {form: probability}}


def is_right(prompt: str, form: str) -> bool:
    """Whether the rule grades the form as right; a prompt from outside the world has no right form to mark."""
    try:
        return grade(prompt, form).right
    except Problem:
        return False


class ProbabilityBars(Widget):
    """For each prompt its forms as bars; as many prompts as there is room for."""

    DEFAULT_CSS = "ProbabilityBars { height: auto; padding: 0 1; text-wrap: nowrap; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.before: Sequence[Choice] = ()
        self.now: Sequence[Choice] = ()

    def show(self, before: Sequence[Choice], now: Sequence[Choice]) -> None:
        if (before, now) != (self.before, self.now):
            self.before, self.now = before, now
            self.refresh(layout=True)

    def lines(self, width: int) -> list[Content]:
        """All prompts, one line each and one per form, with a blank line between prompts."""
        old = {choice["prompt"]: choice["options"] for choice in self.before}
        lines: list[Content] = []
        for choice in self.now:
            prompt, options = choice["prompt"], choice["options"]
            names = max(map(len, options), default=0) + 1
            room = max(4, width - names - NUMBERS)
            if lines:
                lines.append(Content(""))
            lines.append(Content.styled(clean(readable(prompt)), "$secondary").truncate(width, ellipsis=True))
            for form, share in options.items():
                start = old.get(prompt, {}).get(form, share)
                numbers = f" {percent(start):>5} → {percent(share):>5}" + (" ✓" if is_right(prompt, form) else "")
                lines.append(Content.assemble(clean(form).ljust(names), bar(share, room, before=start), numbers))
        return lines

    def get_content_height(self, container: Any, viewport: Any, width: int) -> int:
        return len(self.lines(width))

    def render(self) -> Content:
        return Content("\n").join(self.lines(self.size.width))
