"""Live blocks on paper: the numbers at the values of the chapter, and a curve over the parameter one would move."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from content.markup import Live
from content.text import say
from engine.errors import Problem
from engine.theory import FORMULAS, compute
from tui.live.written import fixed
from tui.svg_plot import plot

POINTS = 60
Lines = dict[str, list[tuple[float, float]]]


@dataclass(frozen=True)
class Sweep:
    """`results` of the formula while `parameter` goes from `low` to `high`, in whole numbers if `whole`."""

    parameter: str
    low: float
    high: float
    results: tuple[str, ...]
    whole: bool = False

    def lines(self, formula: str, arguments: Mapping[str, Any]) -> Lines:
        lines: Lines = {}
        for value in self._values():
            try:
                results = compute(formula, {**arguments, self.parameter: value})
            except Problem:  # outside of what these arguments allow, as k above n
                continue
            for name in self.results:
                for label, number in _named(name, results[name]):
                    if number is not None:
                        lines.setdefault(label, []).append((value, float(number)))
        return lines

    def _values(self) -> Sequence[float]:
        if self.whole:
            return range(int(self.low), int(self.high) + 1)
        return [self.low + (self.high - self.low) * number / (POINTS - 1) for number in range(POINTS)]


@dataclass(frozen=True)
class Course:
    """Results that are curves themselves: over steps, samples, generations."""

    results: tuple[str, ...]
    axis: str
    whole = True

    @property
    def parameter(self) -> str:
        return self.axis

    def lines(self, formula: str, arguments: Mapping[str, Any]) -> Lines:
        results = compute(formula, arguments)
        return {name: [(float(step), value) for step, value in enumerate(results[name], 1)] for name in self.results}


CURVES: dict[str, Sweep | Course] = {
    "imitation": Course(("curve",), "π(y₁) %"),
    "optimal-policy": Sweep("beta", 0.05, 3, ("policy",)),
    "beta-table": Course(("kls", "expected_rewards"), "betas"),
    "bradley-terry": Sweep("chosen", -4, 4, ("probability", "loss")),
    "ranking-pairs": Course(("losses",), "pairs"),
    "reward-loss": Sweep("gap", -4, 4, ("loss", "probability")),
    "overoptimisation": Sweep("kl", 0, 40, ("reward",)),
    "reinforce-variance": Sweep("baseline", -1, 2, ("variance",)),
    "gae": Course(("advantages", "returns"), "t"),
    "ppo-clip": Sweep("ratio", 0, 2.5, ("objective",)),
    "kl-convergence": Course(("running_k1", "running_k2", "running_k3"), "n"),
    "group-advantages": Course(("rloo", "grpo"), "i"),
    "dpo": Sweep("policy_chosen", -30, 0, ("loss", "gradient_weight")),
    "implicit-reward": Sweep("beta", 0.01, 1, ("reward_chosen", "reward_rejected")),
    "displacement": Course(("chosen", "rejected", "other"), "t"),
    "preference-losses": Sweep("policy_chosen", -4, -0.05, ("dpo", "kto", "orpo", "simpo")),
    "best-of-n-policy": Sweep("n", 1, 64, ("kl", "kl_bound", "expected_reward"), whole=True),
    "reward-kl-plane": Sweep("n", 1, 64, ("expected_reward", "frontier_reward"), whole=True),
    "position-bias": Sweep("bias", -3, 3, ("first_order", "second_order", "averaged")),
    "votes": Course(("curve",), "n"),
    "filter-yield": Sweep("false_alarm", 0, 1, ("kept", "precision")),
    "process-outcome": Course(("so_far",), "t"),
    "self-training": Course(("entropies",), "g"),
    "lora-parameters": Sweep("rank", 1, 64, ("full", "lora"), whole=True),
    "lora-stages": Sweep("stages", 1, 8, ("stacked_multiplications", "merged_multiplications"), whole=True),
    "win-rate": Sweep("wins", 0, 60, ("decisive", "decisive_low", "decisive_high"), whole=True),
    "pass-at-k": Sweep("k", 1, 10, ("pass_at_k",), whole=True),
    "length-controlled": Sweep("longer_share", 0, 1, ("raw", "controlled")),
    "noise-ceiling": Sweep("self_agreement", 0.5, 1, ("ceiling", "label_error")),
}


def figure(live: Live, language: str) -> str:
    """The HTML of one live block: what it shows, its numbers as a table, its curve, and what to try."""
    formula = formula_of(live.formula)
    arguments = dict(live.arguments)
    title = say(language, f"live.{live.formula.replace('-', '_')}.title")
    rows = [(name, _written(value)) for name, value in arguments.items()]
    rows += [(f"→ {name}", _written(value)) for name, value in compute(formula, arguments).items()]
    table = "".join(f"<tr><td><code>{escape(name)}</code></td><td>{escape(value)}</td></tr>" for name, value in rows)
    curve = CURVES[live.formula]
    lines = curve.lines(formula, arguments)
    words = say(language, "site.curve", results=", ".join(lines), parameter=curve.parameter)
    svg = plot(title, lines, curve.parameter, words, "", whole_steps=curve.whole)
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
    return (
        f'<figure class="live"><figcaption>{escape(title)}</figcaption><table>{table}</table>'
        f'<img src="{address}" alt="{escape(words, quote=True)}">'
        f"<p>{escape(say(language, 'site.try'))} {escape(live.try_this)}</p></figure>"
    )


def formula_of(block: str) -> str:
    """The formula that computes a block: its namesake, but an implicit reward is DPO's."""
    return block if block in FORMULAS and block != "implicit-reward" else {"implicit-reward": "dpo"}[block]


def _named(name: str, value: Any) -> list[tuple[str, float | None]]:
    if isinstance(value, list):
        return [(f"{name} {number}", part) for number, part in enumerate(value, 1)]
    return [(name, value)]


def _written(value: Any) -> str:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple):
        shown = ", ".join(_written(part) for part in value[:12])
        return f"({shown}{', …' if len(value) > 12 else ''})"
    return str(value) if isinstance(value, int) else fixed(value)
