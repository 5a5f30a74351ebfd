"""The model changing its mind: how likely it finds each form, and what it answers, at the start and at a later step."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from engine.runs.events import History
from tui.widgets.answers import Answers
from tui.widgets.probability_bars import ProbabilityBars

if TYPE_CHECKING:
    from tui.app import PreferablyApp


PROMPT = 5
"""Lines of a prompt with three forms and a blank line."""


class Mind(Vertical):
    """Follows the newest samples of a history, or stays at an earlier moment that the learner went back to."""

    DEFAULT_CSS = """
    Mind { background: $surface; }
    Mind VerticalScroll { width: 1fr; height: 1fr; scrollbar-size: 0 0; }
    Mind #moment { height: 1; padding: 0 1; color: $secondary; }
    """
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, index: int | None = None, *, id: str | None = None) -> None:
        """`index` of the sample on show; None follows the newest."""
        super().__init__(id=id)
        self.history = History()
        self.index = index
        self.roomy = False

    def compose(self) -> ComposeResult:
        yield Static(id="moment")
        with Horizontal():
            with VerticalScroll(id="choices", can_focus=False):
                yield ProbabilityBars()
            with VerticalScroll(id="answers", can_focus=False):
                yield Answers()

    def show(self, history: History, roomy: bool) -> None:
        """Draw the history's samples; nothing is shown while there are none."""
        self.history, self.roomy = history, roomy
        samples = history.samples
        self.display = bool(samples)
        if not samples:
            return
        index = self.last if self.index is None else min(self.index, self.last)
        step, now = samples[index]
        self.query_one(Answers).show(samples[0][1], now, roomy)
        self.query_one("#answers").display = bool(now)  # a reward model writes none, it only judges forms
        choices = [choices for at, choices in history.choices if at <= step]
        if choices:
            self.query_one(ProbabilityBars).show(choices[0], choices[-1])
        self.query_one("#choices").display = bool(choices)
        moment = self.app.t("runs.moment", first=samples[0][0], step=step, number=index + 1, count=len(samples))
        self.query_one("#moment", Static).update(Content(moment))

    @property
    def scrolls(self) -> bool:
        """There is more than fits."""
        return any(column.max_scroll_y > 0 for column in self.query(VerticalScroll))

    def scroll(self, direction: int) -> None:
        """On by one prompt and its forms, or back."""
        for column in self.query(VerticalScroll):
            column.scroll_relative(y=PROMPT * direction, animate=False)

    @property
    def last(self) -> int:
        return len(self.history.samples) - 1

    def move(self, samples: int) -> None:
        """Show an earlier or later set of answers; at the last one it follows the run again."""
        index = min(max((self.last if self.index is None else self.index) + samples, 0), self.last)
        self.index = None if index == self.last else index
        self.show(self.history, self.roomy)
