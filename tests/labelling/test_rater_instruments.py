"""The rater's instruments, against figures worked out by hand, and their "too few to say"."""

import math
import random

import pytest

from engine.labelling import instruments as panel
from engine.labelling.bradley_terry import fit
from engine.store import Label

PROMPT = "fill: yesterday he __ (go) to the market . ->"


def label(choice="left", number=0, left="went", right="goed", **fields):
    fields.setdefault("shown_at", "2026-01-01T00:00:00+00:00")
    return Label(f"pair-{number}", fields.pop("prompt", PROMPT), left, right, choice, event=number + 1, **fields)


def readings(labels, judge=None):
    return {reading.id: reading for reading in panel.instruments(labels, judge or {})}


def test_nothing_is_said_of_too_few():
    for reading in readings([label(number=n) for n in range(19)]).values():
        assert (reading.value, reading.low, reading.verdict) == (None, None, "few")


def test_a_habit_of_side_has_an_interval_early_and_a_claim_late():
    # 65 of 100: Wilson 1927, 95 %: 0.5525 to 0.7364.
    late = readings([label("left" if n % 20 < 13 else "right", n) for n in range(100)])["first_side"]
    assert (late.value, late.low, late.high) == pytest.approx((0.65, 0.5525, 0.7364), abs=1e-4)
    assert late.verdict == "above"
    early = readings([label("left" if n % 20 < 13 else "right", n) for n in range(40)])["first_side"]
    assert early.low is not None
    assert early.verdict == "early"


def test_kappa_has_an_interval_and_is_undefined_where_all_verdicts_are_alike():
    # 40 yes-yes, 10 yes-no, 5 no-yes, 45 no-no: agreement 0.85, by chance 0.5, κ = 0.7.
    # The pairs came with a first; half of them were shown the other way round, which changes nothing.
    mine = [True] * 50 + [False] * 50
    theirs = [True] * 40 + [False] * 10 + [True] * 5 + [False] * 45
    labels = [label("left" if one else "right", n) for n, one in enumerate(mine)]
    judge = {f"pair-{n}": 0.9 if one else 0.2 for n, one in enumerate(theirs)}
    reading = readings(labels, judge)["kappa_judge"]
    assert reading.value == pytest.approx(0.7)
    assert reading.low < reading.value < reading.high
    alike = readings([label(number=n) for n in range(30)], {f"pair-{n}": 0.9 for n in range(30)})["kappa_judge"]
    assert alike.verdict == "undefined"


def test_the_order_of_the_answers_does_not_change_a_verdict():
    one, other = label("left"), label("right", left="goed", right="went", swapped=True)
    assert one.verdict == other.verdict == "a"
    assert one.answers == other.answers == ("went", "goed")


def test_self_agreement_tells_sides_from_noise():
    """A rater who always chooses the left one agrees with themselves where the sides stay, and nowhere else."""
    labels = []
    for n in range(40):
        swapped = n % 2 == 0
        labels.append(label("left", n))
        texts = {"left": "goed", "right": "went"} if swapped else {}
        labels.append(label("left", 100 + n, swapped=swapped, purpose="repeat", repeats=n + 1, **texts))
    found = readings(labels)
    assert (found["self_agreement"].hits, found["self_agreement"].count) == (20, 40)
    assert (found["self_agreement_same"].hits, found["self_agreement_same"].count) == (20, 20)
    assert (found["self_agreement_swapped"].hits, found["self_agreement_swapped"].count) == (0, 20)
    assert panel.ceiling(found["self_agreement"]) == pytest.approx(0.5)
    # s = 0.85: e = (1 - sqrt(0.7)) / 2 = 0.0817, ceiling 0.9183
    assert panel.ceiling(panel.share("self_agreement", 17, 20)) == pytest.approx(0.9183, abs=1e-4)


def test_repeats_count_once_and_rankings_not_at_all():
    labels = [label(number=n) for n in range(20)]
    more = [
        *labels,
        label("right", 30, purpose="repeat", repeats=1),
        label("right", 31, ranking="r"),
        label("right", 32, shown_at=""),
    ]
    judge = {f"pair-{n}": 0.9 for n in range(40)}
    assert readings(more, judge)["kappa_judge"].count == 20
    assert readings(more)["first_side"].count == 21, "a repeat has a side too"


def test_length_is_read_at_equal_grade():
    """Two right answers, one of them longer: nothing but length can move this rater."""
    prompt = "comment: tom breaked the lamp yesterday . ->"
    short, long = "good try . we say broke .", "nice work , one more step . we say broke ."
    source = random.Random(2)

    def pair(n, love):
        left, right = (short, long) if source.random() < 0.5 else (long, short)
        longer = source.random() < love
        choice = "left" if (left == long) == longer else "right"
        return label(choice, n, left=left, right=right, prompt=prompt)

    found = readings([pair(n, 0.9) for n in range(200)])["length"]
    # four words more at 9 : 1 are odds of 9 ** (1/4) = 1.73 a word
    assert found.low < 9 ** (1 / 4) < found.high
    assert found.verdict == "above"
    fair = readings([pair(n, 0.5) for n in range(200)])["length"]
    assert fair.low < 1 < fair.high
    # A rater who follows the rule does not love length because right answers are longer.
    ruled = [
        label("left", n, left="will go", right="goed", prompt="fill: he __ (go) to school tomorrow . ->")
        for n in range(100)
    ]
    assert readings(ruled)["length"].verdict == "unclear"


def test_drift_compares_halves_with_newcombes_interval():
    labels = [label("left" if hit else "right", n) for n, hit in enumerate([*[True] * 20, *[False] * 20, *[True] * 40])]
    reading = readings(labels)["drift"]
    assert reading.value == pytest.approx(0.5)
    low_before, high_before = panel.wilson(20, 40)
    low_after, high_after = panel.wilson(40, 40)
    assert reading.low == pytest.approx(0.5 - math.hypot(1 - low_after, high_before - 0.5))
    assert reading.high == pytest.approx(0.5 + math.hypot(high_after - 1, 0.5 - low_before))
    assert reading.verdict == "above"


def test_the_reward_model_is_read_on_the_test_share_only():
    labels = [label("left", n, purpose="test" if n < 25 else "train") for n in range(50)]
    reading = panel.reward_model(labels, {f"pair-{n}": 0.9 if n < 20 else 0.1 for n in range(50)})
    assert (reading.hits, reading.count) == (20, 25)


def test_the_fit_is_the_maximum_of_the_posterior_from_wherever_it_starts():
    source = random.Random(3)
    rows = [([source.gauss(0, 1) for _ in range(3)], float(source.random() < 0.6)) for _ in range(80)]
    found = fit(rows, 3, variance=4.0)

    def log_posterior(weights):
        total = -sum(w * w for w in weights) / (2 * 4.0)
        for features, y in rows:
            logit = sum(w * x for w, x in zip(weights, features, strict=True))
            total += y * logit - math.log1p(math.exp(logit))
        return total

    best = log_posterior(found.weights)
    for place in range(3):
        for step in (-0.01, 0.01):
            moved = [weight + step * (place == other) for other, weight in enumerate(found.weights)]
            # At the maximum, log p falls by step² / (2 variance of the weight given the others) and nothing else.
            assert 0 < best - log_posterior(moved) < 0.01
    again = fit(rows, 3, variance=4.0, start=[5.0, -5.0, 5.0])
    assert again.weights == pytest.approx(found.weights, abs=1e-6)


def test_information_falls_with_what_is_known_and_is_least_where_the_outcome_is_sure():
    nothing = fit([], 2, variance=4.0)
    assert nothing.information([1.0, 0.0]) == pytest.approx(math.log1p(0.25 * 4))
    known = fit([([1.0, 0.0], 1.0)] * 30 + [([1.0, 0.0], 0.0)] * 30, 2, variance=4.0)
    assert known.information([1.0, 0.0]) < known.information([0.0, 1.0])
    assert nothing.information([0.0, 0.0]) == 0
