"""Stages seen from outside: listed, left off, merged into one model, joined into one adapter."""

import peft
import pytest
import torch
import transformers

from engine.errors import Problem
from engine.models import lora
from engine.models.policy import BASE, SFT, LlamaPolicy, load_base, load_policy
from engine.models.stages import concatenate, export_adapter, export_merged, load_without, parts, save_as_one


def stage(folder, seed, r=4, alpha=12, head=None):
    """A run's folder in small: SFT below, a stage on top that changes the answers."""
    policy = LlamaPolicy(BASE)
    policy.add_stage(SFT)
    config = lora.LoraConfig(r, alpha)
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in policy.attach(config, source):
            parameter.copy_(0.05 * torch.randn(parameter.shape, generator=source))
    folder.mkdir(parents=True)
    policy.save_stage(config, folder, head=head)
    frozen = folder / "stages" / "0"
    frozen.mkdir(parents=True)
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        (frozen / name).write_bytes((SFT / name).read_bytes())
    return policy


@torch.no_grad()
def spoken(policy, texts):
    return policy.llama.logits(policy.llama.hidden(texts)).log_softmax(-1)


def exactly(policy, texts):
    """The same in double precision: log-probabilities of unlikely tokens are so large that single precision alone
    differs in the fifth decimal."""
    policy.llama.double()
    found = spoken(policy, texts)
    policy.llama.float()
    return found


@torch.no_grad()
def test_merged_is_stacked(tmp_path, texts):
    stacked = stage(tmp_path / "top", 1)
    torch.testing.assert_close(
        exactly(load_policy(str(tmp_path / "top")), texts), exactly(stacked, texts), rtol=0, atol=1e-5
    )


@torch.no_grad()
def test_the_merged_folder_is_the_model_for_transformers_and_for_us(tmp_path, texts):
    stacked = stage(tmp_path / "top", 2)
    folder = export_merged(str(tmp_path / "top"), tmp_path / "merged")
    theirs = transformers.AutoModelForCausalLM.from_pretrained(folder, local_files_only=True, dtype=torch.float32)
    torch.testing.assert_close(
        theirs.double()(texts).logits.log_softmax(-1), exactly(stacked, texts), rtol=0, atol=1e-5
    )
    assert torch.equal(spoken(load_policy(str(folder)), texts), spoken(load_policy(str(tmp_path / "top")), texts))
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert tokenizer("he went to school").input_ids == stacked.tokenizer.completion("he went to school")[:-1]


@torch.no_grad()
def test_one_adapter_of_the_sum_of_the_ranks(tmp_path, texts):
    stacked = stage(tmp_path / "top", 3)
    folder = export_adapter(str(tmp_path / "top"), tmp_path / "one")
    config, _ = concatenate([SFT, tmp_path / "top"])
    assert (config.r, config.alpha) == (12, 12)
    policy = load_base(BASE)
    lora.load_adapter(policy.llama, folder)
    torch.testing.assert_close(exactly(policy, texts), exactly(stacked, texts), rtol=0, atol=1e-5)
    for name, linear in policy.llama.linears():
        product = linear.lora_B @ linear.lora_A
        assert int(torch.linalg.matrix_rank(product.double(), rtol=1e-6)) <= 12, name
    theirs = transformers.AutoModelForCausalLM.from_pretrained(BASE, local_files_only=True, dtype=torch.float32)
    with_peft = peft.PeftModel.from_pretrained(theirs, folder).eval()
    torch.testing.assert_close(
        with_peft.double()(texts).logits.log_softmax(-1), exactly(policy, texts), rtol=0, atol=1e-5
    )


@torch.no_grad()
def test_a_stage_on_some_matrices_joins_one_on_all(tmp_path, texts):
    first, second = LlamaPolicy(BASE), tmp_path / "few"
    config = lora.LoraConfig(2, 2)
    source = torch.Generator().manual_seed(0)
    first.attach(config, source)
    tensors = {
        name: 0.1 * torch.randn(tensor.shape, generator=source)
        for name, tensor in lora.adapter_tensors(first.llama).items()
        if "q_proj" in name
    }
    second.mkdir()
    lora.save_adapter(tensors, config, second, "preferably-base", target_modules=["q_proj"])
    one = tmp_path / "one"
    one.mkdir()
    save_as_one([SFT, second], BASE, one)
    joined, merged = LlamaPolicy(BASE), LlamaPolicy(BASE)
    joined.add_stage(one)
    for folder in (SFT, second):
        merged.add_stage(folder)
    torch.testing.assert_close(exactly(joined, texts), exactly(merged, texts), rtol=0, atol=1e-5)


@torch.no_grad()
def test_a_stage_left_off_is_the_model_below_it(tmp_path, texts):
    stage(tmp_path / "top", 4)
    model = str(tmp_path / "top")
    assert torch.equal(spoken(load_without(model, 1), texts), spoken(load_policy("sft"), texts))
    assert torch.equal(spoken(load_without(model, 2), texts), spoken(load_policy("base"), texts))
    assert torch.equal(spoken(load_without(model, 0), texts), spoken(load_policy(model), texts))
    with pytest.raises(Problem, match="too_many_off"):
        load_without(model, 3)


def test_the_parts_are_counted():
    base, sft = parts("sft")
    assert (base.name, base.parameters, base.size, base.r) == ("base", 179008, 719024, None)
    assert (sft.name, sft.parameters, sft.size, sft.r, sft.alpha) == ("sft", 30720, 128128, 8, 16)


def test_a_reward_model_is_not_written_without_its_head(tmp_path):
    stage(tmp_path / "judge", 5, head=torch.ones(1, 64))
    model = str(tmp_path / "judge")
    assert parts(model)[-1].head
    for export in (export_merged, export_adapter):
        with pytest.raises(Problem, match="has_head"):
            export(model, tmp_path / "out")
        assert not (tmp_path / "out").exists()
    assert export_adapter(model, tmp_path / "below", off=1).is_dir()


def test_nothing_is_written_over(tmp_path):
    (tmp_path / "there").mkdir()
    with pytest.raises(Problem, match="is_folder"):
        export_merged("sft", tmp_path / "there")
    with pytest.raises(Problem, match="no_stages"):
        export_adapter("base", tmp_path / "out")
