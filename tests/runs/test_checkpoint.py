import itertools
import json
import os

import pytest
import torch

from engine.errors import Problem
from engine.runs import checkpoint

TENSORS = {"weight": torch.arange(6.0).reshape(2, 3), "random.order": torch.get_rng_state(), "step": torch.tensor(3)}


def save_model(folder):
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.safetensors").write_bytes(b"abc")


def save(run, step, tensors=TENSORS):
    return checkpoint.save(run, step, tensors, {"next_step": step}, save_model, "recipe")


def test_what_is_saved_is_loaded(tmp_path):
    assert save(tmp_path, 5) == tmp_path / "checkpoint-5"
    found, damaged = checkpoint.newest(tmp_path, "recipe")
    assert (found.step, damaged) == (5, [])
    tensors, state = found.load()
    assert state == {"next_step": 5}
    assert set(tensors) == set(TENSORS)
    for name, tensor in TENSORS.items():
        assert tensors[name].dtype == tensor.dtype
        assert torch.equal(tensors[name], tensor)


def test_the_manifest_names_every_file_with_size_and_hash(tmp_path):
    folder = save(tmp_path, 5)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["step"] == 5
    assert manifest["recipe"] == "recipe"
    assert manifest["versions"]["torch"] == torch.__version__
    assert set(manifest["files"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}
    # The published test value of SHA-256 (FIPS 180-4, message "abc").
    sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert manifest["files"]["adapter_model.safetensors"] == {"size": 3, "sha256": sha256}


def test_the_newest_two_are_kept_and_the_older_ones_thinned_out(tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoint, "KEPT", 5)
    for step in (10, 20, 30, 40, 50, 60, 70, 80, 81):
        save(tmp_path, step)
        kept = checkpoint.steps(tmp_path)
        assert len(kept) <= 5
        assert kept[0] == 10
        assert kept[-1] == step
    assert {80, 81} <= set(kept)
    gaps = [later - sooner for sooner, later in itertools.pairwise(kept[:-1])]
    assert max(gaps) <= 4 * min(gaps)


def test_of_a_few_only_the_newest_two_are_kept(monkeypatch):
    monkeypatch.setattr(checkpoint, "KEPT", 2)
    assert checkpoint.kept([1, 2, 3, 10]) == {3, 10}
    assert checkpoint.kept([7]) == {7}


def test_an_adopted_checkpoint_is_whole_and_of_the_other_recipe(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    save(first, 5)
    checkpoint.adopt(first, 5, second, "another")
    assert checkpoint.newest(first, "recipe")[0].step == 5
    found, _ = checkpoint.newest(second, "another")
    assert torch.equal(found.load()[0]["weight"], TENSORS["weight"])
    with pytest.raises(Problem) as caught:
        checkpoint.adopt(first, 6, second, "another")
    assert caught.value.code == "runs.no_such_checkpoint"
    (first / "checkpoint-5" / "state.json").write_text("{}")
    (second / "checkpoint-5").rename(second / "old")
    with pytest.raises(Problem):
        checkpoint.adopt(first, 5, second, "another")


def test_a_committed_checkpoint_never_changes(tmp_path):
    save(tmp_path, 5)
    before = (tmp_path / "checkpoint-5" / "optimizer.safetensors").read_bytes()
    save(tmp_path, 5, {"weight": torch.zeros(2)})
    assert (tmp_path / "checkpoint-5" / "optimizer.safetensors").read_bytes() == before


def test_files_are_on_the_disk_before_the_name_is(tmp_path, monkeypatch):
    order = []
    fsync, rename = os.fsync, os.rename

    def note_fsync(handle):
        order.append(("fsync", os.path.basename(os.readlink(f"/proc/self/fd/{handle}"))))
        fsync(handle)

    def note_rename(old, new):
        order.append(("rename", os.path.basename(new)))
        rename(old, new)

    monkeypatch.setattr(os, "fsync", note_fsync)
    monkeypatch.setattr(os, "rename", note_rename)
    save(tmp_path, 5)
    files = {"adapter_config.json", "adapter_model.safetensors", "optimizer.safetensors", "state.json"}
    assert {name for _, name in order[:4]} == files
    assert order[4:] == [
        ("fsync", "manifest.json"),
        ("fsync", ".tmp-5"),
        ("rename", "checkpoint-5"),
        ("fsync", tmp_path.name),
    ]


def test_a_full_disk_leaves_nothing_behind_and_the_old_checkpoint_whole(tmp_path, monkeypatch):
    save(tmp_path, 5)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError):
        save(tmp_path, 6)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-5"]
    assert checkpoint.newest(tmp_path, "recipe")[0].step == 5


def test_weights_that_are_not_numbers_are_never_committed(tmp_path):
    with pytest.raises(Problem) as caught:
        save(tmp_path, 5, {"weight": torch.tensor([1.0, float("nan")])})
    assert (caught.value.code, caught.value.params) == ("runs.not_finite", {"metric": "weight", "step": 5})
    assert list(tmp_path.iterdir()) == []


def test_every_truncation_of_every_file_is_noticed(tmp_path):
    save(tmp_path, 5)
    for name in (
        "adapter_config.json",
        "adapter_model.safetensors",
        "optimizer.safetensors",
        "state.json",
        "manifest.json",
    ):
        whole = (tmp_path / "checkpoint-5" / name).read_bytes()
        for sixteenth in range(16):
            (tmp_path / "checkpoint-5" / name).write_bytes(whole[: len(whole) * sixteenth // 16])
            found, damaged = checkpoint.newest(tmp_path, "recipe")
            assert (found, damaged) == (None, ["checkpoint-5"]), (name, sixteenth)
            (tmp_path / "damaged-checkpoint-5").rename(tmp_path / "checkpoint-5")
        (tmp_path / "checkpoint-5" / name).write_bytes(whole)
    assert checkpoint.newest(tmp_path, "recipe")[0].step == 5


def test_leftovers_are_swept_and_nothing_else(tmp_path):
    save(tmp_path, 5)
    for name in (".tmp-6", ".del-4"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "state.json").write_text("{}")
    (tmp_path / ".status.json.123.tmp").write_text("{")
    (tmp_path / ".notes").write_text("mine")
    (tmp_path / ".tmp-mine").mkdir()
    checkpoint.sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"checkpoint-5", ".notes", ".tmp-mine"}


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path):
    save(tmp_path, 5)
    with pytest.raises(Problem) as caught:
        checkpoint.newest(tmp_path, "another")
    assert caught.value.code == "runs.recipe_changed"
