"""`preferably label`, and labels out to a file and in from one."""

import json
import subprocess
import sys

import pytest

from engine.store import Label, Store
from tui import pair_stream


def labels():
    with Store.open() as store:
        return store.labels()


def test_each_key_is_a_label_and_is_saved(document):
    result = document("label", "--source", "shipped", input="1\n7\n3\n4\nb\ns\nq\n")
    kinds = [(label["choice"], label["strength"]) for label in result["labels"]]
    assert kinds == [("left", 3), ("right", 3), ("left", 1), ("tie", None), ("both_bad", None), ("skip", None)]
    saved = labels()
    assert [(label.choice, label.strength) for label in saved] == kinds
    assert all(label.shown_at and label.latency_ms is not None for label in saved)
    assert {label.left_source for label in saved if label.purpose != "gold"} == {"shipped"}
    assert len({label.pair_id for label in saved}) == 6


def test_the_end_of_the_input_ends_the_sitting(invoke):
    result = invoke("label", "--source", "shipped", input="1\n")
    assert result.exit_code == 0
    assert "Labels saved: 1" in result.stdout


def test_undo_shows_the_pair_once_more(document):
    result = document("label", "--source", "shipped", input="1\n1\nu\n5\n2\nq\n")
    assert [(label["choice"], label["strength"]) for label in result["labels"]] == [
        ("left", 3), ("right", 1), ("left", 2)
    ]
    assert len({label.pair_id for label in labels()}) == 3
    assert len(labels()) == 3


def test_a_flag_goes_with_the_next_label_only(document):
    result = document("label", "--source", "shipped", input="f\nf\nf\n1\n1\n")
    assert [label["flagged"] for label in result["labels"]] == [True, False]


def test_there_is_nothing_to_undo_before_the_first_label(invoke):
    result = invoke("label", "--source", "shipped", input="u\n1\nu\nu\nq\n")
    assert result.stderr.count("nothing to undo") == 2
    assert labels() == []


def test_a_key_that_means_nothing_is_asked_again(invoke):
    result = invoke("label", "--source", "shipped", input="x\n\x1b[A\n2\n")
    assert result.stderr.count("is not one of the keys") == 2
    assert "\x1b" not in result.output
    assert len(labels()) == 1


def test_a_count_ends_the_sitting_and_a_second_one_goes_on_with_other_pairs(invoke):
    invoke("label", "--source", "shipped", "--count", "3", input="4\n" * 9)
    invoke("label", "--source", "shipped", "--count", "3", input="4\n" * 9)
    assert len({label.pair_id for label in labels()}) == 6


def test_sides_are_even_in_every_ten(invoke):
    invoke("label", "--source", "shipped", "--count", "20", input="1\n" * 20)
    swapped = [label.swapped for label in labels()]
    assert [sum(swapped[:10]), sum(swapped[10:])] == [5, 5]


def test_pairs_of_the_model_come_from_its_sampler(document, monkeypatch):
    rows = [
        {"pair_id": f"p{number}", "prompt": f"p {number}", "a": "went", "b": b, "source": "sft"}
        for number, b in enumerate(("goed", "went", "wented"))  # the second is no choice
    ]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    write = "import sys; open(sys.argv[1], 'a').write(sys.argv[2])"
    command = lambda file, seed: [sys.executable, "-c", write, str(file), text]  # noqa: E731
    monkeypatch.setattr(pair_stream, "sampler_command", command)
    result = document("label", "--count", "2", input="1\n1\n")
    drawn = {label["pair_id"] for label in result["labels"] if label["purpose"] != "gold"}
    assert drawn <= {"p0", "p2"}
    assert drawn


def test_a_sampler_that_fails_is_said_with_a_way_out(invoke, monkeypatch):
    command = lambda file, seed: [sys.executable, "-c", "import sys; sys.exit('ValueError: no model')"]  # noqa: E731
    monkeypatch.setattr(pair_stream, "sampler_command", command)
    result = invoke("label", input="1\n")
    assert result.exit_code == 1
    assert "ValueError: no model" in result.stderr
    assert "--source shipped" in result.stderr


def test_labels_through_a_pipe(home):
    done = subprocess.run(
        [sys.executable, "-m", "tui.cli", "label", "--source", "shipped", "--count", "2", "--json"],
        input="2\n6\n", capture_output=True, text=True, check=True,
    )
    assert [label["choice"] for label in json.loads(done.stdout)["labels"]] == ["left", "right"]
    assert "  A  " in done.stderr


def test_labels_go_out_as_rows_for_training_and_come_in_again(invoke, document, tmp_path, monkeypatch):
    invoke("label", "--source", "shipped", input="1\n6\n4\n" * 4)
    for_training = [label for label in labels() if label.purpose == "train"]
    preferred = sum(label.decisive for label in for_training)
    file = tmp_path / "labels.jsonl"
    result = document("export", "labels", str(file))
    assert result["rows"] == preferred
    assert sum(result["left_out"].values()) == 12 - preferred
    assert result["left_out"].get("tie", 0) == len(for_training) - preferred
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [set(row) for row in rows] == [{"prompt", "chosen", "rejected", "margin"}] * preferred
    assert document("export", "labels", str(tmp_path / "audit.jsonl"), "--audit")["rows"] == 12
    assert document("export", "labels", str(tmp_path / "kto.jsonl"), "--shape", "unpaired")["rows"] == 2 * preferred
    refused = invoke("export", "labels", str(tmp_path / "x.jsonl"), "--shape", "rank")
    assert "“rank”" in refused.stderr
    assert "no ranking" in invoke("export", "labels", str(tmp_path / "x.jsonl"), "--shape", "ranking").stderr
    assert invoke("export", "labels", str(file)).exit_code == 2
    assert invoke("export", "labels", str(file), "--force").exit_code == 0
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "another"))
    assert document("import", "labels", str(file))["added"] == preferred
    assert document("import", "labels", str(file)) == {"schema": 1, "added": 0, "known": preferred}
    assert document("import", "labels", str(tmp_path / "audit.jsonl"))["added"] == 12


def test_a_bad_line_is_named_and_nothing_is_imported(invoke, tmp_path):
    file = tmp_path / "labels.jsonl"
    good = json.dumps({"prompt": "p", "chosen": "went", "rejected": "goed"})
    file.write_text(f"{good}\n{{broken\n")
    result = invoke("import", "labels", str(file))
    assert result.exit_code == 2
    assert "line 2" in result.stderr
    assert labels() == []


def test_labels_train_a_run(invoke, document, quick_worker):
    invoke("label", "--source", "shipped", input="1\n6\n4\n" * 3)
    preferred = sum(label.decisive and label.purpose == "train" for label in labels())
    result = document("lab", "00", "--data", "labels")
    from engine.runs import library

    rows = (library.find(result["run"]) / "data" / "train.jsonl").read_text().splitlines()
    assert len(rows) == preferred >= 1


def test_a_run_goes_out_as_a_folder_or_a_zip(document, quick_worker, tmp_path):
    run = document("lab", "00")["run"]
    assert document("export", "run", run, str(tmp_path / "run.zip"))["file"].endswith("run.zip")
    document("export", "run", run, str(tmp_path / "folder"))
    assert (tmp_path / "folder" / "recipe.json").is_file()


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_choice_left_out_has_a_name(language, invoke, tmp_path):
    with Store.open() as store:
        for number, choice in enumerate(("left", "both_bad", "skip", "tie")):
            store.add_label(Label(str(number), "p", "went", "goed", choice, shown_at="2026-01-01"))
        for purpose in ("test", "repeat", "gold"):
            store.add_label(Label(purpose, "p", "went", "goed", "left", shown_at="2026-01-01", purpose=purpose))
    said = invoke("export", "labels", str(tmp_path / "out.jsonl"), "--language", language)
    assert said.exit_code == 0
    left_out = said.stdout.splitlines()[1]
    assert left_out.count(" 1") == 6
