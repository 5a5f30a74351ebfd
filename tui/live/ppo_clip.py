"""PPO's clipped surrogate: its curve against the ratio, and a map of where the gradient pushes the ratio."""

from collections.abc import Iterator
from itertools import groupby, pairwise

from textual.content import Content

from engine.theory import ppo_clip
from tui.live.curve import HERE, Axis, Plot
from tui.live.written import fixed, term
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

HIGHEST = 2.5
ROWS = 7
SOLID, DASHED = 0, 1  # line styles: where the gradient flows, and where the clip has made the curve flat
GUTTER = 8
ADVANTAGES = (2.0, 1.0, 0.0, -1.0, -2.0)
"""The rows of the map."""


class PPOClipBlock(LiveBlock):
    """The objective as a function of ratio and advantage: one advantage as a curve, all of them as a map."""

    title = "live.ppo_clip.title"
    hint = "live.ppo_clip.try"
    defaults = {"ratio": 1.4, "advantage": 1.0, "epsilon": 0.2}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("ratio", "ρ", float(self.arguments["ratio"]), Track(0, HIGHEST, step=0.1))
        yield Slider("advantage", "A", float(self.arguments["advantage"]), Track(-3, 3, step=0.25, fine=0.05))
        yield Slider("epsilon", "ε", float(self.arguments["epsilon"]), Track(0.01, 0.9, step=0.05))

    def picture(self, values: Values, width: int) -> list[Content]:
        """The curve (dashed where it is flat), and below it, on the same axis, the map."""
        advantage, epsilon, ratio = values["advantage"], values["epsilon"], values["ratio"]
        plot = Plot(min(width, 80), ROWS, Axis(0, HIGHEST, label="ρ", count=0), self.heights(advantage, epsilon))
        flat = 1 + epsilon if advantage > 0 else 1 - epsilon
        edges = (0.0, flat, HIGHEST) if flat < HIGHEST else (0.0, HIGHEST)
        for low, high in pairwise(edges):
            style = DASHED if ppo_clip((low + high) / 2, advantage, epsilon).clipped else SOLID
            plot.line([(edge, ppo_clip(edge, advantage, epsilon).objective) for edge in (low, high)], style)
        plot.guide(1 - epsilon, f"1−ε={fixed(1 - epsilon, 2)}")
        plot.guide(1 + epsilon, f"1+ε={fixed(1 + epsilon, 2)}")
        plot.sign(ratio, ppo_clip(ratio, advantage, epsilon).objective)
        *curve, axis = plot.lines()
        return [*curve, *self.map(values, plot), axis]

    def heights(self, advantage: float, epsilon: float) -> Axis:
        ends = [ppo_clip(ratio, advantage, epsilon).objective for ratio in (0.0, 1 - epsilon, 1 + epsilon, HIGHEST)]
        return Axis.around([0.0, *ends] if any(ends) else [-1.0, 1.0])

    def map(self, values: Values, plot: Plot) -> list[Content]:
        """Where a step pushes ρ: → up, ← down, · not at all. Every other cell, so that it reads as arrows."""
        epsilon = values["epsilon"]
        here = min(ADVANTAGES, key=lambda each: abs(each - values["advantage"]))
        bounds = [plot.column(1 - epsilon), plot.column(1 + epsilon)]
        zones = list(pairwise((0, *bounds, plot.columns)))
        lines = []
        for advantage in ADVANTAGES:
            cells: list[tuple[str, str]] = []
            for ratio, (left, right) in zip(((1 - epsilon) / 2, 1.0, (1 + epsilon + HIGHEST) / 2), zones, strict=True):
                stopped = not advantage or ppo_clip(ratio, advantage, epsilon).clipped
                sign, style = ("·", "$rule") if stopped else ("→", "$primary") if advantage > 0 else ("←", "$warning")
                cells += [(" " if column % 2 else sign, style) for column in range(left, right)]
            for bound in bounds:
                cells[bound] = ("┊", "$secondary")
            if advantage == here:
                cells[plot.column(values["ratio"])] = ("●", HERE)
            runs = [
                ("".join(sign for sign, _ in run), style) for style, run in groupby(cells, key=lambda cell: cell[1])
            ]
            label = f"A={fixed(advantage, 0)}".rjust(GUTTER - 2)
            lines.append(Content.assemble((f"{label} │", "$secondary"), *runs))
        return lines

    def lines(self, values: Values, width: int) -> list[Content]:
        ratio, advantage, epsilon = values["ratio"], values["advantage"], values["epsilon"]
        result, say = ppo_clip(ratio=ratio, advantage=advantage, epsilon=epsilon), self.app.t
        objective = (fixed(result.objective), "bold $accent")
        bounded = min(max(ratio, 1 - epsilon), 1 + epsilon)
        clipped = say("live.ppo_clip.clipped")
        return [
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
            Content.styled(clipped, "bold $warning")
            if result.clipped
            else Content.styled(say("live.ppo_clip.free"), "$success"),
            Content.styled(
                say("live.ppo_clip.corners", low=fixed(1 - epsilon, 2), high=fixed(1 + epsilon, 2)), "$secondary"
            ),
        ]
