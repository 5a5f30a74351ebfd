"""LoRA stages: read and written as PEFT does it, stacked, switched off, merged; and what training leaves alone."""

import hashlib
import json

import peft
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

from engine.errors import Problem
from engine.loops.direct import DirectPreference
from engine.loops.offline import RewardModelling
from engine.models import lora
from engine.models.policy import BASE, SFT, LlamaPolicy, RewardModel, load_policy, load_reward_model
from engine.runs import library
from engine.runs.recipe import Recipe

SAME = {"rtol": 0, "atol": 1e-5}
CONFIG = lora.LoraConfig(r=4, alpha=8)


def random_stage(policy, seed=0):
    """A stage that changes the answers: B is not zero."""
    source = torch.Generator().manual_seed(seed)
    trainable = policy.attach(CONFIG, source)
    with torch.no_grad():
        for parameter in trainable:
            parameter.copy_(0.05 * torch.randn(parameter.shape, generator=source))
    return trainable


def spoken(policy, texts):
    """Log-probabilities of every next token of plain texts, in double precision: those of unlikely tokens are so large
    that single precision alone differs in the fifth decimal."""
    policy.llama.double()
    found = policy.llama.logits(policy.llama.hidden(texts)).log_softmax(-1)
    policy.llama.float()
    return found


def saved_stage(folder, seed=0, head=None):
    policy = LlamaPolicy(BASE)
    random_stage(policy, seed)
    folder.mkdir()
    policy.save_stage(CONFIG, folder, head=head)
    return folder


def their_model():
    return transformers.AutoModelForCausalLM.from_pretrained(BASE, local_files_only=True, dtype=torch.float32)


def rewarded(model, packed, policy, pairs):
    """Rewards (N, 2) by a transformers classifier, one padded row a completion."""
    found = []
    for name in ("chosen", "rejected"):
        rows = [policy.tokenizer.prompt(pair["prompt"]) + policy.tokenizer.completion(pair[name]) for pair in pairs]
        width = max(map(len, rows))
        ids = torch.tensor([row + [policy.tokenizer.pad] * (width - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
        found.append(model(ids, attention_mask=mask).logits.squeeze(-1))
    return torch.stack(found, 1)


def their_classifier():
    return transformers.AutoModelForSequenceClassification.from_pretrained(
        BASE, local_files_only=True, num_labels=1, dtype=torch.float32
    )


@torch.no_grad()
def test_peft_loads_our_stage(tmp_path, texts):
    policy = LlamaPolicy(BASE)
    random_stage(policy)
    before = spoken(policy, texts)
    policy.save_stage(CONFIG, tmp_path)
    theirs = peft.PeftModel.from_pretrained(their_model(), tmp_path).eval()
    torch.testing.assert_close(before, theirs.double()(texts).logits.log_softmax(-1), **SAME)


@torch.no_grad()
def test_we_load_pefts_stage(tmp_path, texts):
    torch.manual_seed(0)
    wanted = peft.LoraConfig(r=3, lora_alpha=12, target_modules=list(lora.TARGETS), task_type="CAUSAL_LM")
    theirs = peft.get_peft_model(their_model(), wanted).eval()
    for name, parameter in theirs.named_parameters():
        if "lora_B" in name:
            parameter.normal_(std=0.05)
    theirs.save_pretrained(tmp_path)
    policy = LlamaPolicy(BASE)
    assert policy.add_stage(tmp_path) is None
    torch.testing.assert_close(spoken(policy, texts), theirs.double()(texts).logits.log_softmax(-1), **SAME)


@torch.no_grad()
def test_a_stage_on_some_projections_only(tmp_path, texts):
    torch.manual_seed(0)
    wanted = peft.LoraConfig(r=2, lora_alpha=2, target_modules=["q_proj", "v_proj"], task_type="CAUSAL_LM")
    theirs = peft.get_peft_model(their_model(), wanted).eval()
    for name, parameter in theirs.named_parameters():
        if "lora_B" in name:
            parameter.normal_(std=0.05)
    theirs.save_pretrained(tmp_path)
    policy = LlamaPolicy(BASE)
    policy.add_stage(tmp_path)
    torch.testing.assert_close(spoken(policy, texts), theirs.double()(texts).logits.log_softmax(-1), **SAME)


@torch.no_grad()
def test_a_reward_model_goes_to_peft_and_back(tmp_path, packed, pairs):
    head = torch.randn(1, 64, generator=torch.Generator().manual_seed(1))
    folder = saved_stage(tmp_path / "ours", head=head)
    ours = load_reward_model(folder).rewards(packed)
    theirs = peft.PeftModel.from_pretrained(their_classifier(), folder).eval()
    torch.testing.assert_close(ours, rewarded(theirs, packed, load_policy("base"), pairs), rtol=1e-5, atol=1e-5)
    theirs.save_pretrained(tmp_path / "theirs")
    torch.testing.assert_close(load_reward_model(tmp_path / "theirs").rewards(packed), ours, **SAME)


def test_an_adapter_without_a_head_is_no_reward_model(tmp_path):
    with pytest.raises(Problem, match="no_reward_head"):
        load_reward_model(saved_stage(tmp_path / "stage"))


@torch.no_grad()
def test_a_stack_of_stages_equals_both_active_in_peft(tmp_path, texts):
    """base + sft + another stage: ours merged and attached, PEFT's side by side."""
    folder = saved_stage(tmp_path / "dpo", seed=5)
    policy = LlamaPolicy(BASE)
    policy.add_stage(SFT)
    lora.load_adapter(policy.llama, folder)
    theirs = peft.PeftModel.from_pretrained(their_model(), SFT, adapter_name="sft").eval()
    theirs.load_adapter(folder, adapter_name="dpo")
    theirs.base_model.set_adapter(["sft", "dpo"])
    torch.testing.assert_close(spoken(policy, texts), theirs.double()(texts).logits.log_softmax(-1), **SAME)


@torch.no_grad()
def test_switched_off_is_the_reference(packed):
    policy = LlamaPolicy(BASE)
    reference = policy.logps(packed)
    random_stage(policy)
    changed = policy.logps(packed)
    assert not torch.allclose(changed, reference, atol=1e-2)
    with policy.switched_off():
        assert torch.equal(policy.logps(packed), reference)
    assert torch.equal(policy.logps(packed), changed)


@torch.no_grad()
def test_switched_on_again_after_an_error(packed):
    policy = LlamaPolicy(BASE)
    random_stage(policy)
    changed = policy.logps(packed)
    with pytest.raises(KeyError), policy.switched_off():
        raise KeyError
    assert torch.equal(policy.logps(packed), changed)


@torch.no_grad()
def test_a_fresh_stage_changes_nothing(packed):
    policy = LlamaPolicy(BASE)
    before = policy.logps(packed)
    policy.attach(CONFIG, torch.Generator().manual_seed(0))
    assert torch.equal(policy.logps(packed), before)


@torch.no_grad()
def test_merged_says_the_same(packed):
    policy = LlamaPolicy(BASE)
    random_stage(policy)
    before = policy.logps(packed)
    lora.merge(policy.llama)
    torch.testing.assert_close(policy.logps(packed), before, **SAME)


def new_loop(kind, method, folder, **settings):
    recipe = Recipe.make(method, {"num_train_epochs": 1, **settings})
    return kind(library.create(recipe, root=folder), recipe)


@pytest.mark.parametrize(("kind", "method"), [(DirectPreference, "dpo"), (RewardModelling, "reward-model")])
def test_training_moves_the_stage_and_nothing_else(kind, method, tmp_path):
    files = [BASE / "model.safetensors", SFT / "adapter_model.safetensors"]
    hashes = [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]
    loop = new_loop(kind, method, tmp_path)
    frozen = {name: value.clone() for name, value in loop.policy.llama.named_parameters() if "lora_" not in name}
    stage = [parameter.detach().clone() for parameter in loop.adapter.trainable]
    batch = loop.train[0]
    with torch.no_grad(), loop.policy.switched_off():
        reference = loop.policy.logps(batch)
    loop.step()
    moved = [not torch.equal(a, b) for a, b in zip(stage, loop.adapter.trainable, strict=True)]
    # At the first step B is zero, so A has no gradient yet: the B of every projection moves (and the head).
    assert sum(moved) >= len(moved) // 2
    loop.step()
    assert all(not torch.equal(a, b) for a, b in zip(stage, loop.adapter.trainable, strict=True))
    for name, value in loop.policy.llama.named_parameters():
        if "lora_" not in name:
            assert torch.equal(value, frozen[name]), name
    with torch.no_grad(), loop.policy.switched_off():
        assert torch.equal(loop.policy.logps(batch), reference)
    assert hashes == [hashlib.sha256(file.read_bytes()).hexdigest() for file in files]


@torch.no_grad()
def test_a_trained_run_is_a_model_by_its_folder(tmp_path, packed):
    loop = new_loop(DirectPreference, "dpo", tmp_path)
    with torch.enable_grad():
        loop.step()
        loop.step()
    loop.save_model(loop.folder)
    again = load_policy(str(loop.folder))
    assert [stage.name for stage in again.stages] == ["0", loop.folder.name]
    torch.testing.assert_close(again.logps(packed), loop.policy.logps(packed), **SAME)


@torch.no_grad()
def test_a_trained_reward_model_by_its_folder(tmp_path, packed):
    loop = new_loop(RewardModelling, "reward-model", tmp_path)
    with torch.enable_grad():
        loop.step()
        loop.step()
    loop.save_model(loop.folder)
    expected = RewardModel(loop.policy, loop.adapter.head).rewards(packed)
    torch.testing.assert_close(load_reward_model(loop.folder).rewards(packed), expected, **SAME)


def test_a_run_on_another_base_is_refused(tmp_path):
    loop = new_loop(DirectPreference, "dpo", tmp_path)
    written = loop.folder / "stages" / "base.json"
    written.write_text(written.read_text().replace('"sha256": "', '"sha256": "0'))
    with pytest.raises(Problem, match="base_changed"):
        DirectPreference(loop.folder, loop.recipe)


@pytest.mark.parametrize("extra", [{"use_rslora": True}, {"use_dora": True}, {"alpha_pattern": {"q_proj": 3}}])
def test_variants_that_we_do_not_compute_are_refused(extra, tmp_path):
    folder = saved_stage(tmp_path / "stage")
    written = json.loads((folder / "adapter_config.json").read_text())
    (folder / "adapter_config.json").write_text(json.dumps({**written, **extra}))
    with pytest.raises(Problem, match="adapter_kind"):
        LlamaPolicy(BASE).add_stage(folder)


def test_a_stage_of_another_model_is_refused(tmp_path):
    folder = saved_stage(tmp_path / "stage")
    tensors = load_file(folder / "adapter_model.safetensors")
    renamed = {name.replace("model.layers", "transformer.h"): tensor for name, tensor in tensors.items()}
    save_file(renamed, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    with pytest.raises(Problem, match="wrong_shape"):
        LlamaPolicy(BASE).add_stage(folder)


def test_a_stage_that_does_not_fit_is_a_problem(tmp_path, odd_folder):
    from engine.models.llama import load_llama

    folder = saved_stage(tmp_path / "stage")
    with pytest.raises(Problem, match="wrong_shape"):
        lora.load_adapter(load_llama(odd_folder), folder)
    (folder / "adapter_model.safetensors").write_bytes(b"nothing")
    with pytest.raises(Problem, match="unreadable"):
        LlamaPolicy(BASE).add_stage(folder)
    with pytest.raises(Problem, match="unknown"):
        load_policy(str(tmp_path / "nowhere"))
