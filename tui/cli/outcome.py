"""What came of a run, as a document and as a table: status, gate, the figures beside it."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from content.text import sentences
from engine.runs.status import RunStatus
from tui.cli.session import Session


def run_fields(status: RunStatus) -> dict[str, Any]:
    """A run as a document shows it."""
    return {
        "run": status.run_id,
        "folder": str(status.folder),
        "method": status.method,
        "lab": status.lab,
        "state": status.state,
        "step": status.step,
        "total_steps": status.total_steps,
        "gate": status.gate,
    }


def measure(here: Session, name: str) -> str:
    """What a gate or a figure measures, in words; one that the texts do not know goes by its own name."""
    return sentences(here.language).get(f"gate.measure.{name}", name)


def gate_lines(gate: Mapping[str, Any], here: Session, width: int = 40) -> list[str]:
    """The gate on a line of numbers, the verdict in words, and every further figure with its interval."""
    from tui.trial_words import verdict_lines
    from tui.widgets.interval_line import draw, numbers, two

    verdict = f"✓ {here.t('gate.passed')}" if gate["passed"] else f"✗ {here.t('gate.missed')}"
    details = [(measure(here, str(detail["id"])), numbers(detail)) for detail in gate.get("details", ())]
    widest = max((len(name) for name, _ in details), default=0)
    return [
        measure(here, str(gate["id"])),
        f"  > {two(gate['threshold'])}  {draw(gate, width)}  {numbers(gate)}  {verdict}",
        *(f"    {name:<{widest}}  {value}" for name, value in details),
        *verdict_lines(here.language, gate),
    ]


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in (heads, *rows)) for column in range(len(heads))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in (heads, *rows)
    ]


def remember(status: RunStatus, gate: Mapping[str, Any] | None) -> None:
    """Enter the run, and what its lab's gate decided, in the learner's store: the app shows both."""
    from engine.labs import LABS
    from engine.store import Store

    with Store.open() as store:
        if all(known["run_id"] != status.run_id for known in store.runs()):
            store.index_run(status.run_id, status.method, status.lab, status.folder)
        if status.lab is not None and gate is not None and not LABS[status.lab].by_learner:
            store.record_gate(status.lab, status.run_id, gate)


def create(recipe: Any) -> Path:
    """The folder of a new run, with the learner's own labels where the recipe takes them.

    The run is entered in the store at once: one that cannot be written to is found out before hours of training.
    """
    from engine.exchange.own import rows_for_run
    from engine.runs import library
    from engine.store import Store

    with Store.open() as store:
        folder = library.create(recipe, rows_for_run(store.labels(), recipe))
        store.index_run(folder.name, recipe.method, recipe.lab, folder)
    return folder
