"""A sitting of rankings: prompts with several different answers of the current model, asked for ahead of need."""

import random
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from engine.labelling.mix import part
from engine.labelling.ranking import MOST, labels_of
from engine.serving.client import Generator
from engine.store.label import Label
from engine.world.preferences import draw_training_prompt

if TYPE_CHECKING:
    from engine.store import Store

MODEL = "sft"
FEWEST = 3
"""Two answers are a pair, and pairs have a screen of their own."""
TRIES = 12
"""Samples for each prompt: the tutor often says the same twice."""
AHEAD = 3
GIVE_UP = 60
"""So many prompts in a row without enough different answers: the model has nothing to be ranked."""


@dataclass(frozen=True)
class Task:
    """A prompt and its answers, in the order in which they stand on the screen."""

    prompt: str
    answers: tuple[str, ...]


class Ranking:
    """`task` is what is to be ranked (None while there is none), `count` how many rankings were kept in this sitting.

    `problem` is why no more come; `exhausted`, that the model says too few different things.
    """

    def __init__(self, store: "Store", generator: Generator | None = None) -> None:
        self.store = store
        self.generator = generator or Generator()
        self.seed = store.seed()
        labels = store.first_labels()
        self.given = list(dict.fromkeys(label.ranking for label in labels if label.ranking and label.shown_at))
        self._source = random.Random(f"rankings:{self.seed}:{len(labels)}")
        self._seen = {label.prompt for label in labels if label.ranking}
        self._ready: list[Task] = []
        self._asked: Future[list[str]] | None = None
        self._prompt = ""
        self._dry = 0
        self.task: Task | None = None
        self.problem: Problem | None = None

    @property
    def exhausted(self) -> bool:
        return self._dry >= GIVE_UP

    def poll(self) -> None:
        """Take in the answers that have come, ask for more, and put a task on the screen where there is none."""
        if self._asked is not None and self._asked.done():
            self._take(self._asked)
            self._asked = None
        if self._asked is None and len(self._ready) < AHEAD and self.problem is None and not self.exhausted:
            self._ask()
        if self.task is None and self._ready:
            self.task = self._ready.pop(0)

    def _ask(self) -> None:
        self._prompt = draw_training_prompt(self._source).text
        if self._prompt in self._seen:
            self._dry += 1
            return
        self._seen.add(self._prompt)
        seed = self._source.randrange(2**31)
        self._asked = self.generator.answer(MODEL, [self._prompt] * TRIES, seed=seed)

    def _take(self, asked: "Future[list[str]]") -> None:
        try:
            said = asked.result()
        except CancelledError:
            return
        except Problem as problem:
            self.problem = problem
            return
        answers = list(dict.fromkeys(text.strip() for text in said if text.strip()))[:MOST]
        if len(answers) < FEWEST:
            self._dry += 1
            return
        self._dry = 0
        self._source.shuffle(answers)
        self._ready.append(Task(self._prompt, tuple(answers)))

    def retry(self) -> None:
        self.problem, self._dry = None, 0

    def skip(self) -> None:
        """Leave this prompt; nothing is kept of it."""
        self.task = None
        self.poll()

    def keep(self, ranks: list[int], **how: Any) -> list[Label]:
        """Put the pairs of the ranking on the disk, all or none. Raises Problem, with the task still there."""
        assert self.task is not None
        labels = labels_of(
            self.task.prompt,
            self.task.answers,
            ranks,
            left_source=f"model:{MODEL}",
            right_source=f"model:{MODEL}",
            purpose=part(self.seed, self.task.prompt),
            **how,
        )
        kept = self.store.add_labels(labels)
        self.given.append(kept[0].ranking)
        self.task = None
        return kept

    def undo(self) -> bool:
        """Take the last ranking back and return to its prompt; whether there was one."""
        labels = self.store.undo_ranking()
        if not labels:
            return False
        if labels[0].ranking in self.given:
            self.given.remove(labels[0].ranking)
        if self.task is not None:
            self._ready.insert(0, self.task)
        answers = dict.fromkeys(text for label in labels for text in (label.left, label.right))
        self.task = Task(labels[0].prompt, tuple(answers))
        return True

    def close(self) -> None:
        self.generator.close()
