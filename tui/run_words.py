"""What a run's screen says in words: the line of its state, the sentence that matters now, the whole in one line."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from engine.errors import Problem
from engine.runs.events import History
from tui.charts import Chart
from tui.following import Followed, warning
from tui.literal import clean
from tui.numbers import duration, short
from tui.trial_words import verdict_lines
from tui.widgets.run_card import progress, state_text

if TYPE_CHECKING:
    from tui.app import PreferablyApp

DISPLACEMENT = "04#displacement"


def state_line(app: "PreferablyApp", run: Followed, other: Followed | None, width: int) -> Content:
    """`● running   step 38/52   ▰▰▰▱   training   1,190 per second   left 0:04`; what says least goes first where the
    line is too short for all."""
    status = run.status
    parts = {
        "state": state_text(status, app.t(f"runs.state.{status.state}")),
        "step": Content(app.t("runs.step", step=status.step, total=status.total_steps)),
        "bar": progress(status.step, status.total_steps, 16),
    }
    if status.state == "running":
        if phase := status.phase or run.history.phase:
            parts["phase"] = Content(app.t(f"runs.phase.{phase}"))
        if status.throughput:
            parts["throughput"] = Content(app.t("runs.throughput", value=short(status.throughput)))
    left = run.pace.left(status)
    if left is not None:
        parts["left"] = Content(app.t("runs.left", time=duration(left)))
    if other:
        parts["beside"] = Content(app.t("runs.beside", run=clean(other.status.run_id)))
    for name in ("throughput", "bar", "left"):
        if Content("   ").join(parts.values()).cell_length > width:
            parts.pop(name, None)
    return Content("   ").join(parts.values())


def message(app: "PreferablyApp", run: Followed) -> str:
    """What went wrong and the remedy, or a thing worth noticing; empty when all is as it should be."""
    t, status = app.t, run.status
    if status.state == "failed" and status.error:
        problem = Problem(status.error["code"], **status.error["params"])
        return t("runs.failed", sentence=app.sentence(problem), step=run.resume_step)
    if status.state == "interrupted" and (words := run.last_words()):
        return t("runs.now.interrupted_words", step=status.step, resume=run.resume_step, words=clean(words))
    if status.state in ("interrupted", "stopped", "paused", "created"):
        return t(f"runs.now.{status.state}", step=status.step, resume=run.resume_step)
    if said := verdict_lines(app.language, run.history.gate):
        return said[1]  # where the curve turns; what the first says stands in the line of the gate
    found = links(app, run)
    if not found:
        return ""
    more = t("runs.why_more", count=len(found) - 1) if len(found) > 1 else t("runs.why")
    return f"{found[0][0]} {more}"


def links(app: "PreferablyApp", run: Followed) -> list[tuple[str, str]]:
    """What a monitor has said, the newest first, each with the place that explains it."""
    found = [(warning(app.t, event), str(event["chapter"])) for _, event in reversed(run.history.warnings)]
    fell = run.displacement()
    if not found and fell:
        return [(app.t("runs.displacement", fall=short(fell)), DISPLACEMENT)]
    return found


def summary(app: "PreferablyApp", history: History, charts: Sequence[Chart]) -> str:
    """The screen in one line of words, for those who do not see plots."""
    parts = []
    if history.samples and history.samples[-1][1]:
        right = [sum(sample["reason"] == "right" for sample in samples) for _, samples in history.samples]
        parts.append(app.t("runs.right", now=right[-1], before=right[0], count=len(history.samples[-1][1])))
    for chart in charts:
        title = chart_text(app, chart, "title")
        found = chart.find(history.metrics)
        once = dict(reversed(chart.lines))  # of a metric that is drawn twice, the first
        for name, points in ((name, found[name]) for name in reversed(once.values()) if name in found):
            label = title if name in ("train", chart.id) else f"{title} ({line_name(app, chart, name)})"
            parts.append(f"{label} {short(points[0][1])} → {short(points[-1][1])}")
    return " · ".join(parts)


def chart_text(app: "PreferablyApp", chart: Chart, key: str) -> str:
    """Title or meaning of a chart; a metric that the texts do not know goes by its own name."""
    return chart.id if chart.lines[0][1] == chart.id else app.t(f"metric.{chart.id}.{key}")


def line_name(app: "PreferablyApp", chart: Chart, name: str) -> str:
    """The name of one line among several of a chart."""
    return name if name == chart.id else app.t(f"metric.line.{name}")
