"""Which reward model is the learner's: the newest one that was trained on their labels."""

from contextlib import suppress
from pathlib import Path

from engine.errors import Problem
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.runs.status import RunStatus

METHOD = "reward-model"


def own_reward_model(root: Path | None = None) -> RunStatus | None:
    """The newest finished run of a reward model on the learner's labels; on other data where there is none such; or
    None. Raises Problem `runs.folder_read_only`."""
    finished = [
        run
        for run in library.list_runs(root)
        if run.method == METHOD and run.state == "done" and (run.folder / "adapter_config.json").is_file()
    ]
    for run in finished:
        if trained_on_labels(run):
            return run
    return finished[0] if finished else None


def trained_on_labels(run: RunStatus) -> bool:
    with suppress(Problem):  # a recipe of another version of the program
        return Recipe.read(run.folder / "recipe.json").data == "labels"
    return False
