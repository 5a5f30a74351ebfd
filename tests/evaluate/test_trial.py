"""The witnesses of a reward model's trial, and what they come to in words."""

import pytest

from content.text import LANGUAGES, say, sentences
from engine.evaluate.trial import calibration, labelled, length, verdict

PROMPT = "fill: yesterday he __ (go) to school . ->"


def by_id(details):
    return {row["id"]: row for row in details}


def test_sureness_and_accuracy_of_the_worked_number():
    found = by_id(calibration([2.0, 2.0, -2.0]))
    assert found["sureness"]["value"] == pytest.approx(0.8808, abs=1e-4)
    assert found["overconfidence"]["value"] == pytest.approx(0.8808 - 2 / 3, abs=1e-4)
    assert found["calibration_error"]["value"] == pytest.approx(0.8808 - 2 / 3, abs=1e-4)


def test_bins_do_not_cancel_what_the_mean_hides():
    found = by_id(calibration([0.01] * 10 + [9.0, -9.0] * 5))
    assert abs(found["overconfidence"]["value"]) < 0.01
    assert found["calibration_error"]["value"] == pytest.approx(0.5, abs=0.01)


def test_only_pairs_of_unlike_length_say_something_about_length():
    pairs = [{"chosen": "went", "rejected": "goes"}, {"chosen": "go", "rejected": "wented"}]
    found = by_id(length(pairs, [1.0, -1.0]))
    assert found["longer_preferred"]["value"] == 1.0
    assert found["longer_better"]["value"] == 0.0
    assert found["longer_bias"]["value"] == 1.0
    assert length(pairs[:1], [1.0]) == []


def test_labels_are_held_against_the_rule_where_it_speaks():
    rows = [
        {"prompt": PROMPT, "chosen": "went", "rejected": "goed"},
        {"prompt": PROMPT, "chosen": "wented", "rejected": "went"},
        {"prompt": PROMPT, "chosen": "went", "rejected": "went ."},
        {"prompt": "who are you?", "chosen": "a", "rejected": "b"},
    ]
    found = by_id(labelled(rows))
    assert found["labels_trained"]["value"] == 4
    assert found["labels_as_rule"]["value"] == 0.5


def row(id, value, low=None, high=None):
    return {"id": id, "value": value, "low": low, "high": high}


def gate(passed=True, fall=(0.1, 0.3), over=(-0.1, 0.1), bias=(-0.1, 0.1), more=()):
    return {
        "value": 0.1,
        "passed": passed,
        "details": [
            row("gold_peak", 0.9), row("peak_n", 4), row("largest_n", 128), row("gold_largest", 0.6),
            row("fall", 0.2, *fall), row("accuracy_500", 0.88), row("sureness", 0.9), row("overconfidence", 0.0, *over),
            row("longer_preferred", 0.4), row("longer_better", 0.4), row("longer_bias", 0.0, *bias), *more,
        ],
    }  # fmt: skip


OWN = (row("accuracy_own", 0.7, 0.6, 0.8), row("noise_ceiling", 0.9, 0.8, 0.95))


@pytest.mark.parametrize(
    ("judged", "shipped", "codes"),
    [
        (gate(), True, ["useful", "turns", "calibrated", "no_length_bias", "ceiling_shipped"]),
        (gate(passed=False, fall=(-0.1, 0.1)), False,
         ["useless", "holds", "calibrated", "no_length_bias", "ceiling_unknown"]),
        (gate(over=(0.1, 0.2), bias=(0.1, 0.2), more=OWN), False,
         ["useful", "turns", "overconfident", "longer", "below_ceiling"]),
        (gate(over=(-0.2, -0.1), bias=(-0.2, -0.1), more=(row("accuracy_own", 0.88, 0.8, 0.95), OWN[1])), False,
         ["useful", "turns", "underconfident", "shorter", "at_ceiling"]),
    ],
)  # fmt: skip
def test_a_finding_needs_an_interval_without_0(judged, shipped, codes):
    said = verdict(judged, shipped=shipped)
    assert [each["code"] for each in said] == codes
    for language in LANGUAGES:
        for each in said:
            assert f"verdict.{each['code']}" in sentences(language)
            assert "{" not in say(language, f"verdict.{each['code']}", **each["params"])
