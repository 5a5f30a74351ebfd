"""Three estimators of one divergence, sample by sample, on their way to the exact value."""

import math
from collections.abc import Iterator, Sequence

from textual.content import Content

from engine.theory import kl_convergence, kl_estimators
from engine.theory.divergence import KLConvergence
from tui.live.curve import Axis, Plot
from tui.live.shares import Shares
from tui.live.written import fixed
from tui.widgets.braille import STYLES
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

ROWS = 8
SAMPLES = Track(10, 2000, log=True, decimals=0)
SEED = Track(0, 99, step=1, fine=1, decimals=0)


class KLConvergenceBlock(LiveBlock):
    """Both distributions can be moved; another seed draws other completions."""

    title = "live.kl_convergence.title"
    hint = "live.kl_convergence.try"
    defaults = {"policy": (0.75, 0.25), "reference": (0.5, 0.5), "samples": 200, "seed": 0}

    def sliders(self) -> Iterator[Slider]:
        self.policy = Shares("policy", "π", self.arguments["policy"])
        self.reference = Shares("reference", "π_ref", self.arguments["reference"])
        yield from self.policy.sliders()
        yield from self.reference.sliders()
        yield Slider("samples", "n", float(self.arguments["samples"]), SAMPLES)
        yield Slider("seed", self.app.t("live.kl_convergence.seed"), float(self.arguments["seed"]), SEED)

    def moved(self, slider: Slider) -> None:
        self.policy.make_room(self, slider)
        self.reference.make_room(self, slider)

    def result(self, values: Values) -> KLConvergence:
        policy, reference = self.policy.of(values), self.reference.of(values)
        return kl_convergence(policy, reference, round(values["samples"]), round(values["seed"]))

    def picture(self, values: Values, width: int) -> list[Content]:
        """The running means; ┈ is the exact divergence. The scale shows the later samples well, not the first few."""
        result = self.result(values)
        count = len(result.running_k1)
        reach = max(0.02, 5 * min(result.std_k1, 2 * result.std_k2 + result.std_k3) / count**0.5)
        x = Axis(1, count, label="n")
        plot = Plot(width, ROWS, x, Axis.around([result.kl - reach, result.kl + reach]))
        plot.level(result.kl)
        steps = sorted({round(x.at(dot / (2 * plot.columns - 1))) for dot in range(2 * plot.columns)})
        for style, running in enumerate((result.running_k1, result.running_k2, result.running_k3)):
            plot.line([(float(step), running[step - 1]) for step in steps], style)
        return plot.lines()

    def lines(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        name = say("live.kl_convergence.exact")
        heads = [say(f"live.kl_convergence.{head}") for head in ("mean", "expected", "deviation")]
        rows = (
            ("k1", result.mean_k1, result.kl, result.std_k1),
            ("k2", result.mean_k2, result.expected_k2, result.std_k2),
            ("k3", result.mean_k3, result.kl, result.std_k3),
        )
        lines = [
            Content.assemble(f"┈┈ {name} KL(π‖π_ref) = ", (fixed(result.kl), "bold $accent"), f" {say('live.nats')}"),
            Content.styled(" " * 5 + "".join(f"{head:>13}" for head in heads), "$secondary"),
        ]
        for (estimator, mean, expected, deviation), look in zip(rows, STYLES, strict=False):
            lines.append(
                Content.assemble(
                    (f"{look.sign} {estimator}", f"bold {look.style}"), (f"{fixed(mean):>13}", "bold"),
                    f"{fixed(expected):>13}{fixed(deviation):>13}",
                )
            )  # fmt: skip
        return [*lines, self.one(self.policy.of(values), self.reference.of(values), width)]

    def one(self, policy: Sequence[float], reference: Sequence[float], width: int) -> Content:
        """What a sample of y₁ says by itself."""
        if not policy[0] or not reference[0]:
            return Content("")
        sample = kl_estimators([math.log(policy[0])], [math.log(reference[0])])
        head = f"y₁: r = {fixed(reference[0], 3)} / {fixed(policy[0], 3)} = {fixed(reference[0] / policy[0], 3)}"
        values = f"k1 = {fixed(sample.mean_k1, 3)}  k2 = {fixed(sample.mean_k2, 3)}  k3 = {fixed(sample.mean_k3, 3)}"
        return fitting(width, Content(f"{head}   {values}"), Content(f"y₁: {values}"))
