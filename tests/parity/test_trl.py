"""TRL's trainers as the oracle: the same batch, model and adapter give the same loss and the same gradients.

Where the two differ by design, and what is done about it here:
- TRL tokenizes prompt and completion as one text and leaves BOS to the tokenizer; ours has its own rule (one BOS, no
  special token from text). So BOS is written into the text that TRL gets.
- TRL adds EOS to a completion as text, ours as an id: the same id in the end.
- TRL pads chosen and rejected apart and computes every logit; ours shares the prompt and computes completions only.
- TRL's sigmoid loss ignores `label_smoothing`. Its "aot" loss heeds it, and on a single pair it is conservative DPO.
"""

import datasets
import peft
import pytest
import torch
import transformers
import trl

from engine.bench import opponent
from engine.bench.measures import merged_model
from engine.loops.direct import DirectPreference
from engine.loops.offline import RewardModelling, SupervisedFineTuning
from engine.models.lora import PREFIX, adapter_tensors
from engine.runs import library
from engine.runs.recipe import Recipe
from engine.world.documents import demonstrations
from engine.world.preferences import training_pairs

BATCH = 8
CLOSE = {"rtol": 1e-4, "atol": 2e-6}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """The SFT model as one ordinary folder; ours stands on base and SFT stage apart."""
    torch.set_num_threads(1)
    return merged_model(tmp_path_factory.mktemp("merged"))


def our_loop(kind, method, folder, rows, **settings):
    """A loop of one batch whose stage already says something: with B = 0 half of the gradients would be zero."""
    recipe = Recipe.make(method, {"data": "labels", "per_device_train_batch_size": BATCH, **settings})
    loop = kind(library.create(recipe, rows, root=folder), recipe)
    source = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for parameter in loop.adapter.trainable:
            parameter.copy_(0.05 * torch.randn(parameter.shape, generator=source))
    assert len(loop.train) == 1
    return loop


def stage_of(loop):
    tensors = adapter_tensors(loop.policy.llama)
    if loop.adapter.head is not None:
        tensors[f"{PREFIX}score.weight"] = loop.adapter.head.detach().clone()
    return tensors


def gradients_of(loop):
    """Our gradients under PEFT's names."""
    found = {}
    for name, linear in loop.policy.llama.linears():
        found[f"{PREFIX}{name}.lora_A.weight"] = linear.lora_A.grad
        found[f"{PREFIX}{name}.lora_B.weight"] = linear.lora_B.grad
    if loop.adapter.head is not None:
        found[f"{PREFIX}score.weight"] = loop.adapter.head.grad
    return found


def their_gradients(trainer):
    found = {}
    for name, parameter in trainer.model.named_parameters():
        if parameter.requires_grad:
            found[name.replace(".default", "").replace("modules_to_save.", "")] = parameter.grad
    return found


def their_loss(trainer, loop):
    """The loss of TRL's trainer on its whole data set as one batch, with our stage in it; gradients are left there."""
    result = peft.set_peft_model_state_dict(trainer.model, stage_of(loop))
    assert not result.unexpected_keys
    trainer.model.train()
    batch = trainer.data_collator([trainer.train_dataset[row] for row in range(len(trainer.train_dataset))])
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    return loss


def compare(trainer, loop):
    expected = their_loss(trainer, loop)
    loss, metrics = loop.loss(0)
    loss.backward()
    torch.testing.assert_close(loss.detach(), expected.detach(), rtol=1e-5, atol=1e-6)
    ours, theirs = gradients_of(loop), their_gradients(trainer)
    assert ours.keys() == theirs.keys()
    for name, gradient in ours.items():
        assert gradient.abs().max() > 0, name
        torch.testing.assert_close(gradient, theirs[name], **CLOSE, msg=lambda text, name=name: f"{name}: {text}")
    logged = {name: values[-1] for name, values in trainer._metrics["train"].items()}
    for name in metrics.keys() & logged.keys():
        assert metrics[name].item() == pytest.approx(logged[name], rel=1e-4, abs=1e-5), name
    return metrics.keys() & logged.keys()


@pytest.mark.parametrize("beta", [0.1, 1.0])
def test_dpo(beta, model, tmp_path):
    rows = training_pairs(3, BATCH)
    loop = our_loop(DirectPreference, "dpo", tmp_path, rows, beta=beta)
    trainer = opponent.trainer("dpo", model, tmp_path / "trl", rows, dict(loop.recipe.hyper))
    compared = compare(trainer, loop)
    assert compared >= {"rewards/chosen", "rewards/rejected", "rewards/margins", "rewards/accuracies", "logps/chosen"}


def test_conservative_dpo(model, tmp_path):
    rows = training_pairs(3, 1)
    loop = our_loop(DirectPreference, "dpo", tmp_path, rows, beta=0.5, label_smoothing=0.2)
    hyper = dict(loop.recipe.hyper)
    compare(opponent.trainer("dpo", model, tmp_path / "trl", rows, hyper, label_smoothing=0.2, loss_type="aot"), loop)


@pytest.mark.parametrize("coefficient", [0.0, 0.05])
def test_reward_model(coefficient, model, tmp_path):
    rows = training_pairs(3, BATCH)
    loop = our_loop(RewardModelling, "reward-model", tmp_path, rows, center_rewards_coefficient=coefficient)
    trainer = opponent.trainer("reward-model", model, tmp_path / "trl", rows, dict(loop.recipe.hyper))
    compared = compare(trainer, loop)
    assert compared >= {"accuracy", "margin", "min_reward", "mean_reward", "max_reward"}


def test_sft(model, tmp_path):
    rows = demonstrations(3, BATCH)
    loop = our_loop(SupervisedFineTuning, "sft", tmp_path, rows)
    opponent.quiet()
    asked = trl.SFTConfig(**opponent.settings(tmp_path / "trl", dict(loop.recipe.hyper), completion_only_loss=True))
    hyper = loop.recipe.hyper
    trainer = trl.SFTTrainer(
        model=transformers.AutoModelForCausalLM.from_pretrained(model, local_files_only=True, dtype=torch.float32),
        args=asked,
        train_dataset=datasets.Dataset.from_list(
            [{"prompt": f"<s>{row['prompt']}", "completion": f" {row['completion']}"} for row in rows]
        ),
        processing_class=transformers.AutoTokenizer.from_pretrained(model, local_files_only=True),
        peft_config=peft.LoraConfig(
            r=hyper["lora_r"], lora_alpha=hyper["lora_alpha"], target_modules="all-linear", task_type="CAUSAL_LM"
        ),
    )
    assert compare(trainer, loop) >= {"mean_token_accuracy"}


def test_the_whole_step_leaves_the_same_weights(model, tmp_path):
    """Five steps of both on the same batch: loss, clipping, AdamW and the falling learning rate together."""
    rows = training_pairs(3, BATCH)
    loop = our_loop(DirectPreference, "dpo", tmp_path, rows, num_train_epochs=5, learning_rate=1e-3, beta=0.5)
    hyper = dict(loop.recipe.hyper)
    trainer = opponent.trainer("dpo", model, tmp_path / "trl", rows, hyper, num_train_epochs=5)
    peft.set_peft_model_state_dict(trainer.model, stage_of(loop))
    trainer.train()
    while loop.next_step < loop.total_steps:
        loop.step()
    theirs = peft.get_peft_model_state_dict(trainer.model)
    for name, tensor in stage_of(loop).items():
        torch.testing.assert_close(tensor, theirs[name], rtol=0, atol=5e-5)
