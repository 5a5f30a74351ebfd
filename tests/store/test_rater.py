"""What the labels say about the rater, with numbers worked out by hand."""

import pytest

from engine.store import Label
from engine.store.rater import habits

PROMPT = "fill: yesterday he __ (go) to the market . ->"


def label(choice="left", left="went", right="goed", **fields):
    fields.setdefault("shown_at", "2026-01-01T00:00:00+00:00")
    return Label("pair", fields.pop("prompt", PROMPT), left, right, choice, **fields)


def test_agreement_counts_preferences_where_the_rule_sees_a_difference():
    labels = [
        *[label() for _ in range(17)],
        *[label("right") for _ in range(3)],
        *[label(left="went", right="went") for _ in range(4)],
        *[label("tie") for _ in range(3)],
        *[label("skip"), label("both_bad")],
        label("right", left="goed", right="went"),
    ]
    found = habits(labels)
    assert found.given == found.judged == 30
    assert found.choices == {"left": 21, "right": 4, "tie": 3, "skip": 1, "both_bad": 1}
    assert (found.agreement.hits, found.agreement.of) == (18, 21)
    # Wilson 1927 at 18 of 21: centre (18 + 1.92) / (21 + 3.84) = 0.802, half-width 0.148.
    assert found.agreement.low == pytest.approx(0.654, abs=1e-3)
    assert found.agreement.high == pytest.approx(0.950, abs=1e-3)
    assert (found.first_side.hits, found.first_side.of) == (21, 25)
    assert [case.label for case in found.disagreements] == [label("right")] * 3
    assert [(case.chosen.reason, case.rejected.reason) for case in found.disagreements] == [
        ("over_regularised", "right")
    ] * 3


def test_under_twenty_cases_there_is_no_interval():
    nineteen, twenty = habits([label()] * 19), habits([label()] * 20)
    assert (nineteen.first_side.value, nineteen.first_side.low) == (None, None)
    assert twenty.first_side.value == 1.0
    assert twenty.first_side.low == pytest.approx(0.8389, abs=1e-3)


def test_the_rule_speaks_after_every_ten_labels():
    assert [habits([label()] * count).agreement.of for count in (0, 9, 10, 19, 20)] == [0, 0, 10, 10, 20]
    assert habits([label()] * 19).first_side.of == 19, "a habit of side needs no rule, so it does not wait"


def test_imported_labels_are_not_the_raters():
    assert habits([label(shown_at="")] * 30).given == 0


def test_prompts_that_the_rule_does_not_know_are_not_held_against_the_rater():
    found = habits([label(prompt="What is the capital of Peru?")] * 10)
    assert (found.judged, found.agreement.of) == (10, 0)
