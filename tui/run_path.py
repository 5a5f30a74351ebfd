"""A run's path over the plane of reward and KL: how much better it got, and how far it went for it."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any

from engine.runs.events import History

KL = ("objective/kl", "eval_objective/kl")
REWARDS = {
    "gold/score": "gold",
    "eval_correct": "eval_correct",
    "correct/answers": "correct_answers",
    "correct/sentences": "sentences_right",
    "objective/scores": "scores",
}
"""Metrics that say how good the answers are, the truest first, with the chart that names them."""
WATCHED = "watched"
"""Where a run has none of them: the mean grade of the prompts that are watched."""
POINTS = 300
"""More of them than this no plane of some dozens of cells can show."""
Path = list[tuple[int, float, float]]  # (step, KL, reward)


def paths(history: History) -> tuple[str, dict[str, Path]]:
    """What the reward is, and the path of each arm of the run ("" for a run of one); none without both metrics."""
    metrics = history.metrics
    arms = {name.removesuffix(kl).rstrip("/"): name for kl in reversed(KL) for name in metrics if _ends(name, kl)}
    for reward, chart in REWARDS.items():
        found = {
            arm: _joined(metrics[kl], metrics[_of(arm, reward)])
            for arm, kl in arms.items()
            if metrics.get(_of(arm, reward))
        }
        if any(len(path) > 1 for path in found.values()):
            return chart, found
    grades = [(step, _mean_score(samples)) for step, samples in history.samples if samples]
    if "" in arms and len(path := _joined(metrics[arms[""]], grades)) > 1:
        return WATCHED, {"": path}
    return WATCHED, {}


def _ends(name: str, metric: str) -> bool:
    return name == metric or name.endswith(f"/{metric}")


def _of(arm: str, metric: str) -> str:
    return f"{arm}/{metric}" if arm else metric


def _joined(kl: list[tuple[int, float]], reward: list[tuple[int, float]]) -> Path:
    """Some hundred KLs, the last among them, each with the reward measured at its step or last before."""
    some = kl[:: max(1, len(kl) // POINTS)]
    some += kl[-1:] if some[-1:] != kl[-1:] else []
    found = ((step, value, bisect_right(reward, step, key=_step)) for step, value in some)
    return [(step, value, reward[place - 1][1]) for step, value, place in found if place]


def _step(point: tuple[int, float]) -> int:
    return point[0]


def _mean_score(samples: Sequence[Mapping[str, Any]]) -> float:
    return float(sum(sample["score"] for sample in samples) / len(samples))


def at(path: Path, step: float | None) -> tuple[int, float, float]:
    """Where the path is at a step, or at its end."""
    if step is None:
        return path[-1]
    return path[max(0, bisect_right(path, step, key=lambda point: point[0]) - 1)]
