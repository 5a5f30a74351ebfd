"""TRL's trainers as the oracle: the same batch, model and adapter give the same loss and the same gradients.

Where the two differ by design, and what is done about it here:
- TRL tokenizes prompt and completion as one text and leaves BOS to the tokenizer; ours has its own rule (one BOS, no
  special token from text). So BOS is written into the text that TRL gets.
- TRL adds EOS to a completion as text, ours as an id: the same id in the end.
- TRL pads chosen and rejected apart and computes every logit; ours shares the prompt and computes completions only.
- TRL's sigmoid loss ignores `label_smoothing`. Its "aot" loss heeds it, and on a single pair it is conservative DPO.
"""

import peft
import pytest
import torch
import trl

from engine.bench import opponent
from engine.loops.direct import DirectPreference
from engine.loops.offline import RewardModelling, SupervisedFineTuning
from engine.world.documents import demonstrations
from engine.world.preferences import training_pairs
from tests.parity.oracle import BATCH, as_text, compare, our_loop, stage_of, trainer_of


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
    trainer = trainer_of(
        trl.SFTTrainer, trl.SFTConfig, model, tmp_path / "trl", dict(loop.recipe.hyper), as_text(rows, "completion"),
        completion_only_loss=True,
    )  # fmt: skip
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


def test_reward_model_with_margins(model, tmp_path):
    margins = [number % 3 / 3 for number in range(BATCH)]
    rows = [{**row, "margin": margin} for row, margin in zip(training_pairs(3, BATCH), margins, strict=True)]
    loop = our_loop(RewardModelling, "reward-model", tmp_path, rows)
    trainer = opponent.trainer("reward-model", model, tmp_path / "trl", rows, dict(loop.recipe.hyper))
    trainer.train_dataset = trainer.train_dataset.add_column("margin", margins)
    compare(trainer, loop)
    asked = our_loop(RewardModelling, "reward-model", tmp_path / "without", rows, use_margin=False).loss(0)[0]
    assert asked < loop.loss(0)[0]
