"""`preferably methods`: the list, one in full, as a document, in both languages."""

import pytest

from content.text import LANGUAGES
from engine.bench import measures
from engine.methods import METHODS
from engine.methods.measured import MISSED, NOT_MEASURED, OUT_OF_DATE, REACHED, read, status
from tui.numbers import short


def test_the_list_has_every_method_with_its_measured_state(invoke):
    for language in LANGUAGES:
        result = invoke("methods", "--language", language)
        assert result.exit_code == 0, result.stderr
        lines = {line.split()[0]: line for line in result.stdout.splitlines() if line.startswith("  ")}
        for id, method in METHODS.items():
            assert method.chapter in lines[id]
            for one in method.variants:
                assert one.id in result.stdout
        assert max(map(len, result.stdout.splitlines()[:-2])) <= 80
    record = read()
    reached = sum(status(method, record).state == REACHED for method in METHODS.values())
    assert f"{reached} de {len(METHODS)}" in result.stdout


def test_the_document_says_everything(document):
    found = document("methods")
    assert [row["id"] for row in found["methods"]] == list(METHODS)
    assert found["seeds"] == [0, 1, 2]
    record = read()
    for row in found["methods"]:
        assert row.keys() >= {"data", "loop", "losses", "metrics", "chapter", "lab", "hyper", "bound", "status"}
        assert row["status"] in (REACHED, MISSED, OUT_OF_DATE, NOT_MEASURED)
        assert row["status"] == status(METHODS[row["id"]], record).state
        assert all(loss["formula"] and loss["source"] for loss in row["losses"])
        assert all(metric["formula"] and metric["healthy"]["goes"] for metric in row["metrics"])
        assert row["bound"]
        assert {one["name"] for one in row["hyper"]} == {one.name for one in METHODS[row["id"]].hyper}


@pytest.mark.parametrize("id", ["dpo", "grpo", "spin", "reasoning", "stages"])
def test_one_in_full(invoke, id):
    method = METHODS[id]
    for language in LANGUAGES:
        result = invoke("methods", id, "--language", language)
        assert result.exit_code == 0, result.stderr
        told = result.stdout
        assert f"preferably train {id}" in told
        assert all(name in told for name in (*method.losses, *method.metrics))
        assert all(row.name in told for row in method.hyper)
        for trial in read().get(id, {"trials": []})["trials"]:
            assert all(short(value) in told for values in trial["measures"].values() for value in values)


def test_a_name_of_some_settings_leads_to_its_method(invoke):
    assert invoke("methods", "dr-grpo").stdout == invoke("methods", "grpo").stdout


def test_an_unknown_name_gets_the_closest(document):
    found = document("methods", "dop", exit_code=2)
    assert found["error"]["code"] == "cli.no_such_method"
    assert "dpo" in found["error"]["message"]


def test_measuring_again_is_asked_of_bench(invoke, document, monkeypatch):
    asked = []

    def measured(names, scratch, report):
        asked.append(list(names))
        report("bench.method", method="dpo", state="reached")
        return {"methods": {"dpo": {"state": "reached", "trials": []}}, "passed": True}

    monkeypatch.setattr(measures, "methods", measured)
    found = document("bench", "methods", "dpo")
    assert asked == [["dpo"]]
    assert found["measures"]["methods"]["dpo"]["state"] == "reached"
    monkeypatch.undo()
    assert "dop" in invoke("bench", "methods", "dop").stderr
