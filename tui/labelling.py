"""A sitting of labelling: which pair is due, on which side its answers stand, and what was decided about it."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.store.label import Choice, Label
from engine.store.rater import given_here
from engine.store.sides import swapped
from tui.pair_stream import Command, Pair, PairStream, sampler_command, shipped_pairs

if TYPE_CHECKING:
    from engine.store import Store

LOW = 5  # pairs left when the next batch is asked for


@dataclass(frozen=True)
class Shown:
    """A pair as it stands on the screen."""

    pair: Pair
    swapped: bool
    showing: int

    @property
    def left(self) -> str:
        return self.pair.b if self.swapped else self.pair.a

    @property
    def right(self) -> str:
        return self.pair.a if self.swapped else self.pair.b

    @classmethod
    def again(cls, label: Label) -> "Shown":
        """The pair of a label, standing as it stood."""
        a, b = (label.right, label.left) if label.swapped else (label.left, label.right)
        return cls(Pair(label.pair_id, label.prompt, a, b, label.left_source), label.swapped, label.showing)


class Labelling:
    """`shown` is the pair to decide on (None while there is none), `given` the labels of this learner, oldest first.

    `source` is "model" (pairs sampled from the current model, in batches, by `sampler`) or "shipped".
    `failure` is why no more pairs come ("" when a batch held nothing to judge), None while all is well.
    """

    def __init__(self, store: "Store", sampler: Command = sampler_command) -> None:
        self.store = store
        self.sampler = sampler
        self.seed = store.seed()
        self.given = given_here(store.labels())
        self.source = "model"
        self.shown: Shown | None = None
        self.failure: str | None = None
        self.sampled = 0
        self._pairs: deque[Pair] = deque()
        self._stream: PairStream | None = None

    # --- where pairs come from

    def sample(self) -> None:
        """Ask the model for the next batch, unless one is on its way."""
        if self.source != "model" or self._stream is not None:
            return
        self.failure, self.sampled = None, 0
        try:
            self._stream = PairStream((self.seed + len(self.given)) % 2**31, self.sampler)
        except OSError as error:
            self.failure = error.strerror or str(error)

    def poll(self) -> None:
        """Take in the pairs that came since the last call; ask for more when few are left."""
        stream = self._stream
        if stream is not None:
            running = stream.running
            rows = stream.read()
            self.sampled += len(rows)
            added = self._queue(rows)
            if not running:
                self.failure = stream.failure() or ("" if not added and not self._pairs and not self.shown else None)
                self.close()
        elif len(self._pairs) < LOW and self.failure is None:
            self.sample()
        if self.shown is None:
            self.next()

    def change_source(self) -> None:
        """From the model's own pairs to the shipped ones, or back."""
        self.close()
        self.source = "shipped" if self.source == "model" else "model"
        self.failure, self.shown = None, None
        self._pairs.clear()
        if self.source == "shipped":
            self._queue(shipped_pairs(self.seed))
        self.sample()
        self.next()

    def _queue(self, pairs: Iterable[Pair]) -> int:
        """Add the pairs that are worth judging and new, and say how many they were."""
        known = {label.pair_id for label in self.given} | {pair.pair_id for pair in self._pairs}
        if self.shown:
            known.add(self.shown.pair.pair_id)
        new = {pair.pair_id: pair for pair in pairs if pair.worth_judging and pair.pair_id not in known}
        self._pairs.extend(new.values())
        return len(new)

    def close(self) -> None:
        """End the sampling process, if there is one."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    # --- deciding

    def next(self) -> None:
        """Put the next pair on the screen, where there is one."""
        self.shown = None
        if self._pairs:
            pair = self._pairs.popleft()
            showing = sum(label.pair_id == pair.pair_id for label in self.given)
            order = swapped(self.seed, pair.pair_id, showing, [label.swapped for label in self.given])
            self.shown = Shown(pair, order, showing)

    def label(self, choice: Choice, strength: int | None, **how: Any) -> Label:
        """The label that `choice` on the shown pair is; `how` are the fields that the screen knows."""
        assert self.shown is not None
        pair = self.shown.pair
        return Label(
            pair_id=pair.pair_id,
            prompt=pair.prompt,
            left=self.shown.left,
            right=self.shown.right,
            choice=choice,
            strength=strength,
            left_source=pair.source,
            right_source=pair.source,
            swapped=self.shown.swapped,
            showing=self.shown.showing,
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
            self._pairs.appendleft(self.shown.pair)
        self.shown = Shown.again(label)
        return label
