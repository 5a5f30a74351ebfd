"""A sitting of labelling: which pair is due and why, on which side its answers stand, and what was decided about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.labelling.information import ACQUISITIONS, Acquisition, Learner, doubt, most_informative
from engine.labelling.mix import due_for_repeat, gold_pairs, part, planned, repeat_swapped
from engine.labelling.ranking import pair_id
from engine.store.label import Choice, Label, Purpose
from engine.store.rater import by_the_rule, pairs_given_here
from engine.store.sides import swapped
from tui.pair_stream import Command, Pair, PairStream, sampler_command, shipped_pairs

if TYPE_CHECKING:
    from engine.store import Store

LOW: Mapping[Purpose, int] = {"train": 12, "test": 4}
"""Pairs left to learn from, and to test with, when the next batch is asked for: where there is no choice, nothing can
be chosen by its worth."""


@dataclass(frozen=True)
class Shown:
    """A pair as it stands on the screen, and why it does: see the fields of `Label`."""

    pair: Pair
    swapped: bool
    showing: int
    purpose: Purpose = "train"
    acquired_by: str = ""
    score: float | None = None
    repeats: int = 0

    @property
    def left(self) -> str:
        return self.pair.b if self.swapped else self.pair.a

    @property
    def right(self) -> str:
        return self.pair.a if self.swapped else self.pair.b

    @classmethod
    def again(cls, label: Label) -> "Shown":
        """The pair of a label, standing as it stood."""
        pair = Pair(label.pair_id, label.prompt, *label.answers, label.left_source)
        return cls(
            pair, label.swapped, label.showing, label.purpose, label.acquired_by, label.score, label.repeats
        )  # fmt: skip


class Labelling:
    """`shown` is the pair to decide on (None while there is none), `given` the labels of this learner, oldest first, as
    they were first given.

    `source` is "model" (pairs sampled from the current model, in batches, by `sampler`) or "shipped".
    `failure` is why no more pairs come ("" when a batch held nothing to judge), None while all is well.
    `doubtful` has P(a is better) by the learner's reward model, for the acquisition of that name.
    """

    def __init__(self, store: "Store", sampler: Command = sampler_command) -> None:
        self.store = store
        self.sampler = sampler
        self.seed = store.seed()
        first = store.first_labels()
        self.given = pairs_given_here(first)
        self.source = "model"
        self.acquisition: Acquisition = "information"
        self.doubtful: Mapping[str, float] = {}
        self.shown: Shown | None = None
        self.failure: str | None = None
        self.sampled = 0
        self._known = {label.pair_id for label in first}
        self._gold = [
            Pair(pair_id(prompt, better, worse), prompt, better, worse, "world")
            for prompt, better, worse in gold_pairs(self.seed)
        ]
        self._learner = Learner()
        self._pools: dict[Purpose, list[Pair]] = {"train": [], "test": []}
        self._turned_back: list[Shown] = []
        self._stream: PairStream | None = None
        self._batches = 0
        self._asked_at = -1

    # --- where pairs come from

    def sample(self) -> None:
        """Ask the model for the next batch, unless one is on its way."""
        if self.source != "model" or self._stream is not None:
            return
        self.failure, self.sampled = None, 0
        self._asked_at = len(self.given)
        try:
            self._stream = PairStream((self.seed + 1000 * len(self.given) + self._batches) % 2**31, self.sampler)
        except OSError as error:
            self.failure = error.strerror or str(error)
        self._batches += 1

    def poll(self) -> None:
        """Take in the pairs that came since the last call; ask for more when few are left."""
        self._learner.learn(self.given)
        stream = self._stream
        if stream is not None:
            running = stream.running
            rows = stream.read()
            self.sampled += len(rows)
            added = self._queue(rows)
            if not running:
                self.failure = stream.failure() or ("" if not added and not self.waiting and not self.shown else None)
                self.close()
        elif self._few and self.failure is None:
            self.sample()
        if self.shown is None:
            self.next()

    @property
    def waiting(self) -> list[Pair]:
        """The pairs that were not shown yet."""
        return [*self._pools["train"], *self._pools["test"]]

    @property
    def _few(self) -> bool:
        """More pairs are wanted, and something has changed since the last time that they were asked for."""
        low = any(len(self._pools[purpose]) < count for purpose, count in LOW.items())
        return low and (self.shown is None or self._asked_at != len(self.given))

    def change_source(self) -> None:
        """From the model's own pairs to the shipped ones, or back."""
        self.close()
        unseen = [*self._turned_back, *([self.shown] if self.shown else [])]
        self._known -= {pair.pair_id for pair in (*self.waiting, *(shown.pair for shown in unseen))}
        self._known |= {label.pair_id for label in self.given}
        self.source = "shipped" if self.source == "model" else "model"
        self.failure, self.shown = None, None
        self._pools = {"train": [], "test": []}
        self._turned_back.clear()
        if self.source == "shipped":
            self._queue(shipped_pairs(self.seed))
        self.sample()
        self.next()

    def change_acquisition(self) -> None:
        """The next way to choose among the pairs that wait."""
        self.acquisition = ACQUISITIONS[(ACQUISITIONS.index(self.acquisition) + 1) % len(ACQUISITIONS)]

    def _queue(self, pairs: Iterable[Pair]) -> int:
        """Add the pairs that are worth judging and new, each on its side of the learner's split, and say how many."""
        count = 0
        for pair in pairs:
            if pair.worth_judging and pair.pair_id not in self._known:
                self._known.add(pair.pair_id)
                self._pools[part(self.seed, pair.prompt)].append(pair)
                count += 1
        return count

    def close(self) -> None:
        """End the sampling process, if there is one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # --- which pair is next

    def next(self) -> None:
        """Put the next pair on the screen, where there is one. Repeats and gold are slipped in among others only."""
        if self._turned_back:
            self.shown = self._turned_back.pop()
            return
        purpose = planned(self.seed, len(self.given))
        special = {"gold": self._gold_pair, "repeat": self._repeat}.get(purpose)
        self.shown = special() if special and self.waiting else None
        if self.shown is None:
            self.shown = self._from_pool("test" if purpose == "test" else "train")

    def _gold_pair(self) -> Shown | None:
        for pair in self._gold:
            if pair.pair_id not in self._known:
                self._known.add(pair.pair_id)
                return self._standing(pair, "gold")
        return None

    def _repeat(self) -> Shown | None:
        first = due_for_repeat(self.given)
        if first is None:
            return None
        pair = Pair(first.pair_id, first.prompt, *first.answers, first.left_source)
        order = repeat_swapped(self.seed, first, self.given)
        return Shown(pair, order, self._showings(pair), "repeat", repeats=first.event)

    def _from_pool(self, purpose: Purpose) -> Shown | None:
        """The next pair of the test share as it came, or the one worth most to learn from; of the other where none is
        left. What a pair is for follows from its prompt, whatever the plan says."""
        if not self._pools[purpose]:
            purpose = "train" if purpose == "test" else "test"
        pool = self._pools[purpose]
        if not pool:
            return None
        if purpose == "test":
            return self._standing(pool.pop(0), purpose)
        by, scores = self._scores(pool)
        place = most_informative(scores) if by != "random" else 0
        return self._standing(pool.pop(place), purpose, by, scores[place])

    def _scores(self, pool: list[Pair]) -> tuple[Acquisition, list[float | None]]:
        """What the pairs are chosen by, and its score of each; without a word of the reward model, by information."""
        if self.acquisition == "random":
            return "random", [None] * len(pool)
        if self.acquisition == "reward_model":
            said = [self.doubtful.get(pair.pair_id) for pair in pool]
            if any(preference is not None for preference in said):
                return "reward_model", [None if preference is None else doubt(preference) for preference in said]
        return "information", [self._learner.information(pair.prompt, pair.a, pair.b) for pair in pool]

    def _standing(self, pair: Pair, purpose: Purpose, by: str = "", score: float | None = None) -> Shown:
        showing = self._showings(pair)
        order = swapped(self.seed, pair.pair_id, showing, [label.swapped for label in self.given])
        return Shown(pair, order, showing, purpose, by, score)

    def _showings(self, pair: Pair) -> int:
        return sum(label.pair_id == pair.pair_id for label in self.given)

    # --- deciding

    def label(self, choice: Choice, strength: int | None, **how: Any) -> Label:
        """The label that `choice` on the shown pair is; `how` are the fields that the screen knows."""
        assert self.shown is not None
        shown, pair = self.shown, self.shown.pair
        return Label(
            pair_id=pair.pair_id,
            prompt=pair.prompt,
            left=shown.left,
            right=shown.right,
            choice=choice,
            strength=strength,
            left_source=pair.source,
            right_source=pair.source,
            swapped=shown.swapped,
            showing=shown.showing,
            purpose=shown.purpose,
            acquired_by=shown.acquired_by,
            score=shown.score,
            repeats=shown.repeats,
            **how,
        )

    def keep(self, label: Label) -> None:
        """Put the label on the disk, then go on to the next pair. Raises Problem, with the pair still shown."""
        self.given.append(self.store.add_label(label))
        self.next()

    def undo(self) -> Label | None:
        """Take the last label back and return to its pair; the pair shown now waits for its turn."""
        label = self.store.undo_label()
        if label is None:
            return None
        self.given = [kept for kept in self.given if kept.event != label.event]
        if self.shown:
            self._turned_back.append(self.shown)
        self.shown = Shown.again(label)
        return label


def missed_gold(label: Label) -> bool:
    """The label is on a pair with a known answer, and says something else; a skip says nothing."""
    return label.purpose == "gold" and label.choice != "skip" and label.verdict != by_the_rule(label)
