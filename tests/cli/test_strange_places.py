"""Names, folders and files that no one should use, and someone will."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from steps_worker import COMMAND

from engine.models import build
from engine.runs import library, lock
from engine.store import Store

ROOT = Path(__file__).parent.parent.parent
LANGUAGES = ("en", "es")


def process(*arguments, **settings):
    return subprocess.run(
        [sys.executable, *COMMAND, "preferably", *arguments], capture_output=True, text=True, timeout=60, **settings
    )


def said_once(result, code=2):
    assert result.exit_code == code, result.stderr
    lines = [line for line in result.stderr.splitlines() if line.strip()]
    assert len(lines) == 1
    assert "unforeseen" not in lines[0]
    return lines[0]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", ["~nobody-of-that-name/x", "/dev/null/x"])
def test_a_home_that_cannot_be_is_one_sentence_with_its_remedy(place, language, invoke, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", place)
    for arguments in (("runs",), ("lab", "00"), ("train", "dpo"), ("label",), ("export", "labels", "x.jsonl")):
        said = said_once(invoke(*arguments, "--language", language))
        assert place in said
        assert "PREFERABLY_HOME" in said
    assert invoke("theory", "best-of-n", "n=4").stderr == ""


@pytest.mark.parametrize("arguments", [("runs",), ("doctor",), ("lab", "00"), ("theory",)], ids=" ".join)
def test_a_deleted_folder_is_named_before_any_library_fails_in_it(arguments, tmp_path):
    script = f'cd "{tmp_path}" && mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"'
    done = subprocess.run(
        ["bash", "-c", script, sys.executable, *COMMAND, "preferably", *arguments, "--json"],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["code"] == "cli.folder_gone"
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("quick_worker")
def test_a_worker_does_not_need_the_folder_it_was_started_in(tmp_path, monkeypatch, document):
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "__init__.py").write_text("raise SystemExit('the wrong engine')")
    monkeypatch.chdir(tmp_path)
    assert document("train", "dpo")["state"] == "done"


@pytest.mark.parametrize("arguments", [("resume",), ("eval",), ("stop",)], ids=" ".join)
@pytest.mark.parametrize("name", ["a" * 5000, "../../etc", "~nobody-of-that-name/run", ""])
def test_a_name_that_is_no_run(arguments, name, invoke):
    assert "preferably runs" in said_once(invoke(*arguments, name))


def test_an_empty_lab_is_not_the_first_one(invoke):
    assert "00, 01, 02" in said_once(invoke("lab", ""))


def test_a_model_that_is_not_there_is_refused_before_a_run_is_made(invoke):
    assert "nowhere" in said_once(invoke("train", "dpo", "--model", "nowhere"))
    assert library.list_runs() == []


def test_data_for_a_method_that_makes_its_own_is_refused(invoke, tmp_path):
    assert "constitutional" in said_once(invoke("train", "constitutional", "--data", "pairs.jsonl"))
    assert "constitutional" in said_once(invoke("lab", "02", "--data", "labels"))


RECIPES = {
    "long.json": None,
    "folder.toml": "",
    "twice.yaml": "beta: 1\nbeta: 2\n",
    "deep.toml": "x = " + "[" * 5000,
    "deep.json": "[" * 100_000,
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_nobody_can_read(name, invoke, tmp_path):
    file = tmp_path / name
    if name == "long.json":
        file = Path("a" * 5000 + ".json")
    elif name == "folder.toml":
        file.mkdir()
    else:
        file.write_text(RECIPES[name])
    said = said_once(invoke("train", "dpo", "--config", str(file)))
    assert str(file) in said


@pytest.mark.usefixtures("quick_worker")
@pytest.mark.parametrize("arguments", [("train", "dpo"), ("train", "dpo", "--background"), ("lab", "00")], ids=" ".join)
def test_a_store_that_cannot_be_used_is_found_out_before_anything_is_trained(arguments, invoke, home):
    home.mkdir()
    (home / "preferably.db").write_bytes(b"")
    said_once(invoke(*arguments))
    assert not (home / "runs").exists()
    assert (home / "preferably.db").read_bytes() == b""


@pytest.mark.usefixtures("quick_worker")
def test_a_run_at_work_is_not_measured(document, quick_worker):
    quick_worker.setenv("WORKER_GATE", "")
    folder = Path(document("train", "dpo")["folder"])
    handle = lock.take(folder)
    assert document("eval", folder.name, exit_code=2)["error"]["code"] == "evaluate.at_work"
    os.close(handle)


@pytest.mark.usefixtures("quick_worker")
def test_what_a_file_says_is_never_obeyed_by_the_terminal(document, home):
    run = Path(document("train", "dpo")["folder"])
    strange = run.with_name("a\x1b[31mb")
    shutil.copytree(run, strange)
    status = json.loads((strange / "status.json").read_text())
    (strange / "status.json").write_text(json.dumps(status | {"lab": "\x1b]0;gotcha\x07"}))
    ours, theirs = os.openpty()
    done = subprocess.Popen([sys.executable, *COMMAND, "preferably", "runs"], stdout=theirs, stderr=theirs)
    os.close(theirs)
    with open(ours, "rb", buffering=0) as terminal:
        written = b""
        try:
            while chunk := terminal.read(4096):
                written += chunk
        except OSError:
            pass
    assert done.wait(30) == 0
    assert b"\x1b" not in written
    assert b"\x07" not in written
    assert b"a<U+001B>[31mb" in written


@pytest.mark.usefixtures("quick_worker")
def test_everything_written_is_for_the_learner_alone(home):
    done = process("lab", "00", env={**os.environ, "PREFERABLY_HOME": str(home)}, umask=0o022)
    assert done.returncode == 0, done.stderr
    (run,) = (home / "runs").iterdir()
    assert process("export", "run", run.name, str(home / "copy"), umask=0o022).returncode == 0
    entries = [home, *home.rglob("*")]
    assert (home / "copy" / "report.md") in entries
    assert [entry for entry in entries if stat.S_IMODE(entry.lstat().st_mode) & 0o077] == []


def test_building_a_model_that_is_broken_off_leaves_no_half(invoke, tmp_path, monkeypatch):
    def build_base(seed, folder, progress):
        (folder / "base").mkdir(parents=True)
        raise KeyboardInterrupt

    monkeypatch.setattr(build, "build_base", build_base)
    (tmp_path / "old").mkdir()
    for name in ("old", "new"):
        assert invoke("build", "base", "--folder", str(tmp_path / name)).exit_code == 3
    assert (tmp_path / "old").exists()
    assert not (tmp_path / "new").exists()
    assert "-1" in said_once(invoke("build", "base", "--seed", "-1"))


def test_the_store_knows_a_run_from_its_beginning(invoke, quick_worker):
    quick_worker.setenv("WORKER_FAIL_AT", "4")
    assert invoke("train", "dpo").exit_code == 1
    with Store.open() as store:
        assert [run["run_id"] for run in store.runs()] == [run.run_id for run in library.list_runs()]
