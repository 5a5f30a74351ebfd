"""Labels as a preference data set: the shape TRL reads, atomic writing, and import of all rows or none."""

import json
import stat

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.exchange import files, labels
from engine.exchange.jsonl import read_rows
from engine.store import Label, Store

PROMPT = "correct: he goed to school . ->"


def label(choice="left", strength=None, left="he went to school .", right="he goed to school .", **fields):
    return Label("pair", PROMPT, left, right, choice, strength, **fields)


def said(problem):
    """Every problem has its sentence in each language."""
    for language in LANGUAGES:
        assert say(language, f"problems_{problem.code}", **problem.params)
    return problem


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "home" / "learner.db") as store:
        yield store


@pytest.mark.parametrize(("strength", "margin"), [(3, 1.0), (2, 2 / 3), (1, 1 / 3), (None, 0.0)])
def test_strength_becomes_the_small_margin_of_llama_2_table_27(strength, margin):
    (row,) = labels.rows_for_training([label("left", strength)])
    assert row == {
        "prompt": PROMPT,
        "chosen": "he went to school .",
        "rejected": "he goed to school .",
        "margin": pytest.approx(margin),
    }


def test_the_right_answer_can_be_the_chosen_one():
    (row,) = labels.rows_for_training([label("right", 1)])
    assert (row["chosen"], row["rejected"]) == ("he goed to school .", "he went to school .")


def test_ties_skips_and_both_bad_are_left_out_and_counted(tmp_path):
    kept = [label("left", 3), label("tie"), label("tie"), label("skip"), label("both_bad"), label("right", 1)]
    exported = labels.export_labels(kept, tmp_path / "labels.jsonl")
    assert exported.rows == 2
    assert exported.left_out == {"tie": 2, "skip": 1, "both_bad": 1}
    assert len(read_rows(tmp_path / "labels.jsonl", "preference")) == 2


def test_nothing_to_export_is_a_problem_and_no_file(tmp_path):
    with pytest.raises(Problem) as caught:
        labels.export_labels([label("tie")], tmp_path / "labels.jsonl")
    assert said(caught.value).code == "exchange.no_labels"
    assert list(tmp_path.iterdir()) == []


def test_export_refuses_to_replace_a_file_unless_told_to(tmp_path):
    target = tmp_path / "labels.jsonl"
    target.write_text("precious")
    with pytest.raises(Problem) as caught:
        labels.export_labels([label("left", 1)], target)
    assert said(caught.value).code == "exchange.exists"
    assert target.read_text() == "precious"
    labels.export_labels([label("left", 1)], target, force=True)
    assert json.loads(target.read_text())["prompt"] == PROMPT
    assert [path.name for path in tmp_path.iterdir()] == ["labels.jsonl"]
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


@pytest.mark.parametrize("force", [False, True])
def test_export_never_writes_through_a_link_or_over_a_folder(tmp_path, force):
    (tmp_path / "victim").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "victim")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    for name, code in (("link", "is_link"), ("dangling", "is_link"), ("folder", "is_folder"), ("no/file", "no_folder")):
        with pytest.raises(Problem) as caught:
            labels.export_labels([label("left", 1)], tmp_path / name, force=force)
        assert said(caught.value).code == f"exchange.{code}"
    assert (tmp_path / "victim").read_text() == "precious"
    assert not (tmp_path / "nowhere").exists()


def test_a_failing_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    (tmp_path / "labels.jsonl").write_text("old")
    monkeypatch.setattr(files.os, "fsync", full)
    for name in ("labels.jsonl", "new.jsonl"):
        with pytest.raises(Problem) as caught:
            labels.export_labels([label("left", 1)], tmp_path / name, force=True)
        assert said(caught.value).code == "exchange.unwritable"
    assert [path.name for path in tmp_path.iterdir()] == ["labels.jsonl"]
    assert (tmp_path / "labels.jsonl").read_text() == "old"


def test_the_content_is_on_the_disk_before_it_has_its_name(tmp_path, monkeypatch):
    order = []
    sync, replace = files.os.fsync, files.os.replace
    monkeypatch.setattr(files.os, "fsync", lambda handle: (order.append("sync"), sync(handle)))
    monkeypatch.setattr(files.os, "replace", lambda old, new: (order.append("rename"), replace(old, new)))
    labels.export_labels([label("left", 1)], tmp_path / "labels.jsonl")
    assert order == ["sync", "rename", "sync"]


def test_export_names_do_not_collide(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))
    first = labels.new_export_file("labels")
    first.write_text("")
    assert first.parent == tmp_path / "exports"
    assert labels.new_export_file("labels") != first


def test_what_is_exported_can_be_imported_once(store, tmp_path):
    kept = [label("left", 3), label("right", 1, left="a .", right="b .")]
    labels.export_labels(kept, tmp_path / "labels.jsonl")
    assert labels.import_labels(store, tmp_path / "labels.jsonl") == labels.Imported(added=2, known=0)
    assert labels.rows_for_training(store.labels()) == labels.rows_for_training(kept)
    assert labels.import_labels(store, tmp_path / "labels.jsonl") == labels.Imported(added=0, known=2)
    assert all(not imported.shown_at for imported in store.labels())


def test_import_of_a_file_with_a_bad_line_adds_nothing_and_names_the_line(store, tmp_path):
    good = json.dumps({"prompt": "p", "chosen": "a", "rejected": "b"})
    (tmp_path / "bad.jsonl").write_text(f"{good}\n\n{good}\n{{broken\n")
    with pytest.raises(Problem) as caught:
        labels.import_labels(store, tmp_path / "bad.jsonl")
    assert (caught.value.code, caught.value.params["line"]) == ("jsonl.broken_json", 4)
    assert store.labels() == []


def test_a_margin_beyond_any_float_is_refused(store, tmp_path):
    row = {"prompt": "p", "chosen": "a", "rejected": "b", "margin": 10**400}
    (tmp_path / "huge.jsonl").write_text(json.dumps(row))
    with pytest.raises(Problem) as caught:
        labels.import_labels(store, tmp_path / "huge.jsonl")
    assert said(caught.value).code == "jsonl.not_finite"
    assert caught.value.params["line"] == 1
    assert store.labels() == []


def test_rows_without_a_margin_train_without_one(store, tmp_path):
    (tmp_path / "plain.jsonl").write_text(json.dumps({"prompt": "p", "chosen": "a", "rejected": "b"}))
    labels.import_labels(store, tmp_path / "plain.jsonl")
    assert labels.rows_for_training(store.labels())[0]["margin"] == 0.0
