"""Several methods in one run, abreast: a step of the run is a step of every arm, so that their curves lie over each
other on one chart."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from engine.methods import METHODS
from engine.runs.recipe import Recipe

JUDGE_STEPS = 13
"""Steps of a learned judge's training in one step of the run: about one pass over its pairs."""


class Arms(ABC):
    """The frame: each arm is the loop of its method, whole and independent, on the run's data and seed.

    A judge that several arms are paid by is trained once, by the first of them, before the others begin.
    """

    arms: ClassVar[Mapping[str, tuple[str, Mapping[str, Any]]]]
    """Name of the arm: its method, and the settings that are its own; the rest are the run's."""
    shown: ClassVar[frozenset[str]]
    """The metrics of an arm that are logged, as `arm/metric`."""
    watched: ClassVar[str]
    """The arm whose answers are shown while it trains, and whose stage the run keeps as its model."""

    def __init__(self, folder: Path, recipe: Recipe) -> None:
        self.folder, self.recipe = folder, recipe
        self.loops = {name: self.make(name) for name in self.arms}
        self.judged = [loop for loop in self.loops.values() if getattr(loop, "judge_steps", 0)]
        self.judge_steps = -(-self.judged[0].judge_steps // JUDGE_STEPS) if self.judged else 0
        lengths = [loop.total_steps - getattr(loop, "judge_steps", 0) for loop in self.loops.values()]
        self.total_steps: int = self.judge_steps + max(lengths)
        self.items_per_step: int = sum(loop.items_per_step for loop in self.loops.values())
        self.next_step = 0
        self.highest: dict[str, float] = {}

    def make(self, name: str) -> Any:
        """The loop of one arm: its method with those of the run's settings that it knows, then its own."""
        method, own = self.arms[name]
        shared = {key: value for key, value in self.recipe.hyper.items() if METHODS[method].parameter(key)}
        general = {"model": self.recipe.model, "data": self.recipe.data, "seed": self.recipe.seed}
        module, kind = METHODS[method].loop.split(":")
        return getattr(import_module(module), kind)(self.folder, Recipe.make(method, {**shared, **own, **general}))

    # -- a step

    def step(self) -> dict[str, float]:
        logged = self.teach() if self.next_step < self.judge_steps else self.advance()
        self.next_step += 1
        if self.next_step % self.recipe.hyper["sample_steps"] == 0 or self.next_step == self.total_steps:
            logged |= self.measured()
        for metric, value in logged.items():
            self.highest[metric] = max(value, self.highest.get(metric, value))
        return logged

    def teach(self) -> dict[str, float]:
        """Some steps of the judge's training; after the last of them every arm that is paid by it has it."""
        first, *others = self.judged
        logged: dict[str, float] = {}
        for _ in range(min(JUDGE_STEPS, first.judge_steps - first.next_step)):
            logged |= first.step()
        if first.next_step == first.judge_steps:
            for loop in others:
                loop.judge.load(*first.judge.state())
                loop.next_step = loop.judge_steps
        return logged

    def advance(self) -> dict[str, float]:
        """A step of every arm that is not done."""
        return {
            f"{name}/{metric}": value
            for name, loop in self.loops.items()
            if loop.next_step < loop.total_steps
            for metric, value in loop.step().items()
            if metric in self.shown
        }

    def measured(self) -> dict[str, float]:
        """What is measured every `sample_steps` besides what the arms measure themselves."""
        return {}

    # -- what the worker needs

    @property
    def phase(self) -> str | None:
        """That of the first arm which is not done; where arms have phases, they go through them together."""
        under_way = [loop for loop in self.loops.values() if loop.next_step < loop.total_steps]
        phase: str | None = (under_way or list(self.loops.values()))[0].phase
        return phase

    def samples(self) -> dict[str, Any]:
        found: dict[str, Any] = self.loops[self.watched].samples()
        return found

    def state(self) -> tuple[dict[str, Tensor], dict[str, Any]]:
        states = {name: loop.state() for name, loop in self.loops.items()}
        tensors = {f"{name}/{key}": value for name, (kept, _) in states.items() for key, value in kept.items()}
        plain = {name: state for name, (_, state) in states.items()}
        return tensors, {"next_step": self.next_step, "highest": self.highest, "arms": plain}

    def load(self, tensors: Mapping[str, Tensor], state: Mapping[str, Any]) -> None:
        self.next_step, self.highest = state["next_step"], dict(state["highest"])
        for name, loop in self.loops.items():
            own = {key.removeprefix(f"{name}/"): value for key, value in tensors.items() if key.startswith(f"{name}/")}
            loop.load(own, state["arms"][name])

    def save_model(self, folder: Path) -> None:
        self.loops[self.watched].save_model(folder)

    @abstractmethod
    def finish(self) -> dict[str, Any]: ...
