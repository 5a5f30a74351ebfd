"""Runs beside each other: the curves that they share, what differs in their recipes, and what came of each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.runs.recipe import Recipe
from tui.charts import charts_for
from tui.following import Followed
from tui.numbers import short
from tui.widgets.interval_line import numbers

MOST = 6
LETTERS = "ABCDEF"
SHOWN = 6
"""Curves whose last values stand in the table of outcomes."""
Say = Callable[..., str]
Row = tuple[str, ...]  # its name, then a cell for each run


@dataclass(frozen=True)
class Curve:
    """One metric that several runs have; `chart` and `line` name it as on a run's own screen."""

    metric: str
    chart: str
    line: str

    def title(self, t: Say) -> str:
        """Its name; a metric that the texts do not know goes by its own."""
        if self.line == self.chart:
            return self.metric
        title = t(f"metric.{self.chart}.title")
        return title if self.line == "train" else f"{title}, {t(f'metric.line.{self.line}')}"


def curves(sides: Sequence[Followed]) -> list[Curve]:
    """The metrics that two or more of the runs have, the most telling first."""
    names = dict.fromkeys(metric for side in sides for metric in side.history.metrics)
    shared = {name for name in names if sum(name in side.history.metrics for side in sides) > 1}
    return [
        Curve(metric, chart.id, line) for chart in charts_for(names) for metric, line in chart.lines if metric in shared
    ]


def differences(recipes: Sequence[Recipe]) -> list[tuple[str, list[Any]]]:
    """The settings in which some recipes differ: (name, the value of each; None where a method has no such setting)."""
    values = [
        {"method": each.method, "model": each.model, "data": each.data, "seed": each.seed, **each.hyper}
        for each in recipes
    ]
    names = dict.fromkeys(name for each in values for name in each)
    rows = [(name, [each.get(name) for each in values]) for name in names]
    return [(name, row) for name, row in rows if any(value != row[0] for value in row)]


def difference_rows(recipes: Sequence[Recipe], t: Say) -> list[Row]:
    """The same as cells, and where a fork comes from."""
    rows = [(name, *("–" if value is None else str(value) for value in row)) for name, row in differences(recipes)]
    if any(recipe.parent for recipe in recipes):
        parents = (
            f"{short_name(str(recipe.parent['run']))}, {recipe.parent['step']}" if recipe.parent else "–"
            for recipe in recipes
        )
        rows.append((t("runs.parent"), *parents))
    return rows


def outcome_rows(sides: Sequence[Followed], t: Say) -> list[Row]:
    """State, steps, gate, and the last values of the first curves."""
    rows = [
        (t("runs.column.state"), *(t(f"runs.state.{side.status.state}") for side in sides)),
        (t("runs.column.step"), *(f"{side.status.step}/{side.status.total_steps}" for side in sides)),
        (t("runs.column.gate"), *(_gate(side, t) for side in sides)),
    ]
    for curve in curves(sides)[:SHOWN]:
        values = (side.history.latest(curve.metric) for side in sides)
        rows.append((curve.title(t), *("–" if value is None else short(value) for value in values)))
    return rows


def _gate(side: Followed, t: Say) -> str:
    gate = side.history.gate
    if gate is None:
        return t("runs.gate_none")
    return f"{'✓' if gate['passed'] else '✗'} {numbers(gate)}"


def short_name(run_id: str) -> str:
    """`dpo-brave-otter-12` → `otter-12`: enough to tell two runs apart in a legend."""
    return "-".join(run_id.split("-")[-2:])
