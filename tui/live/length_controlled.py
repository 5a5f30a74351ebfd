"""A win rate at equal length: a curve through the comparisons won when longer and when shorter, read off in between."""

from collections.abc import Iterator
from math import log

from textual.content import Content

from engine.theory import length_controlled
from engine.theory.instruments import LengthControlled
from engine.theory.numbers import sigmoid
from tui.live.curve import Axis, Plot
from tui.live.written import fixed, term
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

ROWS = 7
DIFFERENCE = Axis(-1.6, 1.6, count=0)
RATE = Axis(0, 1)
WON = Track(0.05, 0.95, step=0.05, fine=0.01)
SHARE = Track(0, 1, step=0.05, fine=0.01)


class LengthControlledBlock(LiveBlock):
    """The fitted curve, ▲ what was measured on either side, ■ the raw rate, ● the rate at equal length."""

    title = "live.length_controlled.title"
    hint = "live.length_controlled.try"
    defaults = {"win_if_longer": 0.65, "win_if_shorter": 0.3, "longer_share": 0.9}

    def sliders(self) -> Iterator[Slider]:
        for name, sign, track in (
            ("win_if_longer", "p₊", WON), ("win_if_shorter", "p₋", WON), ("longer_share", "q", SHARE),
        ):  # fmt: skip
            label = f"{sign} {self.app.t(f'live.length_controlled.{name}')}"
            yield Slider(name, label, float(self.arguments[name]), track)

    def result(self, values: Values) -> LengthControlled:
        return length_controlled(values["win_if_longer"], values["win_if_shorter"], values["longer_share"])

    def picture(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        plot = Plot(width, ROWS, DIFFERENCE, RATE)
        for place, name in ((-1, "shorter"), (0, "equal"), (1, "longer")):
            plot.guide(place, under=say(f"live.length_controlled.{name}"))
        plot.level(0.5)
        plot.function(lambda difference: sigmoid(result.strength + result.length_effect * difference))
        plot.sign(-1, values["win_if_shorter"], "▲", "$success")
        plot.sign(1, values["win_if_longer"], "▲", "$success")
        plot.sign(2 * values["longer_share"] - 1, result.raw, "■", "$warning")
        plot.sign(0, result.controlled)
        return plot.lines()

    def lines(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        longer, shorter, share = (values[name] for name in ("win_if_longer", "win_if_shorter", "longer_share"))
        odds = {name: log(rate / (1 - rate)) for name, rate in (("longer", longer), ("shorter", shorter))}
        parts = f"({fixed(odds['longer'], 3)} {{}} {term(odds['shorter'], 3)}) / 2 = "
        mixed = f"q p₊ + (1 − q) p₋ = {fixed(share, 2)} · {fixed(longer, 2)} + {fixed(1 - share, 2)} · "

        def half(sign: str, operator: str, value: float) -> Content:
            worked_out = f"{parts.format(operator)}{fixed(value)}"
            return fitting(
                width,
                Content(f"  {sign} = (logit p₊ {operator} logit p₋) / 2 = {worked_out}"),
                Content(f"  {sign} = {worked_out}"),
            )

        return [
            fitting(
                width,
                Content.assemble(
                    ("■ ", "$warning"), f"{say('live.length_controlled.raw')} = {mixed}{fixed(shorter, 2)} = ",
                    (fixed(result.raw), "bold $warning"),
                ),
                Content.assemble(
                    ("■ ", "$warning"), f"{say('live.length_controlled.raw')} = ", (fixed(result.raw), "bold $warning")
                ),
            ),
            half("θ", "+", result.strength),
            half("φ", "−", result.length_effect),
            Content.assemble(
                ("● ", "bold $accent"), f"{say('live.length_controlled.controlled')} = σ(θ) = ",
                (fixed(result.controlled), "bold $accent"),
            ),
            Content.styled(*self.verdict(result)),
        ]  # fmt: skip

    def verdict(self, result: LengthControlled) -> tuple[str, str]:
        """Whether both rates name the same winner."""
        raw, controlled = (round(rate - 0.5, 9) for rate in (result.raw, result.controlled))
        if raw * controlled < 0:
            return self.app.t("live.length_controlled.turned"), "bold $error"
        if raw == 0 or controlled == 0:
            return self.app.t("live.length_controlled.even"), "$secondary"
        bought = abs(raw) > abs(controlled)
        name, style = ("inflated", "bold $warning") if bought else ("stands", "bold $success")
        return self.app.t(f"live.length_controlled.{name}"), style
