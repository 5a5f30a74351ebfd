"""How far the learner's certainty can be trusted, in words and as lines of hits."""

from collections.abc import Iterator

from textual.content import Content
from textual.widgets import Static

from engine.forecasts.calibration import COIN, Bin, Calibration
from engine.forecasts.forecast import STATED
from engine.store.rater import ENOUGH, Share
from tui.numbers import percent
from tui.widgets.interval_line import LINE, THRESHOLD, VALUE, two

WIDTH = 31


class CalibrationPanel(Static):
    """`show(calibration)` fills it, in the language of the moment."""

    DEFAULT_CSS = "CalibrationPanel { height: auto; }"

    def show(self, found: Calibration) -> None:
        lines = [*self._directions(found), *self._intervals(found), *self._curves(found)]
        self.update(Content("\n").join(lines) if lines else Content(self._t("none")))

    def _t(self, key: str, **params: object) -> str:
        text: str = self.app.t(f"forecast.calibration.{key}", **params)  # type: ignore[attr-defined]
        return text

    def _share(self, share: Share) -> str:
        if share.low is None or share.high is None or share.value is None:
            return self._t("share_few", hits=share.hits, of=share.of)
        return self._t(
            "share", hits=share.hits, of=share.of, value=percent(share.value), low=percent(share.low),
            high=percent(share.high),
        )  # fmt: skip

    def _directions(self, found: Calibration) -> Iterator[Content]:
        if found.brier is None or found.confidence is None:
            return
        share = self._share(found.right)
        yield Content.styled(self._t("directions", share=share, confidence=percent(found.confidence)), "bold")
        for each in found.bins:
            yield self._bin(each)
        yield Content.styled("  " + self._t("legend"), "$secondary")
        yield Content(self._t("brier", brier=two(found.brier), coin=two(COIN)))
        yield self._verdict(found.verdict, found.right.of)

    def _bin(self, each: Bin) -> Content:
        """What was said ┊ and what came true ●, on one line from 0 to 100 %."""
        hits = self._t("bin", low=percent(each.low), high=percent(each.high), hits=each.share.hits, of=each.share.of)
        cells = [LINE] * WIDTH
        cells[round(each.confidence * (WIDTH - 1))] = THRESHOLD
        cells[round(each.share.hits / each.share.of * (WIDTH - 1))] = VALUE
        return Content.assemble(
            "  ", f"{hits:<34}", ("0 ", "$secondary"), ("".join(cells), "$primary"), (" 1", "$secondary")
        )

    def _intervals(self, found: Calibration) -> Iterator[Content]:
        if found.covered.of:
            share = self._share(found.covered)
            yield Content.styled(self._t("intervals", share=share, stated=percent(STATED)), "bold")
            yield self._verdict(found.interval_verdict, found.covered.of, "interval_")
        if found.within.of:
            yield Content.styled(self._t("within", share=self._share(found.within)), "$secondary")

    def _verdict(self, verdict: str, count: int, of: str = "") -> Content:
        if verdict == "too_few":
            return Content.styled(self._t("too_few", count=count, enough=ENOUGH), "$secondary")
        return Content(self._t(f"{of}{verdict}"))

    def _curves(self, found: Calibration) -> Iterator[Content]:
        if found.skill is not None:
            key = "curves_better" if found.skill > 0 else "curves_worse"
            text = self._t(key, count=found.curves, skill=percent(abs(found.skill)))
            yield Content.styled(text, "$secondary")
