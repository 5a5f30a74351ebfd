"""What the parity tests share: one batch, model and stage in a trainer of TRL and in our loop, and their gradients."""

import datasets
import peft
import pytest
import torch
import transformers

from engine.bench import opponent
from engine.models.lora import PREFIX, adapter_tensors
from engine.runs import library
from engine.runs.recipe import Recipe

BATCH = 8
CLOSE = {"rtol": 1e-4, "atol": 2e-6}


def say_something(loop, seed=4, size=0.05):
    """Gives the stage random matrices: with B = 0, as a stage begins, half of the gradients would be zero."""
    source = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in loop.adapter.trainable:
            parameter.copy_(size * torch.randn(parameter.shape, generator=source))


def new_loop(kind, method, folder, rows, **settings):
    """A loop on these rows as a worker would build it."""
    recipe = Recipe.make(method, {"data": "labels", **settings})
    return kind(library.create(recipe, rows, root=folder), recipe)


def our_loop(kind, method, folder, rows, **settings):
    """A loop of one batch whose stage already says something."""
    loop = new_loop(kind, method, folder, rows, per_device_train_batch_size=BATCH, **settings)
    say_something(loop)
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


def trainer_of(kind, config, model, folder, hyper, rows, *arguments, **settings):
    """A trainer of TRL's, by its class and that of its configuration, with a LoRA stage like ours."""
    opponent.quiet()
    return kind(
        transformers.AutoModelForCausalLM.from_pretrained(model, local_files_only=True, dtype=torch.float32),
        *arguments,
        args=config(**opponent.settings(folder, hyper, **settings)),
        train_dataset=datasets.Dataset.from_list(rows),
        processing_class=transformers.AutoTokenizer.from_pretrained(model, local_files_only=True),
        peft_config=peft.LoraConfig(
            r=hyper["lora_r"], lora_alpha=hyper["lora_alpha"], target_modules="all-linear", task_type="CAUSAL_LM"
        ),
    )


def as_text(rows, *names):
    """Rows as TRL wants them: BOS written into the prompt, a space before each completion."""
    return [
        {"prompt": f"<s>{row['prompt']}", **{name: f" {row[name]}" for name in names},
         **{name: row[name] for name in row.keys() - {"prompt", *names}}}
        for row in rows
    ]  # fmt: skip


def put_stage(trainer, loop):
    """Our stage into TRL's model."""
    result = peft.set_peft_model_state_dict(trainer.model, stage_of(loop))
    assert not result.unexpected_keys
    trainer.model.train()


def whole_batch(trainer):
    return trainer.data_collator([trainer.train_dataset[row] for row in range(len(trainer.train_dataset))])


def their_loss(trainer, loop):
    """The loss of TRL's trainer on its whole data set as one batch, with our stage in it; gradients are left there."""
    put_stage(trainer, loop)
    loss = trainer.compute_loss(trainer.model, whole_batch(trainer))
    loss.backward()
    return loss


def logged_by(trainer):
    """The last value of every metric; the older trainers keep them elsewhere."""
    kept = getattr(trainer, "_metrics", None) or trainer._stored_metrics
    return {name: values[-1] for name, values in kept["train"].items()}


def same_gradients(loop, trainer):
    ours, theirs = gradients_of(loop), their_gradients(trainer)
    assert ours.keys() == theirs.keys()
    for name, gradient in ours.items():
        assert gradient.abs().max() > 0, name
        torch.testing.assert_close(gradient, theirs[name], **CLOSE, msg=lambda text, name=name: f"{name}: {text}")


def compare(trainer, loop):
    """Loss, gradients and the metrics that both log under one name; returns those names."""
    expected = their_loss(trainer, loop)
    loss, metrics = loop.loss(0)
    loss.backward()
    torch.testing.assert_close(loss.detach(), expected.detach(), rtol=1e-5, atol=1e-6)
    same_gradients(loop, trainer)
    logged = logged_by(trainer)
    for name in metrics.keys() & logged.keys():
        assert metrics[name].item() == pytest.approx(logged[name], rel=1e-4, abs=1e-5), name
    return metrics.keys() & logged.keys()
