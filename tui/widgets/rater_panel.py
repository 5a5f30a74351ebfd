"""The learner as an instrument: each reading with its interval and what it means, or "too few to say"."""

from textual.content import Content
from textual.widgets import Static

from content.text import sentences
from engine.labelling.instruments import Reading
from engine.store.rater import BATCH, Comparison, Habits
from engine.world.prompts import readable
from tui.literal import clean
from tui.rater import Rater
from tui.widgets.interval_line import draw, two

SHOWN_DISAGREEMENTS = 3
ORDER = ("self_agreement", "kappa_rule", "kappa_judge", "first_side", "length", "drift", "reward_model")


class RaterPanel(Static):
    """`show(rater)` fills it, in the language of the moment."""

    DEFAULT_CSS = "RaterPanel { height: auto; }"

    def show(self, rater: Rater) -> None:
        found = rater.habits
        if found is None:
            self.update(self._t("label.rater.reading"))
            return
        lines = [Content.styled(self._t("label.rater.title"), "bold"), self._counts(found), Content()]
        lines += self._agreement(found)
        for name in ORDER:
            lines += [Content(), *self._reading(rater.readings[name]), *self._more(name, rater)]
        if found.disagreements:
            lines += [Content(), Content.styled(self._t("label.rater.disagreements"), "bold")]
            for case in found.disagreements[: -SHOWN_DISAGREEMENTS - 1 : -1]:
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
                "label.rater.counts",
                given=habits.given,
                preferred=of.get("left", 0) + of.get("right", 0),
                tie=of.get("tie", 0),
                both_bad=of.get("both_bad", 0),
                skip=of.get("skip", 0),
            )
        )

    def _agreement(self, habits: Habits) -> list[Content]:
        share = habits.agreement
        reading = Reading(
            "agreement", share.of, value=share.value, low=share.low, high=share.high, neutral=0.5, hits=share.hits
        )
        waiting = habits.given > habits.judged
        return self._reading(reading) + (
            [self._quiet("label.rater.waiting", judged=habits.judged, batch=BATCH)] if waiting else []
        )

    def _reading(self, reading: Reading) -> list[Content]:
        """Title; the drawing with its numbers, or that there is too little; what it means."""
        title = Content.styled(self._t(f"label.rater.{reading.id}.title"), "bold")
        if reading.undefined:
            return [title, Content(self._t("label.rater.undefined", count=reading.count))]
        if reading.value is None or reading.low is None or reading.high is None:
            return [title, Content(self._t("label.rater.few", count=reading.count, needed=reading.needed))]
        value, low, high = reading.value, reading.low, reading.high
        numbers = {"value": two(value), "low": two(low), "high": two(high), "count": reading.count}
        if reading.hits is None:
            said = self._t("label.rater.figure", **numbers)
        else:
            said = self._t("label.rater.share", hits=reading.hits, **numbers)
        lines = [title]
        if reading.neutral is None:
            lines.append(Content(said))
        else:
            marks = {"value": value, "threshold": reading.neutral, "low": low, "high": high}
            width = max(10, min(50, self.app.size.width - 42))
            lines.append(Content.assemble((draw(marks, width), "$primary"), "  ", said))
        verdict = reading.verdict
        if verdict == "early":
            lines.append(self._quiet("label.rater.early", claimed=reading.claimed))
        else:
            lines.append(self._quiet(f"label.rater.{reading.id}.{verdict}"))
        return lines

    def _more(self, name: str, rater: Rater) -> list[Content]:
        """What else is known about a reading."""
        if name == "self_agreement":
            parts = [rater.readings["self_agreement_same"], rater.readings["self_agreement_swapped"]]
            counts = {key: f"{part.hits}/{part.count}" for key, part in zip(("same", "swapped"), parts, strict=True)}
            lines = [self._quiet("label.rater.sides", **counts)] if sum(part.count for part in parts) else []
            if rater.ceiling is not None:
                lines.append(self._quiet("label.rater.ceiling", ceiling=two(rater.ceiling)))
            return lines
        if name == "kappa_judge":
            if rater.verdicts.problem is not None:
                problem = self.app.sentence(rater.verdicts.problem)  # type: ignore[attr-defined]
                return [Content.styled(clean(problem), "$warning")]
            return [self._quiet("label.rater.asking")] if rater.verdicts.waiting else []
        if name == "reward_model":
            if rater.model is None:
                return [self._quiet("label.rater.no_model")]
            kind = "own_model" if rater.model_read_labels else "other_model"
            return [self._quiet(f"label.rater.{kind}", run=rater.model.run_id)]
        return []

    def _disagreement(self, case: Comparison) -> list[Content]:
        label = case.label
        return [
            Content.styled(clean(readable(label.prompt)), "$secondary"),
            Content(
                "  "
                + self._t(
                    "label.rater.disagreement",
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
