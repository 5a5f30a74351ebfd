"""Real worker processes: they outlive their parent, obey, and are known by their lock."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from content.text import LANGUAGES, say
from engine.errors import Problem
from engine.runs import lock, supervisor
from engine.runs.events import fold, read_events
from engine.runs.status import read_status

WORKER = (str(Path(__file__).parent / "quadratic.py"),)


def refused(call):
    with pytest.raises(Problem) as caught:
        call()
    for language in LANGUAGES:
        assert say(language, f"problems_{caught.value.code}", **caught.value.params)
    return caught.value.code


def steps(folder):
    return [step for step, _ in fold(read_events(folder)).metrics.get("loss", [])]


def test_a_run_from_start_to_pause_to_stop_to_done(new_run, eventually):
    folder = new_run(steps=60, delay=0.01, wait_to_finish=True)
    assert refused(lambda: supervisor.request(folder, "pause")) == "runs.not_running"
    process = supervisor.start(folder, WORKER)
    assert read_status(folder).alive  # at once, before the worker has said anything
    assert read_status(folder).state == "running"
    assert refused(lambda: supervisor.start(folder, WORKER)) == "runs.already_running"
    eventually(lambda: len(steps(folder)) >= 2)

    # The worker leads its own session, is nice, and shrugs off what a closing terminal sends.
    assert os.getsid(process.pid) == process.pid != os.getsid(0)
    assert os.getpriority(os.PRIO_PROCESS, process.pid) > os.getpriority(os.PRIO_PROCESS, 0)
    assert lock.owner(folder) == process.pid == read_status(folder).pid
    for ignored in (signal.SIGHUP, signal.SIGINT):
        os.kill(process.pid, ignored)

    supervisor.request(folder, "pause")
    eventually(lambda: read_status(folder).state == "paused")
    done, heartbeat = len(steps(folder)), read_status(folder).heartbeat
    assert (folder / f"checkpoint-{done}" / "manifest.json").exists()
    eventually(lambda: read_status(folder).heartbeat > heartbeat)  # it waits, but it lives
    assert len(steps(folder)) == done
    supervisor.resume(folder, WORKER)
    eventually(lambda: len(steps(folder)) > done)
    assert read_status(folder).state == "running"

    supervisor.request(folder, "stop")
    assert process.wait(30) == 3
    stopped = read_status(folder)
    assert (stopped.state, stopped.alive, stopped.resumable) == ("stopped", False, True)
    assert fold(read_events(folder)).ended == "stopped"
    assert stopped.step == len(steps(folder)) < 60

    # In the long call at the end the heart beats on, and a wish to stop is heard as well. (That the earlier worker was
    # asked to stop is forgotten.)
    process = supervisor.start(folder, WORKER)
    eventually(lambda: read_status(folder).phase == "evaluate")
    heartbeat = read_status(folder).heartbeat
    eventually(lambda: read_status(folder).heartbeat > heartbeat)
    supervisor.request(folder, "stop")
    assert process.wait(30) == 3
    assert read_status(folder).state == "stopped"

    (folder / "go-on").touch()
    assert supervisor.start(folder, WORKER).wait(30) == 0
    after = read_status(folder)
    assert (after.state, after.step, after.total_steps, after.alive) == ("done", 60, 60, False)
    assert after.gate["passed"] is True
    assert steps(folder) == list(range(1, 61))
    assert refused(lambda: supervisor.start(folder, WORKER)) == "runs.already_done"


def test_a_worker_outlives_whoever_started_it(new_run, eventually):
    folder = new_run(steps=100000, delay=0.01)
    script = "\n".join(
        [
            "import os, signal, sys",
            "from pathlib import Path",
            "from engine.runs import supervisor",
            f"supervisor.start(Path({str(folder)!r}), {WORKER!r})",
            "os.killpg(0, signal.SIGKILL)",
        ]
    )
    parent = subprocess.run([sys.executable, "-c", script], start_new_session=True)
    assert parent.returncode == -signal.SIGKILL
    eventually(lambda: len(steps(folder)) >= 3)
    assert read_status(folder).state == "running"
    supervisor.kill(folder)
    eventually(lambda: not lock.held(folder))
    assert read_status(folder).state == "interrupted"
    assert refused(lambda: supervisor.kill(folder)) == "runs.not_running"


def test_a_folder_called_engine_where_the_learner_is_does_not_run(new_run, tmp_path, monkeypatch):
    trap = tmp_path / "here" / "engine"
    (trap / "runs").mkdir(parents=True)
    for package in (trap, trap / "runs"):
        (package / "__init__.py").write_text("")
    (trap / "runs" / "worker.py").write_text(f"open({str(tmp_path / 'trapped')!r}, 'w')")
    monkeypatch.chdir(tmp_path / "here")
    folder = new_run()  # a method that the real worker does not know: it says so and ends
    assert supervisor.start(folder).wait(30) == 2
    assert not (tmp_path / "trapped").exists()
    assert read_status(folder).error["code"] == "recipe.unknown_method"


def test_the_lock_tells_who_is_alive(tmp_path):
    assert not lock.held(tmp_path)
    handle = lock.take(tmp_path)
    lock.sign(handle, os.getpid())
    assert lock.held(tmp_path)
    assert lock.owner(tmp_path) == os.getpid()
    with pytest.raises(Problem) as caught:
        lock.take(tmp_path)
    assert (caught.value.code, caught.value.params["pid"]) == ("runs.already_running", os.getpid())
    os.close(handle)
    assert not lock.held(tmp_path)


def test_an_unknown_command_is_a_mistake_of_the_program(new_run):
    with pytest.raises(ValueError):
        supervisor.request(new_run(), "dance")


def test_sigterm_stops_between_two_steps_and_a_senseless_control_file_does_not(new_run, eventually):
    folder = new_run(steps=100000, delay=0.005)
    process = supervisor.start(folder, WORKER)
    for content in ("{", "[]", json.dumps({"command": "dance"})):
        (folder / "control.json").write_text(content)
        done = len(steps(folder))
        eventually(lambda done=done: len(steps(folder)) > done + 2)
    os.kill(process.pid, signal.SIGTERM)
    assert process.wait(30) == 3
    stopped = read_status(folder)
    assert stopped.state == "stopped"
    assert stopped.step == steps(folder)[-1]
    assert (folder / f"checkpoint-{stopped.step}" / "manifest.json").exists()
