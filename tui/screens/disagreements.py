"""Labels to look at again: those that the learner's reward model is sure are the other way, and those they flagged."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from engine.errors import Problem
from engine.labelling.reward_model import own_reward_model
from engine.serving.client import Generator
from engine.store.label import Choice, Label
from engine.store.rater import pairs_given_here
from tui.rater import asked
from tui.screens.judging import JudgingScreen
from tui.verdicts import Verdicts
from tui.widgets.interval_line import two

if TYPE_CHECKING:
    from engine.runs.status import RunStatus
    from engine.store import Store

SURE = 0.8
"""From this probability on, the reward model's disagreement is worth a second look."""
FLAG = "flag"
POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Case:
    """A label to be looked at again; `sureness` is how sure the model `by` is of the other answer, 0 for a flag."""

    label: Label
    by: str
    sureness: float


def cases(labels: list[Label], stayed: set[int], run_id: str, said: dict[str, float]) -> list[Case]:
    """The flagged labels, then the others, the surest disagreement first. Those that measure are not looked at: a test
    share that was mended by the model which is tested on it would be worth nothing."""
    found = []
    for label in pairs_given_here(labels):
        if label.event in stayed or label.purpose != "train":
            continue
        if label.flagged:
            found.append(Case(label, FLAG, 0.0))
        elif label.decisive and label.pair_id in said:
            mine = said[label.pair_id] if label.verdict == "a" else 1 - said[label.pair_id]
            if 1 - mine >= SURE:
                found.append(Case(label, run_id, 1 - mine))
    return sorted(found, key=lambda case: (case.by != FLAG, -case.sureness))


class DisagreementsScreen(JudgingScreen):
    """Each case in turn: to stay with the label, to change it, or to leave it for another day."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k,enter", "stay", "label.keys.stay", id="disagreements.stay"),
    ]

    def __init__(self, clock: Callable[[], float] = time.monotonic, generator: Generator | None = None) -> None:
        super().__init__(clock)
        self.generator = generator
        self.verdicts: Verdicts | None = None
        self.model: RunStatus | None = None
        self.queue: list[Case] | None = None
        self.place = 0
        self.done: list[tuple[int, int | None]] = []  # (place, event that was recorded; None for one left for later)
        self.problem: Problem | None = None

    @property
    def case(self) -> Case | None:
        return self.queue[self.place] if self.queue is not None and self.place < len(self.queue) else None

    def crumbs(self) -> list[str]:
        return [self.t("label.title"), self.t("label.review.title")]

    def pair(self) -> tuple[str, str, str] | None:
        label = self.case.label if self.case else None
        return (label.prompt, label.left, label.right) if label else None

    def above(self) -> str:
        case = self.case
        if case is None:
            return ""
        said = self.said(case.label.choice, case.label.strength)
        if case.by == FLAG:
            return self.t("label.review.flagged", said=said)
        other = "B" if case.label.choice == "left" else "A"
        return self.t("label.review.against", said=said, run=case.by, other=other, sureness=two(case.sureness))

    def state(self) -> str:
        if self.problem is not None:
            return self.app.sentence(self.problem)
        if self.queue is None:
            run = self.model.run_id if self.model else ""
            return self.t("label.review.asking", run=run) if run else self.t("label.opening")
        if self.queue:
            return self.t("label.review.through", count=len(self.queue))
        run = self.model.run_id if self.model else ""
        return self.t("label.review.none", run=run, sure=two(SURE)) if run else self.t("label.review.no_model")

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._begin())

    def show_all(self) -> None:
        super().show_all()
        if self.case and self.queue:
            self.set_status(self.t("label.review.place", place=self.place + 1, of=len(self.queue)))
        else:
            self.set_status("")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        match action:
            case "stay":
                return self.deciding
            case "undo":
                return bool(self.done) and not self.aside
        return super().check_action(action, parameters)

    # --- which labels

    async def _begin(self) -> None:
        """Find the reward model and ask it about every label that it may disagree with."""
        try:
            store = await asyncio.to_thread(lambda: self.app.store)
            self.model = await asyncio.to_thread(own_reward_model)
            self.verdicts = Verdicts(store, self.generator)
            labels = await asyncio.to_thread(store.labels)
        except Problem as problem:
            self.problem = problem
        else:
            if self.model is not None:
                learnt = [label for label in pairs_given_here(labels) if label.decisive and label.purpose == "train"]
                self.verdicts.ask(self.model.run_id, map(asked, learnt))
            self._poll()
            self.set_interval(POLL_SECONDS, self._poll)
        self.show_all()

    def _poll(self) -> None:
        verdicts = self.verdicts
        if verdicts is None or self.queue is not None or self.problem is not None or verdicts.waiting:
            return
        self.problem = verdicts.problem
        if self.problem is None:
            run = self.model.run_id if self.model else ""
            store = verdicts.store
            self.queue = cases(store.labels(), store.adjudicated(), run, verdicts.of(run) if run else {})
        self.new_pair()

    def on_unmount(self) -> None:
        if self.verdicts is not None:
            self.verdicts.close()

    # --- deciding

    async def decide(self, choice: Choice, strength: int | None, **how: Any) -> None:
        """Another choice revises the label; the same one stays with it, and a skip leaves it for another day."""
        case = self.case
        assert case is not None
        label = case.label
        if choice == "skip":
            self._next(None, lambda: self.t("label.review.later"))
        elif (choice, strength) == (label.choice, label.strength):
            await self._stay(case)
        else:
            revised = replace(
                label, choice=choice, strength=strength, revises=label.event, flagged=False, event=0, **how
            )
            await self._keep(lambda store: store.add_label(revised).event, "label.review.changed", choice, strength)

    async def action_stay(self) -> None:
        if self.case and not self.busy and self.guard.accepts("stay"):
            await self._stay(self.case)

    async def _stay(self, case: Case) -> None:
        label, sureness = case.label, case.sureness
        preference = 1 - sureness if label.verdict == "a" else sureness
        await self._keep(
            lambda store: store.adjudicate(label, case.by, preference),
            "label.review.stayed",
            label.choice,
            label.strength,
        )

    async def _keep(self, record: "Callable[[Store], int]", key: str, choice: Choice, strength: int | None) -> None:
        assert self.verdicts is not None
        try:
            event = await asyncio.to_thread(record, self.verdicts.store)
        except Problem as problem:
            self.app.show_problem(problem)
        else:
            self._next(event, lambda: self.t(key, said=self.said(choice, strength)))

    def _next(self, event: int | None, said: Callable[[], str]) -> None:
        self.done.append((self.place, event))
        self.place += 1
        self.last = said
        self.new_pair()

    def action_undo(self) -> None:
        """Take back what was decided last in this sitting, and return to its pair."""
        if self.done and not self.busy and self.verdicts is not None:
            place, event = self.done.pop()
            if event is not None:
                self.verdicts.store.undo(event)
            self.place = place
            self.last = lambda: self.t("label.undone")
            self.new_pair()
