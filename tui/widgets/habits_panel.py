"""What the learner's labels say about the learner: counts, agreement with the rule, and the habit of a side."""

from textual.content import Content
from textual.widgets import Static

from content.text import sentences
from engine.store import Label
from engine.store.rater import BATCH, ENOUGH, Comparison, Habits, Share
from engine.world.prompts import readable
from tui.literal import clean
from tui.widgets.interval_line import draw, two

COIN = 0.5
SHOWN_DISAGREEMENTS = 3


class HabitsPanel(Static):
    """`show(habits)` fills it, in the language of the moment."""

    DEFAULT_CSS = "HabitsPanel { height: auto; }"

    def show(self, habits: Habits) -> None:
        lines: list[Content] = [Content.styled(self._t("label.habits.title"), "bold"), self._counts(habits), Content()]
        lines += self._share("agreement", habits.agreement)
        if habits.given > habits.judged:
            lines.append(self._quiet("label.habits.waiting", judged=habits.judged, batch=BATCH))
        lines += [Content(), *self._share("first_side", habits.first_side)]
        if habits.disagreements:
            lines += [Content(), Content.styled(self._t("label.habits.disagreements"), "bold")]
            for case in habits.disagreements[: -SHOWN_DISAGREEMENTS - 1 : -1]:
                lines += self._disagreement(case)
        self.update(Content("\n").join(lines))

    def _t(self, key: str, **params: object) -> str:
        text: str = self.app.t(key, **params)  # type: ignore[attr-defined]
        return text

    def _quiet(self, key: str, **params: object) -> Content:
        return Content.styled(self._t(key, **params), "$secondary")

    def _counts(self, habits: Habits) -> Content:
        of = habits.choices
        return Content(
            self._t(
                "label.habits.counts",
                given=habits.given,
                preferred=of.get("left", 0) + of.get("right", 0),
                tie=of.get("tie", 0),
                both_bad=of.get("both_bad", 0),
                skip=of.get("skip", 0),
            )
        )

    def _share(self, name: str, share: Share) -> list[Content]:
        title = Content.styled(self._t(f"label.habits.{name}"), "bold")
        if share.low is None or share.high is None or share.value is None:
            few = self._t("label.habits.too_few", hits=share.hits, of=share.of, enough=ENOUGH)
            return [title, Content(few)]
        low, high = share.low, share.high
        verdict = "above" if low > COIN else "below" if high < COIN else "unclear"
        marks = {"value": share.value, "threshold": COIN, "low": low, "high": high}
        width = max(10, min(50, self.app.size.width - 40))
        numbers = self._t(
            "label.habits.share", hits=share.hits, of=share.of, value=two(share.value), low=two(low), high=two(high)
        )
        return [
            title,
            Content.assemble((draw(marks, width), "$primary"), "  ", numbers),
            self._quiet(f"label.habits.{name}_{verdict}"),
        ]

    def _disagreement(self, case: Comparison) -> list[Content]:
        label: Label = case.label
        return [
            Content.styled(clean(readable(label.prompt)), "$secondary"),
            Content(
                "  "
                + self._t(
                    "label.habits.disagreement",
                    chosen=clean(label.chosen),
                    chosen_reason=self._reason(case.chosen.reason),
                    rejected=clean(label.rejected),
                    rejected_reason=self._reason(case.rejected.reason),
                )
            ),
        ]

    def _reason(self, reason: str) -> str:
        """The rule's reason in words; one that the texts do not know goes by its own name."""
        language = self.app.language  # type: ignore[attr-defined]
        return sentences(language).get(f"world.reason.{reason}", reason)
