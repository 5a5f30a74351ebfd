"""Displacement: three log-probabilities along the steps of DPO on one pair."""

from collections.abc import Iterator
from functools import lru_cache
from math import exp, sqrt

from textual.content import Content

from engine.theory import displacement
from engine.theory.displacement import Displacement
from tui.live.curve import Axis, Plot, legend
from tui.live.written import fixed, term
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

COSINE = Track(-1, 1, step=0.1, fine=0.02)
RATE = Track(0.02, 5, log=True)
STEPS = Track(2, 200, log=True, decimals=0)
ROWS = 8
NARROW = 56  # below it, log-probabilities alone have to do
FLOORS = (-4.0, -8.0, -16.0, -32.0, -64.0)


steps_of_dpo = lru_cache(maxsize=4)(displacement)  # picture and lines ask for the same


class DisplacementBlock(LiveBlock):
    """The rejected answer always falls; whether the chosen one rises depends on how alike the two are."""

    title = "live.displacement.title"
    hint = "live.displacement.try"
    defaults = {"similarity": 0.8, "beta": 0.5, "learning_rate": 0.5, "steps": 30}

    def sliders(self) -> Iterator[Slider]:
        start = {name: float(value) for name, value in self.arguments.items()}
        yield Slider("similarity", "cos(φ_w,φ_l)", start["similarity"], COSINE)
        yield Slider("beta", "β", start["beta"], RATE)
        yield Slider("learning_rate", "η", start["learning_rate"], RATE)
        yield Slider("steps", self.app.t("live.displacement.steps"), start["steps"], STEPS)

    def result(self, values: Values) -> Displacement:
        return steps_of_dpo(values["similarity"], values["beta"], values["learning_rate"], int(values["steps"]))

    def picture(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        lowest = min(result.rejected)
        floor = next((floor for floor in FLOORS if floor < lowest), FLOORS[-1])
        steps = Axis(0, values["steps"], label=say("live.displacement.steps"))
        plot = Plot(width, ROWS, steps, Axis(floor, 0))
        plot.level(result.chosen[0])
        stride = 1 + len(result.chosen) // 80
        for style, series in enumerate((result.chosen, result.rejected, result.other)):
            plot.line(list(enumerate(series))[::stride], style)
        for name, series in (("y_l", result.rejected), ("y_w", result.chosen), ("y_*", result.other)):
            plot.sign(values["steps"], series[-1], name, "bold")
        names = legend(["log π(y_w)", "log π(y_l)", f"y_* {say('live.displacement.else')}"])
        return [names, *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        series = (("y_w", result.chosen), ("y_l", result.rejected), ("y_*", result.other))
        lines = []
        for name, logps in series:
            before, now = logps[0], logps[-1]
            numbers = f"log π({name}) {fixed(before, 3)} → {fixed(now, 3)}  "
            if width >= NARROW:
                numbers += f" π({name}) {exp(before):.3f} → {exp(now):.3f}  "
            lines.append(Content.assemble(numbers, bar(exp(now), max(4, width - len(numbers)), exp(before))))
        cosine = values["similarity"]
        pair, rest = 1 - cosine, 0.6 * sqrt(2 * (1 - cosine))
        push = f"y_w +{fixed(pair, 2)}   y_l −{fixed(pair, 2)}   y_* +{fixed(rest, 2)}"
        lines.append(Content(f"{say('live.displacement.push')} {push}"))
        w, y = result.chosen[-1] - result.chosen[0], result.rejected[-1] - result.rejected[0]
        margin = f"m = {fixed(values['beta'], 2)} · ({fixed(w, 3)} − {term(y, 3)}) = "
        lines.append(Content.assemble(margin, (fixed(result.margin[-1]), "bold $accent")))
        lines.append(self.verdict(result))
        return lines

    def verdict(self, result: Displacement) -> Content:
        """Whether the chosen answer has gained, lost, or gained first and then lost."""
        say, chosen = self.app.t, result.chosen
        peak = max(range(len(chosen)), key=chosen.__getitem__)
        change = fixed(abs(chosen[-1] - chosen[0]), 3)
        if abs(chosen[-1] - chosen[0]) < 1e-9:
            return Content.styled(say("live.displacement.still"), "$secondary")
        if 0 < peak < len(chosen) - 1:
            return Content.styled(say("live.displacement.peaked", step=peak), "bold $warning")
        if chosen[-1] < chosen[0]:
            return Content.styled(say("live.displacement.fallen", change=change), "bold $error")
        return Content.styled(say("live.displacement.risen", change=change), "bold $success")
