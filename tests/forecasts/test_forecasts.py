"""Forecasts: kept before the run, decided by the first run after them, scored, and calibrated; by numbers by hand."""

import pytest

from engine.forecasts import forecast as made
from engine.forecasts.calibration import calibration
from engine.forecasts.forecast import Forecast, add, forecasts
from engine.forecasts.scoring import Outcome, score, sketched
from engine.runs.events import History
from engine.store import Store
from engine.store.rater import ENOUGH


def history(values, *, ended="done", gate=None, name="objective/kl"):
    steps = list(enumerate(values))
    return History(total_steps=len(values) - 1, metrics={name: steps} if values else {}, ended=ended, gate=gate)


GATE = {"id": "win_rate", "value": 0.7, "low": 0.6, "high": 0.8, "threshold": 0.55, "passed": True}


def test_forecasts_of_labs_and_of_runs_are_one_list(tmp_path):
    with Store.open(tmp_path / "s.db") as store:
        store.index_run("dpo-old", "dpo", "01", "/runs/dpo-old")
        store.predict("01", {"answers": {"lab01-predict-win": {"text": "60", "value": 0.6, "metric": "gate"}}})
        add(store, "01", {"loss:direction": made.direction("loss", False, 0.9)})
        add(store, "dpo-own", {"objective/kl:value": made.value("objective/kl", 0.5, 0.2, 0.9)})
        for name, lab in (("dpo-own", None), ("dpo-first", "01"), ("dpo-second", "01")):
            store.index_run(name, "dpo", lab, f"/runs/{name}")
        found = {each.id: each for each in forecasts(store)}
    assert found["lab01-predict-win"].run == "/runs/dpo-first"  # the first after it, not one before or the second
    assert found["loss:direction"].run == "/runs/dpo-first"
    assert (found["loss:direction"].up, found["loss:direction"].confidence) == (False, 0.9)
    own = found["objective/kl:value"]
    assert (own.run, own.value, own.low, own.high) == ("/runs/dpo-own", 0.5, 0.2, 0.9)


def test_what_cannot_be_meant_is_refused():
    with pytest.raises(ValueError):
        made.value("loss", 3, 1, 2)
    with pytest.raises(ValueError):
        made.direction("loss", True, 0.4)
    with pytest.raises(ValueError):
        made.curve("loss", (1.0, 2.0))


def test_a_direction_compares_the_first_tenth_with_the_last():
    up = Forecast("a", "01", "objective/kl", "direction", up=True, confidence=0.8)
    rising = [0.5, 0.1, *[0.3] * 16, 0.4, 0.2]  # means 0.3 and 0.3 at the ends: it did not move
    assert score(up, history(rising)).hit is False
    assert score(up, history([0.0] * 10 + [1.0] * 10)).hit is True
    assert score(up, history([0.0, 1.0], ended=None)) is None  # not decided yet
    assert score(up, history([])) is None


def test_the_direction_of_a_gate_is_whether_it_is_passed():
    passes = Forecast("a", "01", "gate", "direction", up=True, confidence=0.7)
    assert score(passes, history([0.1], gate=GATE)).hit is True
    assert score(passes, history([0.1], gate={**GATE, "passed": False})).hit is False


def test_a_value_hits_its_own_interval_or_the_gates():
    value = Forecast("a", "01", "objective/kl", value=0.5, low=0.2, high=0.6)
    outcome = score(value, history([0.0, 0.4]))
    assert (outcome.hit, outcome.error) == (True, pytest.approx(0.1))
    assert score(value, history([0.0, 0.7])).hit is False
    assert score(Forecast("a", "01", "objective/kl", value=0.5), history([0.0, 0.7])).hit is None
    assert score(Forecast("a", "01", "gate", value=0.65), history([], gate=GATE)).hit is True
    assert score(Forecast("a", "01", "gate", value=0.9), history([], gate=GATE)).hit is False


def test_a_curve_is_held_against_every_point_and_against_no_change():
    measured = history([0.0, 1.0, 2.0, 3.0, 4.0])
    perfect = Forecast("a", "01", "objective/kl", "curve", points=(0.0, 1.0, 2.0, 3.0, 4.0))
    assert (score(perfect, measured).error, score(perfect, measured).skill) == (0.0, 1.0)
    flat = Forecast("a", "01", "objective/kl", "curve", points=(0.0,) * 5)
    assert (score(flat, measured).error, score(flat, measured).skill) == (2.0, 0.0)
    assert score(flat, history([1.0, 1.0])).skill is None  # no change cannot be beaten
    assert sketched((0, 4, 4, 4, 8), 0.125) == 2
    assert sketched((0, 4, 4, 4, 8), 1.0) == 8


def outcome(confidence, hit):
    return Outcome(Forecast("a", "01", "loss", "direction", up=True, confidence=confidence), 0, 1, hit=hit)


def test_brier_and_hits_by_confidence_by_hand():
    """(0.9 - 1)² = 0.01, (0.9 - 0)² = 0.81, (0.6 - 1)² = 0.16: mean 0.3267."""
    found = calibration([outcome(0.9, True), outcome(0.9, False), outcome(0.6, True)])
    assert found.brier == pytest.approx(0.98 / 3)
    assert found.confidence == pytest.approx(0.8)
    assert [(each.low, each.share.hits, each.share.of) for each in found.bins] == [(0.6, 1, 1), (0.9, 1, 2)]
    assert found.verdict == "too_few"


def test_certainty_is_judged_from_enough_forecasts_on():
    sure = [outcome(0.95, number % 2 == 0) for number in range(ENOUGH)]
    assert calibration(sure[:-1]).verdict == "too_few"
    assert calibration(sure).verdict == "over"
    assert calibration([outcome(0.5, True)] * ENOUGH).verdict == "under"
    assert calibration([outcome(0.55, number % 2 == 0) for number in range(ENOUGH)]).verdict == "fits"


def test_intervals_are_counted_by_themselves():
    def value(hit, low=0.0, metric="loss"):
        made_ = Forecast("a", "01", metric, value=1.0, low=low, high=None if low is None else 2.0)
        return Outcome(made_, 0, 1, hit=hit, error=0.0)

    found = calibration([value(True), value(False), value(True, None, "gate"), value(None, None)])
    assert (found.covered.hits, found.covered.of) == (1, 2)
    assert (found.within.hits, found.within.of) == (1, 1)
    narrow = [value(number % 2 == 0) for number in range(ENOUGH)]
    assert calibration(narrow).interval_verdict == "over"
    assert calibration([]).brier is None
