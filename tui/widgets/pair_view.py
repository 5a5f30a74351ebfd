"""Two answers to one prompt, side by side where there is room, with the words that differ marked."""

from difflib import SequenceMatcher

from textual.app import ComposeResult
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.literal import clean, literal

DIFFERENT = "bold underline"
WIDE = 100


def marked(text: str, other: str) -> Content:
    """`text`, with the words that `other` does not have in the same place in bold and underlined."""
    words = clean(text).split(" ")
    parts: list[Content] = []
    matcher = SequenceMatcher(a=words, b=clean(other).split(" "), autojunk=False)
    for kind, start, end, _, _ in matcher.get_opcodes():
        if start < end:
            parts.append(Content.styled(" ".join(words[start:end]), "" if kind == "equal" else DIFFERENT))
    return Content(" ").join(parts)


class PairView(VerticalScroll, can_focus=False):
    """The prompt, and below it the answers A and B. `show` fills it; it scrolls when they are long."""

    DEFAULT_CSS = """
    PairView { padding: 1 2; }
    PairView #prompt { margin-bottom: 1; text-style: bold; }
    PairView #answers { height: auto; layout: vertical; }
    PairView .answer {
        width: 1fr; height: auto; min-height: 3; padding: 0 1; border: round $primary; background: $surface;
        border-title-style: bold;
    }
    PairView.wide #answers { layout: horizontal; }
    PairView.wide .answer { min-height: 7; padding: 1 2; height: 100%; }
    """

    def compose(self) -> ComposeResult:
        yield Static(id="prompt")
        with Container(id="answers"):
            for side in ("A", "B"):
                answer = Static(classes="answer", id=f"answer-{side.lower()}")
                answer.border_title = side
                yield answer

    read_to_end = False
    """The end of both answers has been in sight since they were shown."""

    def on_resize(self) -> None:
        self.set_class(self.wide, "wide")

    @property
    def wide(self) -> bool:
        """The answers stand side by side; otherwise A stands above B."""
        return self.app.size.width >= WIDE

    def show(self, prompt: str, left: str, right: str) -> None:
        """Show these texts, literally, from their beginning."""
        self.query_one("#prompt", Static).update(literal(prompt))
        self.query_one("#answer-a", Static).update(marked(left, right))
        self.query_one("#answer-b", Static).update(marked(right, left))
        self.scroll_home(animate=False)
        self.read_to_end = False
        self.call_after_refresh(self._look)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self._look()

    def _look(self) -> None:
        if self.scroll_y >= self.max_scroll_y:
            self.read_to_end = True
