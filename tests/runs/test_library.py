import json
import os

import pytest
from quadratic import METHODS

from content.text import LANGUAGES, say
from engine import paths
from engine.errors import Problem
from engine.runs import library, lock
from engine.runs.recipe import Recipe
from engine.runs.status import StatusFile, read_status


def rows_of(file):
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def refused(call):
    with pytest.raises(Problem) as caught:
        call()
    for language in LANGUAGES:
        assert say(language, f"problems_{caught.value.code}", **caught.value.params)
    return caught.value


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("PREFERABLY_HOME", str(tmp_path / "home"))


def test_a_new_run_has_all_it_needs_in_its_folder():
    folder = library.create(Recipe.make("dpo", {"seed": 4, "lab": "01"}))
    assert folder.parent == paths.runs_folder()
    method, _adjective, _animal, number = folder.name.split("-")
    assert method == "dpo"
    assert 10 <= int(number) <= 99
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Recipe.read(folder / "recipe.json") == Recipe.make("dpo", {"seed": 4, "lab": "01"})
    train, held_out = rows_of(folder / "data" / "train.jsonl"), rows_of(folder / "data" / "eval.jsonl")
    assert (len(train), len(held_out)) == (200, 40)
    assert set(train[0]) == {"prompt", "chosen", "rejected"}
    assert not {row["prompt"] for row in train} & {row["prompt"] for row in held_out}
    status = read_status(folder)
    assert (status.state, status.method, status.lab, status.step, status.alive) == ("created", "dpo", "01", 0, False)
    assert status.run_id == folder.name
    assert [path for path in folder.parent.iterdir() if path.name.startswith(".")] == []


def test_the_same_seed_gives_the_same_data():
    first, again, other = (library.create(Recipe.make("dpo", {"seed": seed})) for seed in (1, 1, 2))
    read = [(folder / "data" / "train.jsonl").read_bytes() for folder in (first, again, other)]
    assert read[0] == read[1] != read[2]


def test_a_method_that_makes_its_own_data_gets_no_files():
    assert not (library.create(Recipe.make("constitutional")) / "data").exists()


def test_labels_are_trained_on_and_judged_on_the_shipped_held_out_pairs():
    labels = [{"prompt": "p", "chosen": "a", "rejected": "b", "strength": 3}]
    folder = library.create(Recipe.make("reward-model", {"data": "labels"}), labels)
    assert rows_of(folder / "data" / "train.jsonl") == [{"prompt": "p", "chosen": "a", "rejected": "b"}]
    assert len(rows_of(folder / "data" / "eval.jsonl")) == 40
    assert refused(lambda: library.create(Recipe.make("reward-model", {"data": "labels"}), [])).code == "runs.no_labels"
    wrong = [{"prompt": "p", "chosen": "a", "rejected": "a"}]
    problem = refused(lambda: library.create(Recipe.make("reward-model", {"data": "labels"}), wrong))
    assert (problem.code, problem.params["line"]) == ("jsonl.same_answers", 1)


def test_no_prompt_of_a_file_is_both_trained_on_and_held_out(tmp_path):
    rows = [{"prompt": f"p{number % 20}", "chosen": f"a{number}", "rejected": "b"} for number in range(60)]
    file = tmp_path / "pairs.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    folder = library.create(Recipe.make("dpo", {"data": str(file)}))
    train, held_out = rows_of(folder / "data" / "train.jsonl"), rows_of(folder / "data" / "eval.jsonl")
    assert len({row["prompt"] for row in held_out}) == 2
    assert not {row["prompt"] for row in train} & {row["prompt"] for row in held_out}
    assert sorted(map(str, train + held_out)) == sorted(map(str, rows))


def test_a_file_that_will_not_do_makes_no_run(tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text('{"prompt": "p", "chosen": "a", "rejected": "b"}\n{"prompt"\n')
    recipe = Recipe.make("dpo", {"data": str(file)})
    problem = refused(lambda: library.create(recipe))
    assert (problem.code, problem.params["line"]) == ("jsonl.broken_json", 2)
    file.write_text('{"prompt": "p", "chosen": "a", "rejected": "b"}\n')
    assert refused(lambda: library.create(recipe)).code == "runs.too_few_prompts"
    assert library.list_runs() == []


def test_runs_are_listed_newest_first_and_found_by_name_or_path():
    assert library.list_runs() == []
    folders = [library.create(Recipe.make("constitutional")) for _ in range(3)]
    assert [run.folder for run in library.list_runs()] == folders[::-1]
    assert library.find(folders[0].name) == folders[0]
    assert library.find(str(folders[0])) == folders[0]
    assert refused(lambda: library.find(folders[0].name + "x")).params["close"] == folders[0].name
    assert refused(lambda: library.find("zzz")).code == "runs.not_found"
    assert refused(lambda: read_status(paths.runs_folder())).code == "runs.not_found"


@pytest.mark.parametrize("name", ["a" * 5000, "", "..", "../../etc", "~nobody-of-that-name/x", "a\x1b[31m"])
def test_whatever_is_asked_for_there_is_either_a_run_or_not(name):
    assert refused(lambda: library.find(name)).code == "runs.not_found"


def test_the_model_of_a_run_is_named_wherever_it_goes_on_later(tmp_path, monkeypatch):
    below = library.create(Recipe.make("sft"))
    assert refused(lambda: library.create(Recipe.make("dpo", {"model": below.name}))).code == "runs.model_unfinished"
    (below / "adapter_config.json").write_text("{}")
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "config.json").write_text("{}")
    (tmp_path / "tiny" / "recipe.json").write_text("{}")  # how a model was made: it is still no run
    monkeypatch.chdir(tmp_path)
    for said, meant in {"sft": "sft", below.name: below, str(below): below, "tiny": tmp_path / "tiny"}.items():
        folder = library.create(Recipe.make("dpo", {"model": said}))
        assert Recipe.read(folder / "recipe.json").model == str(meant)


def test_a_model_that_is_not_there_is_refused_before_anything_is_made():
    assert refused(lambda: library.create(Recipe.make("dpo", {"model": "nowhere"}))).code == "models.unknown"
    assert library.list_runs() == []


DAMAGED = [
    "[1]",
    "[" * 100_000,
    '{"run_id": "x", "method": "dpo", "state": "done", "gate": {"id": "x"}}',
    '{"run_id": "x", "method": "dpo", "state": "done", "gate": 7}',
    '{"run_id": "x", "method": "dpo", "state": "done", "created": "x"}',
    '{"run_id": "x", "method": "dpo", "state": "done", "step": "x"}',
    '{"run_id": "x", "method": 3, "state": ["done"]}',
]


@pytest.mark.parametrize("text", DAMAGED, ids=range(len(DAMAGED)))
def test_a_status_of_other_types_costs_no_more_than_its_details(text):
    folder = library.create(Recipe.make("dpo", {"lab": "01"}))
    (folder / "status.json").write_text(text)
    (run,) = library.list_runs()
    assert (run.method, run.lab, run.state, run.gate, run.step) == ("dpo", "01", "interrupted", None, 0)
    (folder / "recipe.json").write_text("{")
    assert library.list_runs() == []
    assert refused(lambda: read_status(folder)).code == "runs.not_found"


def test_one_damaged_run_does_not_hide_the_others():
    whole, damaged = (library.create(Recipe.make("constitutional")) for _ in range(2))
    (damaged / "status.json").write_text("{")
    assert {(run.folder, run.state) for run in library.list_runs()} == {(whole, "created"), (damaged, "interrupted")}


def test_a_running_run_whose_lock_is_free_reads_as_interrupted(new_run):
    folder = new_run()
    handle = lock.take(folder)
    StatusFile(folder).change(state="running", step=3)
    assert (read_status(folder).state, read_status(folder).alive) == ("running", True)
    assert read_status(folder).silent_for < 60
    os.close(handle)
    after = read_status(folder)
    assert (after.state, after.alive, after.resumable, after.silent_for) == ("interrupted", False, True, None)


def test_heartbeats_are_not_written_for_every_step(new_run):
    folder = new_run()
    status = StatusFile(folder)
    status.change(state="running")
    written = (folder / "status.json").stat().st_ino
    for step in range(100):
        status.beat(step=step)
    assert (folder / "status.json").stat().st_ino == written
    assert status.current.step == 99
    status.change(state="stopped")
    assert read_status(folder).step == 99


def test_a_run_moved_elsewhere_is_still_a_run(new_run, tmp_path):
    folder = new_run().rename(tmp_path / "shared")
    assert read_status(folder).run_id == "shared"
    assert Recipe.read(folder / "recipe.json", METHODS).method == "quadratic"
