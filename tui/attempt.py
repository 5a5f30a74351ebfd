"""One question being worked at: its numbers, the help that was taken, and what the store keeps of an answer."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from random import randrange
from typing import Any

from content.questions import Question, Verdict, another, check, draw
from engine.theory import compute

SEED = randrange(2**31)
"""New numbers in every session, and the same ones when a page is shown again in it."""


@dataclass
class Attempt:
    """`hints` counts the tiers of help taken, `tries` the answers that counted. `helped` is set when a step of the
    question needed its solution. `text` is the last answer that was given, `verdict` what was found about it."""

    question: Question
    hints: int = 0
    tries: int = 0
    helped: bool = False
    text: str = ""
    verdict: Verdict | None = None
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)

    def __post_init__(self) -> None:
        self.began = self.clock()

    @classmethod
    def begin(cls, question: Question, seed: int | None = None, seen: Collection[int] = ()) -> "Attempt":
        """Ask it with the numbers of `seed`, where it has fresh numbers, or with others if the solution for these was
        `seen`. Raises ContentError."""
        drawn = draw(question, SEED if seed is None else seed, compute)
        while drawn.variables and drawn.seed in seen:
            drawn = another(drawn, compute)
        return cls(drawn)

    def again(self) -> "Attempt":
        """Ask it anew, with other numbers where it has such. Raises ContentError."""
        fresh = (self.question.template or self.question).fresh
        return Attempt(another(self.question, compute) if fresh else self.question)

    @property
    def tiers(self) -> tuple[str, ...]:
        """The help there is, one tier after the other; the last one is the worked solution."""
        question = self.question
        return (*question.hints, question.explanation) if question.explanation else question.hints

    @property
    def solution_shown(self) -> bool:
        """Whether the worked solution was seen before the answer; solving it then proves nothing."""
        return self.helped or (bool(self.question.explanation) and self.hints == len(self.tiers))

    @property
    def over(self) -> bool:
        """Whether the question is answered."""
        return self.verdict is not None and self.verdict.good

    @property
    def solved(self) -> bool:
        """Whether it was answered without having seen the solution."""
        return self.over and not self.solution_shown

    @property
    def help_left(self) -> bool:
        """Whether there is a tier that was not taken yet."""
        return self.hints < len(self.tiers)

    def help(self) -> bool:
        """Take the next tier of help; False when there is none."""
        if self.over or not self.help_left:
            return False
        self.hints += 1
        return True

    def give_up(self) -> None:
        """Take all the help there is."""
        if not self.over:
            self.hints = len(self.tiers)

    def answer(self, text: str) -> Verdict:
        """The verdict on an answer. What cannot be read costs nothing."""
        return self.judged(text, check(self.question, text))

    def judged(self, text: str, verdict: Verdict) -> Verdict:
        """Keep a verdict that was found elsewhere: that on the last step of a derivation."""
        self.tries += verdict.counts
        self.text, self.verdict = text, verdict
        return verdict

    def payload(self) -> dict[str, Any]:
        """The last answer as the store keeps it (an event of kind `answer`)."""
        assert self.verdict is not None
        return {
            "text": self.text,
            "verdict": self.verdict.code,
            "misconception": self.verdict.params.get("name"),
            "seed": self.question.seed,
            "hints": self.hints,
            "solution": self.solution_shown,
            "latency_ms": round(1000 * (self.clock() - self.began)),
        }
