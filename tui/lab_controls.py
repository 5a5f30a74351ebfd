"""What stands beside the text of a lab's step: the result it talks about, and the one thing to do."""

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from content.labs import Lab
from engine.evaluate.diagnosis import chosen
from engine.labs import LABS
from engine.methods import METHODS
from tui.lab_progress import Progress, attempts, compared, history_of
from tui.literal import literal
from tui.trial_words import verdict_lines
from tui.widgets.choices import Choices
from tui.widgets.interval_line import IntervalLine

if TYPE_CHECKING:
    from tui.app import PreferablyApp


def result(app: "PreferablyApp", lab: Lab, progress: Progress, step: str) -> list[Widget]:
    """In the step of the gate: what it measured, what was predicted, and every attempt."""
    if step != "gate":
        return []
    history = history_of(lab, progress)
    if history.gate is None and diagnosable(lab, progress):
        count = len(chosen(app.store, progress.attempts[0].run_id))
        return [Static(literal(app.t("cases.said", count=count)), classes="quiet words")]
    if history.gate is None:
        return [Static(literal(app.t("lab.gate_before")), classes="quiet words")]
    line = IntervalLine()
    line.show(history.gate)
    words = [literal(text) for text in verdict_lines(app.language, history.gate)]
    words = [Content.styled(app.t("gate.verdict"), "bold"), *words, Content("")] if words else []
    words.append(Content.styled(app.t("lab.predictions"), "bold"))
    words += [literal(text) for text in compared(lab, progress, history)]
    if len(progress.attempts) > 1:
        words.append(Content.styled(app.t("lab.attempts_title"), "bold"))
        words += [literal(text) for text in attempts(app.language, progress)]
    return [line, Static(Content("\n").join(words), classes="words")]


def diagnosable(lab: Lab, progress: Progress) -> bool:
    """There are cases to look at."""
    return LABS[lab.id].by_learner and progress.run is not None and progress.run.state == "done"


def controls(app: "PreferablyApp", lab: Lab, progress: Progress, step: str, labels: int) -> list[Widget]:
    """The one thing to do in a step; `labels` is how many of the learner's own can be trained on."""
    match step:
        case "data" if LABS[lab.id].own_labels:
            return [data_choice(app, progress, labels, METHODS[lab.method].least_labels)]
        case "predict":
            kept = "predict" in progress.done
            words = [app.t("lab.predicted_kept" if kept else "lab.answer_first")]
            words += [app.t("forecast.offer")] if progress.run is None else []
            return [Static(literal("\n".join(words)), classes="quiet")]
        case "run" if progress.run is None:
            return [Button(app.t("lab.start"), id="start", variant="primary", compact=True)]
        case "gate" if diagnosable(lab, progress):
            label = app.t("cases.open_again" if progress.attempts[0].gate else "cases.open")
            return [Button(label, id="cases", variant="primary", compact=True)]
        case "questions":
            left = len(lab.questions) - len(progress.answers)
            return [Static(literal(app.t("lab.questions_left", count=left)), classes="quiet")] if left else []
        case "next":
            return [Button(app.t("lab.report"), id="report", variant="primary", compact=True)]
    return []


def data_choice(app: "PreferablyApp", progress: Progress, labels: int, needed: int) -> OptionList:
    """The shipped pairs, or the learner's own labels where there are enough."""
    enough = labels >= needed
    few = "lab.labels_few" if needed == 1 else "lab.labels_needed"
    own = app.t("lab.labels", count=labels) if enough else app.t(few, count=labels, needed=needed)
    options = []
    for id, text in (("shipped", app.t("lab.shipped")), ("labels", own)):
        sign = "◉" if id == progress.data else "○"
        options.append(Option(Content(f"{sign} {text}"), id=id, disabled=id == "labels" and not enough))
    choice = Choices(*options, id="data")
    choice.highlighted = 1 if progress.data == "labels" and enough else 0
    return choice
