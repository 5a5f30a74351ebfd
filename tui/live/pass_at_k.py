"""pass@k: the chance of a right answer among k, from n samples of which c were right."""

from collections.abc import Iterator
from math import comb

from textual.content import Content

from engine.theory import pass_at_k
from tui.live.curve import Axis, Plot, legend
from tui.live.written import fixed, raised
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

ROWS = 8
POINTS = 60  # of a curve at most
COUNT = Track(1, 200, log=True, decimals=0)
RIGHT = Track(0, 200, step=1, fine=1, decimals=0)


class PassAtKBlock(LiveBlock):
    """The curve over k, and dashed the plug-in estimate 1 − (1 − c/n)ᵏ, which is too low on average."""

    title = "live.pass_at_k.title"
    hint = "live.pass_at_k.try"
    defaults = {"n": 10, "c": 3, "k": 2}

    def sliders(self) -> Iterator[Slider]:
        say = self.app.t
        yield Slider("n", f"n {say('live.pass_at_k.samples')}", float(self.arguments["n"]), COUNT)
        yield Slider("c", f"c {say('live.pass_at_k.right')}", float(self.arguments["c"]), RIGHT)
        yield Slider("k", f"k {say('live.pass_at_k.tries')}", float(self.arguments["k"]), COUNT)

    def moved(self, slider: Slider) -> None:
        """c and k cannot exceed n: whoever is moved decides, and the others make room."""
        n = self.slider("n")
        if slider is n:
            for name in ("c", "k"):
                self.slider(name).set(min(self.slider(name).value, n.value), tell=False)
        else:
            n.set(max(n.value, slider.value), tell=False)

    def picture(self, values: Values, width: int) -> list[Content]:
        n, c, k = (int(values[name]) for name in "nck")
        plot = Plot(width, ROWS, Axis(1, max(n, 2), label="k"), Axis(0, 1))
        tries = sorted({1 + round(place * (n - 1) / POINTS) for place in range(POINTS + 1)})
        plot.line([(each, 1 - (1 - c / n) ** each) for each in tries], 1)
        plot.line([(each, pass_at_k(n=n, c=c, k=each).pass_at_k) for each in tries], 0)
        plot.sign(k, pass_at_k(n=n, c=c, k=k).pass_at_k)
        return [legend(["pass@k", "1 − (1 − c/n)ᵏ"]), *plot.lines()]

    def lines(self, values: Values, width: int) -> list[Content]:
        n, c, k = (int(values[name]) for name in "nck")
        chance, say = pass_at_k(n=n, c=c, k=k).pass_at_k, self.app.t
        head = f"pass@{k} = {fixed(chance)}  "
        none, every = (fixed(float(ways), 0) for ways in (comb(n - c, k), comb(n, k)))
        result = (fixed(chance), "bold $accent")
        chosen = f"1 − C({n - c}, {k}) / C({n}, {k}) = "
        plug_in = 1 - (1 - c / n) ** k
        return [
            Content.assemble(head, bar(chance, max(4, width - len(head)))),
            fitting(
                width,
                Content.assemble(f"1 − C(n−c, k) / C(n, k) = {chosen}", f"1 − {none} / {every} = ", result),
                Content.assemble(chosen, f"1 − {none} / {every} = ", result),
                Content.assemble(f"1 − {none} / {every} = ", result),
            ),
            Content(f"1 − (1 − c/n)ᵏ = 1 − {fixed(1 - c / n, 3)}{raised(k)} = {fixed(plug_in)}"),
            Content.styled(say("live.pass_at_k.too_low", difference=fixed(chance - plug_in)), "$secondary"),
        ]  # fmt: skip
