"""The tokens in a sample event: what policy and reference think of each, adding up to what they think of the answer."""

import pytest
import torch

from engine.evaluate import watch
from engine.models.lora import LoraConfig
from engine.models.policy import load_policy

torch.set_num_threads(1)


@pytest.fixture(scope="module")
def policy():
    """The tutor with a stage on top that moves it a little."""
    policy = load_policy("sft")
    generator = torch.Generator().manual_seed(0)
    for parameter in policy.attach(LoraConfig(4, 8), generator):
        parameter.data += 0.02 * torch.randn(parameter.shape, generator=generator)
    return policy


@torch.no_grad()
def test_tokens_add_up_to_the_answer_under_policy_and_reference(policy):
    samples = watch.answers(policy)["samples"]
    batch = policy.pack([each["prompt"] for each in samples], [[each["completion"]] for each in samples])
    mine = policy.logps(batch)[:, 0].tolist()
    with policy.switched_off():
        theirs = policy.logps(batch)[:, 0].tolist()
    whole = 0
    for sample, logp, ref_logp in zip(samples, mine, theirs, strict=True):
        assert len(sample["tokens"]) == len(sample["token_logps"]) == len(sample["ref_token_logps"])
        if sample["tokens"][-1] == "</s>":  # an answer that was cut off has no end to be scored
            whole += 1
            assert sum(sample["token_logps"]) == pytest.approx(logp, abs=2e-3)
            assert sum(sample["ref_token_logps"]) == pytest.approx(ref_logp, abs=2e-3)
    assert whole > 0
    assert any(sample["token_logps"] != sample["ref_token_logps"] for sample in samples)


def test_before_training_policy_and_reference_are_one():
    for sample in watch.answers(load_policy("sft"))["samples"]:
        assert sample["token_logps"] == sample["ref_token_logps"]
