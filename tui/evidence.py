"""The evidence of lab 11: what seven runs abreast left in their folder, case by case, without naming a fault."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from content.text import say
from engine.evaluate import monitors
from engine.evaluate.signatures import READ
from engine.loops.sabotage import CASES, hidden, plan
from engine.runs.events import fold, read_events
from engine.runs.recipe import Recipe
from tui.numbers import percent, short

HEALTHY = "healthy"
SHOWN = 4
"""Rows of each file that are shown."""

READINGS = {
    "right": "eval_correct",
    "kl": "objective/kl",
    "margin": "eval_rewards/margins",
    "held_out": "eval_rewards/accuracies",
    "fresh": "fresh_rewards/accuracies",
    "length": "completions/mean_length",
    "cut": "completions/clipped_ratio",
    "loss": "loss",
    "chosen": "logps/chosen",
    "rejected": "logps/rejected",
}
"""What a table of all cases shows, by the name of its sentence."""

SHARES = ("right", "held_out", "fresh", "cut")


class Evidence:
    """A run of the method `sabotage`, read once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe = Recipe.read(folder / "recipe.json")
        events = read_events(folder)
        self.history = fold(events)
        samples = [event for event in events if event["event"] == "sample" and "cases" in event]
        last = samples[-1] if samples else {"samples": [], "cases": {}}
        self.answers: Mapping[str, list[dict[str, Any]]] = {HEALTHY: last["samples"], **last["cases"]}

    @property
    def seed(self) -> int:
        return self.recipe.seed

    @property
    def told(self) -> int:
        """How many of the six can be told from their curves, as the run measured it at its end."""
        return int(self.history.gate["value"]) if self.history.gate else len(CASES)

    def curves(self, name: str) -> dict[str, list[tuple[int, float]]]:
        """The curves of a case, or of the healthy run, under their own names."""
        return {
            metric.removeprefix(f"{name}/"): points
            for metric, points in self.history.metrics.items()
            if metric.startswith(f"{name}/")
        }

    def readings(self, name: str) -> dict[str, float]:
        """The last value of every curve; with `outside/kl` once it was measured."""
        found = {metric: points[-1][1] for metric, points in self.curves(name).items()}
        details = self.history.gate.get("details", ()) if self.history.gate else ()
        outside = [detail["value"] for detail in details if detail["id"] == f"kl_outside_{name}"]
        return {**found, "outside/kl": outside[0]} if outside else found

    def rows(self, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """The pairs a case was trained on and those held out for it."""
        how = plan(self.seed, None if name == HEALTHY else name)
        return list(how.train), list(how.held_out)

    def figures(self, name: str) -> dict[str, str]:
        """Its readings beside the healthy ones, as the verdicts name them."""
        case, healthy = self.readings(name), self.readings(HEALTHY)
        names = {**READINGS, "outside": "outside/kl"}
        shown = {key: reading(key, case.get(metric)) for key, metric in names.items()}
        return shown | {f"healthy_{key}": reading(key, healthy.get(metric)) for key, metric in names.items()}

    def verdict(self, language: str, case: str, said: str) -> list[str]:
        """What a case has, which curve says so, what a wrong choice would have looked like, and what monitors saw."""
        fault, figures = hidden(self.seed)[case], self.figures(case)
        name = say(language, f"cases.fault.{fault}")
        if said == fault:
            lines = [say(language, "cases.right", case=case, fault=name)]
        else:
            lines = [say(language, "cases.wrong", case=case, fault=name, said=say(language, f"cases.fault.{said}"))]
        lines.append(say(language, f"cases.sign.{fault}", **figures))
        if said != fault:
            lines.append(say(language, f"cases.instead.{said}", **figures))
        for found in monitors.warnings(self.curves(case)):
            sentence = say(language, f"monitor.{found.code}", **found.params)
            lines.append(say(language, "cases.monitor", sentence=sentence))
        return lines

    def whole(self) -> bool:
        """Whether everything that a verdict needs was measured."""
        return all(set(READ) <= self.readings(name).keys() for name in (HEALTHY, *CASES))


def reading(key: str, value: float | None) -> str:
    """A value as the table and the verdicts show it: a share in per cent; `–` where nothing was measured."""
    if value is None:
        return "–"
    return percent(value) if key in SHARES else short(value)
