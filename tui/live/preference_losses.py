"""Five direct methods on one pair: five small curves against the same margin, and five losses."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from textual.content import Content

from engine.theory import preference_losses
from engine.theory.side_by_side import PreferenceLosses
from tui.live.pair import BETA
from tui.live.written import fixed
from tui.widgets.braille import Canvas
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

LOG_PROBABILITY = Track(-40, -0.1, step=1, fine=0.1, decimals=1)
LENGTH = Track(1, 60, log=True, decimals=0)
METHODS = ("dpo", "ipo", "kto", "orpo", "simpo")
NAMES = {"dpo": "DPO", "ipo": "IPO", "kto": "KTO", "orpo": "ORPO", "simpo": "SimPO"}
REFERENCE = {"dpo": "✓", "ipo": "✓", "kto": "✓", "orpo": "–", "simpo": "–"}
ROWS = 5
REACHES = (10.0, 20.0, 50.0, 100.0, 200.0)
GAP = 2
NUDGE = 1e-5  # nats, to measure a slope


@dataclass(frozen=True)
class Panel:
    """The small plots: `columns` cells each after an indent, `GAP` between two; h goes from -`reach` to `reach`."""

    reach: float
    indent: int
    columns: int

    def margins(self) -> list[float]:
        """One margin a column."""
        return [self.reach * (2 * column / (self.columns - 1) - 1) for column in range(self.columns)]

    def column(self, margin: float) -> int:
        return round((margin / self.reach + 1) / 2 * (self.columns - 1))

    def row(self, head: str, cells: Sequence[tuple[str, str]]) -> Content:
        """One line: a word, and below each plot what belongs to it."""
        parts = [(text.center(self.columns + GAP)[: self.columns + GAP], style) for text, style in cells]
        return Content.assemble((head.ljust(self.indent), "$secondary"), *parts)


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

    def panels(self, values: Values, width: int) -> Panel:
        """Room for five plots, and an axis that holds where you are and where IPO wants to be."""
        furthest = max(abs(self.result(values, values["policy_rejected"]).margin), 1 / (2 * values["tau"]))
        reach = next((reach for reach in REACHES if reach >= furthest), REACHES[-1])
        indent = max(len(self.app.t(f"live.preference_losses.{name}")) for name in ("loss", "pull")) + 1
        return Panel(reach, indent, max(6, min(24, (width - indent) // len(METHODS) - GAP)))

    def picture(self, values: Values, width: int) -> list[Content]:
        here, panel = self.result(values, values["policy_rejected"]), self.panels(values, width)
        drawn = [
            (margin, self.result(values, rejected))
            for margin in panel.margins()
            if (rejected := self.rejected_at(values, margin)) < 0
        ]
        plots = [self.plot(values, method, panel, drawn, here) for method in METHODS]
        gap = Content(" " * (GAP // 2))
        return [Content.assemble("h".ljust(panel.indent) if row == ROWS else " " * panel.indent,
                                 *(part for plot in plots for part in (gap, plot[row], gap)))
                for row in range(ROWS + 1)]  # fmt: skip

    def plot(
        self, values: Values, method: str, panel: Panel, drawn: list[tuple[float, PreferenceLosses]],
        here: PreferenceLosses,
    ) -> list[Content]:  # fmt: skip
        """One curve with ┊ at h = 0 and ● where you are, and the ends of its axis."""
        columns, canvas = panel.columns, Canvas(panel.columns, ROWS)
        heights = [self.pair_part(values, result, method) for _, result in drawn]
        top = max([*heights, self.pair_part(values, here, method)]) or 1.0

        def dot(height: float) -> int:
            return round(height / top * (4 * ROWS - 1))

        first = columns - len(drawn)  # no curve to the left of where the rejected answer would be certain
        canvas.trace([(2 * (first + x), *(dot(height),) * 4) for x, height in enumerate(heights)], 0)
        place = ROWS - 1 - dot(self.pair_part(values, here, method)) // 4, panel.column(here.margin)
        lines = []
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
        high, zero = fixed(panel.reach, 0), panel.column(0)
        ends = (f"−{high}", high) if columns >= 2 * len(high) + 4 else ("", "")
        axis = f"{ends[0].ljust(zero)}0{ends[1].rjust(columns - zero - 1)}"
        return [*lines, Content.styled(axis, "$secondary")]

    def lines(self, values: Values, width: int) -> list[Content]:
        rejected, say, panel = values["policy_rejected"], self.app.t, self.panels(values, width)
        here, pushed = self.result(values, rejected), self.result(values, rejected - NUDGE)
        losses = {method: getattr(here, method) for method in METHODS}
        pulls = [(losses[method] - getattr(pushed, method)) / NUDGE for method in METHODS]
        nll = -values["policy_chosen"] / values["length_chosen"]
        ipo, orpo = fixed(1 / (2 * values["tau"]), 2), f"{fixed(nll, 3)} + {fixed(here.orpo - nll, 3)}"
        ratios = "log(π_w/π_ref,w) − log(π_l/π_ref,l)"
        return [
            panel.row("", [(NAMES[method], "bold") for method in METHODS]),
            panel.row(say("live.preference_losses.loss"),
                      [(number(loss), "bold $accent") for loss in losses.values()]),
            panel.row(say("live.preference_losses.pull"), [(number(pull), "") for pull in pulls]),
            panel.row("π_ref", [(REFERENCE[method], "") for method in METHODS]),
            Content.assemble(f"h = {ratios} = ", (fixed(here.margin, 2), "bold $accent")),
            fitting(
                width,
                Content(f"IPO: h → 1/(2τ) = {ipo}    ORPO: −log P(y_w) + λ L_OR = {orpo}"),
                Content(f"IPO: h → {ipo}   ORPO: {orpo}"),
            ),
            Content.styled(say("live.preference_losses.meaning"), "$secondary"),
        ]  # fmt: skip


def number(value: float) -> str:
    """Four decimals, fewer where there is no room for them."""
    return fixed(value, 4 if abs(value) < 100 else 1)
