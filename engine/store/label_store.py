"""Labels in the store: what stands, what was said first, what was taken back or revised, and what others said of it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from engine.store.event_store import Event, EventStore
from engine.store.label import Label

FIELDS = {field.name for field in fields(Label)}


def label_of(event: Event) -> Label:
    """The label that an event holds."""
    return Label(**{name: value for name, value in event.payload.items() if name in FIELDS}, event=event.id)


class LabelStore(EventStore):
    """The events that are labels, and those about labels: `verdict` (what a judge or a reward model says of a pair) and
    `adjudication` (a label that was kept although a model disagrees)."""

    # --- giving and taking back

    def add_label(self, label: Label) -> Label:
        """Keep the label and return it with its event number."""
        return replace(label, event=self.record("label", label.pair_id, label.payload()))

    def add_labels(self, labels: Iterable[Label]) -> list[Label]:
        """Keep all the labels, or none of them if anything fails."""
        kept = list(labels)
        numbers = self.record_all([("label", label.pair_id, label.payload()) for label in kept])
        return [replace(label, event=number) for label, number in zip(kept, numbers, strict=True)]

    def undo_label(self) -> Label | None:
        """Take back the latest label that the learner gave here and return it; None when there is none left.

        Imported labels stay: undo takes back what the learner did last on a screen, nothing else. Rankings and
        revisions have their own.
        """
        with self._writing():
            given = [label for label in self.first_labels() if label.shown_at and not label.ranking]
            if not given:
                return None
            self.undo(given[-1].event)
            return given[-1]

    def undo_ranking(self) -> list[Label]:
        """Take back all pairs of the latest ranking that was given here and return them; none when there is none."""
        with self._writing():
            ranked = [label for label in self.first_labels() if label.shown_at and label.ranking]
            last = [label for label in ranked if label.ranking == ranked[-1].ranking]
            self.record_all([("undo", str(label.event), {"event": label.event}) for label in last])
            return last

    # --- what stands

    def labels(self) -> list[Label]:
        """The labels that stand, oldest first: of a label and its revision, the revision."""
        kept = self._kept()
        revised = {label.revises for label in kept}
        return [label for label in kept if label.event not in revised]

    def first_labels(self) -> list[Label]:
        """The labels as they were first given, oldest first: of a label and its revision, the label."""
        return [label for label in self._kept() if not label.revises]

    def _kept(self) -> list[Label]:
        """Labels and revisions that were not taken back; a revision goes with what it revises."""
        kept: dict[int, Label] = {}
        for label in map(label_of, self.events("label")):
            if not label.revises or label.revises in kept:
                kept[label.event] = label
        return list(kept.values())

    # --- what others say about pairs

    def add_verdicts(self, by: str, preferences: Mapping[str, float]) -> None:
        """Keep what `by` (the AI judge, or a run's reward model) says: P(a is better) by pair id."""
        self.record_all([("verdict", pair_id, {"by": by, "preference": p}) for pair_id, p in preferences.items()])

    def verdicts(self, by: str) -> dict[str, float]:
        """P(a is better) by pair id, as `by` has said it."""
        return {
            event.item: event.payload["preference"] for event in self.events("verdict") if event.payload["by"] == by
        }

    def adjudicate(self, label: Label, by: str, preference: float) -> int:
        """The learner has looked at the label again, knowing that `by` disagrees, and stays with it."""
        payload = {"label": label.event, "by": by, "preference": preference}
        return self.record("adjudication", label.pair_id, payload)

    def adjudicated(self) -> set[int]:
        """The labels, by event, that the learner has stayed with."""
        return {event.payload["label"] for event in self.events("adjudication")}

    # --- everything that happened

    def trail(self) -> list[dict[str, Any]]:
        """Every label that was ever given, oldest first, with what became of it: its fields, `event`, `time`,
        `session`; `undone`, when it was taken back (None if it was not); `revised_by`, the event of its revision; and
        `stayed`, when and against whom the learner stayed with it."""
        undone = {event.payload["event"]: event.time for event in self.events("undo", undone=True)}
        labels = self.events("label", undone=True)
        revisions = {event.payload.get("revises"): event.id for event in labels if event.id not in undone}
        stayed: dict[int, list[dict[str, Any]]] = {}
        for event in self.events("adjudication"):
            about = {"time": event.time, "by": event.payload["by"], "preference": event.payload["preference"]}
            stayed.setdefault(event.payload["label"], []).append(about)
        return [
            {
                **label_of(event).payload(),
                "event": event.id,
                "time": event.time,
                "session": event.session,
                "undone": undone.get(event.id),
                "revised_by": revisions.get(event.id),
                "stayed": stayed.get(event.id, []),
            }
            for event in labels
        ]
