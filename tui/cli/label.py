"""`preferably label`: judging pairs with one key per line, on a terminal or from a pipe."""

import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import command, option
from tui.problems import literally

if TYPE_CHECKING:
    from engine.store import Label
    from engine.store.label import Choice
    from tui.labelling import Labelling, Shown

KEYS: "dict[str, tuple[Choice, int | None]]" = {
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
UNDO, QUIT, FLAG = "u", "q", "f"
SOURCES = ("model", "shipped")
LAYOUT = "lines"
WAIT = 0.1  # seconds between two looks for pairs that are being sampled


@command("label")
@option("--source", default="model", metavar="source", help="label.source")
@option("--count", metavar="number", help="label.count")
def label(source: str, count: str | None) -> None:
    from engine.store import Store
    from tui import pair_stream
    from tui.labelling import Labelling

    if count is not None and not (count.isdecimal() and int(count) > 0):
        raise Problem("cli.not_a_count", value=count)
    if source not in SOURCES:
        raise Problem("cli.no_such_source", source=source, known=", ".join(SOURCES))
    here = session()
    with Store.open() as store:
        labelling = Labelling(store, pair_stream.sampler_command)
        if source != labelling.source:
            labelling.change_source()
        desk = Desk(labelling, here)
        here.line(here.t("cli.label.keys"))
        try:
            desk.work(None if count is None else int(count))
        finally:
            labelling.close()
    here.line(here.t("cli.label.done", count=len(desk.given)))
    here.document({"labels": [asdict(given) for given in desk.given]})


class Desk:
    """One sitting at a shell: pairs out, keys in, each label saved before the next pair is shown."""

    def __init__(self, labelling: "Labelling", here: Session) -> None:
        self.labelling = labelling
        self.here = here
        self.given: list[Label] = []
        self.flagged, self.note = False, ""

    def work(self, limit: int | None) -> None:
        """Until the limit, the pairs or the keys end. Raises Problem "cli.no_pairs" when none can be sampled."""
        while limit is None or len(self.given) < limit:
            shown = self.next_pair()
            if shown is None:
                self.here.line(self.here.t("cli.label.no_more"))
                return
            shown_at, started = datetime.now(UTC).isoformat(), time.monotonic()
            key = self.ask(shown)
            if key == QUIT:
                return
            if key == UNDO:
                self.undo()
                continue
            taken = round(1000 * (time.monotonic() - started))
            choice, strength = KEYS[key]
            when = {"latency_ms": taken, "shown_at": shown_at, "layout": LAYOUT}
            label = self.labelling.label(choice, strength, flagged=self.flagged, note=self.note, **when)
            self.labelling.keep(label)
            self.given.append(self.labelling.given[-1])
            self.flagged, self.note = False, ""
            self.explain(self.given[-1])

    def next_pair(self) -> "Shown | None":
        """The pair that is due, waited for while the model is sampling; None when there are no more."""
        while True:
            self.labelling.poll()
            if self.labelling.shown is not None:
                return self.labelling.shown
            if self.labelling.failure:
                raise Problem("cli.no_pairs", exit_code=1, reason=self.labelling.failure)
            if self.labelling.failure is not None or self.labelling.source == "shipped":
                return None
            time.sleep(WAIT)

    def ask(self, shown: "Shown") -> str:
        """Show the pair, and read lines until one is a key. The end of the input is `q`."""
        from engine.world.prompts import readable

        for text in ("", literally(readable(shown.pair.prompt)), f"  A  {literally(shown.left)}"):
            self.here.line(text)
        self.here.line(f"  B  {literally(shown.right)}")
        while True:
            if sys.stdin.isatty():
                click.echo("> ", nl=False, err=True)
            line = sys.stdin.readline()
            key = line.strip().lower() if line else QUIT
            if key in KEYS or key in (UNDO, QUIT):
                return key
            if key == FLAG:
                self.flagged = not self.flagged
                self.here.note(self.here.t("label.flagged" if self.flagged else "label.unflagged"))
                continue
            self.here.note(self.here.t("cli.label.unknown_key", key=literally(key)))

    def explain(self, label: "Label") -> None:
        """After a pair with a known answer that was missed, what it was; it blocks nothing."""
        from tui.labelling import missed_gold

        if missed_gold(label):
            self.here.note(self.here.t("label.gold_said", better=literally(label.answers[0])))

    def undo(self) -> None:
        """Take back the last label of this sitting; its pair is shown once more."""
        if not self.given:
            self.here.note(self.here.t("cli.label.nothing_to_undo"))
            return
        self.labelling.undo()
        self.given.pop()
