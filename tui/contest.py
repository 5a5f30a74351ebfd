"""A sitting in the arena: which two answers are due, who wrote them, and what was decided about them."""

import asyncio
import random
from collections import deque
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from engine.arena.vote import Choice, Vote, add_vote, between, votes
from engine.errors import Problem
from engine.runs.seeding import seed_for
from engine.store.sides import swapped
from engine.world.preferences import held_out_prompts

if TYPE_CHECKING:
    from engine.serving.client import Generator
    from engine.store import Store

AHEAD = 4
"""Pairs of answers kept ready, so that the next one is there when a vote is cast."""
BATCH = 8
ALIKE = 64
"""So many prompts in a row on which both models say the same: there is nothing to vote on."""
PROMPTS = 400


@dataclass(frozen=True)
class Round:
    """Two answers to one prompt, in the order of the models; `same` prompts before it were answered alike."""

    prompt: str
    first: str
    second: str
    seed: int
    own: bool = False
    same: int = 0

    @property
    def id(self) -> str:
        return blake2b("\n".join((self.prompt, self.first, self.second)).encode(), digest_size=8).hexdigest()


class Contest:
    """`shown` is the pair to decide on, `swapped` whether the second model stands on the left; `given` are all votes of
    this learner, `sitting` those of this sitting.

    `problem` is why no more pairs come; `alike`: the two models say the same wherever they are asked.
    """

    def __init__(
        self, store: "Store", generator: "Generator", models: tuple[str, str], temperature: float = 1.0
    ) -> None:
        self.store, self.generator = store, generator
        self.models, self.temperature = models, temperature
        self.given = votes(store)
        self.sitting: list[Vote] = []
        self.shown: Round | None = None
        self.swapped = False
        self.problem: Problem | None = None
        self.same = 0  # prompts answered alike since the last pair
        self._ready: deque[Round] = deque()
        self._seed = store.seed()
        prompts = [prompt.text for prompt in held_out_prompts(0, PROMPTS)]
        random.Random(f"arena:{self._seed}:{len(self.given)}").shuffle(prompts)
        self._prompts = deque(prompts)
        self._asked = 0

    @property
    def alike(self) -> bool:
        return self.same >= ALIKE

    @property
    def left(self) -> str:
        assert self.shown is not None
        return self.shown.second if self.swapped else self.shown.first

    @property
    def right(self) -> str:
        assert self.shown is not None
        return self.shown.first if self.swapped else self.shown.second

    # --- where pairs come from

    async def prepare(self) -> bool:
        """Ask both models about some more prompts, if pairs run low; whether there may be more to prepare now. What
        fails is said by `problem`."""
        if len(self._ready) >= AHEAD or self.problem or self.alike:
            return False
        prompts = [self._prompts.popleft() for _ in range(BATCH)]
        self._prompts.extend(prompts)  # after all of them, once more from the first
        for found in await self._rounds(prompts):
            if found.first.strip() == found.second.strip():
                self.same += 1
            else:
                self._ready.append(replace(found, same=self.same))
                self.same = 0
        if self.shown is None:
            self.next()
        return True

    async def ask_own(self, prompt: str) -> Round | None:
        """Both answers to the learner's prompt, put before what is ready. Two answers alike are returned, not shown."""
        found = next(iter(await self._rounds([prompt])), None)
        if found is None or found.first.strip() == found.second.strip():
            return found
        if self.shown is not None:
            self._ready.appendleft(self.shown)
        self._ready.appendleft(replace(found, own=True))
        self.next()
        return None

    async def _rounds(self, prompts: list[str]) -> list[Round]:
        """Answers of both models, each with dice of its own; none where it cannot be asked."""
        self._asked += 1
        seed = seed_for(self._seed, f"arena:{len(self.given)}:{self._asked}") % 2**31
        futures = [
            self.generator.answer(model, prompts, seed=seed + side, temperature=self.temperature)
            for side, model in enumerate(self.models)
        ]
        try:
            answers = await asyncio.gather(*map(asyncio.wrap_future, futures))
        except Problem as problem:
            self.problem = problem
            return []
        return [Round(prompt, first, second, seed) for prompt, first, second in zip(prompts, *answers, strict=True)]

    def retry(self) -> None:
        """Ask again after a problem, or go on looking where both said the same."""
        self.problem, self.same = None, 0

    # --- deciding

    def next(self) -> None:
        """Put the next pair on the screen, where there is one, on sides that are even within every ten votes."""
        self.shown = self._ready.popleft() if self._ready else None
        if self.shown is not None:
            first = self.models[0]
            before = [vote.swapped == (vote.first == first) for vote in between(self.given, *self.models)]
            self.swapped = swapped(self._seed, self.shown.id, len(self.given), before)

    def vote(self, choice: Choice, **how: Any) -> Vote:
        """The vote that `choice` on the shown pair is; `how` are the fields that the screen knows."""
        assert self.shown is not None
        return Vote(
            *self.models,
            self.shown.prompt,
            self.shown.first,
            self.shown.second,
            choice,
            swapped=self.swapped,
            own=self.shown.own,
            same=self.shown.same,
            seed=self.shown.seed,
            temperature=self.temperature,
            **how,
        )

    def keep(self, vote: Vote) -> None:
        """Put the vote on the disk, then go on to the next pair. Raises Problem, with the pair still shown."""
        kept = add_vote(self.store, vote)
        self.given.append(kept)
        self.sitting.append(kept)
        self.next()

    def skip(self) -> None:
        """Leave the pair; it is not asked about again in this sitting."""
        self.next()

    def undo(self) -> Vote | None:
        """Take the last vote of this sitting back and return to its pair, which stands as it stood."""
        if not self.sitting:
            return None
        vote = self.sitting[-1]
        self.store.undo(vote.event)
        self.sitting.pop()
        self.given = [kept for kept in self.given if kept.event != vote.event]
        if self.shown is not None:
            self._ready.appendleft(self.shown)
        self.shown = Round(vote.prompt, vote.first_answer, vote.second_answer, vote.seed, vote.own, vote.same)
        self.swapped = vote.swapped
        return vote
