"""Bradley-Terry: from two rewards to the probability that one answer is preferred."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import bradley_terry
from tui.live.written import fixed, term
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

REWARD = Track(-5, 5, step=0.25, fine=0.05)


class BradleyTerryBlock(LiveBlock):
    """A third slider lifts both rewards at once: nothing below it moves."""

    title = "live.bradley_terry.title"
    hint = "live.bradley_terry.try"
    defaults = {"chosen": 1.0, "rejected": 0.0}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("chosen", "r(y_w)", float(self.arguments["chosen"]), REWARD)
        yield Slider("rejected", "r(y_l)", float(self.arguments["rejected"]), REWARD)
        yield Slider("shift", self.app.t("live.bradley_terry.shift"), 0.0, REWARD)

    def lines(self, values: Values, width: int) -> list[Content]:
        chosen, rejected = values["chosen"] + values["shift"], values["rejected"] + values["shift"]
        result = bradley_terry(chosen=chosen, rejected=rejected)
        difference = fixed(chosen - rejected, 2)
        head = f"P(y_w ≻ y_l)  {fixed(result.probability)}  "
        people = self.app.t("live.bradley_terry.people", count=round(100 * result.probability))
        return [
            Content.assemble(head, bar(result.probability, max(4, width - len(head)))),
            Content.assemble(
                f"P = σ({fixed(chosen, 2)} − {term(rejected)}) = σ({difference}) = ",
                (fixed(result.probability), "bold $accent"),
            ),
            Content.assemble(
                f"{self.app.t('live.loss')} = −log σ({difference}) = ", (fixed(result.loss), "bold $accent")
            ),
            Content.styled(people, "$secondary"),
        ]
