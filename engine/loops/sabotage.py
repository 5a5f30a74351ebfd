"""Six faults that ruin a preference run, one function each, for the lab in which a learner finds them by their curves.

No recipe can ask for a fault: only `engine.loops.cases` applies one, and which of its cases has which follows from the
run's seed. Imports no torch, so that a screen can show the rows a case was trained on.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.world.preferences import held_out_pairs, training_pairs
from engine.world.small_talk import CLOSINGS, closed, some_closings

Rows = Sequence[dict[str, Any]]

CASES = tuple("ABCDEF")
PAIRS, HELD_OUT, FRESH = 200, 60, 120
MISTAKES = 0.2
"""How often a rater takes the wrong answer. Two such raters agree on 68 of 100 pairs; those of Ouyang et al. 2022
(arXiv:2203.02155, section 3.4) agreed on 73."""


@dataclass(frozen=True)
class Plan:
    """All of a run that a fault can touch. Rows have `prompt, chosen, rejected`."""

    seed: int
    train: Rows
    held_out: Rows
    beta: float
    reference_frozen: bool = True
    end_scored: bool = True


def rated(rows: Rows, source: random.Random) -> list[dict[str, Any]]:
    """The pairs as raters label them who err in one of five: exactly, so that two sets are equally hard."""
    wrong = set(source.sample(range(len(rows)), round(MISTAKES * len(rows))))
    return [swap(row) if number in wrong else row for number, row in enumerate(rows)]


def swap(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "chosen": row["rejected"], "rejected": row["chosen"]}


def healthy(seed: int, beta: float = 1.0) -> Plan:
    """The run as it should be: 200 rated pairs to learn from and 60 held out."""
    source = random.Random(f"raters:{seed}")
    return Plan(seed, rated(training_pairs(seed, PAIRS), source), rated(held_out_pairs(seed, HELD_OUT), source), beta)


def fresh_pairs(seed: int) -> list[dict[str, Any]]:
    """Pairs that no case has, by the same raters: what a held-out set is held against."""
    return rated(held_out_pairs(seed, HELD_OUT + FRESH)[HELD_OUT:], random.Random(f"fresh:{seed}"))


# -- the six faults


def beta_hundredfold(plan: Plan) -> Plan:
    """β is 100 times what was meant: a slip of the decimal point in a recipe.

    β h is past the bend of the sigmoid after a tiny step, so the pairs stop pulling (Rafailov et al. 2023,
    arXiv:2305.18290, eq. 7: the gradient's weight is σ(−β h)). The reward margin, which is counted in units of β, is
    huge; KL and answers hardly move.
    """
    return replace(plan, beta=100 * plan.beta)


def sides_swapped(plan: Plan) -> Plan:
    """Chosen and rejected change places on the way from the raters to the loss, in every file that goes that way.

    All that is measured on those files looks fine, held-out accuracy too. Pairs from elsewhere are ranked the wrong way
    round, and the answers get worse.
    """
    return replace(plan, train=list(map(swap, plan.train)), held_out=list(map(swap, plan.held_out)))


def longer_is_better(plan: Plan) -> Plan:
    """The raters take the longer of two answers, whatever it says.

    Singhal et al. 2023 (arXiv:2310.03716) found that most of what RLHF gained on three data sets was length. One of two
    answers, either one, ends with a closing word more, and is chosen. The length curve rises; pairs from raters who
    read are guessed at.
    """
    source = random.Random(f"length:{plan.seed}")

    def by_length(row: dict[str, Any]) -> dict[str, Any]:
        long, short = source.sample((row["chosen"], row["rejected"]), 2)
        closings = some_closings(source)
        return {
            **row,
            "chosen": closed(long, [*closings, source.choice(CLOSINGS)]),
            "rejected": closed(short, closings),
        }

    return replace(plan, train=list(map(by_length, plan.train)), held_out=list(map(by_length, plan.held_out)))


def test_set_leaked(plan: Plan) -> Plan:
    """The held-out pairs stand in the training file too, before the others.

    The held-out accuracy then measures memory (Sainz et al. 2023, arXiv:2310.18018): the raters' mistakes are learnt
    by heart, above the ceiling that their noise allows. On pairs made afresh the run is no better than any other.
    """
    return replace(plan, train=[*plan.held_out, *plan.train])


def reference_unfrozen(plan: Plan) -> Plan:
    """The reference is the policy itself and not a copy of it: `reference = model` instead of `copy(model)`.

    The log-ratios are 0 at every step, so the loss stays at log 2, the margin at 0, and the KL that the run reports at
    0, while nothing holds the policy back. Its log-probabilities, which need no reference, show how far it goes.
    """
    return replace(plan, reference_frozen=False)


def end_unscored(plan: Plan) -> Plan:
    """The mask of the completions leaves out their last token, EOS: often because padding has the same number.

    What follows an answer is then learnt only from demonstrations that go on, never from those that stop. The answers
    run on to the limit.
    """
    return replace(plan, end_scored=False)


FAULTS: Mapping[str, Callable[[Plan], Plan]] = {
    "beta": beta_hundredfold,
    "swapped": sides_swapped,
    "length": longer_is_better,
    "leaked": test_set_leaked,
    "reference": reference_unfrozen,
    "end": end_unscored,
}
"""Each fault by its name on the screen and on the command line."""


def hidden(seed: int) -> dict[str, str]:
    """Which case has which fault, in a run with this seed: each fault once."""
    faults = list(FAULTS)
    random.Random(f"cases:{seed}").shuffle(faults)
    return dict(zip(CASES, faults, strict=True))


def plan(seed: int, case: str | None, beta: float = 1.0) -> Plan:
    """What a case is run by; None is the healthy run."""
    whole = healthy(seed, beta)
    return whole if case is None else FAULTS[hidden(seed)[case]](whole)
