"""The reward that a policy implies: β times its log-ratio to the reference."""

from textual.content import Content

from engine.theory import bradley_terry
from tui.live.pair import PairBlock
from tui.live.written import fixed, term
from tui.widgets.bars import bar
from tui.widgets.live_block import Values
from tui.widgets.slider import Track


class ImplicitRewardBlock(PairBlock):
    """Opens at the optimal policy of the closed form, whose reward comes back up to a shift."""

    title = "live.implicit_reward.title"
    hint = "live.implicit_reward.try"
    defaults = {
        "policy_chosen": -0.0864,
        "policy_rejected": -2.4918,
        "ref_chosen": -0.5108,
        "ref_rejected": -0.9163,
        "beta": 0.5,
    }
    track = Track(-6, 0, step=0.1, fine=0.01, decimals=4)

    def lines(self, values: Values, width: int) -> list[Content]:
        result = self.result(values)
        preferred = bradley_terry(chosen=result.reward_chosen, rejected=result.reward_rejected).probability
        difference = f"{fixed(result.reward_chosen)} − {term(result.reward_rejected, 4)}"
        head = f"P(y_w ≻ y_l) = σ({fixed(result.margin)}) = {fixed(preferred)}  "
        return [
            *self.rewards(values),
            Content.assemble(f"r̂_w − r̂_l = {difference} = ", (fixed(result.margin), "bold $accent")),
            Content.assemble(head, bar(preferred, max(4, width - len(head)))),
        ]
