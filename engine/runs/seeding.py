"""Randomness from one seeded source per purpose, saved in every checkpoint, so that a resumed run gives the same bytes.

Sources of different names are independent: drawing one more sample never changes the order of the data.
"""

import hashlib
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Generator, Tensor


def seed_for(seed: int, purpose: str) -> int:
    """A seed of 63 bits for one purpose of a run."""
    digest = hashlib.sha256(f"{seed}:{purpose}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def _pack(state: tuple[Any, ...]) -> list[Any]:
    """The state of a `random.Random` as JSON can hold it: (version, 625 integers, last gauss)."""
    version, internal, gauss = state
    return [version, list(internal), gauss]


def _unpack(packed: list[Any]) -> tuple[Any, ...]:
    version, internal, gauss = packed
    return version, tuple(internal), gauss


class Sources:
    """The named random sources of one run, each made at its first use."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._torch: dict[str, Generator] = {}
        self._python: dict[str, random.Random] = {}

    def torch(self, purpose: str) -> "Generator":
        """The torch generator (on the CPU) of this purpose."""
        import torch

        if purpose not in self._torch:
            self._torch[purpose] = torch.Generator().manual_seed(seed_for(self.seed, purpose))
        return self._torch[purpose]

    def python(self, purpose: str) -> random.Random:
        """The `random.Random` of this purpose."""
        if purpose not in self._python:
            self._python[purpose] = random.Random(seed_for(self.seed, purpose))
        return self._python[purpose]

    def state(self) -> "tuple[dict[str, Tensor], dict[str, Any]]":
        """The state of every source used so far: torch's as uint8 tensors `random.<purpose>`, Python's as JSON."""
        tensors = {f"random.{purpose}": generator.get_state() for purpose, generator in self._torch.items()}
        return tensors, {purpose: _pack(source.getstate()) for purpose, source in self._python.items()}

    def load(self, tensors: "Mapping[str, Tensor]", state: Mapping[str, Any]) -> None:
        """Takes every source back to where `state()` found it; tensors of other names are left alone."""
        self._torch.clear()
        self._python.clear()
        for name, tensor in tensors.items():
            if name.startswith("random."):
                self.torch(name.removeprefix("random.")).set_state(tensor)
        for purpose, packed in state.items():
            self.python(purpose).setstate(_unpack(packed))


def seed_globals(seed: int) -> None:
    """Seeds torch's and Python's global generators, which libraries (dropout, for one) draw from."""
    import torch

    torch.manual_seed(seed_for(seed, "torch"))
    random.seed(seed_for(seed, "python"))


def globals_state() -> "tuple[Tensor, list[Any]]":
    import torch

    return torch.get_rng_state(), _pack(random.getstate())


def load_globals(tensor: "Tensor", packed: list[Any]) -> None:
    import torch

    torch.set_rng_state(tensor)
    random.setstate(_unpack(packed))
