"""What goes wrong in a run, seen from its curves while it trains: each monitor says so once, when it begins.

A monitor speaks where a curve leaves the range of `engine.methods.metrics`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from engine.methods.metrics import healthy

Series = Sequence[tuple[int, float]]
Metrics = Mapping[str, Series]
WINDOW = 5
"""Points that are averaged before they are compared: one odd batch is no failure."""

LATEST = 500


@dataclass(frozen=True)
class Warning:
    """`code` names a sentence (`monitor.<code>`), `chapter` the place that explains it ("04#displacement")."""

    code: str
    chapter: str
    params: Mapping[str, float]


def ends(series: Series) -> tuple[float, float] | None:
    """The mean of the first and of the last few values; None while the two would overlap."""
    if len(series) < 2 * WINDOW:
        return None
    first, last = ([value for _, value in part] for part in (series[:WINDOW], series[-WINDOW:]))
    return sum(first) / WINDOW, sum(last) / WINDOW


def smoothed_peak(series: Series) -> float:
    """The highest mean of a window among the latest points."""
    values = [value for _, value in series[-LATEST:]]
    return max(sum(values[start : start + WINDOW]) / WINDOW for start in range(len(values) - WINDOW + 1))


def latest(series: Series) -> float:
    """The mean of the last few values."""
    values = [value for _, value in series[-WINDOW:]]
    return sum(values) / len(values)


def hacking(metrics: Metrics) -> Warning | None:
    """The learned reward above its start while the rule's grade has fallen from its peak (Gao et al. 2022)."""
    reward, gold = ends(metrics.get("objective/scores", ())), ends(metrics.get("gold/score", ()))
    if reward is None or gold is None:
        return None
    peak = smoothed_peak(metrics["gold/score"])
    fall = healthy("gold/score").low
    if reward[1] > reward[0] and gold[1] < peak + fall:
        return Warning("hacking", "02#overoptimisation", {"peak": peak, "now": gold[1]})
    return None


def far_away(metrics: Metrics) -> Warning | None:
    """So many nats an answer from the reference that, for answers of a few tokens, it is another language."""
    series = metrics.get("objective/kl", ())
    most = healthy("objective/kl").high
    if len(series) and (now := sum(value for _, value in series[-WINDOW:]) / len(series[-WINDOW:])) > most:
        return Warning("far_away", "03#beta", {"now": now})
    return None


def displacement(metrics: Metrics) -> Warning | None:
    """Both log-probabilities lower than at the start (Razin et al. 2024): common in DPO, worth a look."""
    chosen, rejected = ends(metrics.get("logps/chosen", ())), ends(metrics.get("logps/rejected", ()))
    fall = healthy("logps/chosen").low
    if chosen and rejected and chosen[1] < chosen[0] + fall and rejected[1] < rejected[0]:
        return Warning("displacement", "04#displacement", {"fall": chosen[0] - chosen[1]})
    return None


def entropy_collapse(metrics: Metrics) -> Warning | None:
    """The policy's entropy a small part of what it began with."""
    found = ends(metrics.get("objective/entropy", ()))
    if found and found[1] < found[0] * healthy("objective/entropy").low:
        return Warning("entropy_collapse", "08#collapse", {"now": found[1], "start": found[0]})
    return None


def length_drift(metrics: Metrics) -> Warning | None:
    """Answers much longer, or much shorter, than at the start."""
    found, fine = ends(metrics.get("completions/mean_length", ())), healthy("completions/mean_length")
    if found and not fine.low < found[1] / max(found[0], 1e-9) < fine.high:
        return Warning("length_drift", "02#hacking", {"now": found[1], "start": found[0]})
    return None


def silent_groups(metrics: Metrics) -> Warning | None:
    """Hardly a group whose answers don't all score the same: nothing is learnt from the others."""
    found = ends(metrics.get("frac_reward_zero_std", ()))
    if found and found[1] > healthy("frac_reward_zero_std").high:
        return Warning("silent_groups", "07#group", {"now": found[1]})
    return None


def saturated(metrics: Metrics) -> Warning | None:
    """A margin whose sigmoid is flat (σ(−10) is 0.00005) so near the reference that β must be what made it so large."""
    margins, kl = metrics.get("rewards/margins", ()), metrics.get("objective/kl", ())
    if not kl or len(margins) < 2 * WINDOW:
        return None
    margin, now = latest(margins), latest(kl)
    return Warning("saturated", "04#beta", {"margin": margin, "now": now}) if margin > 10 and now < 0.5 else None


def moving_reference(metrics: Metrics) -> Warning | None:
    """No margin at all for ten steps while log-probabilities move: policy and reference are one."""
    margins, rejected = metrics.get("rewards/margins", ()), ends(metrics.get("logps/rejected", ()))
    if rejected is None or len(margins) < 2 * WINDOW or any(abs(value) > 1e-6 for _, value in margins[-2 * WINDOW :]):
        return None
    moved = abs(rejected[1] - rejected[0])
    return Warning("moving_reference", "10#reference", {"moved": moved}) if moved > 0.5 else None


def endless(metrics: Metrics) -> Warning | None:
    """Most answers are cut off at the limit."""
    series = metrics.get("completions/clipped_ratio", ())
    if series and (now := latest(series)) > healthy("completions/clipped_ratio").high:
        return Warning("endless", "09#length", {"now": now})
    return None


def other_pairs(metrics: Metrics) -> Warning | None:
    """Held-out pairs and pairs made afresh are not of one kind: known by heart, or the wrong way round."""
    found = [metrics.get(f"{source}_rewards/accuracies", ()) for source in ("eval", "fresh")]
    if min(map(len, found)) < WINDOW:
        return None
    held_out, fresh = map(latest, found)
    params = {"held_out": held_out, "fresh": fresh}
    if held_out > 0.5 and fresh < 0.4:
        return Warning("wrong_way", "04#pitfalls", params)
    return Warning("remembered", "08#diversity", params) if 0.6 < fresh < held_out - 0.1 else None


MONITORS: tuple[Callable[[Metrics], Warning | None], ...] = (
    hacking, far_away, displacement, entropy_collapse, length_drift, silent_groups, saturated,
    moving_reference, endless, other_pairs,
)  # fmt: skip


def arms(metrics: Metrics) -> list[Metrics]:
    """The curves under their own names: of the run, and of each arm of a run of several ("free/gold/score")."""
    names = {name.split("/")[0] for name in metrics}
    own = [
        {name.removeprefix(f"{arm}/"): series for name, series in metrics.items() if name.startswith(f"{arm}/")}
        for arm in sorted(names)
    ]
    return [metrics, *own]


def warnings(metrics: Metrics) -> list[Warning]:
    """Everything that the curves so far give reason to say."""
    return [found for curves in arms(metrics) for monitor in MONITORS if (found := monitor(curves))]
