"""A win rate with its interval on a line from 0 to 1: what so many comparisons can decide, and what not."""

from collections.abc import Iterator
from math import ceil

from textual.content import Content

from engine.theory import win_rate
from engine.theory.measures import Z_95, WinRate
from tui.live.written import fixed
from tui.widgets.interval_line import HIGH, INSIDE, LINE, LOW, THRESHOLD, VALUE
from tui.widgets.live_block import LiveBlock, Values, fitting
from tui.widgets.slider import Slider, Track

COUNT = Track(0, 200, step=5, fine=1, decimals=0)
KINDS = (("wins", "█", "$success"), ("ties", "▒", "$secondary"), ("losses", "▓", "$error"))


class WinRateBlock(LiveBlock):
    """Three counts, the rate with ties as half, and the decisive share with its Wilson interval."""

    title = "live.win_rate.title"
    hint = "live.win_rate.try"
    defaults = {"wins": 24, "ties": 22, "losses": 30}

    def sliders(self) -> Iterator[Slider]:
        for name, *_ in KINDS:
            yield Slider(name, self.app.t(f"live.win_rate.{name}"), float(self.arguments[name]), COUNT)

    def result(self, values: Values) -> WinRate | None:
        """None while there is nothing to compare."""
        counts = {name: int(values[name]) for name, *_ in KINDS}
        return win_rate(**counts) if sum(counts.values()) else None

    def picture(self, values: Values, width: int) -> list[Content]:
        room = width
        total = sum(values[name] for name, *_ in KINDS) or 1
        parts, used, counted = [], 0, 0.0
        for name, sign, style in KINDS:
            counted += values[name]
            cells = round(counted / total * room) - used
            parts.append((sign * cells, style))
            used += cells
        result = self.result(values)
        line = [LINE] * room
        even = (room - 1) // 2
        line[even] = THRESHOLD
        if result is not None and result.decisive is not None:
            low, value, high = (
                round(share * (room - 1))
                for share in (result.decisive_low or 0.0, result.decisive, result.decisive_high or 0.0)
            )
            for column in range(low, high + 1):
                line[column] = INSIDE if line[column] == LINE else THRESHOLD
            line[low], line[high] = LOW, HIGH
            line[value] = VALUE
        axis = f"{'0'.ljust(even)}½{'1'.rjust(room - even - 1)}"
        return [
            Content.assemble(*parts), Content(""), Content.styled("".join(line), "$primary"),
            Content.styled(axis, "$secondary"),
        ]  # fmt: skip

    def lines(self, values: Values, width: int) -> list[Content]:
        wins, ties, losses = (int(values[name]) for name, *_ in KINDS)
        result, say = self.result(values), self.app.t
        if result is None:
            return [Content(say("live.win_rate.nothing")), *[Content("")] * 3]
        rate = (fixed(result.rate), "bold $accent")
        lines = [
            Content.assemble(
                f"{say('live.win_rate.rate')} = ({wins} + {ties}/2) / {wins + ties + losses} = ", rate
            )
        ]
        if result.decisive is None or result.decisive_low is None or result.decisive_high is None:
            return [*lines, Content(say("live.win_rate.only_ties")), *[Content("")] * 2]
        low, high = result.decisive_low, result.decisive_high
        decisive = (fixed(result.decisive), "bold $accent")
        quotient, interval = f"{wins} / {wins + losses} = ", f"   95 %: {fixed(low)} – {fixed(high)}"
        lines.append(
            fitting(
                width,
                Content.assemble(f"{say('live.win_rate.decisive')} = {quotient}", decisive, interval),
                Content.assemble(quotient, decisive, interval),
            )
        )
        side = "better" if low > 0.5 else "worse" if high < 0.5 else "open"
        styles = {"better": "bold $success", "worse": "bold $error", "open": "bold $warning"}
        lines.append(Content.styled(say(f"live.win_rate.{side}"), styles[side]))
        lines.append(Content.styled(self.needed(result.decisive), "$secondary"))
        return lines

    def needed(self, share: float) -> str:
        """How many decisive comparisons this share would need: the interval leaves ½ out once n > z² / (2p - 1)²."""
        if share == 0.5:
            return self.app.t("live.win_rate.even")
        return self.app.t("live.win_rate.needed", share=fixed(share, 3), count=ceil((Z_95 / (2 * share - 1)) ** 2))
