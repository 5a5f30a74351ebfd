import json
import os
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))  # for `steps_worker`, the worker of these tests
os.environ["PYTHONPATH"] = str(ROOT)  # and for the processes that the tests start

from steps_worker import COMMAND  # noqa: E402

from engine.runs import supervisor  # noqa: E402
from tui.cli.program import preferably  # noqa: E402


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """A learner's folder of its own, and a terminal that speaks English."""
    folder = tmp_path / "home"
    monkeypatch.setenv("PREFERABLY_HOME", str(folder))
    monkeypatch.delenv("PREFERABLY_DEBUG", raising=False)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "C.UTF-8")
    return folder


@pytest.fixture
def invoke():
    """Runs the program in this process: `invoke("theory", "kl", ...)`; stdout and stderr are kept apart."""

    def run(*arguments, **settings):
        return CliRunner().invoke(preferably, list(arguments), **settings)

    return run


@pytest.fixture
def document(invoke):
    """Runs the program with --json and returns the one document on its standard output."""

    def run(*arguments, exit_code=0, **settings):
        result = invoke(*arguments, "--json", **settings)
        assert result.exit_code == exit_code, result.stderr
        found = json.loads(result.stdout)
        assert found["schema"] == 1
        return found

    return run


@pytest.fixture
def quick_worker(monkeypatch):
    """Runs are executed by `steps_worker.py`, a real process that needs no model; its settings are in `WORKER_…`."""
    for function in (supervisor.start, supervisor.resume):
        monkeypatch.setattr(function, "__defaults__", (COMMAND,))
    return monkeypatch
