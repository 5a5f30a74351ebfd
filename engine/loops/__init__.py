"""The training loops; here only the protocol that each of them follows and that the worker drives."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from engine.runs.recipe import Recipe


class Loop(Protocol):
    """One method at work: the worker calls `step` until `next_step == total_steps`, then `finish`.

    A loop draws random numbers only from its own `engine.runs.seeding.Sources` (their state belongs in `state()`) or
    from torch's and Python's global generators (the worker seeds and saves those). Then a run that was killed at any
    step and resumed gives the same bytes as one that was not.
    """

    total_steps: int
    next_step: int  # steps done so far = index of the step that comes next
    phase: str | None  # "revise", "train", … or None for a method of one phase
    items_per_step: int  # pairs (or prompts) that one step works through

    def __init__(self, folder: Path, recipe: "Recipe") -> None:
        """Reads `folder/data/*.jsonl` and builds model and optimizer as they are before the first step."""

    def step(self) -> dict[str, float]:
        """Does one step, adds one to `next_step` and returns the metrics under their published names."""

    def samples(self) -> dict[str, Any]:
        """What the model writes now: `{"samples": [...], "choices": [...]}`, the payload of a sample event.

        Must not disturb training: it uses a random source of its own, or none.
        """

    def state(self) -> "tuple[dict[str, Tensor], dict[str, Any]]":
        """Everything `load` needs to go on: tensors (trained weights, optimizer, generators) and plain JSON values."""

    def load(self, tensors: "Mapping[str, Tensor]", state: Mapping[str, Any]) -> None:
        """Takes the loop back to where `state()` was called, `next_step` and `phase` included."""

    def save_model(self, folder: Path) -> None:
        """Writes `adapter_config.json` and `adapter_model.safetensors` into an existing folder, for PEFT to load."""

    def finish(self) -> dict[str, Any] | None:
        """Judges the trained model on held-out data: the gate, or None for a method without one.

        Repeatable: called again on the state of the last step it gives the same gate.
        """
