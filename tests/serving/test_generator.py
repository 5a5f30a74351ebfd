"""The process that answers for models, and its client: what is asked, cancelled, refused, and what outlives whom."""

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from engine.errors import Problem
from engine.serving.client import Generator

DEADLINE = 60.0

FAKE = """
import json, os, sys, threading, time
def say(**fields): print(json.dumps(fields), flush=True)
say(event="ready", protocol=1)
cancelled = set()
for line in sys.stdin:
    request = json.loads(line)
    if "cancel" in request:
        say(event="loading", id=0, model="heard " + str(request["cancel"]))
        continue
    id, model = request["id"], request["model"]
    if model == "dies": sys.stderr.write("out of luck\\n"); os._exit(7)
    if model == "silent": continue
    if model == "noise": print("hello", flush=True); continue
    if model == "unknown": say(event="failed", id=id, code="models.unknown", params={"model": model}); continue
    say(event="done", id=id, result=[model + " says " + prompt for prompt in request["prompts"]])
"""


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path))


@pytest.fixture
def generator():
    fake = Generator((sys.executable, "-c", FAKE))
    yield fake
    fake.close()


def until(condition):
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "the event did not come"
        threading.Event().wait(0.005)


def test_requests_are_answered_in_any_number(generator):
    assert generator.pid is None  # nothing is started before it is asked
    futures = [generator.answer("sft", [str(number)]) for number in range(20)]
    assert [future.result(DEADLINE) for future in futures] == [[f"sft says {number}"] for number in range(20)]


def test_what_the_process_refuses_is_a_problem(generator):
    with pytest.raises(Problem) as refused:
        generator.answer("unknown", ["x"]).result(DEADLINE)
    assert (refused.value.code, refused.value.params) == ("models.unknown", {"model": "unknown"})
    assert generator.answer("sft", ["x"]).result(DEADLINE) == ["sft says x"]


@pytest.mark.parametrize(("model", "reason"), [("dies", "out of luck"), ("noise", "JSONDecodeError")])
def test_a_process_that_ends_fails_what_it_owes_and_is_started_again(generator, model, reason):
    owed = [generator.answer("silent", ["x"]), generator.answer(model, ["x"]), generator.answer("sft", ["x"])]
    for future in (owed[0], owed[1]):
        with pytest.raises(Problem) as died:
            future.result(DEADLINE)
        assert died.value.code == "serving.died"
        assert reason in died.value.params["reason"]
    assert generator.answer("sft", ["y"]).result(DEADLINE) == ["sft says y"]


def test_kill_9_is_said_and_survived(generator):
    owed = generator.answer("silent", ["x"])
    first = generator.pid
    os.kill(first, signal.SIGKILL)
    with pytest.raises(Problem, match=r"serving\.died.*signal 9"):
        owed.result(DEADLINE)
    assert generator.answer("sft", ["y"]).result(DEADLINE) == ["sft says y"]
    assert generator.pid != first


def test_the_process_hears_of_what_is_cancelled(generator):
    owed = generator.answer("silent", ["x"])
    assert owed.cancel()
    until(lambda: generator.loading == "heard 1")
    generator.close()
    assert generator.pid is None


def test_closing_cancels_what_is_owed(generator):
    owed = generator.answer("silent", ["x"])
    generator.close()
    with pytest.raises(CancelledError):
        owed.result(DEADLINE)


def test_a_program_that_is_not_there_is_a_problem():
    with pytest.raises(Problem, match="not_started"):
        Generator(("/nowhere/python",)).answer("sft", ["x"]).result(DEADLINE)


PARENT = """
import sys
from engine.serving.client import Generator
generator = Generator((sys.executable, "-c", sys.argv[1]))
generator.answer("sft", ["x"]).result(60)
print(generator.pid, flush=True)
sys.stdin.read()
"""


def test_it_does_not_outlive_a_program_that_is_killed():
    command = [sys.executable, "-c", PARENT, FAKE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    until(lambda: not _runs(child))


def _runs(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_the_real_one_answers_with_shared_dice_and_refuses_what_is_unknown():
    prompts = ["fill: yesterday he __ (go) to school . ->", "correct: he goed to school yesterday . ->"]
    generator = Generator()
    try:
        first = generator.answer("sft", prompts, seed=3)
        again = generator.answer("sft", prompts, seed=3)
        greedy = [generator.answer("sft", prompts, seed=seed, temperature=0.0) for seed in (1, 2)]
        cancelled = generator.answer("base", prompts)
        cancelled.cancel()
        unknown = generator.answer("no-such-run", prompts)
        assert first.result(DEADLINE) == again.result(DEADLINE)
        assert all(answer.strip() for answer in first.result())
        assert greedy[0].result(DEADLINE) == greedy[1].result(DEADLINE)
        with pytest.raises(Problem, match=r"models\.unknown"):
            unknown.result(DEADLINE)
        assert generator.loading is None
        os.kill(generator.pid, signal.SIGKILL)
        until(lambda: generator.pid is None)
    finally:
        generator.close()
