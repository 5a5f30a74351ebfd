"""The learner's labels as a preference data set in TRL's shape, out and in."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import Problem
from engine.exchange.files import unwritable, write_file
from engine.store import Label, Store

MARGINS: Mapping[int, float] = {1: 1 / 3, 2: 2 / 3, 3: 1.0}
"""Strength of a preference (1 slightly, 2 clearly, 3 strongly) to the margin m in -log σ(r_w - r_l - m):
the "small" margins of Llama 2 (Touvron 2023, arXiv 2307.09288, section 3.2.2 and Table 27)."""

IMPORTED = "imported"


@dataclass(frozen=True)
class Exported:
    """Where the rows are, how many there are, and how many labels of each choice could not become a row."""

    path: Path
    rows: int
    left_out: dict[str, int]


@dataclass(frozen=True)
class Imported:
    """How many labels were added, and how many rows were there already from an earlier import."""

    added: int
    known: int


def rows_for_training(labels: Iterable[Label]) -> list[dict[str, Any]]:
    """`prompt, chosen, rejected, margin` of each label that prefers one answer, in order.

    Ties, skips and "both bad" are left out: a pairwise loss cannot use them (see `left_out`). A label without a
    strength gets margin 0, with which the loss is the one without a margin.
    """
    return [
        {"prompt": label.prompt, "chosen": label.chosen, "rejected": label.rejected, "margin": margin(label)}
        for label in labels
        if label.decisive
    ]


def margin(label: Label) -> float:
    """The margin the label came with, or the one that its strength stands for."""
    if label.margin is not None:
        return label.margin
    return MARGINS[label.strength] if label.strength else 0.0


def left_out(labels: Iterable[Label]) -> dict[str, int]:
    """How many labels of each choice `rows_for_training` leaves out, e.g. `{"tie": 3, "skip": 1}`."""
    return dict(Counter(label.choice for label in labels if not label.decisive))


def export_labels(labels: Iterable[Label], path: Path, *, audit: bool = False, force: bool = False) -> Exported:
    """Write labels as JSONL: rows for training, or with `audit` every label with all that was recorded of it.

    Raises Problem exchange.no_labels when there would be no row, and those of `write_file`; nothing is half-written.
    """
    kept = list(labels)
    rows = [asdict(label) for label in kept] if audit else rows_for_training(kept)
    missing = {} if audit else left_out(kept)
    if not rows:
        raise Problem("exchange.no_labels", left_out=sum(missing.values()))
    content = "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows)
    write_file(path, content.encode("ascii"), force=force)
    return Exported(path, len(rows), missing)


def new_export_file(kind: str, suffix: str = ".jsonl") -> Path:
    """A name in the learner's exports folder that says what and when (UTC), e.g. `labels-20260131-142501.jsonl`.

    Raises Problem exchange.unwritable when the folder cannot be made.
    """
    folder = paths.exports_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise unwritable(folder, error) from error
    name = f"{kind}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    taken = sum(1 for file in folder.iterdir() if file.name.startswith(name))
    return folder / (f"{name}-{taken + 1}{suffix}" if taken else f"{name}{suffix}")


def import_labels(store: Store, path: Path) -> Imported:
    """Add the preferences of a JSONL file (`prompt, chosen, rejected[, margin]`) to the store, all of them or none.

    The answers were not shown here, so the labels carry no time of showing and say nothing of the learner's habits.
    Importing a file twice adds nothing the second time. Raises the Problem of the first bad line, with its number.
    """
    from engine.exchange.jsonl import read_rows

    known = {label.pair_id for label in store.labels() if not label.shown_at}
    labels: dict[str, Label] = {}
    rows = read_rows(path, "preference")
    for label in map(_imported, rows):
        if label.pair_id not in known:
            labels[label.pair_id] = label
    store.add_labels(labels.values())
    return Imported(added=len(labels), known=len(rows) - len(labels))


def _imported(row: Mapping[str, Any]) -> Label:
    texts = [row["prompt"], row["chosen"], row["rejected"]]
    return Label(
        pair_id=f"{IMPORTED}-{hashlib.blake2b(json.dumps(texts).encode(), digest_size=8).hexdigest()}",
        prompt=texts[0],
        left=texts[1],
        right=texts[2],
        choice="left",
        left_source=IMPORTED,
        right_source=IMPORTED,
        margin=row.get("margin"),
    )
