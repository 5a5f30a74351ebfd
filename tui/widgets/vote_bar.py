"""The four verdicts of a blind vote with their keys; a click is as good as a key."""

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

VERDICTS = (("left", "←"), ("tie", "t"), ("both_bad", "b"), ("right", "→"))


class VoteBar(Widget):
    """Two lines over its width: the keys, and what they mean."""

    DEFAULT_CSS = """
    VoteBar { height: 2; padding: 0 2; }
    """
    ALLOW_SELECT = False

    class Chosen(Message):
        """The verdict `choice` was clicked."""

        def __init__(self, choice: str) -> None:
            super().__init__()
            self.choice = choice

    def _cell(self, number: int) -> int:
        """The column where the cell of verdict `number` begins."""
        return round(number * self.size.width / len(VERDICTS))

    def render(self) -> Content:
        say = self.app.t  # type: ignore[attr-defined]
        widths = [self._cell(number + 1) - self._cell(number) for number in range(len(VERDICTS))]
        keys = "".join(key.center(width) for (_, key), width in zip(VERDICTS, widths, strict=True))
        words = "".join(
            say(f"arena.verdict.{choice}").center(width) for (choice, _), width in zip(VERDICTS, widths, strict=True)
        )
        return Content("\n").join([Content.styled(keys, "bold $primary"), Content(words)])

    def on_click(self, event: events.Click) -> None:
        for number, (choice, _) in enumerate(VERDICTS):
            if self._cell(number) <= event.x - self.styles.padding.left < self._cell(number + 1):
                self.post_message(self.Chosen(choice))
