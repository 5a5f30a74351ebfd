"""PPO's clipped surrogate: a plot against the ratio, the point where you are, and where the clip bites."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import ppo_clip
from tui.live.written import fixed, term
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

HIGHEST = 2.5
ROWS = 8


class PPOClipBlock(LiveBlock):
    """The objective as a function of the ratio, for the advantage and ε of the sliders."""

    title = "live.ppo_clip.title"
    hint = "live.ppo_clip.try"
    defaults = {"ratio": 1.4, "advantage": 1.0, "epsilon": 0.2}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("ratio", "ρ", float(self.arguments["ratio"]), Track(0, HIGHEST, step=0.1))
        yield Slider("advantage", "A", float(self.arguments["advantage"]), Track(-3, 3, step=0.25, fine=0.05))
        yield Slider("epsilon", "ε", float(self.arguments["epsilon"]), Track(0.01, 0.9, step=0.05))

    def lines(self, values: Values, width: int) -> list[Content]:
        ratio, advantage, epsilon = values["ratio"], values["advantage"], values["epsilon"]
        result, say = ppo_clip(ratio=ratio, advantage=advantage, epsilon=epsilon), self.app.t
        objective = (fixed(result.objective), "bold $accent")
        bounded = min(max(ratio, 1 - epsilon), 1 + epsilon)
        return [
            *self.plot(values, min(width, 72)),
            fitting(
                width,
                Content.assemble(
                    f"min(ρA, clip(ρ)A) = min({fixed(ratio, 2)} · {term(advantage)}, ",
                    f"{fixed(bounded, 2)} · {term(advantage)}) = ",
                    objective,
                ),
                Content.assemble(
                    f"min(ρA, clip(ρ)A) = min({fixed(ratio * advantage, 2)}, {fixed(bounded * advantage, 2)}) = ",
                    objective,
                ),
            ),
            Content.styled(say("live.ppo_clip.clipped"), "bold $warning")
            if result.clipped
            else Content.styled(say("live.ppo_clip.free"), "$success"),
        ]

    def plot(self, values: Values, width: int) -> list[Content]:
        """The curve (━ where the gradient flows, ╌ where the clip has made it flat), the two bounds, and ● for here."""
        advantage, epsilon = values["advantage"], values["epsilon"]
        gutter = 7
        columns = max(10, width - gutter)
        ratios = [HIGHEST * column / (columns - 1) for column in range(columns)]
        curve = [ppo_clip(ratio=ratio, advantage=advantage, epsilon=epsilon) for ratio in ratios]
        here = ppo_clip(ratio=values["ratio"], advantage=advantage, epsilon=epsilon)
        heights = [point.objective for point in curve] + [here.objective, 0.0]
        low, high = min(heights), max(heights)
        span = (high - low) or 1.0

        def row(height: float) -> int:
            return round((high - height) / span * (ROWS - 1))

        def column(ratio: float) -> int:
            return round(ratio / HIGHEST * (columns - 1))

        grid: list[list[tuple[str, str]]] = [[(" ", "")] * columns for _ in range(ROWS)]
        for bound in (1 - epsilon, 1 + epsilon):
            for line in grid:
                line[column(bound)] = ("┊", "$rule")
        for place, point in enumerate(curve):
            grid[row(point.objective)][place] = ("╌", "$warning") if point.clipped else ("━", "$primary")
        grid[row(here.objective)][column(values["ratio"])] = ("●", "bold $accent")
        labels = {row(high): fixed(high, 2), row(low): fixed(low, 2)}
        lines = [
            Content.assemble((labels.get(number, "").rjust(gutter - 2) + " │", "$secondary"), *cells)
            for number, cells in enumerate(grid)
        ]
        return [*lines, Content.styled(self.axis(epsilon, gutter, columns), "$secondary")]

    def axis(self, epsilon: float, gutter: int, columns: int) -> str:
        """0, 1−ε, 1+ε and the end of the axis, where they belong."""
        line = [" "] * (gutter + columns)
        low, high = 1 - epsilon, 1 + epsilon
        free = 0
        for ratio, label in ((0.0, "0"), (low, f"1−ε={low:.2f}"), (high, f"1+ε={high:.2f}"), (HIGHEST, "ρ")):
            start = gutter + round(ratio / HIGHEST * (columns - 1)) - len(label) // 2
            start = min(max(start, free, 0), len(line) - len(label))
            line[start : start + len(label)] = label
            free = start + len(label) + 1
        return "".join(line)
