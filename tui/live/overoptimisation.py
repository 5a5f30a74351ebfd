"""Over-optimisation: what more distance buys in gold reward, by best-of-N and by RL, and where it turns against you."""

import math
from collections.abc import Iterator

from textual.content import Content

from engine.theory import overoptimisation, overoptimisation_curve
from engine.theory.divergence import Overoptimisation
from tui.live.curve import Axis, Plot, legend
from tui.live.written import fixed
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.selector import Selector
from tui.widgets.slider import Slider, Track

FORMS = ("bon", "rl")
ROWS = 7
COEFFICIENT = Track(0, 4, step=0.1, fine=0.01)
FALL = Track(0.05, 2, step=0.05, fine=0.01)


class OveroptimisationBlock(LiveBlock):
    """Both forms against d = √KL, ● where you are on each, ▲ at its peak; the chosen form is worked out below."""

    title = "live.overoptimisation.title"
    hint = "live.overoptimisation.try"
    defaults = {"alpha": 1.5, "beta": 0.75, "kl": 0.5, "form": "bon"}

    def sliders(self) -> Iterator[Slider]:
        arguments, say = self.arguments, self.app.t
        yield Slider("kl", "KL", float(arguments["kl"]), Track(0, self.furthest**2, step=0.5, fine=0.1))
        words = [say(f"live.overoptimisation.{form}") for form in FORMS]
        yield Selector("form", say("live.overoptimisation.form"), words, FORMS.index(arguments["form"]))
        yield Slider("alpha", "α", float(arguments["alpha"]), COEFFICIENT)
        yield Slider("beta", "β", float(arguments["beta"]), FALL)

    @property
    def furthest(self) -> float:
        """The right end of the plot, in d: beyond where the block opens, and to the peak of RL if that is not far."""
        alpha, beta, kl = (float(self.arguments[name]) for name in ("alpha", "beta", "kl"))
        back_at_0 = max(alpha / beta, 1.0)
        peak = overoptimisation(alpha, beta, kl, "rl").peak_d or 0.0
        return math.ceil(1.2 * max(back_at_0, math.sqrt(kl), min(peak, 2 * back_at_0)))

    def result(self, values: Values, form: str, kl: float | None = None) -> Overoptimisation:
        return overoptimisation(values["alpha"], values["beta"], values["kl"] if kl is None else kl, form)

    def picture(self, values: Values, width: int) -> list[Content]:
        tops = [self.result(values, form, min(self.furthest**2, peak)).reward
                for form in FORMS if (peak := self.peak(values, form)) is not None]  # fmt: skip
        high = max(*tops, 0.5)
        plot = Plot(width, ROWS, Axis(0, self.furthest, label="d = √KL"), Axis(-0.4 * high, 1.15 * high))
        plot.level(0)
        for style, form in enumerate(FORMS):
            curve = overoptimisation_curve(values["alpha"], values["beta"], self.furthest**2, form, 2 * plot.columns)
            plot.line(((math.sqrt(kl), reward) for kl, reward in zip(curve.kl, curve.reward, strict=True)), style)
        for form in FORMS:
            here = self.result(values, form)
            if here.peak_d is not None and here.peak_d <= self.furthest and here.peak_kl is not None:
                plot.sign(here.peak_d, self.result(values, form, here.peak_kl).reward, "▲", "bold $success")
        chosen = FORMS[round(values["form"])]
        for form in sorted(FORMS, key=lambda form: form == chosen):
            here = self.result(values, form)
            plot.sign(here.d, here.reward, "●" if form == chosen else "○")
        return [legend([self.app.t(f"live.overoptimisation.{form}") for form in FORMS]), *plot.lines()]

    def peak(self, values: Values, form: str) -> float | None:
        return self.result(values, form).peak_kl

    def lines(self, values: Values, width: int) -> list[Content]:
        say, form = self.app.t, FORMS[round(values["form"])]
        here = self.result(values, form)
        alpha, beta, d = fixed(values["alpha"], 2), fixed(values["beta"], 2), fixed(here.d, 3)
        inner = f"{alpha} − {beta} · {d}" if form == "bon" else f"{alpha} − {beta} · log {d}"
        if here.d == 0:
            inner = alpha
        name = "R_BoN" if form == "bon" else "R_RL"
        reward = (fixed(here.reward), "bold $accent")
        lines = [
            fitting(
                width,
                Content.assemble(f"d = √{fixed(values['kl'], 2)} = {d}   {name} = d · ({inner}) = ", reward),
                Content.assemble(f"{name} = {d} · ({inner}) = ", reward),
            )
        ]
        for each in FORMS:
            result = self.result(values, each)
            top = self.result(values, each, result.peak_kl).reward if result.peak_kl is not None else None
            formula = "α/(2β)" if each == "bon" else "exp(α/β − 1)"
            word = say(f"live.overoptimisation.{each}")
            peak = f"▲ d = {formula} = {fixed(result.peak_d, 3)}"
            lines.append(
                fitting(
                    width,
                    Content(f"{word}: R = {fixed(result.reward)}   {peak}, KL = {fixed(result.peak_kl, 2)}, "
                            f"R = {fixed(top)}"),
                    Content(f"{word}: {peak}, KL = {fixed(result.peak_kl, 2)}"),
                    Content(f"{word}: {peak}"),
                )
            )  # fmt: skip
        past = here.peak_d is not None and here.d > here.peak_d
        lines.append(
            Content.styled(say("live.overoptimisation.past"), "bold $warning")
            if past
            else Content.styled(say("live.overoptimisation.before"), "$success")
        )
        return lines
