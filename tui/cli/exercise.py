"""`preferably exercise`: questions on a plain terminal, with hints and verdicts, and how each exercise stands."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import click

from engine.errors import Problem
from tui.cli.session import Session, session
from tui.cli.translated import argument, command, option
from tui.problems import literally

if TYPE_CHECKING:
    from content.exercises import Found
    from content.questions import Question, Verdict
    from engine.progress import Done
    from engine.store import Store
    from tui.attempt import Attempt

KEYS = HINT, SOLUTION, AGAIN, SKIP, QUIT = "?", "!", "n", "s", "q"


@command("exercise")
@argument("id", required=False)
@option("--seed", metavar="number", help="exercise.seed")
def exercise(id: str | None, seed: str | None) -> int:
    from engine.store import Store
    from tui.course import read_done

    here = session()
    if seed is not None and not (seed.isdecimal() and len(seed) < 19):
        raise Problem("exercise.not_a_seed", value=seed)
    with Store.open() as store:
        done = read_done(store)
        if id is None:
            list_exercises(done, here)
            return 0
        asked = [Asked(found) for found in chosen(id, done, here)]
        Desk(store, done, here, None if seed is None else int(seed)).work(asked)
    solved = all(one.solved for one in asked)
    here.document({"solved": solved, "questions": [one.fields() for one in asked]})
    return 0 if solved else 1


def chosen(id: str, done: "Done", here: Session) -> "list[Found]":
    """The questions meant by an id: of a question (`03-beta-one`), an exercise (`03#closed-form`), or a chapter
    (`03`), of which those come that are not done. Raises Problem "exercise.unknown"."""
    from content.exercises import everything

    known = everything(here.language)
    if id in known:
        return [known[id]]
    chapter, _, part = id.partition("#")
    asked = [one for one in known.values() if one.in_exercises and one.chapter == chapter]
    if part:
        asked = [one for one in asked if one.section.id == part]
    else:
        asked = [one for one in asked if not done.record(one.question.id).solved] or asked
    if not asked:
        ids = [*known, *(f"{one.chapter}#{one.section.id}" for one in known.values() if one.in_exercises)]
        close = get_close_matches(id, ids, n=1, cutoff=0.4)
        raise Problem("exercise.unknown_close" if close else "exercise.unknown", id=id, close="".join(close))
    return asked


@dataclass
class Asked:
    """A question of this call, and how it went."""

    found: "Found"
    attempt: "Attempt | None" = None
    answers: list[dict[str, Any]] = field(default_factory=list)

    @property
    def solved(self) -> bool:
        return self.attempt is not None and self.attempt.solved

    def fields(self) -> dict[str, Any]:
        """It, as a document shows it."""
        attempt = self.attempt
        question = attempt.question if attempt else self.found.question
        return {
            "id": question.id,
            "type": question.type,
            "seed": question.seed,
            "prompt": question.prompt,
            "options": list(question.options),
            "solved": self.solved,
            "hints": attempt.hints if attempt else 0,
            "solution": attempt.solution_shown if attempt else False,
            "answers": self.answers,
        }


class Leave(Exception):
    """The learner leaves the question by this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class Desk:
    """Questions out, answers in; each is kept before the next line is read."""

    def __init__(self, store: "Store", done: "Done", here: Session, seed: int | None) -> None:
        self.store, self.done, self.here, self.seed = store, done, here, seed

    def work(self, asked: Sequence[Asked]) -> None:
        """Until the questions or the lines of the input end."""
        self.here.line(self.t("keys"))
        for number, one in enumerate(asked, 1):
            self.here.line()
            self.here.line(f"── {number}/{len(asked)} · {one.found.chapter} · {one.found.section.title}")
            try:
                while not self.ask(one):
                    pass
            except Leave as leave:
                if leave.key == QUIT:
                    break
        self.here.line()
        self.here.line(self.t("done", solved=sum(one.solved for one in asked), asked=len(asked)))

    def t(self, key: str, **params: Any) -> str:
        return self.here.t(f"exercise.cli.{key}", **params)

    def ask(self, one: Asked) -> bool:
        """Ask it until it is answered; False when it is to be asked again, with other numbers."""
        from tui.attempt import SEED, Attempt

        if one.attempt is None:
            record = self.done.record(one.found.question.id)
            seed = record.unsolved_seed if self.seed is None else self.seed
            seen = record.seen if self.seed is None else ()
            one.attempt = Attempt.begin(one.found.question, SEED if seed is None else seed, seen)
        attempt = one.attempt
        self.here.line(attempt.question.prompt)
        try:
            if attempt.question.steps:
                self.derive(one, attempt)
            else:
                self.solve(one, attempt, attempt)
        except Leave as leave:
            if leave.key != AGAIN:
                raise
            one.attempt = attempt.again()
            return False
        self.explain(attempt)
        return True

    def derive(self, one: Asked, whole: "Attempt") -> None:
        """The steps of a derivation, one after the other."""
        from tui.attempt import Attempt

        last: Verdict | None = None
        for number, step in enumerate(whole.question.steps, 1):
            attempt = Attempt(step)
            self.here.line(f"{number}/{len(whole.question.steps)}  {step.prompt}")
            last = self.solve(one, attempt, attempt if step.hints else whole)
            whole.helped |= attempt.solution_shown
            if step.explanation:
                self.here.line(f"    {step.explanation}")
        assert last is not None
        whole.judged("", last)
        self.keep("answer", whole.question, whole.payload())

    def solve(self, one: Asked, attempt: "Attempt", helper: "Attempt") -> "Verdict":
        """Read answers to a question, or to a step of it, until one is good. `helper` has the hints. Raises Leave."""
        from content.questions import sentence

        question = attempt.question
        for place, text in enumerate(question.options, 1):
            self.here.line(f"  {place}  {text}")
        while True:
            text = self.read()
            key = self.key(text, question)
            if key in (HINT, SOLUTION):
                self.help(helper if key == HINT else attempt, give_up=key == SOLUTION)
                continue
            if key is not None:
                raise Leave(key)
            verdict = attempt.answer(text)
            said = sentence(verdict, self.here.language)
            self.here.line(said)
            one.answers.append({"question": question.id, "text": text, "verdict": verdict.code, "sentence": said})
            if verdict.counts:
                self.keep("answer", question, attempt.payload())
            if verdict.good:
                return verdict

    def key(self, text: str, question: "Question") -> str | None:
        """The key that a line is, None for an answer. A symbol of the question is an answer."""
        return text if text in KEYS and text not in question.symbols else None

    def help(self, attempt: "Attempt", *, give_up: bool) -> None:
        """The next tier of help, or at once the solution."""
        if give_up:
            attempt.give_up()
        elif not attempt.help():
            self.here.line(self.t("no_more"))
            return
        tier = attempt.hints
        seen = {"tier": tier, "seed": attempt.question.seed, "solution": attempt.solution_shown}
        self.keep("hint", attempt.question, seen)
        if tier <= len(attempt.question.hints):
            head = self.here.t("exercise.hint", number=tier, count=len(attempt.tiers))
        else:
            head = self.here.t("exercise.solution")
        self.here.line(f"{head} {attempt.tiers[tier - 1]}" if attempt.tiers else self.t("no_more"))

    def explain(self, attempt: "Attempt") -> None:
        """Why; and of an answer in words, what a good one contains."""
        question = attempt.question
        if attempt.solution_shown and question.type != "free":
            self.here.line(self.t("not_counted"))
        elif question.explanation:
            name = "model_answer" if question.type == "free" else "explanation"
            self.here.line(f"{self.here.t(f'exercise.{name}')} {question.explanation}")
        if question.rubric:
            self.tick(question)

    def tick(self, question: "Question") -> None:
        """Let the learner say which points of the rubric the answer has."""
        self.here.line(self.here.t("exercise.rubric"))
        for number, point in enumerate(question.rubric, 1):
            self.here.line(f"  {number}  {point}")
        words = self.read(self.t("ticks")).replace(",", " ").split()
        numbers = {int(word) for word in words if word.isdecimal()}
        self.keep("rubric", question, {"ticked": sorted(numbers & set(range(1, len(question.rubric) + 1)))})

    def keep(self, kind: str, question: "Question", payload: dict[str, Any]) -> None:
        from content.wording import of_question

        self.store.record(kind, question.id, payload, content_hash=of_question(question))

    def read(self, prompt: str | None = None) -> str:
        """One line; the end of the input is `q`."""
        self.here.line(prompt or self.t("answer"))
        if sys.stdin.isatty():
            click.echo("> ", nl=False, err=True)
        line = sys.stdin.readline()
        return line.strip() if line else QUIT


def list_exercises(done: "Done", here: Session) -> None:
    """Every exercise by chapter, with its sign."""
    from content.exercises import exercises
    from tui.course import MARKS, marks

    sets = exercises(here.language)
    how = {found.id: marks(found, done) for found in sets}
    here.document(
        {
            "chapters": [
                {
                    "id": found.id,
                    "title": found.title,
                    "exercises": [
                        {
                            "id": f"{found.id}#{section.id}",
                            "title": section.title,
                            "state": how[found.id][section.id],
                            "questions": [question.id for question in section.questions],
                        }
                        for section in found.sections
                    ],
                }
                for found in sets
            ]
        }
    )
    if here.as_json:
        return
    for found in sets:
        count = sum(mark == "done" for mark in how[found.id].values())
        total = len(found.sections)
        line = here.t("exercise.count", done=count, exercises=total, minutes=found.minutes)
        here.line(f"{found.id}  {found.title}   {line}")
        for section in found.sections:
            here.line(f"  {MARKS[how[found.id][section.id]][0]} {found.id}#{section.id}  {literally(section.title)}")
    here.line()
    here.line(here.t("exercise.cli.example"))
