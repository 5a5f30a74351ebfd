"""What the AI judge and the learner's reward model say of pairs: known from the store, or asked and then kept."""

from collections.abc import Iterable
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.errors import Problem
from engine.serving.client import Generator
from engine.serving.verdicts import JUDGE

if TYPE_CHECKING:
    from engine.store import Store

__all__ = ["JUDGE", "Verdicts"]

Asked = tuple[str, str, str, str]
"""(pair id, prompt, a, b)"""


class Verdicts:
    """`of(by)` is P(a is better) by pair id, by the judge or a run. `changes` counts what came in; `problem` is why the
    last request failed. The process is started by the first request."""

    def __init__(self, store: "Store", generator: Generator | None = None) -> None:
        self.store = store
        self.generator = generator or Generator()
        self.changes = 0
        self.problem: Problem | None = None
        self._known: dict[str, dict[str, float]] = {}
        self._asked: dict[str, set[str]] = {}

    def of(self, by: str) -> dict[str, float]:
        if by not in self._known:
            self._known[by] = self.store.verdicts(by)
        return self._known[by]

    @property
    def waiting(self) -> bool:
        """Something was asked that has not come yet."""
        return any(self._asked.values())

    def ask(self, by: str, pairs: Iterable[Asked]) -> None:
        """Ask about the pairs that `by` has not spoken of yet; nothing is asked twice."""
        known, asked = self.of(by), self._asked.setdefault(by, set())
        new = {pair[0]: pair for pair in pairs if pair[0] not in known and pair[0] not in asked}
        if not new:
            return
        self.problem = None
        asked.update(new)
        texts = [[prompt, a, b] for _, prompt, a, b in new.values()]
        future = self.generator.ask("prefer", by=by, pairs=texts)
        future.add_done_callback(lambda done: self._arrived(by, list(new), done))

    def _arrived(self, by: str, pair_ids: list[str], done: "Future[list[float]]") -> None:
        """In the thread of the generator: keep the answer, for the screen to find at its next look."""
        with suppress(CancelledError):
            try:
                said = dict(zip(pair_ids, done.result(), strict=True))
                self.store.add_verdicts(by, said)
                self.of(by).update(said)
            except Problem as problem:
                self.problem = problem
        self._asked[by] -= set(pair_ids)
        self.changes += 1

    def close(self) -> None:
        self.generator.close()
