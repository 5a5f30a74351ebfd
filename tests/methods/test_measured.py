"""What a method reaches is what was measured: reached, missed, out of date when anything changed, or not measured."""

import json
import math
from dataclasses import replace

import pytest

from engine.bench import methods as bench
from engine.errors import Problem
from engine.evaluate.figures import interval, measure
from engine.methods import METHODS, Method
from engine.methods import measured as record_of
from engine.methods.bound import SEEDS, Bound, Trial, at_least, at_most, bound
from engine.methods.measured import MISSED, NOT_MEASURED, OUT_OF_DATE, REACHED, depends_on, read, status
from engine.runs.events import History

DPO = replace(METHODS["dpo"], bound=bound(at_least("win_rate", 0.6), at_most("kl", 1.0)))


def recorded(method: Method, values=(0.64, 0.7, 0.61), kl=(0.5, 0.6, 0.7), cpu=(8.0, 8.0, 9.0)):
    trial = {"measures": {"win_rate": list(values), "kl": list(kl)}, "seconds": [9, 9, 9], "cpu_seconds": list(cpu)}
    return {method.id: {"depends_on": depends_on(method), "seeds": list(SEEDS), "trials": [trial]}}


def test_reached_is_every_claim_on_every_seed_within_a_minute():
    assert status(DPO, recorded(DPO)).state == REACHED
    assert status(DPO, recorded(DPO, values=(0.64, 0.59, 0.61))).state == MISSED
    assert status(DPO, recorded(DPO, kl=(0.5, 0.6, 1.1))).state == MISSED
    assert status(DPO, recorded(DPO, cpu=(8.0, 61.0, 9.0))).state == MISSED
    assert status(DPO, {}).state == NOT_MEASURED


def test_another_claim_about_the_same_figures_needs_no_new_run():
    record = recorded(DPO)
    assert status(replace(DPO, bound=bound(at_least("win_rate", 0.65))), record).state == MISSED
    assert status(replace(DPO, bound=bound(at_least("win_rate", 0.55))), record).state == REACHED
    assert status(replace(DPO, bound=bound(at_least("correct_after", 0.5))), record).state == OUT_OF_DATE


def test_a_changed_setting_default_or_model_makes_it_out_of_date(monkeypatch):
    record = recorded(DPO)
    longer = replace(DPO, bound=bound(*DPO.bound.trials[0].claims, num_train_epochs=9))
    assert status(longer, record).state == OUT_OF_DATE
    bolder = replace(DPO, hyper=tuple(replace(row, default=0.5) if row.name == "beta" else row for row in DPO.hyper))
    assert status(bolder, record).state == OUT_OF_DATE
    monkeypatch.setattr(record_of, "_shipped", lambda: ("another model",))
    assert status(DPO, record).state == OUT_OF_DATE


def test_two_trials_are_both_needed():
    both = replace(
        METHODS["grpo"],
        bound=Bound((Trial((at_most("fall(gold/score)", 0.1),)), Trial((at_least("fall(gold/score)", 0.2),)))),
    )
    took = {"seconds": [1, 1, 1], "cpu_seconds": [1, 1, 1]}
    trials = [{"measures": {"fall(gold/score)": values}, **took} for values in ([0, 0, 0], [0.3, 0.1, 0.3])]
    record = {both.id: {"depends_on": depends_on(both), "seeds": list(SEEDS), "trials": trials}}
    assert status(both, record).state == MISSED
    trials[1]["measures"]["fall(gold/score)"][1] = 0.2
    assert status(both, record).state == REACHED


def test_the_shipped_record_is_about_these_methods_and_reads_whole():
    record = read()
    assert record.keys() <= METHODS.keys()
    for id, found in record.items():
        assert tuple(found["seeds"]) == SEEDS
        for trial in found["trials"]:
            values = [*trial["measures"].values(), trial["seconds"], trial["cpu_seconds"]]
            assert all(len(each) == len(SEEDS) and all(map(math.isfinite, each)) for each in values), id


# --- measures


def test_measures_are_read_from_the_gate_and_the_curves():
    gate = {"id": "win_rate", "value": 0.7, "low": 0.6, "high": 0.8,
            "details": [{"id": "kl", "value": 0.5, "low": None, "high": None}]}  # fmt: skip
    rising = [(step, min(step, 15) / 20) for step in range(1, 31)]
    hump = [(step, 0.5 + (0.4 if 10 <= step < 20 else 0.1)) for step in range(1, 31)]
    history = History(gate=gate, metrics={"eval_loss": [(10, 2.0), (20, 1.5)], "gold/score": rising, "humped": hump})
    assert measure("win_rate", history) == 0.7
    assert measure("kl", history) == 0.5
    assert interval("win_rate", history) == (0.6, 0.8)
    assert interval("kl", history) is interval("last(eval_loss)", history) is None
    assert measure("first(eval_loss)", history) == 2.0
    assert measure("first(eval_loss) - last(eval_loss)", history) == 0.5
    assert measure("last(eval_loss) / first(eval_loss)", history) == 0.75
    assert measure("fall(gold/score)", history) == pytest.approx(0)
    assert measure("fall(humped)", history) == pytest.approx(0.3)
    assert measure("fall(eval_loss)", history) == 0.5
    for unknown in ("last(loss)", "accuracy", "mean(eval_loss)"):
        with pytest.raises(Problem) as caught:
            measure(unknown, history)
        assert caught.value.code == "evaluate.no_measure"
    with pytest.raises(Problem):
        measure("win_rate", History())


# --- measuring


@pytest.fixture
def quick(monkeypatch):
    """DPO for two steps, on one seed."""
    small = replace(DPO, bound=bound(at_least("win_rate", 0.0), at_least("last(loss)", 0.0), num_train_epochs=1))
    for module in (bench, record_of):
        monkeypatch.setattr(module, "SEEDS", (0,))
    monkeypatch.setattr(bench, "METHODS", {"dpo": small, "ipo": METHODS["ipo"]})
    return small


def test_a_real_run_is_measured_and_kept_with_what_it_depends_on(quick, tmp_path):
    heard = []
    file = tmp_path / "measured.json"
    file.write_text(json.dumps({"ipo": {"kept": True}, "gone": {}}))
    found = bench.methods(["dpo"], tmp_path, lambda key, /, **params: heard.append((key, params)), file)
    assert found["passed"]
    assert [key for key, _ in heard] == ["bench.method_seed", "bench.method"]
    record = read(file)
    assert list(record) == ["dpo", "ipo"]
    assert record["ipo"] == {"kept": True}
    (trial,) = record["dpo"]["trials"]
    assert 0 <= trial["measures"]["win_rate"][0] <= 1
    low, high = trial["intervals"]["win_rate"][0]
    assert low <= trial["measures"]["win_rate"][0] <= high
    assert 0 < trial["cpu_seconds"][0] <= 60
    assert status(quick, record).state == REACHED


def test_an_unknown_method_and_a_record_that_cannot_be_written_are_said(quick, tmp_path):
    with pytest.raises(Problem) as caught:
        bench.methods(["dop"], tmp_path, print)
    assert (caught.value.code, caught.value.params["known"]) == ("bench.unknown_method", "dpo, ipo")
    with pytest.raises(Problem) as caught:
        bench.write({}, tmp_path / "no" / "folder" / "measured.json")
    assert caught.value.code == "bench.record_read_only"
