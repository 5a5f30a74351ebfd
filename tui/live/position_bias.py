"""A judge that favours the first place: what it says in each order, and what asking twice mends."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import position_bias
from tui.live.written import fixed, term
from tui.widgets.bars import marked
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

LOG_ODDS = Track(-4, 4, step=0.2, fine=0.05)


class PositionBiasBlock(LiveBlock):
    """Four bars against an even chance: A first, A second, the mean of both, and the judge without its habit."""

    title = "live.position_bias.title"
    hint = "live.position_bias.try"
    defaults = {"preference": 1.0, "bias": 0.8}

    def sliders(self) -> Iterator[Slider]:
        preference, bias = (self.app.t(f"live.position_bias.{name}") for name in ("preference", "bias"))
        yield Slider("preference", f"d  {preference}", float(self.arguments["preference"]), LOG_ODDS)
        yield Slider("bias", f"b  {bias}", float(self.arguments["bias"]), LOG_ODDS)

    def lines(self, values: Values, width: int) -> list[Content]:
        preference, bias = values["preference"], values["bias"]
        result, say = position_bias(preference=preference, bias=bias), self.app.t
        d, b = fixed(preference, 2), term(bias)
        rows = (
            ("first", f"σ({d} + {b})", result.first_order, "$primary"),
            ("second", f"σ({d} − {b})", result.second_order, "$primary"),
            ("averaged", "(P₁ + P₂) / 2", result.averaged, "$accent"),
            ("fair", f"σ({d})", result.fair, "$success"),
        )
        names = {name: say(f"live.position_bias.{name}") for name, *_ in rows}
        widest, longest = max(map(len, names.values())), max(len(sum_) for _, sum_, *_ in rows)
        lines = [Content.styled(say("live.position_bias.header"), "$secondary")]
        for name, formula, share, style in rows:
            numbers = f"{names[name].ljust(widest)}  {formula.ljust(longest)} = {fixed(share)}  "
            lines.append(Content.assemble(numbers, marked(share, max(4, width - len(numbers)), 0.5, style)))
        verdict, style = self.verdict(result.first_order, result.second_order)
        lines.append(Content.styled(say(f"live.position_bias.{verdict}"), style))
        lines.append(Content(say("live.position_bias.consistency", share=fixed(result.consistency))))
        return lines

    def verdict(self, first: float, second: float) -> tuple[str, str]:
        """What the more likely verdicts of both orders say together."""
        if first > 0.5 and second > 0.5:
            return "says_a", "$success"
        if first < 0.5 and second < 0.5:
            return "says_b", "$success"
        if first == 0.5 or second == 0.5:
            return "undecided", "$secondary"
        return "says_place", "bold $warning"
