"""A small plane of reward against KL with the way that the run has gone on it."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from engine.runs.events import History
from tui.literal import clean
from tui.live.curve import Axis, Plot
from tui.numbers import short
from tui.run_path import WATCHED, Path, at, paths
from tui.widgets.braille import QUIET, STYLES

if TYPE_CHECKING:
    from tui.app import PreferablyApp


class PathPlane(Widget):
    """○ where the run began, ● where it is, or was at the `cursor`; each arm of a run has a line of its own."""

    DEFAULT_CSS = "PathPlane { width: 1fr; height: 1fr; min-height: 5; padding: 0 1; text-wrap: nowrap; }"
    if TYPE_CHECKING:

        @property
        def app(self) -> "PreferablyApp": ...  # type: ignore[override]

    cursor: reactive[float | None] = reactive(None)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.reward = WATCHED
        self.paths: dict[str, Path] = {}

    def show(self, history: History) -> None:
        before = self.paths
        self.reward, self.paths = paths(history)
        if before != self.paths:
            self.refresh()

    def render(self) -> Content:
        width, height = self.size
        title = Content.styled(self.app.t("runs.plane.title"), "bold").truncate(width, ellipsis=True)
        points = [point for path in self.paths.values() for point in path]
        if not points or width < 20 or height < 5:
            return title
        x = Axis.around([0.0, *(kl for _, kl, _ in points)], label="KL")
        plot = Plot(width, height - 3, x, Axis.around([reward for *_, reward in points], count=3))
        for number, path in enumerate(self.paths.values()):
            plot.path([(kl, reward) for _, kl, reward in path], number)
        for number, path in enumerate(self.paths.values()):
            plot.sign(*path[0][1:], "○", "bold")
            plot.sign(*at(path, self.cursor)[1:], "●", f"bold {STYLES[number % len(STYLES)].style}")
        words = Content.styled(self.sentence(), QUIET).truncate(width, ellipsis=True)
        return Content("\n").join([title, *plot.lines(), words])

    def sentence(self) -> str:
        """Where each path is: `KL 0.44, grade 0.91`."""
        t = self.app.t
        name = t("runs.plane.watched") if self.reward == WATCHED else t(f"metric.{self.reward}.title")
        parts = []
        for arm, path in self.paths.items():
            _, kl, reward = at(path, self.cursor)
            which = f"{clean(t(f'metric.line.{arm}'))}: " if arm else ""
            parts.append(f"{which}KL {short(kl)}, {name} {short(reward)}")
        return " · ".join(parts)
