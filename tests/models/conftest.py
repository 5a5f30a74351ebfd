import os

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")

import pytest
import torch
import transformers

from engine.models.llama import load_llama
from engine.models.policy import BASE, SFT, LlamaPolicy, load_base
from engine.world.preferences import training_pairs

torch.set_num_threads(1)
transformers.utils.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()


@pytest.fixture
def base():
    return LlamaPolicy(BASE)


@pytest.fixture
def sft():
    policy = load_base(BASE)
    policy.add_stage(SFT)
    return policy


@pytest.fixture(scope="session")
def their_base():
    """The shipped base model as transformers runs it; tests leave it as it is."""
    return transformers.AutoModelForCausalLM.from_pretrained(
        BASE, local_files_only=True, use_safetensors=True, dtype=torch.float32
    ).eval()


@pytest.fixture(scope="session")
def odd_folder(tmp_path_factory):
    """A random Llama unlike the shipped one, saved by transformers: untied, grouped queries, another rotary base."""
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=23, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=64, tie_word_embeddings=False,
        initializer_range=0.3, rms_norm_eps=1e-6,
        rope_parameters={"rope_type": "default", "rope_theta": 500.0},
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("odd")
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return folder


@pytest.fixture
def odd(odd_folder):
    return load_llama(odd_folder)


@pytest.fixture(scope="session")
def pairs():
    return training_pairs(0, 12)


@pytest.fixture
def packed(base, pairs):
    return base.pack([row["prompt"] for row in pairs], [[row["chosen"], row["rejected"]] for row in pairs])


@pytest.fixture
def texts(base, pairs):
    """Ids (N, T) of prompts with the beginning of their completions, without padding."""
    rows = [base.tokenizer.prompt(row["prompt"]) + base.tokenizer.completion(row["chosen"]) for row in pairs]
    return torch.tensor([row[: min(map(len, rows))] for row in rows])
