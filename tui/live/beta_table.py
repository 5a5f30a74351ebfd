"""One row a β: the optimal policies side by side, and the frontier of reward against distance on which they lie."""

import math
from collections.abc import Iterator

from textual.content import Content

from engine.theory import beta_table, optimal_policy
from tui.live.curve import HERE, Axis, Plot
from tui.live.shares import Shares
from tui.live.written import answer, fixed
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.number_field import NumberField
from tui.widgets.slider import Slider, Track

REWARD = Track(-3, 3, step=0.25, fine=0.05)
ROWS = 6
SIGNS = "①②③④⑤⑥⑦⑧⑨"
FRONTIER = [10 ** (exponent / 12) for exponent in range(-24, 25)]  # β from 0.01 to 100


def sign(row: int) -> str:
    return SIGNS[row] if row < len(SIGNS) else "●"


class BetaTableBlock(LiveBlock):
    """The βs are typed; ①, ②, … stand in the table and on the curve."""

    title = "live.beta_table.title"
    hint = "live.beta_table.try"
    defaults = {"prior": (0.6, 0.4), "reward": (1.0, 0.0), "betas": (0.1, 0.5, 1.0, 5.0)}

    def sliders(self) -> Iterator[Slider]:
        self.shares = Shares("prior", "π_ref", self.arguments["prior"])
        yield from self.shares.sliders()
        for number, reward in enumerate(self.arguments["reward"]):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward), REWARD)

    def fields(self) -> Iterator[NumberField]:
        yield NumberField("betas", "β", self.arguments["betas"])

    def moved(self, slider: Slider) -> None:
        self.shares.make_room(self, slider)

    def problem(self, values: Values) -> tuple[list[float], list[float]]:
        """Prior and reward."""
        return self.shares.of(values), [values[f"reward{number}"] for number in range(len(self.arguments["reward"]))]

    def picture(self, values: Values, width: int) -> list[Content]:
        prior, reward = self.problem(values)
        table = beta_table(prior, reward, self.field("betas").numbers)
        frontier = beta_table(prior, reward, FRONTIER)
        points = sorted(zip(frontier.kls, frontier.expected_rewards, strict=True))
        x = Axis.around([0.0, *frontier.kls, *table.kls], label=f"KL ({self.app.t('live.nats')})")
        plot = Plot(width, ROWS, x, Axis.around([*frontier.expected_rewards, *table.expected_rewards]))
        plot.line(points)
        for row, place in enumerate(zip(table.kls, table.expected_rewards, strict=True)):
            plot.sign(*place, sign(row), HERE)
        return [Content.styled(self.app.t("live.beta_table.axis"), "$secondary"), *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        prior, reward = self.problem(values)
        betas = self.field("betas").numbers
        table = beta_table(prior, reward, betas)
        decimals = 3 if 24 + 7 * len(prior) <= width else 2
        column = decimals + 4
        head = "".join(f"{f'π*({answer(number)})':>{column}}" for number in range(len(prior)))
        if column < len(" π*(y₁)"):
            head = "".join(f"{f'{answer(number)}':>{column}}" for number in range(len(prior)))
        lines = [Content.styled(f"{'β':>8}{head}{'KL':>8}{'E[R]':>8}", "$secondary")]
        rows = zip(betas, table.policies, table.kls, table.expected_rewards, strict=True)
        for row, (beta, policy, kl, expected) in enumerate(rows):
            shares = "".join(f"{fixed(share, decimals):>{column}}" for share in policy)
            numbers = f"{beta:>6g}{shares}{fixed(kl, 3):>8}"
            lines.append(Content.assemble((f"{sign(row)} ", HERE), numbers, (f"{fixed(expected, 3):>8}", "bold")))
        # The β nearest to 1: its numbers are the easiest to read.
        row = min(range(len(betas)), key=lambda row: abs(math.log(betas[row])))
        best = optimal_policy(prior, reward, betas[row])
        tilt = f"{fixed(prior[0], 3)} · exp({fixed(reward[0], 2)} / {betas[row]:g})"
        result = (fixed(best.policy[0]), "bold $accent")
        lines.append(
            fitting(
                width,
                Content.assemble((sign(row), HERE), f" π*(y₁) = {tilt} / {fixed(best.Z)} = ", result),
                Content.assemble((sign(row), HERE), " π*(y₁) = ", result),
            )
        )
        return lines
