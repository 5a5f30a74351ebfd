"""What the machine and the mathematics can do to a run: it says so, and keeps what it had."""

import os
import resource

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.runs import library, status, supervisor
from engine.runs.events import EventLog, fold, read_events
from engine.runs.faults import explain
from engine.runs.status import read_status


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"nan_at": 8}, "runs.not_finite"),
        ({"no_memory_at": 8}, "runs.out_of_memory"),
        ({"full_at": 8}, "runs.disk_full"),
    ],
)
def test_a_fault_in_a_step_fails_the_run_and_keeps_the_last_checkpoint(settings, code, fork_worker, new_run):
    folder = new_run(**settings)
    assert fork_worker(folder) == 2
    after = read_status(folder)
    assert (after.state, after.error["code"], after.alive) == ("failed", code, False)
    history = fold(read_events(folder))
    assert history.ended == "failed"
    assert history.error["code"] == code
    assert history.metrics["loss"][-1][0] == 7  # no metric that is not a number was logged
    assert (folder / "checkpoint-6" / "manifest.json").exists()
    for language in LANGUAGES:
        assert say(language, f"problems_{code}", **after.error["params"])
    if code == "runs.not_finite":
        assert after.error["params"] == {"metric": "loss", "step": 8}


def test_an_error_nobody_foresaw_is_told_with_its_place(fork_worker, new_run):
    folder = new_run()
    (folder / "recipe.json").write_text("{", encoding="utf-8")
    assert fork_worker(folder) == 2
    error = read_status(folder).error
    assert error["code"] == "recipe.broken_json"
    assert error["params"]["where"].endswith("recipe.json:1: ")


def test_no_half_line_stays_when_the_disk_fills(tmp_path):
    log = EventLog(tmp_path)
    log.append("started", step=0, total_steps=1)
    whole = (tmp_path / "events.jsonl").read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 40, before[1]))
    try:
        with pytest.raises(OSError) as caught:
            log.append("metric", step=1, metrics={"x" * 200: 1.0})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / "events.jsonl").read_bytes() == whole
    assert explain(caught.value, tmp_path).code == "runs.disk_full"


def test_a_file_gone_from_a_run_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        (tmp_path / "data" / "train.jsonl").read_bytes()
    problem = explain(caught.value, tmp_path)
    assert (problem.code, problem.params) == ("runs.incomplete", {"file": str(tmp_path / "data" / "train.jsonl")})
    assert explain(caught.value, tmp_path / "elsewhere").code == "runs.unexpected"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (OSError(28, "No space left on device"), "runs.disk_full"),
        (OSError(30, "Read-only file system"), "runs.folder_read_only"),
        (PermissionError(13, "Permission denied"), "runs.folder_read_only"),
        (MemoryError(), "runs.out_of_memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate"), "runs.out_of_memory"),
        (Exception('IoError(Os { code: 28, message: "No space left on device" })'), "runs.disk_full"),
        (Problem("runs.no_labels"), "runs.no_labels"),
        (ZeroDivisionError("division by zero"), "runs.unexpected"),
    ],
)
def test_errors_of_the_system_have_sentences(error, code, tmp_path):
    problem = explain(error, tmp_path)
    assert problem.code == code
    for language in LANGUAGES:
        assert "{" not in say(language, f"problems_{code}", **problem.params)


def test_a_home_that_may_not_be_written(new_run, tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise OSError(30, "Read-only file system")

    def open_to_read(path, flags, *mode):
        return refuse() if flags & os.O_CREAT else opened(path, flags, *mode)

    folder, opened = new_run(), os.open
    monkeypatch.setattr(os, "open", open_to_read)
    with pytest.raises(Problem) as caught:
        supervisor.start(folder)
    assert caught.value.code == "runs.folder_read_only"
    monkeypatch.setattr(library.Path, "mkdir", refuse)
    with pytest.raises(Problem) as caught:
        new_run()
    assert caught.value.code == "runs.folder_read_only"


def test_a_lost_status_file_costs_nothing_but_its_details(fork_worker, new_run):
    folder = new_run()
    assert fork_worker(folder, kill_at="step.logged@8") == -9
    for content in (None, b"", b"{", b'{"run_id": 3}'):
        (folder / "status.json").unlink() if content is None else (folder / "status.json").write_bytes(content)
        found = status.read_status(folder)
        assert (found.state, found.method, found.step, found.resumable) == ("interrupted", "quadratic", 6, True)
    assert fork_worker(folder) == 0
    assert read_status(folder).state == "done"
