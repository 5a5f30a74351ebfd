"""The model changing its mind: how likely it finds each form, and what it answers, at a step beside an earlier one."""

from bisect import bisect_right
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll

from engine.runs.events import History
from tui.widgets.answers import Answers
from tui.widgets.path_plane import PathPlane
from tui.widgets.probability_bars import ProbabilityBars
from tui.widgets.token_heat import TokenHeat

if TYPE_CHECKING:
    from tui.app import PreferablyApp


PROMPT = 5
"""Lines of a prompt with three forms and a blank line."""


class Mind(Vertical):
    """The samples of a history at a step, beside those of the start, or with `from_before` of the sample before;
    with `heat` the tokens of the answers in place of the words that changed. With room, the run's path beside them."""

    DEFAULT_CSS = """
    Mind { background: $surface; }
    Mind PathPlane { width: 40; }
    Mind VerticalScroll { width: 1fr; height: 1fr; scrollbar-size: 0 0; }
    """
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    def __init__(self, before: "Mind | None" = None, *, id: str | None = None) -> None:
        """`before`: one in another language, whose place this one takes."""
        super().__init__(id=id)
        self.heat: bool = before.heat if before else False
        self.from_before: bool = before.from_before if before else False

    def compose(self) -> ComposeResult:
        with Horizontal():
            with VerticalScroll(id="choices", can_focus=False):
                yield ProbabilityBars()
            with VerticalScroll(id="answers", can_focus=False):
                yield Answers()
                yield TokenHeat()
            yield PathPlane()

    def show(self, history: History, moment: int | None, roomy: bool) -> None:
        """Draw the history's samples as they were at the step `moment`, or are now; nothing while there are none."""
        self.display = bool(history.samples)
        if not history.samples:
            return
        index = sample_index(history, moment)
        step, now = history.samples[index]
        base, before = history.samples[max(0, index - 1) if self.from_before else 0]
        answers, heat = self.query_one(Answers), self.query_one(TokenHeat)
        answers.display, heat.display = not self.heat, self.heat
        answers.show(before, now, roomy)
        heat.show(now)
        self.query_one("#answers").display = bool(now)  # a reward model writes none, it only judges forms
        choices = [(at, choices) for at, choices in history.choices if at <= step]
        if choices:
            earlier = [each for at, each in choices if at <= base] or [choices[0][1]]
            self.query_one(ProbabilityBars).show(earlier[-1], choices[-1][1])
        plane = self.query_one(PathPlane)
        if roomy:
            plane.show(history)
            plane.cursor = moment
        plane.display = roomy and bool(plane.paths)
        self.query_one("#choices").display = bool(choices) and (roomy or not self.heat)

    @property
    def scrolls(self) -> bool:
        """There is more than fits."""
        return any(column.max_scroll_y > 0 for column in self.query(VerticalScroll))

    def scroll(self, direction: int) -> None:
        """On by one prompt and its forms, or back."""
        for column in self.query(VerticalScroll):
            column.scroll_relative(y=PROMPT * direction, animate=False)


def sample_index(history: History, moment: int | None) -> int:
    """Which of the samples was the newest at a step."""
    if moment is None:
        return len(history.samples) - 1
    return max(0, bisect_right(history.samples, moment, key=lambda sample: sample[0]) - 1)
