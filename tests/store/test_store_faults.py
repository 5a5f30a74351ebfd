"""What can be wrong with the learner's file: each has its sentence, and none of them loses or recreates anything."""

import contextlib
import datetime
import os
import sqlite3
import stat
import tempfile
from pathlib import Path

import pytest
from sqlite_utils.migrations import Migrations

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.store import Label, Store, database


def label(pair="pair-1"):
    return Label(pair, "p", "a", "b", "left", 2)


def refused(file, code):
    """Opening `file` is refused with `code`, in a sentence of each language, and leaves every byte alone."""
    before = {path.name: path.read_bytes() for path in file.parent.glob("learner.db")}
    with pytest.raises(Problem) as caught:
        Store.open(file)
    assert caught.value.code == code
    for language in LANGUAGES:
        assert say(language, f"problems_{code}", **caught.value.params)
    assert {path.name: path.read_bytes() for path in file.parent.glob("learner.db")} == before
    return caught.value


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "learner.db"
    with Store.open(file) as store:
        for number in range(200):
            store.add_label(label(f"pair-{number}"))
    return file


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + bytes(200)])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    (tmp_path / "learner.db").write_bytes(content)
    refused(tmp_path / "learner.db", "store.damaged_no_backup")


def test_the_database_of_another_program_is_refused(tmp_path):
    with contextlib.closing(sqlite3.connect(tmp_path / "learner.db")) as other:
        other.execute("CREATE TABLE theirs (id)")
    refused(tmp_path / "learner.db", "store.damaged_no_backup")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_file_is_refused_and_the_backup_named(file, share):
    with Store.open(file):
        pass  # the second opening of the day finds labels, and backs them up
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * share)])
    problem = refused(file, "store.damaged")
    with Store.open(problem.params["newest"]) as backup:
        assert len(backup.labels()) == 200


def test_an_overwritten_page_is_refused(file):
    with Store.open(file):
        pass
    content = bytearray(file.read_bytes())
    content[4096:8192] = os.urandom(4096)
    file.write_bytes(content)
    refused(file, "store.damaged")


def test_a_newer_store_is_refused_with_both_versions(file):
    with contextlib.closing(sqlite3.connect(file)) as other, other:
        other.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('preferably', '7 reviews', '2030-01-01')"
        )
    problem = refused(file, "store.newer")
    assert (problem.params["found"], problem.params["known"]) == (7, 1)


@contextlib.contextmanager
def without_root():
    """Root may write anywhere: be nobody for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def open_folder():
    """A folder every user can reach (pytest's own belong to the one who runs it)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        yield folder
        folder.chmod(0o777)


def test_a_read_only_folder_is_refused(open_folder):
    with without_root():
        Store.open(open_folder / "learner.db").close()
    open_folder.chmod(0o555)
    with without_root():
        refused(open_folder / "learner.db", "store.read_only")
        refused(open_folder / "new" / "learner.db", "store.read_only")
    assert not (open_folder / "new").exists()


def test_a_folder_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "home").write_text("in the way")
    refused(tmp_path / "home" / "learner.db", "store.read_only")


def test_a_home_that_cannot_be_made_is_refused(tmp_path, monkeypatch):
    (tmp_path / "home").write_text("in the way")
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "home" / "inside"))
    with pytest.raises(Problem) as caught:
        Store.open()
    assert caught.value.code == "paths.unusable"


def test_a_store_that_stays_locked_says_so_and_can_still_be_read(file, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.1)
    with Store.open(file) as store, contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Problem) as caught:
            store.add_label(label("late"))
        assert caught.value.code == "store.locked"
        assert len(store.labels()) == 200
        other.rollback()
        store.add_label(label("late"))
        assert len(store.labels()) == 201


def test_a_full_disk_says_so_and_keeps_what_was_saved(file):
    with Store.open(file) as store:
        pages = store._database.execute("PRAGMA page_count").fetchone()[0]
        store._database.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Problem) as caught:
            store.add_label(Label("big", "p" * 100_000, "a", "b", "skip"))
        assert caught.value.code == "store.full"
        assert len(store.labels()) == 200


def test_a_crash_while_the_store_is_made_leaves_no_store(tmp_path, monkeypatch):
    def crash(_database):
        raise KeyboardInterrupt

    monkeypatch.setattr(database.migrations, "apply", crash)
    with pytest.raises(KeyboardInterrupt):
        Store.open(tmp_path / "learner.db")
    monkeypatch.undo()
    assert [path.name for path in tmp_path.iterdir()] == ["learner.db.lock"]
    Store.open(tmp_path / "learner.db").close()


def test_one_backup_a_day_and_seven_kept(file, monkeypatch):
    for day in range(1, 11):
        monkeypatch.setattr(database, "_today", lambda day=day: datetime.date(2026, 3, day))
        for _ in range(2):
            with Store.open(file) as store:
                store.add_label(label(f"day-{day}"))
    kept = sorted((file.parent / "backups").iterdir())
    assert [path.name for path in kept] == [f"learner-2026-03-{day:02}.db" for day in range(4, 11)]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    with contextlib.closing(sqlite3.connect(kept[-1])) as backup:
        rows = backup.execute("SELECT count(*) FROM event").fetchone()[0]
    assert rows == 200 + 2 * 9, "the day's first opening is what was backed up"


def next_version():
    """The migrations of a code one version ahead."""
    ahead = Migrations("preferably")
    ahead(name="1 events")(database._create_events)

    @ahead(name="2 remarks")
    def remarks(db):
        db.execute("CREATE TABLE remark (id INTEGER PRIMARY KEY)")

    return ahead


def test_a_migration_is_preceded_by_a_backup(file, monkeypatch):
    monkeypatch.setattr(database, "migrations", next_version())
    with Store.open(file) as store:
        assert "remark" in store._database.table_names()
        assert len(store.labels()) == 200
    backup = file.parent / "backups" / "learner-before-leaving-version-1.db"
    with contextlib.closing(sqlite3.connect(backup)) as before:
        assert before.execute("SELECT count(*) FROM event").fetchone() == (200,)
        assert before.execute("SELECT count(*) FROM sqlite_master WHERE name = 'remark'").fetchone() == (0,)
    monkeypatch.undo()
    refused(file, "store.newer")


def test_a_failing_migration_leaves_the_store_as_it_was(file, monkeypatch):
    ahead = next_version()

    @ahead(name="3 broken")
    def broken(db):
        raise RuntimeError("broken")

    monkeypatch.setattr(database, "migrations", ahead)
    with pytest.raises(RuntimeError):
        Store.open(file)
    monkeypatch.undo()
    with Store.open(file) as store:
        assert len(store.labels()) == 200
        assert "remark" not in store._database.table_names()
