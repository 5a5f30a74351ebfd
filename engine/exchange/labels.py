"""The learner's labels as data sets in TRL's shapes, out and in."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import Problem
from engine.exchange.files import unwritable, write_rows
from engine.exchange.jsonl import check_row, read_objects
from engine.exchange.trail import Imported, import_trail
from engine.labelling.ranking import labels_of, rankings
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


def rows_for_training(labels: Iterable[Label]) -> list[dict[str, Any]]:
    """`prompt, chosen, rejected, margin` of each label that prefers one answer and is there to learn from, in order.

    Ties, skips and "both bad" are left out: a pairwise loss cannot use them. So are the random test share, pairs that
    came a second time, and pairs with a known answer: they measure, and what measures is not trained on (see
    `left_out`). A label without a strength gets margin 0, with which the loss is the one without a margin. A ranking of
    K answers gives up to C(K, 2) rows.
    """
    return [
        {"prompt": label.prompt, "chosen": label.chosen, "rejected": label.rejected, "margin": margin(label)}
        for label in _for_training(labels)
        if label.decisive
    ]


def unpaired_rows(labels: Iterable[Label]) -> list[dict[str, Any]]:
    """`prompt, completion, label` of both answers of each preference, and of two bad ones: KTO can use those too."""
    rows = []
    for label in _for_training(labels):
        if label.decisive:
            rows += [
                {"prompt": label.prompt, "completion": label.chosen, "label": True},
                {"prompt": label.prompt, "completion": label.rejected, "label": False},
            ]
        elif label.choice == "both_bad":
            rows += [{"prompt": label.prompt, "completion": text, "label": False} for text in label.answers]
    return rows


def _for_training(labels: Iterable[Label]) -> list[Label]:
    return [label for label in labels if label.purpose == "train"]


SHAPES: Mapping[str, Callable[[Iterable[Label]], list[dict[str, Any]]]] = {
    "preference": rows_for_training,
    "unpaired": unpaired_rows,
    "ranking": lambda labels: rankings(_for_training(labels)),
}
"""What labels can be exported as; each has the fields of the shape of that name in `engine.exchange.jsonl`."""


def margin(label: Label) -> float:
    """The margin the label came with, or the one that its strength stands for."""
    if label.margin is not None:
        return label.margin
    return MARGINS[label.strength] if label.strength else 0.0


def left_out(labels: Iterable[Label]) -> dict[str, int]:
    """How many labels `rows_for_training` leaves out, by choice or by purpose: `{"tie": 3, "test": 9}`."""
    return dict(
        Counter(
            label.choice if label.purpose == "train" else label.purpose
            for label in labels
            if label.purpose != "train" or not label.decisive
        )
    )


def export_labels(labels: Iterable[Label], path: Path, *, shape: str = "preference", force: bool = False) -> Exported:
    """Write the labels that are there to learn from as JSONL, in one of `SHAPES`.

    Raises Problem exchange.unknown_shape, exchange.no_labels when there would be no row, exchange.no_rankings, and
    those of `write_rows`; nothing is half-written.
    """
    if shape not in SHAPES:
        raise Problem("exchange.unknown_shape", shape=shape, known=", ".join(SHAPES))
    kept = list(labels)
    rows, missing = SHAPES[shape](kept), left_out(kept)
    if shape == "ranking":
        missing = {}
        if not rows:
            raise Problem("exchange.no_rankings")
    if not rows:
        raise Problem("exchange.no_labels", left_out=sum(missing.values()))
    write_rows(rows, path, force=force)
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
    """Add the labels of a JSONL file to the store, all of them or none: preferences (`prompt, chosen, rejected[,
    margin]`), rankings (`prompt, completions, ranks`), or the trail of another store (`engine.exchange.trail`). The
    fields of the first row tell which.

    The answers of the first two were not shown here, so those labels carry no time of showing and say nothing of the
    learner's habits. Importing a file twice adds nothing the second time. Raises the Problem of the first bad line,
    with its number, and exchange.unpaired for answers without a rival.
    """
    rows = read_objects(path)
    first = rows[0][1]
    if "pair_id" in first:
        return import_trail(store, path, rows)
    if "chosen" not in first and "label" in first:
        raise Problem("exchange.unpaired", file=str(path))
    shape = "ranking" if "ranks" in first else "preference"
    known = {(label.pair_id, label.ranking) for label in store.labels() if not label.shown_at}
    added: dict[tuple[str, str], Label] = {}
    found = 0
    for line, row in rows:
        checked = check_row(row, shape, str(path), line)
        labels = _ranked(checked) if shape == "ranking" else [_imported(checked)]
        found += len(labels)
        added |= {(label.pair_id, label.ranking): label for label in labels}
    new = [label for name, label in added.items() if name not in known]
    store.add_labels(new)
    return Imported(added=len(new), known=found - len(new))


def _ranked(row: Mapping[str, Any]) -> list[Label]:
    return labels_of(row["prompt"], row["completions"], row["ranks"], left_source=IMPORTED, right_source=IMPORTED)


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
