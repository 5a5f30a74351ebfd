"""The loss of a reward model on one pair: how hard it pulls at a gap, and where margins and smoothing move its rest."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import reward_loss
from tui.live.curve import Axis, Plot
from tui.live.written import fixed, term
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

ROWS = 7
GAP = Axis(-4, 8, label="Δ")
LOSS = Axis(0, 4)


class RewardLossBlock(LiveBlock):
    """The loss against the gap Δ, ● where you are, ▲ where it is least, and the margin as an upright line."""

    title = "live.reward_loss.title"
    hint = "live.reward_loss.try"
    defaults = {"gap": 1.0, "margin": 0.0, "label_smoothing": 0.0}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("gap", "Δ", float(self.arguments["gap"]), Track(GAP.low, GAP.high, step=0.25, fine=0.05))
        yield Slider("margin", "m", float(self.arguments["margin"]), Track(0, 3, step=0.25, fine=0.05))
        smoothing = float(self.arguments["label_smoothing"])
        yield Slider("label_smoothing", "ε", smoothing, Track(0, 0.5, step=0.05, fine=0.01))

    def picture(self, values: Values, width: int) -> list[Content]:
        knobs = values["margin"], values["label_smoothing"]
        here = reward_loss(values["gap"], *knobs)
        plot = Plot(width, ROWS, GAP, LOSS)
        if values["margin"]:
            plot.guide(values["margin"], under="m")
        plot.function(lambda gap: reward_loss(gap, *knobs).loss)
        if here.best_gap is not None and here.best_gap <= GAP.high:
            plot.sign(here.best_gap, reward_loss(here.best_gap, *knobs).loss, "▲", "bold $success")
        plot.sign(values["gap"], here.loss)
        return plot.lines()

    def lines(self, values: Values, width: int) -> list[Content]:
        gap, margin, smoothing = values["gap"], values["margin"], values["label_smoothing"]
        here, say = reward_loss(gap, margin, smoothing), self.app.t
        difference = f"{fixed(gap, 2)} − {term(margin)}"
        weight, flipped = fixed(1 - smoothing, 2), fixed(smoothing, 2)
        as_labelled = reward_loss(gap, margin).loss
        as_flipped = as_labelled + gap - margin  # −log σ(−z) = −log σ(z) + z
        if here.best_gap is None:
            rest = Content.styled(say("live.reward_loss.never"), "$secondary")
        else:
            odds = f"{fixed(margin, 2)} + log({weight}/{flipped}) = {fixed(here.best_gap)}"
            rest = Content.styled(f"▲ {say('live.reward_loss.rest')} Δ = {odds}", "$success")
        return [
            Content(f"P = σ(Δ − m) = σ({difference}) = {fixed(here.probability)}"),
            Content.assemble(
                f"{say('live.loss')} = {weight} · {fixed(as_labelled)} + {flipped} · {fixed(as_flipped)} = ",
                (fixed(here.loss), "bold $accent"),
            ),
            Content.assemble(
                f"{say('live.reward_loss.pull')} = {weight} − {fixed(here.probability)} = ",
                (fixed(here.pull), "bold $accent"),
            ),
            rest,
        ]
