"""Five direct methods on one pair: five small curves against the same margin, and five losses."""

from collections.abc import Iterator
from dataclasses import dataclass

from textual.content import Content

from engine.theory import preference_losses
from engine.theory.side_by_side import PreferenceLosses
from tui.live.pair import BETA
from tui.live.written import fixed
from tui.widgets.line_chart import Canvas
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

LOG_PROBABILITY = Track(-40, -0.1, step=1, fine=0.1, decimals=1)
LENGTH = Track(1, 60, log=True, decimals=0)
METHODS = ("dpo", "ipo", "kto", "orpo", "simpo")
NAMES = {"dpo": "DPO", "ipo": "IPO", "kto": "KTO", "orpo": "ORPO", "simpo": "SimPO"}
REFERENCE = {"dpo": "✓", "ipo": "✓", "kto": "✓", "orpo": "–", "simpo": "–"}
ROWS = 5
REACHES = (10.0, 20.0, 50.0, 100.0, 200.0)
GAP = 2
NUDGE = 1e-3  # nats, to measure a slope


@dataclass(frozen=True)
class Panel:
    """Where the small plots lie: h from -`reach` to `reach`, `columns` cells each, `GAP` between two."""

    reach: float
    columns: int

    def margins(self) -> list[float]:
        dots = 2 * self.columns
        return [self.reach * (2 * dot / (dots - 1) - 1) for dot in range(dots)]

    def column(self, margin: float) -> int:
        return round((margin / self.reach + 1) / 2 * (self.columns - 1))


class PreferenceLossesBlock(LiveBlock):
    """Along each curve only the rejected answer moves; every panel has the scale of its own loss."""

    title = "live.preference_losses.title"
    hint = "live.preference_losses.try"
    defaults = {
        "policy_chosen": -12.0, "policy_rejected": -14.0, "ref_chosen": -12.0, "ref_rejected": -14.0,
        "length_chosen": 8, "length_rejected": 10, "beta": 0.1, "tau": 0.1, "lam": 0.1, "gamma": 0.5, "simpo_beta": 2.0,
    }  # fmt: skip

    def sliders(self) -> Iterator[Slider]:
        start = {name: float(value) for name, value in self.arguments.items()}
        for model, label in (("policy", "log π"), ("ref", "log π_ref")):
            for answer, sign in (("chosen", "y_w"), ("rejected", "y_l")):
                yield Slider(f"{model}_{answer}", f"{label}({sign})", start[f"{model}_{answer}"], LOG_PROBABILITY)
        yield Slider("length_chosen", "|y_w|", start["length_chosen"], LENGTH)
        yield Slider("length_rejected", "|y_l|", start["length_rejected"], LENGTH)
        yield Slider("beta", "β DPO, KTO", start["beta"], BETA)
        yield Slider("tau", "τ IPO", start["tau"], BETA)
        yield Slider("lam", "λ ORPO", start["lam"], BETA)
        yield Slider("gamma", "γ SimPO", start["gamma"], Track(0, 3, step=0.1, fine=0.02))

    def result(self, values: Values, policy_rejected: float) -> PreferenceLosses:
        """All five losses, with the rejected answer where it is asked for."""
        settings = {**values, "policy_rejected": policy_rejected, "simpo_beta": self.arguments["simpo_beta"]}
        return preference_losses(**settings)

    def rejected_at(self, values: Values, margin: float) -> float:
        """The log-probability of the rejected answer at which the log-ratio margin is `margin`."""
        return values["policy_chosen"] - values["ref_chosen"] + values["ref_rejected"] - margin

    def pair_part(self, values: Values, result: PreferenceLosses, method: str) -> float:
        """A loss without what the chosen answer alone contributes: ORPO's −log P(y_w), the same along the curve."""
        loss: float = getattr(result, method)
        return loss + values["policy_chosen"] / values["length_chosen"] if method == "orpo" else loss

    def picture(self, values: Values, width: int) -> list[Content]:
        here = self.result(values, values["policy_rejected"])
        furthest = max(abs(here.margin), 1 / (2 * values["tau"]))
        reach = next((reach for reach in REACHES if reach >= furthest), REACHES[-1])
        panel = Panel(reach, max(8, min(30, (width - GAP * (len(METHODS) - 1)) // len(METHODS))))
        drawn = [
            (margin, self.result(values, rejected))
            for margin in panel.margins()
            if (rejected := self.rejected_at(values, margin)) < 0
        ]
        panels = [self.panel(values, method, panel, drawn, here) for method in METHODS]
        gap = Content(" " * GAP)
        return [gap.join([lines[row] for lines in panels]) for row in range(ROWS + 2)]

    def panel(
        self, values: Values, method: str, panel: Panel, drawn: list[tuple[float, PreferenceLosses]],
        here: PreferenceLosses,
    ) -> list[Content]:  # fmt: skip
        """One small plot: its name, the curve with ┊ at h = 0 and ● where you are, and the ends of its axis."""
        columns, canvas = panel.columns, Canvas(panel.columns, ROWS)
        heights = [self.pair_part(values, result, method) for _, result in drawn]
        top = max([*heights, self.pair_part(values, here, method)]) or 1.0

        def dot(height: float) -> int:
            return round(height / top * (4 * ROWS - 1))

        first = 2 * columns - len(drawn)  # the rejected answer cannot be more than certain: no curve to the left
        canvas.trace([(first + x, *(dot(height),) * 4) for x, height in enumerate(heights)], 0)
        place = ROWS - 1 - dot(self.pair_part(values, here, method)) // 4, panel.column(here.margin)
        lines = [Content.styled(NAMES[method].center(columns), "bold")]
        for row in range(ROWS):
            cells: list[tuple[str, str]] = []
            for column in range(columns):
                bits = canvas.dots[row][column]
                if (row, column) == place:
                    cells.append(("●", "bold $accent"))
                elif bits:
                    cells.append((chr(0x2800 + bits), "$primary"))
                else:
                    cells.append(("┊", "$rule") if column == panel.column(0) else (" ", ""))
            lines.append(Content.assemble(*cells))
        low, high = fixed(-panel.reach, 0), fixed(panel.reach, 0)
        middle = "0".center(columns - len(low) - len(high))
        return [*lines, Content.styled(f"{low}{middle}{high}", "$secondary")]

    def lines(self, values: Values, width: int) -> list[Content]:
        rejected, say = values["policy_rejected"], self.app.t
        here, pushed = self.result(values, rejected), self.result(values, rejected - NUDGE)
        heads = [say(f"live.preference_losses.{name}") for name in ("loss", "pull", "reference")]
        first, second = (max(10, len(head)) for head in heads[:2])
        lines = [
            Content.assemble("h = log(π_w/π_ref,w) − log(π_l/π_ref,l) = ", (fixed(here.margin, 2), "bold $accent")),
            Content.styled(f"       {heads[0].rjust(first)}  {heads[1].rjust(second)}  {heads[2]}", "$secondary"),
        ]
        for method in METHODS:
            loss = getattr(here, method)
            pull = (loss - getattr(pushed, method)) / NUDGE
            lines.append(
                Content.assemble(
                    (NAMES[method].ljust(7), "bold"), (fixed(loss).rjust(first), "bold $accent"),
                    f"  {fixed(pull).rjust(second)}  {REFERENCE[method].center(len(heads[2]))}",
                )
            )  # fmt: skip
        nll = -values["policy_chosen"] / values["length_chosen"]
        lines.append(Content(f"IPO → h = 1/(2τ) = {fixed(1 / (2 * values['tau']), 2)}"))
        lines.append(Content(f"ORPO = −log P(y_w) + λ L_OR = {fixed(nll)} + {fixed(here.orpo - nll)}"))
        return lines
