"""One prompt and the answers of several models beside each other, graded by the rule where it knows the prompt."""

from collections.abc import Iterable

from textual.containers import Container, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from content.text import sentences
from engine.world.prompts import readable
from engine.world.rule import Grade
from engine.world.typed import unknown_words
from tui.conversation import Exchange
from tui.literal import clean
from tui.widgets.interval_line import two
from tui.widgets.pair_view import marked

ROOM = 34
"""A column narrower than this is hard to read: then the answers stand below each other."""


class ExchangeView(Vertical):
    """The prompt with its seed and temperature, and a box for each model; `show` fills the boxes when answers come."""

    DEFAULT_CSS = """
    ExchangeView { height: auto; margin: 0 0 1 0; }
    ExchangeView > Static { height: auto; }
    ExchangeView .answers { height: auto; layout: vertical; }
    ExchangeView.-beside .answers { layout: horizontal; }
    ExchangeView .answer {
        width: 1fr; height: auto; padding: 0 1; border: round $rule; border-title-style: bold;
        border-title-color: $primary;
    }
    """

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self.exchange = exchange

    def compose(self) -> Iterable[Widget]:
        yield Static(self._head())
        with Container(classes="answers"):
            for model in self.exchange.models:
                box = Static(classes="answer")
                box.border_title = Content(clean(model))
                yield box

    def on_mount(self) -> None:
        self.show(self.exchange)

    def on_resize(self) -> None:
        self.set_class(self.size.width // max(1, len(self.exchange.models)) >= ROOM, "-beside")

    def show(self, exchange: Exchange) -> None:
        """Write the answers, with the words marked in which each differs from its neighbour."""
        self.exchange = exchange
        answers, grades = exchange.answers, exchange.grades()
        for number, box in enumerate(self.query(".answer").results(Static)):
            if not answers:
                box.update(Content.styled("…", "$secondary"))
                continue
            other = answers[number - 1] if number else answers[min(1, len(answers) - 1)]
            box.update(Content("\n").join([marked(answers[number] or " ", other), self._grade(grades[number])]))

    def _t(self, key: str, **params: object) -> str:
        text: str = self.app.t(f"chat.{key}", **params)  # type: ignore[attr-defined]
        return text

    def _head(self) -> Content:
        exchange = self.exchange
        dice = self._t("dice", seed=exchange.seed, temperature=f"{exchange.temperature:.1f}")
        if exchange.temperature == 0:
            dice = self._t("greedy")
        head = Content.assemble((clean(readable(exchange.prompt)), "bold"), (f"   {dice}", "$secondary"))
        if unknown := unknown_words(exchange.prompt):
            note = self._t("unknown_words", words=clean(", ".join(unknown)))
            head = Content("\n").join([head, Content.styled(note, "$warning")])
        return head

    def _grade(self, found: Grade | None) -> Content:
        if found is None:
            return Content.styled(self._t("no_grade"), "$secondary")
        reason = sentences(self.app.language).get(f"world.reason.{found.reason}", found.reason)  # type: ignore[attr-defined]
        if found.right:
            return Content.styled(f"✓ {reason}", "$success")
        return Content.styled(f"✗ {reason} ({two(found.score)})", "$error")
