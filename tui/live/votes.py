"""A majority of votes: how often it is right, and where correlated votes stop helping."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import votes
from tui.live.curve import Axis, Plot, legend
from tui.live.written import fixed
from tui.widgets.bars import marked
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

SHARE = Track(0, 1, step=0.05, fine=0.01)
MOST = 101
COUNT = Track(1, MOST, step=2, fine=1, decimals=0)
ROWS = 8


class VotesBlock(LiveBlock):
    """The curve for the correlation of the slider, and dashed the one for independent votes."""

    title = "live.votes.title"
    hint = "live.votes.try"
    defaults = {"accuracy": 0.6, "votes": 5, "correlation": 0.0}

    def sliders(self) -> Iterator[Slider]:
        say = self.app.t
        yield Slider("accuracy", f"p {say('live.votes.accuracy')}", float(self.arguments["accuracy"]), SHARE)
        yield Slider("votes", f"n {say('live.votes.votes')}", float(self.arguments["votes"]), COUNT)
        yield Slider("correlation", f"ρ {say('live.votes.correlation')}", float(self.arguments["correlation"]), SHARE)

    def picture(self, values: Values, width: int) -> list[Content]:
        accuracy, correlation, count = values["accuracy"], values["correlation"], int(values["votes"])
        plot = Plot(width, ROWS, Axis(1, MOST, label="n"), Axis(0, 1))
        plot.level(0.5)
        for style, together in ((1, 0.0), (0, correlation)):
            curve = votes(accuracy=accuracy, votes=MOST, correlation=together).curve
            plot.line([(number, curve[number - 1]) for number in range(1, MOST + 1, 2)], style)
        here = votes(accuracy=accuracy, votes=count, correlation=correlation)
        plot.sign(count, here.majority)
        names = [f"ρ = {fixed(correlation, 2)}", "ρ = 0"]
        return [legend(names if correlation else names[:1]), *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        accuracy, correlation, count = values["accuracy"], values["correlation"], int(values["votes"])
        result = votes(accuracy=accuracy, votes=count, correlation=correlation)
        alone, say = votes(accuracy=accuracy, votes=count, correlation=0).majority, self.app.t
        rows = (("one", accuracy), ("majority", result.majority), ("limit", result.limit))
        names = [say(f"live.votes.{name}", count=count) for name, _ in rows]
        widest = max(map(len, names))
        lines = []
        for name, (_, share) in zip(names, rows, strict=True):
            numbers = f"{name.ljust(widest)}  {fixed(share)}  "
            lines.append(Content.assemble(numbers, marked(share, max(4, width - len(numbers)), 0.5)))
        right = (fixed(result.majority), "bold $accent")
        mixed = f"{fixed(correlation, 2)} · {fixed(accuracy, 2)} + {fixed(1 - correlation, 2)} · {fixed(alone)} = "
        lines.append(
            fitting(
                width,
                Content.assemble(f"ρ p + (1 − ρ) Σ C(n,k) pᵏ (1−p)ⁿ⁻ᵏ = {mixed}", right),
                Content.assemble(f"ρ p + (1 − ρ) M = {mixed}", right),
                Content.assemble(mixed, right),
            )
        )
        side = "helps" if accuracy > 0.5 else "hurts" if accuracy < 0.5 else "neither"
        if correlation == 1:
            side = "copies"
        style = {"helps": "$success", "hurts": "bold $error"}.get(side, "$secondary")
        lines.append(Content.styled(say(f"live.votes.{side}"), style))
        return lines
