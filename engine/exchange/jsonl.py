"""Reading data sets of one JSON object per line; whatever is wrong is said with file, line and field."""

import json
import math
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.errors import Problem

MAX_LINE = 1 << 20  # bytes
MAX_ROWS = 1_000_000

SHAPES: dict[str, tuple[str, ...]] = {
    "preference": ("prompt", "chosen", "rejected"),
    "prompt-completion": ("prompt", "completion"),
    "unpaired": ("prompt", "completion"),
    "prompt": ("prompt",),
    "stepwise": ("prompt",),
    "ranking": ("prompt",),
}
"""The text fields of a row, under the names that TRL gives them. A preference may also carry a number, `margin`; an
unpaired answer has a truth value, `label`: whether it is desirable. A stepwise solution has a list of texts,
`completions`, and as many truth values, `labels`: whether each step is right. TRL has no name for a ranking: here it is
a list of answers, `completions`, and as many whole numbers, `ranks`, 1 for the best; equal ranks are ties."""


class _Fault(Exception):
    """A fault inside one line, on its way to the place that knows the line number."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code, self.params = code, params


def read_rows(path: Path, shape: str) -> list[dict[str, Any]]:
    """All rows of a JSONL file, or none: the first fault ends the reading.

    Each row has exactly the fields of its shape; other columns of the file are left behind. Blank lines are skipped.
    Raises Problem `jsonl.not_found`, `.not_a_file`, `.unreadable`, `.empty`, `.too_many_rows`, and with the line
    number `.line_too_long`, `.not_utf8`, `.broken_json`, `.too_deep`, `.number_too_long`, `.not_an_object`,
    `.duplicate_field`, `.not_finite`, and those of `check_row`.
    """
    return [check_row(row, shape, str(path), number) for number, row in read_objects(path)]


def read_objects(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line number, object) of every line that holds something, whatever its fields are. Raises those Problems of
    `read_rows` that are not of `check_row`."""
    rows = []
    for number, line in _lines(path):
        try:
            rows.append((number, _parse(line)))
        except _Fault as fault:
            raise Problem(f"jsonl.{fault.code}", file=str(path), line=number, **fault.params) from None
        if len(rows) > MAX_ROWS:
            raise Problem("jsonl.too_many_rows", file=str(path), limit=MAX_ROWS)
    if not rows:
        raise Problem("jsonl.empty", file=str(path))
    return rows


def check_row(row: Mapping[str, Any], shape: str, file: str, line: int) -> dict[str, Any]:
    """The fields of `shape` in one row. `file` and `line` say in a Problem where the row came from.

    Raises Problem `jsonl.missing_field`, `.wrong_type`, `.empty_text`, `.bad_text` (half of a surrogate pair),
    `.same_answers` (chosen equals rejected), `.wrong_label`, `.wrong_margin`, `.not_finite` (too large a margin),
    `.wrong_steps`, `.wrong_labels`, `.step_count` (not as many labels as steps), `.wrong_answers`, `.wrong_ranks`,
    `.rank_count` (not as many ranks as answers).
    """
    for field in SHAPES[shape]:
        check_text(_field(row, field, file, line), field, file, line)
    checked: dict[str, Any] = {field: row[field] for field in SHAPES[shape]}
    if shape == "unpaired":
        if not isinstance(row.get("label"), bool):
            raise Problem("jsonl.wrong_label", file=file, line=line)
        checked["label"] = row["label"]
    if shape == "preference":
        if row["chosen"].strip() == row["rejected"].strip():
            raise Problem("jsonl.same_answers", file=file, line=line)
        margin = row.get("margin")
        if margin is not None:
            if isinstance(margin, bool) or not isinstance(margin, int | float):
                raise Problem("jsonl.wrong_margin", file=file, line=line)
            try:
                checked["margin"] = float(margin)
            except OverflowError:  # a whole number of hundreds of digits
                raise Problem("jsonl.not_finite", file=file, line=line, value=f"{str(margin)[:20]}…") from None
    if shape == "stepwise":
        checked |= _steps(row, file, line)
    if shape == "ranking":
        checked |= _ranked(row, file, line)
    return checked


def _field(row: Mapping[str, Any], field: str, file: str, line: int) -> Any:
    if field not in row:
        raise Problem("jsonl.missing_field", file=file, line=line, field=field, found=", ".join(row) or "—")
    return row[field]


def check_text(text: Any, field: str, file: str, line: int) -> None:
    """Raises Problem `jsonl.wrong_type`, `.empty_text` or `.bad_text` unless it is text that can be trained on."""
    if not isinstance(text, str):
        raise Problem("jsonl.wrong_type", file=file, line=line, field=field)
    if not text.strip():
        raise Problem("jsonl.empty_text", file=file, line=line, field=field)
    if any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Problem("jsonl.bad_text", file=file, line=line, field=field)


def _steps(row: Mapping[str, Any], file: str, line: int) -> dict[str, Any]:
    """The steps of a solution with the label of each."""
    steps, labels = _field(row, "completions", file, line), _field(row, "labels", file, line)
    if not isinstance(steps, list) or not steps:
        raise Problem("jsonl.wrong_steps", file=file, line=line)
    for number, step in enumerate(steps, 1):
        check_text(step, f"completions[{number}]", file, line)
    if not isinstance(labels, list) or not all(isinstance(label, bool) for label in labels):
        raise Problem("jsonl.wrong_labels", file=file, line=line)
    if len(labels) != len(steps):
        raise Problem("jsonl.step_count", file=file, line=line, steps=len(steps), labels=len(labels))
    return {"completions": list(steps), "labels": list(labels)}


def _ranked(row: Mapping[str, Any], file: str, line: int) -> dict[str, Any]:
    """The answers to a prompt, two at least and all different, with the rank of each."""
    answers, ranks = _field(row, "completions", file, line), _field(row, "ranks", file, line)
    if not isinstance(answers, list) or len(answers) < 2:
        raise Problem("jsonl.wrong_answers", file=file, line=line)
    for number, answer in enumerate(answers, 1):
        check_text(answer, f"completions[{number}]", file, line)
    if len({answer.strip() for answer in answers}) < len(answers):
        raise Problem("jsonl.wrong_answers", file=file, line=line)
    if not isinstance(ranks, list) or not all(type(rank) is int and rank >= 1 for rank in ranks):
        raise Problem("jsonl.wrong_ranks", file=file, line=line)
    if len(ranks) != len(answers):
        raise Problem("jsonl.rank_count", file=file, line=line, answers=len(answers), ranks=len(ranks))
    return {"completions": list(answers), "ranks": list(ranks)}


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that hold something, numbered from 1, without ever holding a very long one."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # a folder, or a pipe that would block for ever
            raise Problem("jsonl.not_a_file", file=str(path))
        opened = path.open("rb")
    except (FileNotFoundError, NotADirectoryError):
        raise Problem("jsonl.not_found", file=str(path)) from None
    except OSError as error:
        raise Problem("jsonl.unreadable", file=str(path), error=error.strerror) from None
    with opened as file:
        number = 0
        while line := file.readline(MAX_LINE + 1):
            number += 1
            if len(line) > MAX_LINE:
                raise Problem("jsonl.line_too_long", file=str(path), line=number, limit=MAX_LINE)
            if line.strip():
                yield number, line


def _parse(line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(
            line.rstrip().decode("utf-8-sig"), object_pairs_hook=_object, parse_float=_finite, parse_constant=_finite
        )
    except UnicodeDecodeError as error:
        raise _Fault("not_utf8", position=error.start + 1) from None
    except json.JSONDecodeError as error:
        raise _Fault("broken_json", column=error.colno) from None
    except RecursionError:
        raise _Fault("too_deep") from None
    except ValueError:  # a number of thousands of digits
        raise _Fault("number_too_long") from None
    if not isinstance(row, dict):
        raise _Fault("not_an_object")
    return row


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise _Fault("duplicate_field", field=name)
        values[name] = value
    return values


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Fault("not_finite", value=text)
    return value
