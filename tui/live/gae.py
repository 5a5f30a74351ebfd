"""Generalised advantages: one table from the one-step error (λ = 0) to the whole return (λ = 1)."""

from collections.abc import Iterator, Sequence

from textual.content import Content

from engine.theory import gae
from tui.live.written import fixed, term
from tui.widgets.bars import balance
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.number_field import NumberField
from tui.widgets.slider import Slider, Track

SHARE = Track(0, 1, step=0.05, fine=0.01)
COLUMN = 7


class GAEBlock(LiveBlock):
    """Rewards and values are typed, one number a step; the column of A moves between those of its two limits."""

    title = "live.gae.title"
    hint = "live.gae.try"
    defaults = {"rewards": (0.0, 0.0, 0.0, 1.0), "values": (0.5, 0.6, 0.4, 0.7), "gamma": 1.0, "lam": 0.95}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("lam", "λ", float(self.arguments["lam"]), SHARE)
        yield Slider("gamma", "γ", float(self.arguments["gamma"]), SHARE)

    def fields(self) -> Iterator[NumberField]:
        yield NumberField("rewards", "r", self.arguments["rewards"])
        yield NumberField("values", "V", self.arguments["values"])

    def lines(self, values: Values, width: int) -> list[Content]:
        gamma, lam, say = values["gamma"], values["lam"], self.app.t
        reward, value = self.field("rewards").numbers, self.field("values").numbers
        now, one_step, whole = (gae(reward, value, gamma, each) for each in (lam, 0.0, 1.0))
        reach = max(map(abs, (*now.advantages, *one_step.advantages, *whole.advantages)))
        names = ("r", "V", "δ", "A", "G − V")
        lines = [Content.styled(" t" + "".join(f"{name:>{COLUMN}}" for name in names), "$secondary")]
        for step, advantage in enumerate(now.advantages):
            start = [fixed(reward[step], 2), fixed(value[step], 2), fixed(one_step.advantages[step], 3)]
            head = f"{step + 1:>2}" + "".join(f"{number:>{COLUMN}}" for number in start)
            tail = f"{fixed(whole.advantages[step], 3):>{COLUMN}}  "
            room = max(3, width - len(head) - COLUMN - len(tail))
            here = (f"{fixed(advantage, 3):>{COLUMN}}", "bold $accent")
            lines.append(Content.assemble(head, here, tail, balance(advantage, reach, room)))
        delta, monte_carlo = one_step.advantages[0], whole.advantages[0]
        return [
            *lines,
            self.sum(one_step.advantages, gamma * lam, now.advantages[0], width),
            fitting(
                width,
                Content(
                    f"λ = 0: A₁ = δ₁ = {fixed(delta)} ({say('live.gae.one_step')})   "
                    f"λ = 1: A₁ = G₁ − V₁ = {fixed(monte_carlo)} (Monte Carlo)"
                ),
                Content(f"λ = 0: A₁ = δ₁ = {fixed(delta)}   λ = 1: A₁ = G₁ − V₁ = {fixed(monte_carlo)}"),
                Content(f"λ=0: δ₁ = {fixed(delta)}   λ=1: G₁ − V₁ = {fixed(monte_carlo)}"),
            ),
        ]

    def sum(self, deltas: Sequence[float], decay: float, advantage: float, width: int) -> Content:
        """A₁ = δ₁ + γλ δ₂ + (γλ)² δ₃ + …, with as many terms as fit."""
        result = (fixed(advantage), "bold $accent")
        terms = [fixed(deltas[0], 3)]
        terms += [f"{fixed(decay**step, 3)} · {term(delta, 3)}" for step, delta in enumerate(deltas[1:], start=1)]
        written = "A₁ = Σ (γλ)ᵏ δ₁₊ₖ = "
        variants = [Content.assemble(written, " + ".join(terms), " = ", result)]
        for count in range(min(len(terms), 6) - 1, 0, -1):
            variants.append(Content.assemble("A₁ = ", " + ".join(terms[:count]), " + ⋯ = ", result))
        return fitting(width, *variants)
