"""Sliders for a distribution: two answers share one, three or more have one each and make room in proportion."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from tui.live.written import answer
from tui.widgets.slider import Slider, Track

if TYPE_CHECKING:
    from tui.widgets.live_block import LiveBlock, Values

SHARE = Track(0.001, 0.999, step=0.05, fine=0.01, decimals=3)


class Shares:
    """The probabilities `start` under sliders `name`0, `name`1, …, written `label`(y₁), `label`(y₂), …"""

    def __init__(self, name: str, label: str, start: Sequence[float]) -> None:
        self.names = [f"{name}{number}" for number in range(len(start))]
        self.label = label
        self.start = [float(share) for share in start]

    def sliders(self) -> Iterator[Slider]:
        count = 1 if len(self.start) == 2 else len(self.start)
        for number in range(count):
            yield Slider(self.names[number], f"{self.label}({answer(number)})", self.start[number], SHARE)

    def make_room(self, block: "LiveBlock", slider: Slider) -> None:
        """`slider` moved: the others share what is left, in the proportions they had."""
        if len(self.start) == 2 or slider.name not in self.names:
            return
        others = [block.slider(name) for name in self.names if name != slider.name]
        total = sum(other.value for other in others)
        for other in others:
            share = other.value / total if total > 0 else 1 / len(others)
            other.set(share * (1 - slider.value), tell=False)

    def of(self, values: "Values") -> list[float]:
        """The distribution, which adds up to 1 whatever the rounding of the sliders."""
        if len(self.start) == 2:
            return [values[self.names[0]], 1 - values[self.names[0]]]
        shares = [values[name] for name in self.names]
        return [share / sum(shares) for share in shares]
