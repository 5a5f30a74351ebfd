"""Group advantages: the rewards of one prompt's answers, as RLOO and as GRPO see them."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import group_advantages
from tui.live.written import fixed, term
from tui.widgets.bars import balance
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.number_field import NumberField
from tui.widgets.slider import Slider, Track

TIMES = Track(0.1, 10, log=True)
PLUS = Track(-5, 5, step=0.5, fine=0.1)


class GroupAdvantagesBlock(LiveBlock):
    """The rewards are typed; two sliders stretch and shift them all, to show what each method does not see."""

    title = "live.group_advantages.title"
    hint = "live.group_advantages.try"
    defaults = {"rewards": (1.0, 0.0, 0.0, 1.0)}

    def sliders(self) -> Iterator[Slider]:
        yield Slider("times", self.app.t("live.group_advantages.times"), 1.0, TIMES)
        yield Slider("plus", self.app.t("live.group_advantages.plus"), 0.0, PLUS)

    def fields(self) -> Iterator[NumberField]:
        yield NumberField("rewards", "R", self.arguments["rewards"])

    def lines(self, values: Values, width: int) -> list[Content]:
        say = self.app.t
        rewards = [round(values["times"] * reward + values["plus"], 9) for reward in self.field("rewards").numbers]
        result = group_advantages(rewards)
        half = max(5, (width - 30) // 2)
        reach = max(map(abs, (*result.rloo, *result.grpo)))
        lines = [Content.styled(f" i{'R':>7}{'RLOO':>9}{'':{half + 2}}{'GRPO':>9}", "$secondary")]
        for number, reward in enumerate(rewards):
            lines.append(
                Content.assemble(
                    f"{number + 1:>2}{fixed(reward, 2):>7}",
                    (f"{fixed(result.rloo[number]):>9} ", "bold"), balance(result.rloo[number], reach, half), " ",
                    (f"{fixed(result.grpo[number]):>9} ", "bold"), balance(result.grpo[number], reach, half),
                )
            )  # fmt: skip
        others = " + ".join(term(reward) for reward in rewards[1:])
        rloo, grpo = (fixed(result.rloo[0]), "bold $accent"), (fixed(result.grpo[0]), "bold $accent")
        first, mean = fixed(rewards[0], 2), term(result.mean, 4)
        name = f"RLOO: A₁ = {first} − "
        lines.append(
            fitting(
                width,
                Content.assemble(f"{name}({others}) / {len(rewards) - 1} = ", rloo),
                Content.assemble(f"{name}{term((sum(rewards) - rewards[0]) / (len(rewards) - 1), 4)} = ", rloo),
            )
        )
        lines.append(
            Content.assemble(f"GRPO: A₁ = ({first} − {mean}) / {fixed(result.std)} = ", grpo)
            if result.std
            else Content.assemble("GRPO: std = 0, A₁ = ", grpo)
        )
        spread = say("live.group_advantages.spread", mean=fixed(result.mean), std=fixed(result.std))
        nothing = Content.styled(say("live.group_advantages.nothing"), "bold $warning")
        return [*lines, Content.styled(spread, "$success") if result.std else nothing]
