"""A ranking of K answers is K(K−1)/2 pairs: each with its own probability and loss, and their mean."""

from collections.abc import Iterator

from textual.content import Content

from engine.errors import Problem
from engine.theory import ranking_pairs
from tui.live.written import answer, fixed, term
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.number_field import NumberField
from tui.widgets.slider import Slider, Track

REWARD = Track(-5, 5, step=0.1, fine=0.05)


class RankingPairsBlock(LiveBlock):
    """The ranking is typed, best answer first; the rewards have sliders."""

    title = "live.ranking_pairs.title"
    hint = "live.ranking_pairs.try"
    defaults = {"ranking": (2, 1, 3), "rewards": (0.2, 1.1, -0.4)}

    def sliders(self) -> Iterator[Slider]:
        for number, reward in enumerate(self.arguments["rewards"]):
            yield Slider(f"reward{number}", f"r({answer(number)})", float(reward), REWARD)

    def fields(self) -> Iterator[NumberField]:
        yield NumberField("ranking", self.app.t("live.ranking_pairs.ranking"), self.arguments["ranking"])

    def ranking(self) -> list[int]:
        """The ranking as typed. Raises Problem if it does not rank exactly the answers that have rewards."""
        typed, count = self.field("ranking"), len(self.arguments["rewards"])
        if sorted(typed.numbers) != list(range(1, count + 1)):
            raise Problem(
                "theory.out_of_domain", name="ranking-pairs", argument=typed.label, value=" ".join(typed.items)[:40],
                need="ranking_of", count=count,
            )  # fmt: skip
        return [round(number) for number in typed.numbers]

    def lines(self, values: Values, width: int) -> list[Content]:
        rewards = [values[f"reward{number}"] for number in range(len(self.arguments["rewards"]))]
        result, say = ranking_pairs(self.ranking(), rewards), self.app.t
        lines = [Content.styled(f"{'':10}{'σ(r_w − r_l)':<19}{'P':>7}{'−log P':>9}", "$secondary")]
        for (better, worse), probability, loss in zip(result.pairs, result.probabilities, result.losses, strict=True):
            mark = ("✓ ", "$success") if probability > 0.5 else ("✗ ", "$error") if probability < 0.5 else ("= ", "")
            difference = f"σ({fixed(rewards[better - 1], 2)} − {term(rewards[worse - 1])})"
            pair = f"{answer(better - 1)} ≻ {answer(worse - 1)} {difference:<19}"
            numbers = f"{fixed(probability):>7}{fixed(loss):>9}  "
            room = max(2, width - len(pair) - len(numbers) - 2)
            lines.append(Content.assemble(mark, pair, numbers, bar(probability, room)))
        in_order = sum(probability > 0.5 for probability in result.probabilities)
        terms = " + ".join(fixed(loss, 3) for loss in result.losses)
        mean = (fixed(result.loss), "bold $accent")
        count, name = len(rewards), say("live.loss")
        return [
            *lines,
            fitting(
                width,
                Content.assemble(f"{name} = ({terms}) / {result.count} = ", mean),
                Content.assemble(f"{name} = Σ / {result.count} = ", mean),
            ),
            fitting(
                width,
                Content(
                    f"K(K−1)/2 = {count} · {count - 1} / 2 = {result.count}   "
                    + say("live.ranking_pairs.in_order", count=in_order, pairs=result.count)
                ),
                Content(say("live.ranking_pairs.in_order", count=in_order, pairs=result.count)),
            ),
        ]
