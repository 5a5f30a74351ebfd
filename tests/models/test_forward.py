"""Our forward pass against transformers' on the same weights."""

import copy
import json
import shutil

import pytest
import torch
import transformers

from engine.errors import Problem
from engine.models.llama import Cache, is_llama, load_llama, save_llama
from engine.models.policy import BASE, SHIPPED

SAME = {"rtol": 0, "atol": 1e-5}


@torch.no_grad()
def compare(ours, theirs, ids):
    """Log-probabilities of every next token, the unlikeliest included: those are so large that it takes double
    precision to ask for five decimals of them."""
    ours, theirs = ours.double(), copy.deepcopy(theirs).double().eval()
    found = ours.logits(ours.hidden(ids)).log_softmax(-1)
    torch.testing.assert_close(found, theirs(ids).logits.log_softmax(-1), **SAME)


def test_the_shipped_model_says_what_transformers_says(base, their_base, texts):
    compare(base.llama, their_base, texts)


def test_grouped_queries_and_a_separate_output_matrix(odd, odd_folder):
    theirs = transformers.AutoModelForCausalLM.from_pretrained(odd_folder, local_files_only=True)
    compare(odd, theirs, torch.randint(23, (5, 17), generator=torch.Generator().manual_seed(0)))


@torch.no_grad()
def test_reading_with_a_cache_is_reading_at_once(odd):
    ids = torch.randint(23, (3, 9), generator=torch.Generator().manual_seed(0))
    cache = Cache(odd.config, 3, 9)
    first = odd.hidden(ids[:, :5], mask=torch.ones(5, 5, dtype=torch.bool).tril().expand(3, 1, 5, 5), cache=cache)
    later = [
        odd.hidden(ids[:, place : place + 1], torch.full((3, 1), place), torch.ones(3, 1, 1, place + 1).bool(), cache)
        for place in range(5, 9)
    ]
    torch.testing.assert_close(torch.cat([first, *later], 1), odd.hidden(ids), **SAME)


@torch.no_grad()
def test_states_at_some_places_are_those_among_all(base, packed):
    every = base.llama.hidden(packed.ids, packed.positions, packed.looks)
    places = packed.sources
    some = base.llama.hidden(packed.ids, packed.positions, packed.looks, at=places)
    torch.testing.assert_close(some, every[torch.arange(len(packed))[:, None], places], **SAME)


@pytest.mark.parametrize("which", ["base", "odd"])
def test_what_we_save_transformers_loads(which, base, odd, tmp_path):
    model = base.llama if which == "base" else odd
    save_llama(model, tmp_path, pad=0, begin=2, end=3)
    theirs = transformers.AutoModelForCausalLM.from_pretrained(tmp_path, local_files_only=True, use_safetensors=True)
    assert theirs.config.eos_token_id == 3
    again = load_llama(tmp_path)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), again.parameters(), strict=True))
    compare(again, theirs, torch.randint(model.config.vocab_size, (4, 11), generator=torch.Generator().manual_seed(1)))


def test_the_shipped_folders_hold_no_executable_format():
    assert {file.suffix for file in SHIPPED.rglob("*") if file.is_file()} == {".json", ".safetensors"}


def test_a_broken_folder_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="unreadable"):
        load_llama(tmp_path)
    folder = tmp_path / "cut"
    shutil.copytree(BASE, folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 32}))
    with pytest.raises(Problem, match="unreadable"):
        load_llama(folder)
    whole = (BASE / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Problem, match="unreadable"):
        load_llama(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"model_type": "gpt2"},
        {"attention_bias": True},
        {"hidden_act": "gelu"},
        {"rope_parameters": {"rope_type": "llama3", "factor": 8.0}},
        {"head_dim": 32},
    ],
)
def test_only_a_llama_like_ours_is_taken_for_one(change, tmp_path):
    config = json.loads((BASE / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config))
    assert is_llama(tmp_path)
    (tmp_path / "config.json").write_text(json.dumps({**config, **change}))
    assert not is_llama(tmp_path)
