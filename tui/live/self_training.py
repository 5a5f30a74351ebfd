"""A model fed on its own samples: how the kinds of answers fare, generation after generation."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from math import log

from textual.content import Content

from engine.theory.synthetic import generations_of, summary
from tui.live.written import answer, fixed
from tui.widgets.bars import bar
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

SAMPLES = Track(2, 200, log=True, decimals=0)
GENERATIONS = Track(5, 50, step=5, fine=1, decimals=0)
SHARE = Track(0, 1, step=0.05, fine=0.01)
SEED = Track(0, 99, step=1, fine=1, decimals=0)
ROWS = 8
KINDS = (
    ("█", "$primary"), ("▓", "$accent"), ("▒", "$success"), ("░", "$error"), ("▚", "$secondary"), ("▞", "$foreground"),
)  # fmt: skip


@lru_cache(maxsize=4)
def history_of(
    policy: tuple[float, ...], samples: int, generations: int, real_share: float, seed: int
) -> tuple[tuple[float, ...], ...]:
    """Drawn once for picture and lines."""
    return tuple(generations_of(policy, samples, generations, real_share, seed))


class SelfTrainingBlock(LiveBlock):
    """Each column is a generation, divided among the kinds; below, what is left of the entropy."""

    title = "live.self_training.title"
    hint = "live.self_training.try"
    defaults = {"policy": (0.4, 0.3, 0.2, 0.1), "samples": 50, "generations": 20, "real_share": 0.0, "seed": 0}

    def sliders(self) -> Iterator[Slider]:
        tracks = {"samples": SAMPLES, "generations": GENERATIONS, "real_share": SHARE, "seed": SEED}
        for name, track in tracks.items():
            yield Slider(name, self.app.t(f"live.self_training.{name}"), float(self.arguments[name]), track)

    def history(self, values: Values) -> tuple[tuple[float, ...], ...]:
        policy = tuple(float(share) for share in self.arguments["policy"])
        return history_of(
            policy, int(values["samples"]), int(values["generations"]), values["real_share"], int(values["seed"])
        )

    def picture(self, values: Values, width: int) -> list[Content]:
        """Shares stacked from the top, one or more columns a generation, each kind with a sign of its own."""
        history = self.history(values)
        shown = [column * len(history) // width for column in range(width)]
        rows = []
        for row in range(ROWS):
            kinds = [kind_at(policy, (row + 0.5) / ROWS) % len(KINDS) for policy in history]
            runs = ((KINDS[kind], len(list(run))) for kind, run in groupby(kinds[place] for place in shown))
            rows.append(Content.assemble(*((sign * cells, style) for (sign, style), cells in runs)))
        signs = [KINDS[kind % len(KINDS)] for kind in range(len(history[0]))]
        legend = Content.assemble(
            *(part for kind, (sign, style) in enumerate(signs) for part in ((sign * 2, style), f" {answer(kind)}   "))
        )
        axis = "0" + str(len(history) - 1).rjust(width - 1)
        return [legend, *rows, Content.styled(axis, "$secondary")]

    def lines(self, values: Values, width: int) -> list[Content]:
        say, policy = self.app.t, self.arguments["policy"]
        result = summary(self.history(values))
        before, now = result.entropies[0], result.entropies[-1]
        entropy = f"H = −Σ π log π  {fixed(before)} → {fixed(now)} {say('live.nats')}  "
        most = log(len(policy)) or 1.0
        shares = "  ".join(f"{answer(kind)} {share:.2f}" for kind, share in enumerate(result.policy))
        dead = next((number for number, alive in enumerate(result.survivors) if alive < result.survivors[0]), None)
        real = round(values["real_share"] * values["samples"])
        lines = [
            Content.assemble(entropy, bar(now / most, max(4, width - len(entropy)), before / most)),
            Content(f"π = {shares}"),
            Content(say("live.self_training.data", real=real, own=int(values["samples"]) - real)),
            Content(say("live.self_training.kinds", before=result.survivors[0], now=result.survivors[-1])),
        ]
        if dead is None:
            return [*lines, Content.styled(say("live.self_training.all_alive"), "$success")]
        return [*lines, Content.styled(say("live.self_training.first_dead", generation=dead), "bold $error")]


def kind_at(policy: tuple[float, ...], height: float) -> int:
    """Which kind lies at `height` (0 to 1) when the shares are stacked."""
    for kind, share in enumerate(policy):
        height -= share
        if height < 0:
            return kind
    return max(kind for kind, share in enumerate(policy) if share > 0)
