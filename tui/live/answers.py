"""What blocks over a handful of answers share: a prior that always adds up to 1, and a name for each answer."""

from collections.abc import Iterator

from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

SHARE = Track(0.001, 0.999, step=0.05, fine=0.01, decimals=3)
REWARD = Track(-3, 3, step=0.25, fine=0.05)
DIGITS = "₁₂₃₄₅₆₇₈₉"


def answer(number: int) -> str:
    """y₁ for the first answer, number 0."""
    return f"y{DIGITS[number]}"


class AnswersBlock(LiveBlock):
    """Two answers share one prior slider; three or more have one each, and the others make room in proportion."""

    @property
    def count(self) -> int:
        return len(self.arguments["prior"])

    def prior_sliders(self) -> Iterator[Slider]:
        prior = self.arguments["prior"]
        for number in range(1 if self.count == 2 else self.count):
            yield Slider(f"prior{number}", f"π_ref({answer(number)})", float(prior[number]), SHARE)

    def reward_sliders(self) -> Iterator[Slider]:
        for number, reward in enumerate(self.arguments["reward"]):
            yield Slider(f"reward{number}", f"R({answer(number)})", float(reward), REWARD)

    def moved(self, slider: Slider) -> None:
        if self.count == 2 or not (slider.name or "").startswith("prior"):
            return
        others = [self.slider(f"prior{number}") for number in range(self.count)]
        others.remove(slider)
        total = sum(other.value for other in others)
        for other in others:
            other.set(other.value * (1 - slider.value) / total, tell=False)

    def prior(self, values: Values) -> list[float]:
        """The probabilities of the reference, which add up to 1 whatever the rounding of the sliders."""
        if self.count == 2:
            return [values["prior0"], 1 - values["prior0"]]
        shares = [values[f"prior{number}"] for number in range(self.count)]
        return [share / sum(shares) for share in shares]

    def rewards(self, values: Values) -> list[float]:
        return [values[f"reward{number}"] for number in range(self.count)]
