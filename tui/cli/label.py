"""`preferably label`: judging pairs with one key per line, on a terminal or from a pipe."""

import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import command, option

if TYPE_CHECKING:
    from engine.store import Label, Store
    from tui.pair_stream import Pair

CHOICES: dict[str, tuple[str, int | None]] = {
    "1": ("left", 3),
    "2": ("left", 2),
    "3": ("left", 1),
    "4": ("tie", None),
    "5": ("right", 1),
    "6": ("right", 2),
    "7": ("right", 3),
    "b": ("both_bad", None),
    "s": ("skip", None),
}
LAYOUT = "lines"
WAIT = 0.1  # seconds between two looks for pairs that are being sampled


@command("label")
@option("--source", default="model", metavar="source", help="label.source")
@option("--count", metavar="number", help="label.count")
def label(source: str, count: str | None) -> None:
    from engine.store import Store

    here = session()
    limit = _limit(count)
    if source not in SOURCES:
        raise Problem("cli.no_such_source", source=source, known=", ".join(SOURCES))
    with Store.open() as store:
        desk = Desk(store, here)
        here.line(here.t("cli.label.keys"))
        desk.work(SOURCES[source](store.seed(), {known.pair_id for known in store.labels()}), limit)
        here.line(here.t("cli.label.done", count=len(desk.given)))
        here.document({"labels": [asdict(given) for given in desk.given]})


def _limit(count: str | None) -> int | None:
    if count is None:
        return None
    if not count.isdecimal() or int(count) < 1:
        raise Problem("cli.not_a_count", value=count)
    return int(count)


@dataclass
class Desk:
    """One sitting: pairs in, labels into the store, each saved before the next is shown."""

    store: "Store"
    here: Session

    def __post_init__(self) -> None:
        self.given: list[Label] = []
        self.keys = sys.stdin

    def work(self, pairs: Iterator["Pair"], limit: int | None) -> None:
        """Show pair after pair until the pairs, the keys or the limit end. `u` shows the pair before once more."""
        again: deque[Pair] = deque()
        shown: list[Pair] = []
        while limit is None or len(self.given) < limit:
            pair = again.popleft() if again else next(pairs, None)
            if pair is None:
                self.here.line(self.here.t("cli.label.no_more"))
                return
            answer = self.ask(pair)
            if answer is None:
                return
            if answer == "u":
                again.appendleft(pair)
                if self.given:
                    self.store.undo(self.given.pop().event)
                    again.appendleft(shown.pop())
                else:
                    self.here.note(self.here.t("cli.label.nothing_to_undo"))
                continue
            shown.append(pair)

    def ask(self, pair: "Pair") -> str | None:
        """Show the pair until a key is given that means something; keep the label it stands for.

        Returns the key, or None for the end: `q`, or no more keys.
        """
        from engine.store.sides import swapped

        before = [known for known in self.store.labels() if known.shown_at]
        showing = sum(known.pair_id == pair.pair_id for known in before)
        swap = swapped(self.store.seed(), pair.pair_id, showing, [known.swapped for known in before])
        left, right = (pair.b, pair.a) if swap else (pair.a, pair.b)
        shown_at, started = datetime.now(UTC).isoformat(), time.monotonic()
        for text in ("", _literal(pair.prompt), f"  A  {_literal(left)}", f"  B  {_literal(right)}"):
            self.here.line(text)
        while True:
            click.echo("> ", nl=False, err=True)
            line = self.keys.readline()
            key = str(line).strip().lower()
            if not line or key == "q":
                return None
            if key == "u":
                return key
            if key in CHOICES:
                break
            self.here.note(self.here.t("cli.label.unknown_key", key=_literal(key)))
        choice, strength = CHOICES[key]
        self._keep(
            pair_id=pair.pair_id, prompt=pair.prompt, left=left, right=right, choice=choice, strength=strength,
            left_source=pair.source, right_source=pair.source, swapped=swap, showing=showing,
            latency_ms=round(1000 * (time.monotonic() - started)), shown_at=shown_at, layout=LAYOUT,
        )
        return key

    def _keep(self, **fields: Any) -> None:
        from engine.store import Label

        self.given.append(self.store.add_label(Label(**fields)))


def shipped(seed: int, known: set[str]) -> Iterator["Pair"]:
    """The shipped pairs that were not judged yet."""
    from tui.pair_stream import shipped_pairs

    return (pair for pair in shipped_pairs(seed) if pair.pair_id not in known)


def sampled(seed: int, known: set[str]) -> Iterator["Pair"]:
    """Pairs of answers of the built-in model, batch after batch, sampled by a process of its own.

    Raises Problem "cli.no_pairs" when that process fails.
    """
    from tui.pair_stream import PairStream

    batch = len(known)
    while True:
        stream = PairStream(seed + batch)
        batch += 1
        try:
            running = True
            while running:
                running = stream.running
                found = stream.read()
                yield from (pair for pair in found if pair.worth_judging and pair.pair_id not in known)
                if running and not found:
                    time.sleep(WAIT)
            failure = stream.failure()
        finally:
            stream.close()
        if failure is not None:
            raise Problem("cli.no_pairs", exit_code=1, reason=failure)


SOURCES: dict[str, Callable[[int, set[str]], Iterator["Pair"]]] = {"model": sampled, "shipped": shipped}


def _literal(text: str) -> str:
    if text.isprintable():
        return text
    from tui.literal import clean

    return clean(text)

