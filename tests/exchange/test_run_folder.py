"""A run to take away: everything that says what happened, nothing that only belongs here."""

import zipfile

import pytest

from engine.errors import Problem
from engine.exchange.run_folder import export_run

KEPT = {
    "recipe.json",
    "events.jsonl",
    "data/train.jsonl",
    "checkpoint-4/manifest.json",
    "adapter_model.safetensors",
    "report.md",
}


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "dpo-brave-otter-12"
    for name in (*KEPT, "run.lock", "worker.log", "code.py", "weights.bin", ".hidden.json", ".aside/recipe.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (tmp_path / "secret.json").write_text("secret")
    (folder / "link.json").symlink_to(tmp_path / "secret.json")
    return folder


def files(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_becomes_a_folder(run, tmp_path):
    target = export_run(run, tmp_path / "shared")
    assert files(target) == KEPT
    assert (target / "report.md").read_text() == "report.md"


def test_a_run_becomes_the_same_zip_each_time(run, tmp_path):
    first = export_run(run, tmp_path / "first.zip")
    second = export_run(run, tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert set(archive.namelist()) == {f"{run.name}/{name}" for name in KEPT}


@pytest.mark.parametrize("name", ["there", "there.zip"])
def test_what_is_there_is_left_alone(run, tmp_path, name):
    if name.endswith(".zip"):
        (tmp_path / name).write_text("precious")
    else:
        (tmp_path / name).mkdir()
    with pytest.raises(Problem) as caught:
        export_run(run, tmp_path / name)
    assert caught.value.code in ("exchange.exists", "exchange.is_folder")
    assert not files(tmp_path / name) if (tmp_path / name).is_dir() else (tmp_path / name).read_text() == "precious"


def test_a_folder_without_a_run_is_refused(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(Problem) as caught:
        export_run(tmp_path / "empty", tmp_path / "shared")
    assert caught.value.code == "exchange.empty_run"
    assert not (tmp_path / "shared").exists()
