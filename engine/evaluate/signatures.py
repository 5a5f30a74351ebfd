"""What each fault of a preference run leaves in its measurements, held against a healthy run on the same data."""

from collections.abc import Callable, Mapping

Readings = Mapping[str, float]
"""The last value of each metric of a run, and `outside/kl`: its distance from where it began, by another instrument."""

MARGIN, KL = "eval_rewards/margins", "objective/kl"
HELD_OUT, FRESH = "eval_rewards/accuracies", "fresh_rewards/accuracies"
LENGTH, CUT = "completions/mean_length", "completions/clipped_ratio"
OUTSIDE = "outside/kl"
READ = (MARGIN, KL, HELD_OUT, FRESH, LENGTH, CUT, OUTSIDE)


def beta(case: Readings, healthy: Readings) -> bool:
    """A margin five times that of the healthy run, and no more KL."""
    return case[MARGIN] > 5 * healthy[MARGIN] and case[KL] < healthy[KL]


def swapped(case: Readings, healthy: Readings) -> bool:
    """Its own held-out pairs in order, fresh ones the wrong way round."""
    return case[HELD_OUT] > 0.5 and case[FRESH] < 0.42 and case[LENGTH] < 1.3 * healthy[LENGTH]


def length(case: Readings, healthy: Readings) -> bool:
    """Answers a third longer, which end all the same."""
    return case[LENGTH] > 1.3 * healthy[LENGTH] and case[CUT] < 0.5


def leaked(case: Readings, healthy: Readings) -> bool:
    """Held-out pairs far better known than fresh ones, fresh ones no worse than in the healthy run, and no larger
    margin than training on them explains."""
    known = case[HELD_OUT] - case[FRESH] > 0.1 and case[FRESH] > healthy[FRESH] - 0.1
    return known and case[MARGIN] < 5 * healthy[MARGIN]


def reference(case: Readings, healthy: Readings) -> bool:
    """No margin and no KL by its own account, yet far away."""
    return abs(case[MARGIN]) < 1e-4 and case[KL] < 1e-4 and case[OUTSIDE] > 0.5


def end(case: Readings, healthy: Readings) -> bool:
    """Nine of ten answers cut off at the limit."""
    return case[CUT] > 0.9 > healthy[CUT]


SIGNATURES: Mapping[str, Callable[[Readings, Readings], bool]] = {
    "beta": beta,
    "swapped": swapped,
    "length": length,
    "leaked": leaked,
    "reference": reference,
    "end": end,
}


def read_off(case: Readings, healthy: Readings) -> set[str]:
    """The faults whose signature a case shows: one, where it can be told from its curves."""
    return {fault for fault, shows in SIGNATURES.items() if shows(case, healthy)}
