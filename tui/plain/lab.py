"""A lab in words: the same steps, the same run and the same gate as on the screen."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from content.labs import STEPS, Lab, lab, labs
from content.questions import predicted, read_as
from engine.errors import Problem
from engine.evaluate import diagnosis
from engine.exchange.labels import rows_for_training
from engine.labs import LABS
from engine.loops.sabotage import CASES, FAULTS
from engine.methods import METHODS
from engine.progress import Done, Record
from engine.runs import supervisor
from tui.evidence import Evidence
from tui.lab_progress import READ, attempts, compared, history_of, keep_report, next_seed, read_progress
from tui.numbers import percent
from tui.plain.asking import Asking
from tui.plain.reader import Reader
from tui.plain.talk import Talk, Typed
from tui.problems import explain

if TYPE_CHECKING:
    from content.questions import Question
    from engine.store import Store

WORDS = ("back", "repeat", "link")


def open_lab(talk: Talk, store: "Store", argument: str) -> None:
    """`01`, or a choice among all. Raises ContentError, Go and Quit."""
    language = talk.here.language
    if not argument:
        passed, found = store.gates_passed(), labs(language)
        talk.heading(talk.here.t("lab.title"))
        marks = {one.id: [talk.here.t("lab.passed_mark")] if one.id in passed else [] for one in found}
        lines = [", ".join([f"{one.id}: {one.title}", f"{one.minutes} min", *marks[one.id]]) for one in found]
        picked = talk.choose(talk.t("choose"), lines)
        assert isinstance(picked, int)
        argument = found[picked].id
    LabWalk(talk, store, lab(argument.zfill(2), language)).work()


class LabWalk:
    """One lab, from the step where the learner left off."""

    def __init__(self, talk: Talk, store: "Store", found: Lab) -> None:
        self.talk, self.store, self.lab = talk, store, found
        self.reader = Reader(talk, store, WORDS, own=found.chapter)
        self.reload()

    def reload(self) -> None:
        """Read the progress again; a finished run's gate goes on record, once."""
        self.progress = read_progress(self.store, self.lab)
        run = self.progress.run
        if run and run.gate:
            self.store.record_gate(self.lab.id, run.run_id, run.gate)

    def finish(self, step: str, **details: Any) -> None:
        """Keep that a step was done, once."""
        if step not in self.progress.done or details.get("data", self.progress.data) != self.progress.data:
            self.store.record(READ, self.lab.id, {"step": step, **details})
        self.reload()

    def work(self) -> None:
        self.store.set_place("lab", lab=self.lab.id)
        threshold = percent(self.lab.threshold)
        self.talk.heading(f"{self.talk.here.t('lab.title')} {self.lab.id}: {self.lab.title}")
        self.talk.line(self.talk.here.t(f"lab.passes_when.{self.lab.gate}", threshold=threshold) + ".")
        step = self.progress.current
        while True:
            typed = self.read(step)
            place = STEPS.index(step)
            match typed.word:
                case "next" | "" if place + 1 == len(STEPS):
                    return
                case "next" | "":
                    following = STEPS[place + 1]
                    if self.progress.open(following):
                        step = following
                    else:
                        name = self.talk.here.t(f"lab.step.{self.progress.current}")
                        self.talk.line(self.talk.here.t("lab.not_yet", step=name))
                        step = self.progress.current
                case "back":
                    step = STEPS[max(0, place - 1)]
                case "link":
                    self.reader.follow(typed.text)

    def read(self, step: str) -> Typed:
        """One step: its result, its text, and the one thing to do in it; the word that leaves it."""
        name = self.talk.here.t(f"lab.step.{step}")
        self.talk.heading(self.talk.t("lab.step", number=STEPS.index(step) + 1, count=len(STEPS), name=name))
        if step == "gate":
            self.say_result()
        typed = self.reader.read(self.lab.section(step), self.ask)
        return typed if typed.word else self.act(step)

    # --- predicting and answering

    def ask(self, question: "Question") -> Typed:
        """A prediction before the run, or a question after it. A prediction made stays as it is once a run exists."""
        kept = self.progress.predictions.get(question.id)
        if question.metric and kept is not None and self.progress.run is not None:
            self.talk.line(question.prompt)
            self.talk.line(self.talk.t("lab.predicted", said=read_as(question, kept["text"])))
            return Typed("", "")
        answered = {id: Record(solved=True) for id in (*self.progress.answers, *self.progress.predictions)}
        asking = Asking(self.talk, self.store, Done(records=answered), WORDS, self.keep)
        return asking.put(question, self.lab.id, self.lab.section(self.progress.current))

    def keep(self, kind: str, question: "Question", payload: Mapping[str, Any]) -> None:
        """Keep an answer as the lab's screen keeps it."""
        if kind != "answer":
            return
        if question.metric is None:
            self.store.record("answer", question.id, {"text": payload["text"], "verdict": payload["verdict"]})
        elif self.progress.run is None:
            text = payload["text"]
            said = {"text": text, "value": predicted(question, text), "metric": question.metric}
            self.store.predict(self.lab.id, {"answers": {**self.progress.predictions, question.id: said}})
        self.reload()

    # --- the one thing to do

    def act(self, step: str) -> Typed:
        match step:
            case "goal":
                self.finish("goal")
            case "data":
                if LABS[self.lab.id].own_labels:
                    return self.choose_data()
                self.finish("data")
            case "run":
                return self.run()
            case "gate" if self.progress.run and self.progress.run.state == "done" and LABS[self.lab.id].by_learner:
                return self.diagnose(self.progress.run.folder)
            case "gate" if self.progress.run and self.progress.run.state == "done":
                self.finish("gate", run_id=self.progress.run.run_id)
            case "next":
                return self.report()
        self.reload()
        return self.stop()

    def stop(self, *words: str) -> Typed:
        """Wait for "next" or another word."""
        return self.talk.ask(self.talk.t("go_on"), (*words, "next", *WORDS))

    def choose_data(self) -> Typed:
        """The shipped pairs, or the learner's own labels where there are some."""
        t, needed = self.talk.here.t, METHODS[self.lab.method].least_labels
        count = len(rows_for_training(self.store.labels()))
        options = [t("lab.shipped"), *([t("lab.labels", count=count)] if count >= needed else [])]
        if 0 < count < needed:
            self.talk.line(t("lab.labels_needed", count=count, needed=needed))
        picked = self.talk.choose(self.talk.t("lab.which_data"), options, ("next", *WORDS))
        if isinstance(picked, str):
            if picked == "next":
                self.finish("data")
            return Typed(picked, "")
        self.finish("data", data=("shipped", "labels")[picked])
        return Typed("next", "")

    def run(self) -> Typed:
        """Start the run, watch it, go on with it; until it is done or the learner leaves it."""
        while True:
            self.reload()
            run = self.progress.run
            if run is None:
                words: tuple[str, ...] = ("start",)
                prompt = self.talk.t("lab.start")
            elif run.alive:
                words, prompt = ("watch", "stop"), self.talk.t("lab.alive", run=run.run_id, step=run.step)
            elif run.state == "done":
                self.talk.line(self.talk.t("lab.done", run=run.run_id))
                return self.stop()
            else:
                words = ("resume", "start")
                prompt = self.talk.t("lab.not_done", run=run.run_id, state=self.talk.here.t(f"runs.state.{run.state}"))
            typed = self.talk.ask(prompt, (*words, "next", *WORDS))
            if typed.word not in words:
                return typed
            try:
                self.do(typed.word)
            except Problem as problem:
                self.talk.line(explain(problem, self.talk.here.language))

    def do(self, word: str) -> None:
        """What the words of a run do. Raises what the supervisor raises, and Problem "cli.stopped_by_you"."""
        from tui.cli.follow import watch
        from tui.cli.outcome import create

        run = self.progress.run
        if word == "stop" and run:
            supervisor.request(run.folder, "stop")
        elif word == "watch" and run:
            watch(run.folder, self.talk.here, drawn=False)
        elif word == "resume" and run:
            watch(run.folder, self.talk.here, begin=lambda: supervisor.resume(run.folder), drawn=False)
        else:
            seed = next_seed(self.store, self.lab, self.progress)
            folder = create(LABS[self.lab.id].recipe(seed, data=self.progress.data))
            self.talk.line(self.talk.t("lab.started", run=folder.name))
            watch(folder, self.talk.here, begin=lambda: supervisor.start(folder), drawn=False)

    def diagnose(self, folder: Path) -> Typed:
        """In the lab that the learner decides: the evidence, a fault for each case, and the verdicts."""
        from tui.cli.cases import show

        talk, store, evidence = self.talk, self.store, Evidence(folder)
        gate = diagnosis.decided(store, folder.name)
        if gate is None:
            show(folder, talk.here)
            faults = list(FAULTS)
            for case in CASES:
                asked = f"{talk.here.t('cases.case', case=case)}: {talk.here.t('cases.question')}"
                names = [talk.here.t(f"cases.fault.{fault}") for fault in faults]
                picked = talk.choose(asked, names, ("next", *WORDS))
                if isinstance(picked, str):
                    return Typed(picked, "")
                diagnosis.choose(store, folder.name, case, faults[picked])
            gate = diagnosis.hand_in(store, folder.name, evidence.seed)
            self.finish("gate", run_id=folder.name)
            self.say_result()
        for case, said in gate["said"].items():
            for line in evidence.verdict(talk.here.language, case, said):
                talk.line(line)
        return self.stop()

    # --- what came of it

    def say_result(self) -> None:
        """What the gate measured, beside what was predicted, and every attempt."""
        from tui.cli.outcome import measure
        from tui.trial_words import verdict_lines
        from tui.widgets.interval_line import two

        talk, run = self.talk, self.progress.run
        history = history_of(self.lab, self.progress) if run else None
        gate = history.gate if history else None
        if gate is None or history is None:
            talk.line(talk.here.t("lab.gate_before"))
            return
        for figure in (gate, *gate.get("details", ())):
            name, value = measure(talk.here, str(figure["id"])), two(figure["value"])
            if figure.get("low") is None:
                talk.line(f"{name}: {value}.")
            else:
                ends = {"low": two(figure["low"]), "high": two(figure["high"])}
                talk.line(talk.t("lab.figure", name=name, value=value, **ends))
        verdict = "lab.passed" if gate["passed"] else "lab.missed"
        talk.line(talk.t(verdict, threshold=two(gate["threshold"])))
        for line in verdict_lines(talk.here.language, gate):
            talk.line(line)
        for line in compared(self.lab, self.progress, history):
            talk.line(line)
        if len(self.progress.attempts) > 1:
            talk.line(talk.here.t("lab.attempts_title"))
            for line in attempts(talk.here.language, self.progress):
                talk.line(line)

    def report(self) -> Typed:
        """Write the report when it is asked for."""
        run = self.progress.run
        typed = self.talk.ask(self.talk.t("lab.report"), ("report", "next", *WORDS))
        if typed.word != "report":
            return typed
        if run is None or run.state != "done":
            self.talk.line(self.talk.here.t("lab.report_none"))
            return self.stop()
        report, copy = keep_report(run.folder, self.lab, self.progress)
        self.finish("next", run_id=run.run_id)
        self.talk.line(self.talk.here.t("lab.report_written", path=report))
        self.talk.line(self.talk.here.t("lab.report_copy", path=copy))
        return self.stop()
