"""A filter that makes mistakes: what it keeps, and how much of that is right."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import filter_yield
from tui.live.written import fixed
from tui.widgets.bars import marked
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

SHARE = Track(0, 1, step=0.05, fine=0.01)
PARTS = ("right_kept", "wrong_kept", "right_lost", "wrong_lost")
SIGNS = (("█", "$primary"), ("▓", "$error"), ("▒", "$warning"), ("·", "$rule"))


class FilterYieldBlock(LiveBlock):
    """Everything generated as one bar of four parts; below, Bayes with these numbers, and the same in odds."""

    title = "live.filter_yield.title"
    hint = "live.filter_yield.try"
    defaults = {"share_right": 0.6, "recall": 1.0, "false_alarm": 0.25}

    def sliders(self) -> Iterator[Slider]:
        letters = {"share_right": "s", "recall": "h", "false_alarm": "f"}
        for name, letter in letters.items():
            label = f"{letter}  {self.app.t(f'live.filter_yield.{name}')}"
            yield Slider(name, label, float(self.arguments[name]), SHARE)

    def picture(self, values: Values, width: int) -> list[Content]:
        """The four parts side by side, each with a sign of its own; a part that is there has at least one cell."""
        right, recall, false_alarm = values["share_right"], values["recall"], values["false_alarm"]
        shares = (right * recall, (1 - right) * false_alarm, right * (1 - recall), (1 - right) * (1 - false_alarm))
        cells = [max(int(share * width), share > 0) for share in shares]
        cells[shares.index(max(shares))] += width - sum(cells)
        bar = Content.assemble(*((sign * count, style) for (sign, style), count in zip(SIGNS, cells, strict=True)))
        return [self.legend(0, 2), self.legend(2, 4), bar, bar, Content("")]

    def legend(self, first: int, last: int) -> Content:
        names = [self.app.t(f"live.filter_yield.{name}") for name in PARTS]
        widest = max(map(len, names[::2])) + 3
        rows = zip(names[first:last], SIGNS[first:last], strict=True)
        return Content.assemble(
            *(part for name, (sign, style) in rows for part in ((sign * 2, style), f" {name:{widest}}"))
        )

    def lines(self, values: Values, width: int) -> list[Content]:
        right, recall, false_alarm = values["share_right"], values["recall"], values["false_alarm"]
        result, say = filter_yield(right, recall, false_alarm), self.app.t
        s, wrong, h, f = (fixed(value, 2) for value in (right, 1 - right, recall, false_alarm))
        kept = Content(f"{say('live.filter_yield.kept')} = {s} · {h} + {wrong} · {f} = {fixed(result.kept)}")
        if result.precision is None or result.draws is None:
            precision = Content.styled(say("live.filter_yield.nothing"), "$secondary")
            draws = Content("")
        else:
            numbers = f"P = {s} · {h} / {fixed(result.kept)} = {fixed(result.precision)}  "
            room = max(4, width - len(numbers))
            precision = Content.assemble(numbers, marked(result.precision, room, right))
            draws = Content(say("live.filter_yield.draws", draws=fixed(result.draws, 2)))
        lost = Content(f"{say('live.filter_yield.lost')} = {s} · {fixed(1 - recall, 2)} = {fixed(result.lost)}")
        factor = fixed(recall / false_alarm, 2) if false_alarm > 0 else "∞" if recall > 0 else "?"
        odds = Content(f"{say('live.filter_yield.odds')} × h / f = {h} / {f} = {factor}")
        return [kept, precision, odds, lost, draws, self.verdict(recall, false_alarm)]

    def verdict(self, recall: float, false_alarm: float) -> Content:
        if recall == false_alarm:
            return Content.styled(self.app.t("live.filter_yield.blind"), "$secondary")
        if recall > false_alarm:
            return Content.styled(self.app.t("live.filter_yield.helps"), "$success")
        return Content.styled(self.app.t("live.filter_yield.hurts"), "bold $error")
