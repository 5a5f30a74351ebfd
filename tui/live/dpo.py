"""DPO on one pair: loss, implicit rewards, and how strongly the pair still pulls."""

from collections.abc import Iterator

from textual.content import Content

from tui.live.pair import PairBlock
from tui.live.written import fixed
from tui.widgets.bars import bar
from tui.widgets.live_block import Values, fitting
from tui.widgets.slider import Slider, Track

BOTH = Track(-20, 0, step=1, fine=0.1)


class DPOBlock(PairBlock):
    """A sixth slider moves both answers of the policy at once: likelihood falls and the loss does not mind."""

    title = "live.dpo.title"
    hint = "live.dpo.try"

    def sliders(self) -> Iterator[Slider]:
        yield from super().sliders()
        yield Slider("both", self.app.t("live.dpo.both"), 0.0, BOTH)

    def terms(self, values: Values) -> dict[str, float]:
        terms = super().terms(values)
        for name in ("policy_chosen", "policy_rejected"):
            terms[name] += values["both"]
        return terms

    def lines(self, values: Values, width: int) -> list[Content]:
        result, say = self.result(values), self.app.t
        margin = Content.assemble(f"{say('live.dpo.margin')} = ", (fixed(result.margin), "bold"))
        loss, value = say("live.loss"), (fixed(result.loss), "bold $accent")
        head = f"{say('live.dpo.weight')} = σ({fixed(-result.margin)}) = {fixed(result.gradient_weight)}  "
        return [
            *self.rewards(values),
            fitting(
                width,
                Content.assemble(margin, f"   {loss} = −log σ({fixed(result.margin)}) = ", value),
                Content.assemble(margin, f"   {loss} = ", value),
            ),
            Content.assemble(head, bar(result.gradient_weight, max(4, width - len(head)))),
        ]
