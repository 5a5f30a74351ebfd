import os
import time
from pathlib import Path

import pytest
from quadratic import METHODS

from engine.runs import library, lock, supervisor
from engine.runs.recipe import Recipe

HERE = Path(__file__).parent
os.environ["PYTHONPATH"] = str(HERE.parent.parent)  # the workers of these tests run the code beside them


@pytest.fixture
def new_run(tmp_path):
    """Makes the folder of a run of the small loop; a worker still on it at the end of the test is ended."""
    made = []

    def make(**settings):
        recipe = Recipe.make("quadratic", {"seed": 7, **settings}, METHODS)
        made.append(library.create(recipe, root=tmp_path / "runs", methods=METHODS))
        return made[-1]

    yield make
    for folder in made:
        if lock.held(folder):
            supervisor.kill(folder)


@pytest.fixture
def eventually():
    """Waits until a condition holds, and fails the test when it does not within a minute."""

    def wait(condition, deadline=60):
        end = time.monotonic() + deadline
        while not (value := condition()):
            assert time.monotonic() < end, "waited in vain"
            time.sleep(0.01)
        return value

    return wait
