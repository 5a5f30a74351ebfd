"""The whole trail of the labels, out and in: every label ever given, with what became of it. Nothing is left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from pathlib import Path
from typing import Any

from engine.errors import Problem
from engine.exchange.files import write_rows
from engine.exchange.jsonl import check_text
from engine.store import Label, Store
from engine.store.label import CHOICES, PURPOSES, STRENGTHS

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Imported:
    """How many labels were added, and how many rows were there already."""

    added: int
    known: int


def export_trail(store: Store, path: Path, *, force: bool = False) -> int:
    """Write every label that was ever given, one a line (see `LabelStore.trail`), and say how many. Raises Problem
    exchange.no_labels for none, and those of `write_rows`."""
    rows = store.trail()
    if not rows:
        raise Problem("exchange.no_labels", left_out=0)
    write_rows(rows, path, force=force)
    return len(rows)


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _whole(value: Any) -> bool:
    return type(value) is int and value >= 0


def _number(value: Any) -> bool:
    return type(value) in (int, float)


def _maybe(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: value is None or check(value)


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


TEXTS = ("prompt", "left", "right")
CHECKS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(
        ("pair_id", "left_source", "right_source", "note", "shown_at", "layout", "acquired_by", "ranking", "viewport"),
        (_text, "text"),
    ),
    "choice": (lambda value: value in CHOICES, ", ".join(CHOICES)),
    "purpose": (lambda value: value in PURPOSES, ", ".join(PURPOSES)),
    "strength": (_maybe(lambda value: type(value) is int and value in STRENGTHS), "1, 2, 3, null"),
    **dict.fromkeys(("swapped", "flagged"), (_truth, "true, false")),
    "read_to_end": (_maybe(_truth), "true, false, null"),
    **dict.fromkeys(("showing", "repeats", "revises", "event"), (_whole, "0, 1, 2 …")),
    "latency_ms": (_maybe(_whole), "0, 1, 2 …, null"),
    **dict.fromkeys(("margin", "score"), (_maybe(_number), "0.5, null")),
}
"""What each field of a row may hold, and how to say so; fields that a label does not have are left behind."""


def import_trail(store: Store, path: Path, rows: Sequence[tuple[int, Row]]) -> Imported:
    """Add the labels of a trail that was exported elsewhere, all of them or none; (line number, row) are its rows.

    These labels were given on a screen, so they tell of their rater as they did there. What had been taken back stays
    behind. Numbers of events are given anew, and repeats and revisions go on pointing at what they pointed at.
    Raises Problem `jsonl.wrong_value`, `jsonl.wrong_strength`, `exchange.lost_label` and those of `check_text`, with
    the line.
    """
    checked = [(line, row, _label(row, str(path), line)) for line, row in rows]
    kept = [(line, label) for line, row, label in checked if row.get("undone") is None]
    standing = {(label.pair_id, label.shown_at, label.choice): label.event for label in store.first_labels()}
    standing |= {(label.pair_id, label.shown_at, label.choice): label.event for label in store.labels()}
    with store.together():
        renamed: dict[int, int] = {0: 0}
        added = 0
        for line, label in kept:
            key = (label.pair_id, label.shown_at, label.choice)
            if key in standing:
                renamed[label.event] = standing[key]
                continue
            if label.revises not in renamed:  # a revision means nothing without what it revises
                raise Problem("exchange.lost_label", file=str(path), line=line, event=label.revises)
            moved = replace(label, revises=renamed[label.revises], repeats=renamed.get(label.repeats, 0))
            renamed[label.event] = standing[key] = store.add_label(moved).event
            added += 1
    return Imported(added=added, known=len(kept) - added)


def _label(row: Row, file: str, line: int) -> Label:
    """The label of a row, checked field by field."""
    values: dict[str, Any] = {}
    for field in fields(Label):
        name = field.name
        if name not in row:
            if field.default is not MISSING:
                continue
            raise Problem("jsonl.missing_field", file=file, line=line, field=name, found=", ".join(row) or "—")
        if name in TEXTS:
            check_text(row[name], name, file, line)
        else:
            check, need = CHECKS[name]
            if not check(row[name]):
                raise Problem("jsonl.wrong_value", file=file, line=line, field=name, need=need)
        values[name] = row[name]
    try:
        return Label(**values)
    except ValueError:
        raise Problem("jsonl.wrong_strength", file=file, line=line) from None
