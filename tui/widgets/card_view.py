"""A card on the table: its front, below a line its back, or the question of a calculator card, or a longer text."""

from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from content.questions import Question
from tui.literal import clean, literal
from tui.reviewing import parts
from tui.widgets.question_box import QuestionBox


@dataclass(frozen=True)
class Face:
    """What a card shows now. `title` stands in its upper edge, `standing` in its lower one, `said` under the text.

    A `question` that is `solved` is shown with its explanation and answered no more.
    """

    title: str = ""
    standing: str = ""
    front: str = ""
    back: str = ""
    text: Content | None = None
    said: str = ""
    question: Question | None = None
    solved: bool = False


class CardView(VerticalScroll, can_focus=False):
    """`show` fills it; it scrolls when the card is long."""

    DEFAULT_CSS = """
    CardView {
        height: auto; min-height: 12; max-height: 100%; max-width: 88; padding: 1 2; margin: 0 1;
        border: round $primary;
        background: $surface; scrollbar-size-vertical: 1; border-title-style: bold;
    }
    CardView Static { height: auto; }
    CardView #front { text-style: bold; }
    CardView #back { border-top: solid $rule; margin: 1 0 0 0; }
    CardView #said { color: $secondary; margin: 1 0 0 0; }
    CardView QuestionBox { margin: 0; }
    """

    def compose(self) -> ComposeResult:
        for part in ("front", "back", "text", "said"):
            yield Static(id=part)

    async def show(self, face: Face) -> None:
        """Show this face from its beginning. The box of a question stays while its verdict is read."""
        self.border_title, self.border_subtitle = clean(face.title), clean(face.standing)
        self._write("front", card_text(face.front))
        self._write("back", card_text(face.back))
        self._write("text", face.text or Content(""))
        self._write("said", literal(face.said))
        box = self.query_one_optional("CardView > QuestionBox", QuestionBox)
        fresh = box is None or box.question is not face.question
        if box is not None and fresh:
            await box.remove()
        if face.question is None or fresh:
            self.scroll_home(animate=False)
        else:
            self.call_after_refresh(self.scroll_end, animate=False)
        if face.question is not None:
            if fresh:
                box = QuestionBox(face.question)
                await self.mount(box, before="#said")
            assert box is not None
            self._attend(box, solved=face.solved)

    def _attend(self, box: QuestionBox, *, solved: bool) -> None:
        """Whoever is asked can answer at once; what is solved is explained."""
        if solved:
            box.action_explain()
        elif field := next((widget for widget in box.query("*") if widget.focusable), None):
            field.focus(scroll_visible=False)

    def _write(self, part: str, text: Content) -> None:
        line = self.query_one(f"#{part}", Static)
        line.update(text)
        line.display = bool(text.plain)


def card_text(text: str) -> Content:
    """A card's text literally, its formulas set apart by colour."""
    return Content.assemble(*((clean(piece), "$accent" if formula else "") for piece, formula in parts(text)))
