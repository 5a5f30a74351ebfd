"""Talking with several models at once: what was asked, with which dice, and what each of them answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from engine.errors import Problem
from engine.world.prompts import readable
from engine.world.rule import Grade, grade

if TYPE_CHECKING:
    from engine.serving.client import Generator
    from engine.store import Store

KIND = "chat"  # of the event in the store
KEPT = 30  # exchanges of earlier sittings that are shown again


@dataclass(frozen=True)
class Exchange:
    """One prompt and what the models said, in their order; `answers` is empty while they are still to come."""

    prompt: str
    models: tuple[str, ...]
    seed: int
    temperature: float
    answers: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        return asdict(self)

    def grades(self) -> list[Grade | None]:
        """The rule's grade of each answer; None for all where it does not know the prompt."""
        try:
            return [grade(self.prompt, answer) for answer in self.answers]
        except Problem:
            return [None for _ in self.answers]

    def text(self) -> str:
        """The exchange as plain text, to be copied."""
        lines = [readable(self.prompt)]
        lines += [f"{model}: {answer}" for model, answer in zip(self.models, self.answers, strict=True)]
        return "\n".join(lines)


async def ask(generator: "Generator", models: Sequence[str], prompt: str, *, seed: int, temperature: float) -> Exchange:
    """The same prompt to every model, with the same dice: where the answers differ, the models do. Raises Problem."""
    exchange = Exchange(prompt, tuple(models), seed, temperature)
    futures = [generator.answer(model, [prompt], seed=seed, temperature=temperature) for model in models]
    answers = await asyncio.gather(*map(asyncio.wrap_future, futures))
    return replace(exchange, answers=tuple(answer[0] for answer in answers))


def keep(store: "Store", exchange: Exchange) -> None:
    """Raises the store's Problems."""
    store.record(KIND, exchange.prompt, exchange.payload())


def kept(store: "Store") -> list[Exchange]:
    """The last exchanges of earlier sittings, oldest first."""
    known = {field.name for field in fields(Exchange)}
    return [_read(event.payload, known) for event in store.events(KIND)[-KEPT:]]


def _read(payload: dict[str, Any], known: set[str]) -> Exchange:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in payload.items() if name in known
    }
    return Exchange(**values)
