"""How far a learner is: a fold of what was read and answered, chapter by chapter, and what to do next.

Nothing is kept but events. A question whose wording changed after it was solved stays solved, and is named as revised.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from engine.review.queue import Counts

if TYPE_CHECKING:
    from engine.store import Event

ENOUGH = 0.8
"""The share of sections, questions, exercises or cards that is enough: perfection in everything keeps nobody going."""
WEAK_CARDS, WEAK_SHARE = 2, 0.2
"""A chapter is weak when so many of its cards are, and they are such a share of those met."""

SECTION, ANSWER, HINT, RUBRIC, GATE = KINDS = ("section", "answer", "hint", "rubric", "gate")
"""The kinds of events that this is a fold of."""

Standing: TypeAlias = Literal["new", "begun", "done", "mastered"]
State: TypeAlias = Literal["new", "begun", "done", "mastered", "weak", "revised"]
STATES: tuple[State, ...] = ("new", "begun", "done", "mastered", "weak", "revised")
Mark: TypeAlias = Literal["new", "tried", "done"]
Wordings: TypeAlias = frozenset[str]


@dataclass(frozen=True)
class Record:
    """One question as its answers left it. `seed` and `text` are those of the last answer, `wordings` the wordings in
    which it was solved, `seen` the numbers whose solution was shown, `ticked` the points of its rubric."""

    tries: int = 0
    solved: bool = False
    seed: int | None = None
    text: str = ""
    wordings: Wordings = frozenset()
    seen: frozenset[int] = frozenset()
    ticked: frozenset[int] = frozenset()

    @property
    def unsolved_seed(self) -> int | None:
        """The numbers with which the learner was not yet through; None where fresh ones are as good."""
        return None if self.solved or self.seed in self.seen else self.seed

    @property
    def mark(self) -> Mark:
        return "done" if self.solved else "tried" if self.tries or self.seen else "new"

    def after(self, event: "Event") -> "Record":
        """The record after one more event about its question."""
        payload, seed = event.payload, event.payload.get("seed")
        if event.kind == RUBRIC:
            return replace(self, ticked=frozenset(payload["ticked"]))
        seen = self.seen | {seed} if payload.get("solution") and seed is not None else self.seen
        if event.kind == HINT:
            return replace(self, seen=seen)
        solved = payload["verdict"] in ("correct", "recorded") and not payload.get("solution")
        wordings = self.wordings | {event.content_hash} if solved and event.content_hash else self.wordings
        return replace(
            self,
            tries=self.tries + 1,
            solved=self.solved or solved,
            seed=seed,
            text=str(payload.get("text", "")),
            wordings=wordings,
            seen=seen,
        )


@dataclass(frozen=True)
class Done:
    """What a learner did: sections read (`03#closed-form`) with their wordings, questions, gates passed by lab."""

    read: Mapping[str, Wordings] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    gates: frozenset[str] = frozenset()

    def record(self, question: str) -> Record:
        return self.records.get(question, Record())


def fold(events: Iterable["Event"]) -> Done:
    """What the events (in any order; each happened once) add up to."""
    read: dict[str, Wordings] = {}
    records: dict[str, Record] = {}
    gates: set[str] = set()
    for event in sorted(events, key=lambda event: event.id):
        if event.kind == SECTION:
            read[event.item] = read.get(event.item, frozenset()) | {event.content_hash}
        elif event.kind in (ANSWER, HINT, RUBRIC):
            records[event.item] = records.get(event.item, Record()).after(event)
        elif event.kind == GATE and event.payload["gate"].get("passed"):
            gates.add(event.payload["lab"])
    return Done(read, records, frozenset(gates))


# --- chapters


@dataclass(frozen=True)
class Outline:
    """What a chapter consists of. Each section and question has the wordings that are valid now: one per language.

    `questions` are those in its text that have an answer. `exercises` may ask several questions each.
    """

    id: str
    prerequisites: tuple[str, ...] = ()
    sections: Mapping[str, Wordings] = field(default_factory=dict)
    questions: Mapping[str, Wordings] = field(default_factory=dict)
    exercises: Mapping[str, Mapping[str, Wordings]] = field(default_factory=dict)
    labs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Progress:
    """One chapter. `revised` names what was passed in a wording that is no longer valid: sections by their id, and
    questions by theirs. `unread` are the sections and `unsolved` the questions of its text that are still open."""

    chapter: str
    prerequisites: tuple[str, ...]
    sections: int
    unread: tuple[str, ...]
    questions: int
    unsolved: tuple[str, ...]
    exercises: Mapping[str, Mark]
    cards: Counts
    labs: Mapping[str, bool]
    revised: tuple[str, ...]
    touched: bool

    @property
    def read(self) -> int:
        return self.sections - len(self.unread)

    @property
    def solved(self) -> int:
        return self.questions - len(self.unsolved)

    @property
    def exercises_done(self) -> int:
        return sum(mark == "done" for mark in self.exercises.values())

    @property
    def known(self) -> int:
        """Cards that were met and are not weak."""
        return self.cards.cards - self.cards.new - self.cards.weak

    @property
    def studied(self) -> bool:
        """Whether it was read, and its questions solved on the way."""
        return _enough(self.read, self.sections) and _enough(self.solved, self.questions)

    @property
    def practised(self) -> bool:
        """Whether its exercises were solved; who can do that without reading has shown enough."""
        return bool(self.exercises) and _enough(self.exercises_done, len(self.exercises))

    @property
    def standing(self) -> Standing:
        """How far it got, whatever became of it since."""
        if not (self.studied or self.practised):
            return "begun" if self.touched else "new"
        cards = bool(self.cards.cards) and _enough(self.cards.mastered, self.cards.cards)
        return "mastered" if self.practised and cards and all(self.labs.values()) else "done"

    @property
    def weak(self) -> bool:
        met = self.cards.cards - self.cards.new
        return self.cards.weak >= WEAK_CARDS and self.cards.weak >= WEAK_SHARE * met

    @property
    def state(self) -> State:
        """In one word: what needs attention comes before what was reached."""
        return "weak" if self.weak else "revised" if self.revised else self.standing

    @property
    def passed(self) -> bool:
        return self.standing in ("done", "mastered")


def progress(outlines: Sequence[Outline], done: Done, cards: Mapping[str, Counts]) -> dict[str, Progress]:
    """Every chapter by its id, in the order of the outlines. Only prerequisites that have an outline count."""
    known = {outline.id for outline in outlines}
    return {outline.id: _progress(outline, done, cards.get(outline.id, Counts()), known) for outline in outlines}


def _progress(outline: Outline, done: Done, cards: Counts, known: set[str]) -> Progress:
    asked = {**outline.questions, **{id: words for part in outline.exercises.values() for id, words in part.items()}}
    read = {id: done.read[place] for id in outline.sections if (place := f"{outline.id}#{id}") in done.read}
    records = {id: done.record(id) for id in asked}
    revised = [id for id, wordings in read.items() if _is_revised(wordings, outline.sections[id])]
    revised += [id for id, one in records.items() if one.solved and _is_revised(one.wordings, asked[id])]
    labs = {lab: lab in done.gates for lab in outline.labs}
    met = cards.cards > cards.new
    return Progress(
        chapter=outline.id,
        prerequisites=tuple(id for id in outline.prerequisites if id in known),
        sections=len(outline.sections),
        unread=tuple(id for id in outline.sections if id not in read),
        questions=len(outline.questions),
        unsolved=tuple(id for id in outline.questions if not records[id].solved),
        exercises={id: _mark([records[question].mark for question in part]) for id, part in outline.exercises.items()},
        cards=cards,
        labs=labs,
        revised=tuple(revised),
        touched=bool(read) or met or any(labs.values()) or any(one.mark != "new" for one in records.values()),
    )


def _is_revised(passed: Wordings, valid: Wordings) -> bool:
    """Whether it was passed in wordings that are known (an empty hash is not), none of which is valid now."""
    stated = passed - {""}
    return bool(stated) and stated.isdisjoint(valid) and "" not in passed


def _mark(marks: Sequence[Mark]) -> Mark:
    """The mark of an exercise with several questions."""
    if all(mark == "done" for mark in marks):
        return "done"
    return "new" if all(mark == "new" for mark in marks) else "tried"


def _enough(part: int, whole: int) -> bool:
    return part >= ENOUGH * whole


# --- what next


@dataclass(frozen=True)
class Step:
    """What to do next in a chapter: `read` its section `item`, solve its `questions` (in the text, from `item` on), its
    `exercises`, run the `lab` `item`, or `review` the cards that are due."""

    kind: Literal["read", "questions", "exercises", "lab", "review"]
    chapter: str
    item: str = ""


def next_step(chapters: Mapping[str, Progress]) -> Step | None:
    """What is recommended; None when everything is done and no card is due.

    First what was begun, then the first chapter whose prerequisites are done, in the order of the course. Cards of its
    prerequisites that are due come before it, because it builds on them.
    """
    found = next((step for step in map(_open, _by_urgency(chapters)) if step is not None), None)
    if found is None:
        due = next((one.chapter for one in chapters.values() if one.cards.due), None)
        return Step("review", due) if due else None
    for needed in required(chapters, found.chapter):
        if chapters[needed].cards.due:
            return Step("review", needed)
    return found


def required(chapters: Mapping[str, Progress], chapter: str) -> tuple[str, ...]:
    """All prerequisites of a chapter, those of its prerequisites included, in the order of the course."""
    found: set[str] = set()
    waiting = [chapter]
    while waiting:
        fresh = [id for id in chapters[waiting.pop()].prerequisites if id not in found]
        found.update(fresh)
        waiting += fresh
    return tuple(id for id in chapters if id in found and id != chapter)


def _by_urgency(chapters: Mapping[str, Progress]) -> list[Progress]:
    """Chapters begun, those passed but for a lab, those that can be begun, and the rest, each in course order."""
    ready = [one for one in chapters.values() if all(chapters[id].passed for id in one.prerequisites)]
    begun = [one for one in chapters.values() if one.standing == "begun" and (one.read or one in ready)]
    passed = [one for one in chapters.values() if one.passed]
    new = [one for one in ready if one.standing == "new"]
    rest = [one for one in chapters.values() if not one.passed and one not in begun and one not in new]
    # A lab belongs to its chapter and comes before the next one; exercises may wait.
    with_lab = [one for one in passed if not all(one.labs.values())]
    return [*begun, *with_lab, *new, *rest, *passed]


def _open(one: Progress) -> Step | None:
    """What is still to be done in a chapter; None if nothing is."""
    if not one.passed:
        if not _enough(one.read, one.sections):
            return Step("read", one.chapter, one.unread[0])
        return Step("questions", one.chapter, one.unsolved[0])
    if lab := next((lab for lab, gate in one.labs.items() if not gate), None):
        return Step("lab", one.chapter, lab)
    return None if not one.exercises or one.practised else Step("exercises", one.chapter)
