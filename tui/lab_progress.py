"""How far a learner is in a lab: a fold over the store's events and the lab's runs, so that nothing has to be kept."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from content.labs import STEPS, Lab
from content.questions import read_as
from content.text import say
from engine import paths
from engine.forecasts.forecast import read
from engine.forecasts.scoring import measured, score
from engine.labs import LABS
from engine.loops.sabotage import hidden
from engine.runs import library
from engine.runs.events import History, fold, read_events
from engine.runs.faults import explain
from engine.runs.recipe import Recipe
from engine.runs.status import RunStatus
from tui.charts import CHARTS
from tui.numbers import percent, short
from tui.report import HTML, write_report
from tui.widgets.interval_line import numbers

if TYPE_CHECKING:
    from engine.store import Store

READ = "lab_step"  # kind of the event that a step was read (payload: step, and what was chosen in it)
GOOD = ("correct", "recorded")


@dataclass(frozen=True)
class Progress:
    """`done` are the finished steps, `run` the latest attempt, `predictions` what was said, by question."""

    done: frozenset[str] = frozenset()
    data: str = "shipped"
    run: RunStatus | None = None
    attempts: tuple[RunStatus, ...] = ()
    predictions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    answers: Mapping[str, str] = field(default_factory=dict)

    @property
    def current(self) -> str:
        """The first step that is not done; the last one when all are."""
        return next((step for step in STEPS if step not in self.done), STEPS[-1])

    def open(self, step: str) -> bool:
        """Whether the step may be visited: it is done, or it is the next one."""
        return step in self.done or step == self.current


def read_progress(store: "Store", lab: Lab) -> Progress:
    """What the store and the shelf of runs say about this lab."""
    read = [event.payload for event in store.events(READ, lab.id)]
    runs = [run for run in library.list_runs() if run.lab == lab.id and run.method == lab.method]
    attempts = tuple(decided(store, lab, runs) if LABS[lab.id].by_learner else runs)
    run = attempts[0] if attempts else None
    predictions = (store.prediction(lab.id) or {}).get("answers", {})
    answered = {event.item: event.payload for event in store.events("answer") if event.payload["verdict"] in GOOD}
    answers = {question.id: answered[question.id]["text"] for question in lab.questions if question.id in answered}
    done = {payload["step"] for payload in read if payload["step"] in ("goal", "data")}
    if predictions.keys() >= {question.id for question in lab.predictions}:
        done.add("predict")
    if run and run.state == "done":
        done.add("run")
        # The gate and the report belong to one attempt: a new one has its own.
        done |= {payload["step"] for payload in read if payload.get("run_id") == run.run_id}
    if len(answers) == len(lab.questions):
        done.add("questions")
    chosen = [payload["data"] for payload in read if "data" in payload]
    return Progress(frozenset(done), chosen[-1] if chosen else "shipped", run, attempts, predictions, answers)


def decided(store: "Store", lab: Lab, runs: Sequence[RunStatus]) -> list[RunStatus]:
    """The runs with the gates that the learner decided instead of their own; none while nothing was handed in."""
    gates = {attempt["run_id"]: attempt["gate"] for attempt in store.gates(lab.id)}
    return [replace(run, gate=gates.get(run.run_id)) for run in runs]


def history_of(lab: Lab, progress: Progress) -> History:
    """The history of the latest attempt, with the gate that the lab goes by."""
    history = fold(read_events(progress.run.folder)) if progress.run else History()
    if progress.run and LABS[lab.id].by_learner:
        history.gate = progress.run.gate
    return history


def next_seed(store: "Store", lab: Lab, progress: Progress) -> int:
    """Every attempt has a seed of its own, and in a lab that the learner decides every learner has too."""
    first = store.seed() if LABS[lab.id].by_learner else 0
    return (first + len(progress.attempts)) % 2**32


def compared(lab: Lab, progress: Progress, history: History) -> list[str]:
    """Each prediction beside what was measured, as a line; the gate's also against its interval."""
    lines = []
    for question in lab.predictions:
        kept = progress.predictions.get(question.id)
        if kept is None:
            continue
        said, value = read_as(question, kept["text"]), measured(question.metric or "", history)
        if value is None:
            words = say(lab.language, "lab.prediction_unknown", said=said)
        else:
            shown = percent(value) if question.percent else short(value)
            words = say(lab.language, "lab.prediction_said", said=said, measured=shown)
        gate = history.gate
        if question.metric == "gate" and gate and gate.get("low") is not None:
            inside = gate["low"] <= kept["value"] <= gate["high"]
            words += ", " + say(lab.language, "lab.inside" if inside else "lab.outside")
        lines.append(f"{metric_title(lab.language, question.metric or '')}: {words}")
    return lines + _forecast(lab, progress, history)


def _forecast(lab: Lab, progress: Progress, history: History) -> list[str]:
    """What was forecast besides the lab's own questions, and what became of it."""
    from tui.forecast_words import line, sign

    asked = {question.id for question in lab.predictions}
    found = (read(id, lab.id, kept) for id, kept in progress.predictions.items() if id not in asked)
    judged = [(forecast, score(forecast, history)) for forecast in found if forecast is not None]
    return [f"{sign(outcome)} {line(lab.language, forecast, outcome)}" for forecast, outcome in judged]


def metric_title(language: str, metric: str) -> str:
    """The name of what a prediction is about, as the charts have it."""
    if metric == "gate":
        return say(language, "gate.title")
    chart = next((chart for chart in CHARTS for name, _ in chart.lines if name == metric), None)
    if chart is None:
        return metric
    title = say(language, f"metric.{chart.id}.title")
    line = next(name for metric_name, name in chart.lines if metric_name == metric)
    return title if line == "train" else f"{title} ({say(language, f'metric.line.{line}')})"


def attempts(language: str, progress: Progress) -> list[str]:
    """Every attempt at the lab as a line, the first one first: none is forgotten."""
    lines = []
    for run in reversed(progress.attempts):
        seed = Recipe.read(run.folder / "recipe.json").seed
        if run.gate:
            verdict = say(language, "gate.passed" if run.gate["passed"] else "gate.missed")
            lines.append(say(language, "lab.attempt_line", seed=seed, numbers=numbers(run.gate), verdict=verdict))
        else:
            state = say(language, f"runs.state.{run.state}")
            lines.append(say(language, "lab.attempt_open", seed=seed, state=state))
    return lines


def diagnosed(lab: Lab, progress: Progress) -> list[tuple[str, str]]:
    """Each case with what the learner took it for and what it was, once that is decided; nothing in other labs."""
    run = progress.run
    if run is None or run.gate is None or not LABS[lab.id].by_learner:
        return []
    faults = hidden(Recipe.read(run.folder / "recipe.json").seed)
    lines = []
    for case, said in run.gate["said"].items():
        names = {"fault": say(lab.language, f"cases.fault.{faults[case]}"), "case": case}
        key = "cases.right" if said == faults[case] else "cases.wrong"
        words = say(lab.language, key, **names, said=say(lab.language, f"cases.fault.{said}"))
        lines.append((say(lab.language, "cases.case", case=case), words))
    return lines


def told(folder: Path, lab: Lab, progress: Progress) -> dict[str, Any]:
    """What the learner predicted and answered, and how the predictions fared, as `write_report` takes it."""
    return {
        "prediction": [
            (question.prompt, read_as(question, progress.predictions[question.id]["text"]))
            for question in lab.predictions
            if question.id in progress.predictions
        ],
        "answers": [
            (question.prompt, read_as(question, progress.answers[question.id]))
            for question in lab.questions
            if question.id in progress.answers
        ]
        + diagnosed(lab, progress),
        "compared": compared(lab, progress, history_of(lab, progress)),
    }


def keep_report(folder: Path, lab: Lab, progress: Progress) -> tuple[Path, Path]:
    """Write the run's report with what the learner predicted and answered; returns it and its copy in the exports.

    Raises the Problems of `write_report`, and `runs.disk_full` or `runs.folder_read_only` for the copy.
    """
    report = write_report(folder, lab.language, **told(folder, lab, progress))
    copy = paths.exports_folder() / f"lab-{lab.id}-{folder.name}"
    try:
        shutil.copytree(folder / "report", copy / "report", dirs_exist_ok=True)
        for file in (report, report.with_name(HTML)):
            shutil.copy(file, copy / file.name)
    except OSError as error:
        raise explain(error, copy) from error
    return report, copy / "report.md"
