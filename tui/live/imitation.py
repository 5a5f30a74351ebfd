"""Imitation: the loss of a model on the answers people write, and the floor under every imitator."""

import math
from collections.abc import Iterator

from textual.content import Content

from engine.theory import imitation
from tui.live.curve import Axis, Plot
from tui.live.shares import Shares
from tui.live.written import answer, fixed
from tui.widgets.bars import marked
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider

ROWS = 7
NEAR = 0.00005
"""A divergence that is printed as 0.0000."""


class ImitationBlock(LiveBlock):
    """The loss against π(y₁): ● where the model is, ┈ the entropy of the people, ┊ at their own share of y₁."""

    title = "live.imitation.title"
    hint = "live.imitation.try"
    defaults = {"people": (0.6, 0.4), "model": (0.5, 0.5)}

    def sliders(self) -> Iterator[Slider]:
        self.people = Shares("people", "p", self.arguments["people"])
        self.model = Shares("model", "π", self.arguments["model"])
        yield from self.people.sliders()
        yield from self.model.sliders()

    def moved(self, slider: Slider) -> None:
        self.people.make_room(self, slider)
        self.model.make_room(self, slider)

    def picture(self, values: Values, width: int) -> list[Content]:
        people, model = self.people.of(values), self.model.of(values)
        result = imitation(people=people, model=model)
        plot = Plot(width, ROWS, Axis(0, 1, label="π(y₁)"), Axis(0, math.log(len(people)) + 1.3))
        plot.guide(people[0])
        plot.level(result.entropy)
        plot.line([(percent / 100, loss) for percent, loss in enumerate(result.curve, start=1)])
        plot.sign(model[0], result.cross_entropy)
        return plot.lines()

    def lines(self, values: Values, width: int) -> list[Content]:
        people, model = self.people.of(values), self.model.of(values)
        result, say = imitation(people=people, model=model), self.app.t
        lines = [Content.styled(say("live.imitation.header"), "$secondary")]
        for number, (share, imitated) in enumerate(zip(people, model, strict=True)):
            head = f"{answer(number)}  p {fixed(share, 3)}  π {fixed(imitated, 3)}  "
            lines.append(Content.assemble(head, marked(imitated, max(4, width - len(head)), share)))
        loss = (fixed(result.cross_entropy), "bold $accent")
        terms = " + ".join(
            f"{fixed(share, 3)} · {fixed(-math.log(imitated), 3)}"
            for share, imitated in zip(people, model, strict=True)
        )
        name = say("live.loss")
        lines.append(
            fitting(
                width,
                Content.assemble(f"{name} = −Σ p log π = {terms} = ", loss),
                Content.assemble(f"{name} = −Σ p log π = ", loss),
            )
        )
        parts = f"{fixed(result.entropy)} + {fixed(result.kl)}"
        lines.append(
            fitting(
                width,
                Content(f"{' ' * len(name)} = H(p) + KL(p‖π) = {parts} {say('live.nats')}"),
                Content(f"= H(p) + KL(p‖π) = {parts}"),
            )
        )
        if result.kl < NEAR:
            lines.append(Content.styled(say("live.imitation.floor"), "$success"))
        else:
            lines.append(Content.styled(say("live.imitation.above", distance=fixed(result.kl)), "$secondary"))
        return lines
