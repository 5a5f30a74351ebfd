"""What an accuracy means on labels that disagree with themselves: the ceiling, and what the model is worth below it."""

from collections.abc import Iterator
from math import sqrt

from textual.content import Content

from engine.theory import noise_ceiling
from tui.live.curve import Axis, Plot, legend
from tui.live.written import fixed
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

ROWS = 7
AGREEMENT = Axis(0.5, 1, label="s")
ACCURACY = Axis(0.5, 1)
TRACK = Track(0.5, 1, step=0.05, fine=0.01)


class NoiseCeilingBlock(LiveBlock):
    """The ceiling against the agreement of labels drawn twice, that agreement itself dashed, and ● the model."""

    title = "live.noise_ceiling.title"
    hint = "live.noise_ceiling.try"
    defaults = {"self_agreement": 0.85, "model_accuracy": 0.8}

    def sliders(self) -> Iterator[Slider]:
        for name, sign in (("self_agreement", "s"), ("model_accuracy", "m")):
            label = f"{sign} {self.app.t(f'live.noise_ceiling.{name}')}"
            yield Slider(name, label, float(self.arguments[name]), TRACK)

    def picture(self, values: Values, width: int) -> list[Content]:
        agreement, accuracy, say = values["self_agreement"], values["model_accuracy"], self.app.t
        plot = Plot(width, ROWS, AGREEMENT, ACCURACY)
        plot.guide(agreement)
        plot.line([(share, share) for share in (0.5, 1)], 1)
        plot.function(lambda share: noise_ceiling(min(1.0, share), accuracy).ceiling)
        plot.sign(agreement, noise_ceiling(agreement, accuracy).ceiling, "▲", "bold $success")
        plot.sign(agreement, accuracy)
        names = (say("live.noise_ceiling.ceiling"), say("live.noise_ceiling.another_label"))
        return [legend(names), *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        agreement, accuracy, say = values["self_agreement"], values["model_accuracy"], self.app.t
        result = noise_ceiling(agreement, accuracy)
        edge = fixed(sqrt(2 * agreement - 1))
        head = say("live.noise_ceiling.true_accuracy")
        if result.true_accuracy is None:
            last, verdict, style = Content(f"{head} = –"), "coin", "bold $error"
        else:
            quotient = f"½ + ({fixed(accuracy, 2)} − ½) / {edge} = "
            number = (fixed(result.true_accuracy), "bold $accent")
            last = fitting(
                width, Content.assemble(f"{head} = {quotient}", number), Content.assemble(f"{head} = ", number)
            )
            too_good = accuracy > result.ceiling + 1e-9
            verdict, style = ("above", "bold $error") if too_good else ("below", "bold $success")
        return [
            Content(f"1 − 2e = √(2s − 1) = {edge}   e = {fixed(result.label_error)}"),
            Content.assemble(
                ("▲ ", "bold $success"), f"{say('live.noise_ceiling.ceiling')} = 1 − e = ",
                (fixed(result.ceiling), "bold $success"),
            ),
            last,
            Content.styled(say(f"live.noise_ceiling.{verdict}"), style),
        ]  # fmt: skip
