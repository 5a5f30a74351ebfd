"""REINFORCE: the same gradient from noisier or quieter samples, depending on what is taken off the reward."""

from bisect import bisect
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import accumulate
from random import Random

from textual.content import Content

from engine.theory import reinforce_variance
from tui.live.curve import Axis, Plot
from tui.live.shares import Shares
from tui.live.written import answer, fixed, term, vector
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

REWARD = Track(-3, 3, step=0.25, fine=0.05)
BATCH, BATCHES = 8, 400
ROWS = 3
WITHOUT, WITH = 3, 0  # line styles


@cache
def uniforms() -> tuple[float, ...]:
    """The chance behind every sample, drawn once, so that only policy, reward and baseline move the picture."""
    draw = Random(0).random
    return tuple(draw() for _ in range(BATCH * BATCHES))


class ReinforceVarianceBlock(LiveBlock):
    """Two strips of estimates of the first logit's slope, without and with the baseline; ┊ is the exact gradient."""

    title = "live.reinforce_variance.title"
    hint = "live.reinforce_variance.try"
    defaults = {"policy": (0.6, 0.3, 0.1), "reward": (1.0, 0.5, 0.0), "baseline": 0.0}

    def sliders(self) -> Iterator[Slider]:
        self.shares = Shares("policy", "π", self.arguments["policy"])
        yield Slider("baseline", "b", float(self.arguments["baseline"]), REWARD)
        yield from self.shares.sliders()
        for number, reward in enumerate(self.arguments["reward"]):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward), REWARD)

    def moved(self, slider: Slider) -> None:
        self.shares.make_room(self, slider)

    def problem(self, values: Values) -> tuple[list[float], list[float]]:
        """Policy and reward."""
        return self.shares.of(values), [values[f"reward{number}"] for number in range(len(self.arguments["reward"]))]

    def picture(self, values: Values, width: int) -> list[Content]:
        policy, reward = self.problem(values)
        exact = reinforce_variance(policy, reward, 0.0)
        reach = max(0.05, 4 * (exact.variance / BATCH) ** 0.5)
        # Fixed while the baseline moves, so that the eye sees the cloud shrink.
        axis = Axis(exact.gradient[0] - reach, exact.gradient[0] + reach, label="∂/∂θ₁")
        bounds = list(accumulate(policy))
        drawn = [min(bisect(bounds, chance), len(policy) - 1) for chance in uniforms()]
        lines: list[Content] = []
        for baseline, style in ((0.0, WITHOUT), (values["baseline"], WITH)):
            plot = Plot(width, ROWS, axis, Axis(0, 1, count=0))
            strip = density(estimates(drawn, policy, reward, baseline), axis, plot.columns)
            plot.stems(strip, style)
            plot.guide(exact.gradient[0], "∇₁")
            for row in range(ROWS):
                plot.sign(exact.gradient[0], row / (ROWS - 1), "┊", "bold $accent")
            plot.sign(axis.low, 1, f"b = {fixed(baseline, 2)}", "bold")
            lines = [*lines[:-1], *plot.lines()]  # one axis for both
        return lines

    def lines(self, values: Values, width: int) -> list[Content]:
        policy, reward = self.problem(values)
        baseline, say = values["baseline"], self.app.t
        result = reinforce_variance(policy, reward, baseline)
        at_mean = reinforce_variance(policy, reward, result.expected_reward)
        score = tuple((number == 0) - share for number, share in enumerate(policy))
        sample = tuple((reward[0] - baseline) * slope for slope in score)
        factor = f"({fixed(reward[0], 2)} − {term(baseline)})"
        one = say("live.reinforce_variance.one")
        rows = (
            ("b = 0", 0.0, result.variance_without),
            ("b", baseline, result.variance),
            ("b = E[R]", result.expected_reward, at_mean.variance),
            ("b*", result.best_baseline, result.variance_at_best),
        )
        most = max(variance for *_, variance in rows) or 1.0
        lines = [
            fitting(
                width,
                Content(f"{one} (R − b)(e₁ − π) = {factor} · {vector(score, 2)} = {vector(sample)}"),
                Content(f"(R − b)(e₁ − π) = {factor} · {vector(score, 2)}"),
                Content(f"(R − b)(e₁ − π) = {vector(sample, 2)}"),
            ),
            fitting(
                width,
                Content.assemble(
                    f"{say('live.reinforce_variance.mean')} ∇ = ", (vector(result.gradient), "bold $accent"),
                    f"   E[R] = {fixed(result.expected_reward)}",
                ),
                Content.assemble("∇ = ", (vector(result.gradient), "bold $accent")),
            ),
            Content.styled(say("live.reinforce_variance.variance"), "$secondary"),
        ]  # fmt: skip
        for name, where, variance in rows:
            head = f"{name:<8} {fixed(where):>8}  "
            number = (f"{fixed(variance):>9}  ", "bold $accent" if name == "b" else "")
            lines.append(Content.assemble(head, number, bar(variance / most, max(4, width - len(head) - 11))))
        return lines


def estimates(
    drawn: Sequence[int], policy: Sequence[float], reward: Sequence[float], baseline: float
) -> list[float]:
    """The first component of (R − b)(e_y − π), averaged over one batch after another."""
    each = [(r - baseline) * ((number == 0) - policy[0]) for number, r in enumerate(reward)]
    return [sum(each[y] for y in drawn[start : start + BATCH]) / BATCH for start in range(0, len(drawn), BATCH)]


def density(values: Sequence[float], axis: Axis, columns: int) -> list[tuple[float, float]]:
    """How many values fall into each pair of cells, as stems, the highest 1; what is off the axis piles up at it."""
    bins, dots = (columns + 1) // 2, 2 * columns
    counts = [0] * bins
    for value in values:
        counts[min(bins - 1, max(0, int(axis.share(value) * columns / 2)))] += 1
    most = max(counts)
    return [(axis.at(dot / (dots - 1)), counts[dot // 4] / most) for dot in range(dots) if counts[dot // 4]]
