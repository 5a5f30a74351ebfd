"""The learner's file: nothing acknowledged is lost, nothing is overwritten, and state is a fold over events."""

import os
import sqlite3
import stat
import subprocess
import sys
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Problem
from engine.store import Label, Store

SHOWN = "2026-01-01T00:00:00+00:00"


def label(pair="pair-1", choice="left", strength=2, shown_at=SHOWN, **fields):
    return Label(pair, "correct: he goed . ->", "he went .", "he goed .", choice, strength, shown_at=shown_at, **fields)


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "learner.db") as store:
        yield store


def test_a_label_comes_back_as_it_was_given(store):
    given = label(note="clear", swapped=True, latency_ms=900, left_source="sft")
    kept = store.add_label(given)
    assert store.labels() == [kept]
    assert kept.payload() == given.payload()
    assert (kept.chosen, kept.rejected) == ("he went .", "he goed .")


def test_undo_takes_labels_back_one_by_one_to_the_first(store):
    kept = [store.add_label(label(f"pair-{number}")) for number in range(5)]
    assert [store.undo_label() for _ in range(6)] == [*reversed(kept), None]
    assert store.labels() == []
    assert len(store.events("label", undone=True)) == 5, "what was taken back is still in the file"


def test_undo_leaves_imported_labels_alone(store):
    given = store.add_label(label("given"))
    imported = store.add_label(label("imported", shown_at=""))
    assert store.undo_label() == given
    assert store.undo_label() is None
    assert store.labels() == [imported]


@settings(max_examples=30, deadline=None)
@given(acts=st.lists(st.sampled_from(["label", "undo"]), max_size=30))
def test_any_sequence_of_labels_and_undos_is_a_stack(tmp_path_factory, acts):
    with Store.open(tmp_path_factory.mktemp("stack") / "learner.db") as store:
        expected = []
        for number, act in enumerate(acts):
            if act == "label":
                expected.append(store.add_label(label(f"pair-{number}")))
            elif store.undo_label() is not None:
                expected.pop()
        assert store.labels() == expected


def test_sqlite_itself_refuses_to_change_or_delete_an_event(store):
    store.add_label(label())
    with sqlite3.connect(store.file) as other:
        for change in ("UPDATE event SET payload = '{}'", "DELETE FROM event"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(change)


def test_several_labels_are_kept_all_or_none(store):
    with pytest.raises(ValueError):
        store.add_labels([label("good"), label("bad", margin=float("nan"))])
    assert store.labels() == []
    assert [kept.pair_id for kept in store.add_labels([label("a"), label("b")])] == ["a", "b"]


@pytest.mark.parametrize("text", ["\ud800 lone surrogate", "nul \x00 byte", "\u202e turned round", "café 🙂", ""])
def test_any_text_survives(store, text):
    store.add_label(Label(text, text, text, "other", "skip", note=text))
    found = store.labels()[0]
    assert (found.pair_id, found.prompt, found.left, found.note) == (text, text, text, text)
    assert len(store.events("label", text)) == 1


def test_a_label_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError):
        label(choice="tie", strength=2)
    with pytest.raises(ValueError):
        label(choice="middle", strength=None)
    with pytest.raises(ValueError):
        label(strength=4)
    with pytest.raises(ValueError):
        _ = label(choice="both_bad", strength=None).chosen


def test_sections_place_predictions_runs_and_gates_are_folds(store):
    assert (store.place(), store.prediction("01"), store.runs(), store.gates_passed()) == (None, None, [], set())
    store.read_section("04", "derivation", "abc")
    store.read_section("04", "derivation", "abc")
    store.read_section("03", "closed-form")
    assert store.sections_read("04") == {"derivation"}
    store.set_place("learn", chapter="03")
    store.set_place("learn", chapter="04", section="derivation")
    assert store.place() == {"place": "learn", "chapter": "04", "section": "derivation"}
    store.predict("01", {"direction": "down"})
    store.predict("01", {"direction": "up"})
    assert store.prediction("01") == {"direction": "up"}
    store.index_run("dpo-brave-otter-12", "dpo", "01", "runs/dpo-brave-otter-12")
    store.index_run("dpo-brave-otter-12", "dpo", "01", "elsewhere")
    assert [(run["run_id"], run["lab"], run["folder"]) for run in store.runs()] == [
        ("dpo-brave-otter-12", "01", "elsewhere")
    ]
    store.record_gate("01", "first", {"id": "win_rate", "value": 0.5, "passed": False})
    assert store.gates_passed() == set()
    store.record_gate("01", "second", {"id": "win_rate", "value": 0.7, "passed": True})
    store.record_gate("01", "second", {"id": "win_rate", "value": 0.7, "passed": True})
    assert store.gates_passed() == {"01"}
    assert [attempt["run_id"] for attempt in store.gates("01")] == ["first", "second"], "failed attempts are kept too"


def test_the_learner_keeps_one_seed(tmp_path):
    with Store.open(tmp_path / "learner.db") as store:
        seed = store.seed()
    with Store.open(tmp_path / "learner.db") as store:
        assert store.seed() == seed


def test_only_the_learner_can_read_the_file(tmp_path):
    with Store.open(tmp_path / "home" / "learner.db") as store:
        store.add_label(label())
        files = list((tmp_path / "home").iterdir())
        assert {"learner.db", "learner.db-wal"} <= {file.name for file in files}
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
        assert stat.S_IMODE((tmp_path / "home").stat().st_mode) == 0o700


def test_a_link_to_the_file_stays_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link.db").symlink_to(tmp_path / "real" / "learner.db")
    with Store.open(tmp_path / "link.db") as store:
        store.add_label(label())
    assert (tmp_path / "link.db").is_symlink()
    with Store.open(tmp_path / "real" / "learner.db") as store:
        assert len(store.labels()) == 1


def test_the_connection_keeps_what_it_acknowledges(store):
    pragmas = {
        name: store._database.execute(f"PRAGMA {name}").fetchone()[0]
        for name in ("journal_mode", "synchronous", "foreign_keys")
    }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_closing_twice_is_harmless_and_writing_afterwards_is_a_problem(store):
    store.close()
    store.close()
    with pytest.raises(Problem) as caught:
        store.add_label(label())
    assert caught.value.code == "store.closed"


def test_threads_share_one_store(store):
    threads = [threading.Thread(target=lambda: [store.add_label(label()) for _ in range(10)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.labels()) == 40


WRITER = """
import sys
from engine.store import Label, Store
with Store.open(sys.argv[1]) as store:
    for number in range(25):
        store.add_label(Label(f"{sys.argv[2]}-{number}", "p", "a", "b", "tie"))
"""


def test_two_programs_open_and_write_at_once(tmp_path):
    file = tmp_path / "learner.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(file), name]) for name in ("app", "cli")]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    with Store.open(file) as store:
        assert len({kept.pair_id for kept in store.labels()}) == 50


KILLED = """
import os, signal, sys
from engine.store import Label, Store
store = Store.open(sys.argv[1])
store.add_label(Label("last", "p", "a", "b", "left", 1))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_label_is_there_after_kill_9(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "learner.db")], timeout=60, check=False)
    assert killed.returncode == -9
    with Store.open(tmp_path / "learner.db") as store:
        assert [kept.pair_id for kept in store.labels()] == ["last"]


def test_opening_needs_no_database_module_until_it_happens():
    code = "import sys, engine.store; sys.exit(bool({'sqlite3', 'sqlite_utils', 'pandas'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def test_the_default_file_is_under_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "home"))
    with Store.open() as store:
        assert os.path.dirname(store.file) == str(tmp_path / "home")
