"""What the two DPO blocks share: the log-probabilities of a pair under the policy and under the reference."""

from collections.abc import Iterator

from textual.content import Content

from engine.theory import dpo
from engine.theory.preference import DPO
from tui.live.written import fixed, term
from tui.widgets.live_block import LiveBlock, Values
from tui.widgets.slider import Slider, Track

LOG_PROBABILITY = Track(-40, 0, step=1, fine=0.1)
BETA = Track(0.01, 5, log=True)


class PairBlock(LiveBlock):
    """Four log-probabilities and β."""

    defaults = {
        "policy_chosen": -12.0, "policy_rejected": -14.0, "ref_chosen": -12.0, "ref_rejected": -14.0, "beta": 0.1,
    }  # fmt: skip
    track = LOG_PROBABILITY

    def sliders(self) -> Iterator[Slider]:
        labels = {"policy": "log π", "ref": "log π_ref"}
        for model, label in labels.items():
            for answer, sign in (("chosen", "y_w"), ("rejected", "y_l")):
                name = f"{model}_{answer}"
                yield Slider(name, f"{label}({sign})", float(self.arguments[name]), self.track)
        yield Slider("beta", "β", float(self.arguments["beta"]), BETA)

    def terms(self, values: Values) -> dict[str, float]:
        """The arguments of the formula, by name."""
        return {name: values[name] for name in self.defaults}

    def result(self, values: Values) -> DPO:
        return dpo(**self.terms(values))

    def rewards(self, values: Values) -> list[Content]:
        """r̂ = β (log π − log π_ref), substituted, for both answers."""
        terms, result = self.terms(values), self.result(values)
        decimals = self.track.decimals
        lines = []
        for answer, sign, reward in (("chosen", "w", result.reward_chosen), ("rejected", "l", result.reward_rejected)):
            policy, reference = terms[f"policy_{answer}"], terms[f"ref_{answer}"]
            ratio = f"{fixed(policy, decimals)} − {term(reference, decimals)}"
            substituted = f"r̂_{sign} = {fixed(terms['beta'], 2)} · ({ratio}) = "
            lines.append(Content.assemble(substituted, (fixed(reward), "bold $accent")))
        return lines
