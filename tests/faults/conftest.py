import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUNS = Path(__file__).parent.parent / "runs"
sys.path.insert(0, str(RUNS))  # for `quadratic`, the loop of these tests
os.environ["PYTHONPATH"] = str(RUNS.parent.parent)  # the workers of these tests run the code beside them

from quadratic import METHODS  # noqa: E402

from engine.runs import library  # noqa: E402
from engine.runs.recipe import Recipe  # noqa: E402


@pytest.fixture(scope="session")
def fork_worker():
    """Runs a worker to its end in a fork of a process that has torch loaded; returns its exit code (-9: killed)."""
    server = subprocess.Popen(
        [sys.executable, str(RUNS / "quadratic.py"), "serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def run(folder, **order):
        server.stdin.write(json.dumps({"folder": str(folder), **order}) + "\n")
        server.stdin.flush()
        return int(server.stdout.readline())

    yield run
    server.stdin.close()
    server.wait(20)


@pytest.fixture
def new_run(tmp_path):
    """Makes the folder of a run of the small loop."""

    def make(**settings):
        recipe = Recipe.make("quadratic", {"seed": 7, **settings}, METHODS)
        return library.create(recipe, root=tmp_path / "runs", methods=METHODS)

    return make
