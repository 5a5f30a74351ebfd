"""`train`, `runs`, `resume`, `pause`, `stop`, `lab` and `tour`, with a real worker process that needs no model."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from contextlib import suppress
from pathlib import Path

import pytest
from steps_worker import COMMAND

from engine.runs import library, supervisor
from engine.runs.events import read_events
from engine.runs.status import read_status
from engine.store import Store

DEADLINE = 30.0
pytestmark = pytest.mark.usefixtures("quick_worker")


def wait_until(reached):
    deadline = time.monotonic() + DEADLINE
    while not reached():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.02)


def only_run():
    return library.list_runs()[0]


def test_training_ends_with_its_metrics_and_exit_code_0(document, quick_worker):
    quick_worker.setenv("WORKER_GATE", "")
    result = document("train", "dpo", "--set", "beta=0.5", "--seed", "3")
    assert (result["state"], result["step"], result["method"]) == ("done", 20, "dpo")
    assert result["metrics"]["loss"] == pytest.approx(1 / 20)
    recipe = json.loads((Path(result["folder"]) / "recipe.json").read_text())
    assert (recipe["hyper"]["beta"], recipe["seed"]) == (0.5, 3)
    with Store.open() as store:
        assert [run["run_id"] for run in store.runs()] == [result["run"]]


def test_a_log_gets_plain_lines_about_every_tenth(invoke):
    lines = [line for line in invoke("train", "dpo").stdout.splitlines() if "/20" in line]
    assert 1 <= len(lines) <= 12
    assert not any(character in "".join(lines) for character in "\r\x1b")
    assert "loss" in lines[-1]


def test_a_gate_that_was_missed_is_exit_code_1(invoke, quick_worker):
    quick_worker.setenv("WORKER_GATE", "0.4")
    result = invoke("train", "dpo", "--set", "lab=01")
    assert result.exit_code == 1
    assert "not passed" in result.stdout


def test_an_error_in_training_is_said_with_exit_code_1(invoke, quick_worker):
    quick_worker.setenv("WORKER_FAIL_AT", "4")
    result = invoke("train", "dpo")
    assert result.exit_code == 1
    assert "learning_rate" in result.stderr  # what to try instead


def test_a_worker_that_dies_leaves_a_run_to_resume(invoke, document, quick_worker):
    quick_worker.setenv("WORKER_DIE_AT", "4")
    result = invoke("train", "dpo")
    assert result.exit_code == 3
    assert "preferably resume" in result.stderr
    quick_worker.delenv("WORKER_DIE_AT")
    resumed = document("resume", only_run().run_id)
    assert resumed["state"] == "done"
    assert [event["event"] for event in read_events(only_run().folder)].count("resumed") == 1


def test_a_worker_that_could_not_say_that_the_disk_is_full(invoke, quick_worker):
    quick_worker.setenv("WORKER_DIE_AT", "4")
    usage = namedtuple("usage", "total used free")
    quick_worker.setattr("tui.cli.follow.shutil.disk_usage", lambda folder: usage(1 << 20, 1 << 20, 0))
    result = invoke("train", "dpo")
    assert result.exit_code == 1
    assert "disk is full" in result.stderr


def test_a_run_in_the_background_is_listed_paused_resumed_and_stopped(document, quick_worker):
    quick_worker.setenv("WORKER_WAIT_AT", "5")
    run = document("train", "dpo", "--background")["run"]
    wait_until(lambda: read_status(library.find(run)).step == 4)
    assert document("runs")["runs"][0]["run"] == run
    assert document("pause", run)["state"] == "paused"
    assert document("resume", run)["state"] == "done"
    again = document("train", "dpo", "--background")["run"]
    wait_until(lambda: read_status(library.find(again)).step == 4)
    assert document("stop", again)["state"] == "stopped"
    assert document("stop", again, exit_code=2)["error"]["code"] == "runs.not_running"


def test_runs_in_words(invoke, quick_worker):
    assert "no training runs" in invoke("runs").stdout
    invoke("lab", "1")
    lines = invoke("runs").stdout.splitlines()
    assert lines[0].split() == ["run", "method", "lab", "state", "step", "gate"]
    assert "20/20" in lines[1]
    assert "passed" in lines[1]


def test_a_lab_says_its_gate_before_the_run_and_after_it(invoke, document):
    said = invoke("lab", "00").stdout
    assert "above 0.70" in said.splitlines()[0]
    assert "0.80" in said
    assert "✓ passed" in said
    result = document("lab", "00", "--seed", "2")
    assert result["gate"]["passed"] is True
    with Store.open() as store:
        assert store.gates_passed() == {"00"}


def test_the_tour_runs_three_labs_and_ends_in_a_table(invoke, document):
    result = invoke("tour")
    assert result.exit_code == 0, result.stderr
    assert "\x1b" not in result.stdout
    table = result.stdout[result.stdout.index("verdict") :]
    assert table.count("✓ passed") == 6  # once in the table, once at the gate's own line
    assert [lab["lab"] for lab in document("tour")["labs"]] == ["00", "01", "02"]
    with Store.open() as store:
        assert store.gates_passed() == {"00", "01", "02"}


def test_a_tour_with_a_missed_gate_goes_on_to_the_end_with_exit_code_1(document, quick_worker):
    quick_worker.setenv("WORKER_GATE", "0.6")  # enough for two of the three
    result = document("tour", exit_code=1)
    assert [lab["gate"]["passed"] for lab in result["labs"]] == [False, True, True]
    assert result["passed"] is False


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interrupting_stops_the_worker_at_a_step_and_says_how_to_go_on(end, quick_worker, document):
    quick_worker.setenv("WORKER_WAIT_AT", "5")
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "preferably", "tour"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    wait_until(lambda: library.list_runs() and only_run().step == 4 and only_run().alive)
    process.send_signal(end)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 3, said
    assert f"preferably resume {only_run().run_id}" in said
    assert "Traceback" not in said
    assert only_run().state == "stopped"
    quick_worker.delenv("WORKER_WAIT_AT")
    assert document("resume", only_run().run_id)["gate"]["passed"]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_interrupting_again_does_not_lose_the_way_back(end, quick_worker):
    quick_worker.setenv("WORKER_WAIT_AT", "5")
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "preferably", "train", "dpo"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    wait_until(lambda: library.list_runs() and only_run().step == 4 and only_run().alive)
    while process.poll() is None:
        process.send_signal(end)
        time.sleep(0.02)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode in (3, -end), said  # an end after the last word is as good
    assert f"preferably resume {only_run().run_id}" in said
    assert "Traceback" not in said
    wait_until(lambda: not only_run().alive)


def test_interrupted_as_it_begins_a_command_leaves_no_worker_behind(quick_worker):
    quick_worker.setenv("WORKER_WAIT_AT", "1")
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "preferably", "train", "dpo"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )
    wait_until(library.list_runs)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=DEADLINE)
    assert process.returncode == 3, said
    wait_until(lambda: not only_run().alive)


def test_a_worker_outlives_a_command_that_is_killed(quick_worker):
    quick_worker.setenv("WORKER_WAIT_AT", "5")
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "preferably", "train", "dpo"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_until(lambda: library.list_runs() and only_run().step == 4)
    process.kill()
    process.wait(DEADLINE)
    assert only_run().alive
    supervisor.request(only_run().folder, "stop")
    wait_until(lambda: not only_run().alive)


def test_on_a_terminal_the_progress_is_one_line_drawn_over_and_over():
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, *COMMAND, "preferably", "train", "dpo"],
        stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "60"},
    )
    os.close(theirs)
    written = b""
    with suppress(OSError):  # a terminal ends with an error once nobody writes to it any more
        while chunk := os.read(ours, 4096):
            written += chunk
    os.close(ours)
    assert process.wait(DEADLINE) == 0
    drawn = written.decode().split("\r\x1b[K")
    assert "█" * 24 in drawn[-1]
    assert "20/20" in drawn[-1]
    assert all(len(line) < 60 for line in drawn[1:-1])


RECIPES = {
    "a.json": '{"method": "dpo", "seed": 4, "hyper": {"beta": 0.3}}',
    "b.json": '{"seed": 4, "beta": 0.3}',
    "c.toml": 'method = "dpo"\nseed = 4\n[hyper]\nbeta = 0.3\n',
    "d.yaml": "method: dpo\nseed: 4\nhyper:\n  beta: 0.3\n",
    "e.yml": "seed: 4\nbeta: 0.3\n",
}


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_file_is_changed_by_what_is_said_beside_it(name, tmp_path, document):
    file = tmp_path / name
    file.write_text(RECIPES[name])
    result = document("train", "dpo", "--config", str(file), "--set", "beta=0.7", "--set", "learning_rate=0.001")
    recipe = json.loads((Path(result["folder"]) / "recipe.json").read_text())
    assert (recipe["seed"], recipe["hyper"]["beta"], recipe["hyper"]["learning_rate"]) == (4, 0.7, 0.001)


BROKEN = {
    "json": ('{"method": "dpo",\n "beta": }', ":2: "),
    "toml": ("beta = \n", "line 1"),
    "yaml": ("beta: [1,\n", "line 2"),
    "yml": ("- beta\n", "by name"),
    "txt": ("beta=1", ".json, .toml or .yaml"),
}


@pytest.mark.parametrize("suffix", BROKEN)
def test_a_broken_recipe_file_is_said_with_its_place(suffix, tmp_path, invoke):
    text, said = BROKEN[suffix]
    file = tmp_path / f"recipe.{suffix}"
    file.write_text(text)
    result = invoke("train", "dpo", "--config", str(file))
    assert result.exit_code == 2
    assert str(file) in result.stderr
    assert said in result.stderr
    assert not library.list_runs()


def test_a_wrong_setting_in_a_file_names_the_file(tmp_path, invoke):
    file = tmp_path / "recipe.yaml"
    file.write_text("bta: 1\n")
    said = invoke("train", "dpo", "--config", str(file)).stderr
    assert str(file) in said
    assert "beta" in said


def test_a_recipe_for_another_method_is_refused(tmp_path, invoke):
    file = tmp_path / "recipe.toml"
    file.write_text('method = "sft"\n')
    result = invoke("train", "dpo", "--config", str(file))
    assert result.exit_code == 2
    assert "sft" in result.stderr
