"""PPO's clipped surrogate: a plot against the ratio, the point where you are, and where the clip bites."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import ppo_clip
from tui.live.written import fixed, term
from tui.widgets.line_chart import STYLES, Canvas, Scale
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

HIGHEST = 2.5
ROWS = 8
GUTTER = 7
FREE, CLIPPED = 0, 1  # line styles of the two parts of the curve


def cell(ratio: float, columns: int) -> int:
    """The column in which a ratio lies."""
    return round(ratio / HIGHEST * (columns - 1))


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
        """The curve (dashed where the clip has made it flat), the two bounds ┊, and ● for where you are."""
        advantage, epsilon = values["advantage"], values["epsilon"]
        columns = max(10, width - GUTTER)
        canvas = Canvas(columns, ROWS)
        dots = 2 * columns
        curve = [
            ppo_clip(ratio=HIGHEST * dot / (dots - 1), advantage=advantage, epsilon=epsilon) for dot in range(dots)
        ]
        heights = [point.objective for point in curve] + [0.0]
        scale = Scale(min(heights), max(heights) if max(heights) > min(heights) else 1.0, 4 * ROWS)
        previous = scale.dot(curve[0].objective)
        for dot, point in enumerate(curve):
            height = scale.dot(point.objective)
            if not point.clipped or STYLES[CLIPPED].draws(dot):
                canvas.column(dot, min(previous, height), max(previous, height), CLIPPED if point.clipped else FREE)
            previous = height
        here = ppo_clip(ratio=values["ratio"], advantage=advantage, epsilon=epsilon).objective
        place = ROWS - 1 - scale.dot(here) // 4, cell(values["ratio"], columns)
        bounds = {cell(1 - epsilon, columns), cell(1 + epsilon, columns)}
        labels = {0: fixed(scale.high, 2), ROWS - 1: fixed(scale.low, 2)}
        lines = []
        for number in range(ROWS):
            parts = [(labels.get(number, "").rjust(GUTTER - 2) + " │", "$secondary")]
            for column in range(columns):
                bits, owner = canvas.dots[number][column], canvas.owner[number][column]
                if (number, column) == place:
                    parts.append(("●", "bold $accent"))
                elif bits:
                    parts.append((chr(0x2800 + bits), STYLES[owner].style))
                else:
                    parts.append(("┊", "$rule") if column in bounds else (" ", ""))
            lines.append(Content.assemble(*parts))
        return [*lines, Content.styled(self.axis(epsilon, columns), "$secondary")]

    def axis(self, epsilon: float, columns: int) -> str:
        """0, 1−ε, 1+ε and the end of the axis, where they belong."""
        line = [" "] * (GUTTER + columns)
        low, high = 1 - epsilon, 1 + epsilon
        free = 0
        for ratio, label in ((0.0, "0"), (low, f"1−ε={low:.2f}"), (high, f"1+ε={high:.2f}"), (HIGHEST, "ρ")):
            start = GUTTER + cell(ratio, columns) - len(label) // 2
            start = min(max(start, free, 0), len(line) - len(label))
            line[start : start + len(label)] = label
            free = start + len(label) + 1
        return "".join(line)
