"""The registry of methods in words: claims, ranges, settings and states, the same on a terminal and on the site."""

from collections.abc import Mapping
from typing import Any

from content.text import say, sentences
from engine.evaluate.figures import CURVE, SIGNS
from engine.methods import METHODS, HyperParameter, Method
from engine.methods.bound import Claim, Trial
from engine.methods.measured import MISSED, OUT_OF_DATE, REACHED, read, status
from engine.methods.metrics import FROM_PEAK, FROM_START, Healthy
from tui.charts import CHARTS
from tui.numbers import minus

MARKS = {REACHED: "✓", MISSED: "✗", OUT_OF_DATE: "!"}


class Words:
    """What the registry says, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language

    def t(self, key: str, /, **params: Any) -> str:
        return say(self.language, f"methods.{key}", **params)

    # -- a method

    def name(self, method: Method) -> str:
        return say(self.language, f"runs.method.{method.id}")

    def data(self, method: Method) -> str:
        return self.t(f"data.{method.data}")

    def losses(self, method: Method) -> str:
        """The functions without their modules."""
        return ", ".join(name.rpartition(".")[2] for name in method.losses)

    def state(self, state: str) -> str:
        """With its mark, so that no colour is needed."""
        return f"{MARKS.get(state, '·')} {self.t(f'state.{state}')}"

    def summary(self, method: Method) -> str:
        """The method in a line or two: what it learns from, what it minimises, what it was measured to reach."""
        trials = method.bound.trials if method.bound else ()
        return self.t(
            "summary",
            data=self.data(method),
            losses=self.losses(method),
            chapter=method.chapter,
            state=self.state(status(method, read()).state),
            claims=", ".join(self.claim(claim) for claim in (trials[0].claims if trials else ())),
        )

    def setting(self, row: HyperParameter, method: Method) -> str:
        own = sentences(self.language).get(f"methods.setting.{row.name}@{method.id}")
        return own or say(self.language, f"runs.hyper.{row.name}")

    def value(self, value: float | int | str | bool) -> str:
        """A setting as it is typed."""
        if isinstance(value, bool):
            return "true" if value else "false"
        return f"{value:g}" if isinstance(value, float) else str(value)

    def settings(self, settings: Mapping[str, Any]) -> str:
        return ", ".join(f"{name}={self.value(value)}" for name, value in settings.items())

    def allowed(self, row: HyperParameter) -> str:
        if row.choices:
            return ", ".join(row.choices)
        if row.low is None or row.high is None:
            return "true, false" if row.type is bool else ""
        return self.t("healthy.between", low=f"{row.low:g}", high=f"{row.high:g}")

    # -- its bound

    def claim(self, claim: Claim) -> str:
        """`win rate against the tutor before ≥ 0.6`"""
        return f"{self.measure(claim.measure)} {claim.relation} {number(claim.value)}"

    def measure(self, name: str) -> str:
        for sign, kind in SIGNS.items():
            if sign in name:
                one, other = map(self.measure, name.split(sign))
                return self.t(f"measure.{kind}", one=one, other=other)
        curve = CURVE.fullmatch(name)
        if curve:
            return self.t(f"measure.{curve[1]}", metric=curve[2])
        return sentences(self.language).get(f"gate.measure.{name}", name).strip()

    def trial(self, trial: Trial) -> str:
        """What it is run with, if with anything."""
        return self.t("measure.with", settings=self.settings(trial.settings)) if trial.settings else ""

    # -- its metrics

    def healthy(self, healthy: Healthy) -> str:
        """`rises; at most 0.1 below its peak`"""
        goes, between = self.t(f"healthy.{healthy.goes}"), self.between(healthy)
        if not between:
            return goes
        return between if healthy.goes == "neither" else f"{goes}; {between}"

    def between(self, healthy: Healthy) -> str:
        low, high = number(healthy.low), number(healthy.high)
        if healthy.scale in (FROM_START, FROM_PEAK):
            return self.t(f"healthy.{healthy.scale}", fall=number(-healthy.low))
        ends = [end for end in (healthy.low, healthy.high) if abs(end) != float("inf")]
        if not ends:
            return ""
        kind = "between" if len(ends) == 2 else "at_least" if healthy.low == ends[0] else "at_most"
        return self.t(f"healthy.{healthy.scale}", range=self.t(f"healthy.{kind}", low=low, high=high))

    def meaning(self, metric: str) -> str:
        """What the curve says: the sentence of its chart, which it may be an axis of. Raises StopIteration."""
        chart = next(one for one in CHARTS if metric in (*one.over, *(name for name, _ in one.lines)))
        return say(self.language, f"metric.{chart.id}.meaning")


def number(value: float) -> str:
    return minus(f"{value:g}")


def by_name(name: str) -> Method | None:
    """The method, or the one that a variant of this name belongs to."""
    variants = {one.id: method for method in METHODS.values() for one in method.variants}
    return METHODS.get(name) or variants.get(name)
