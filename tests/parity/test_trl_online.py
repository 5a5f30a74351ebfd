"""TRL's GRPO and RLOO as the oracle: both get the same completions and scores and do the rest by themselves.

The rest is the log-probabilities of the sampler and of the reference, the advantages, and, after the policy has moved,
loss and gradients. Where TRL 1.16 differs by design:
- GRPO divides by the group's deviation plus 1e-4; ours, as the paper has it, by the deviation, and makes nothing of a
  group without one.
- GRPO multiplies k3 by the importance ratio unless told otherwise (`use_bias_correction_kl`, DeepSeek-V3.2, section
  3.1): then it pulls with the gradient of KL(π‖π_ref). Ours is the paper's loss (Shao 2024, eq. 3) unless told so.
- The default of both is `loss_type` "dapo" in TRL and "grpo" here, and no KL at all there.
"""

import pytest
import torch
import trl

from engine.loops import reinforce
from engine.world.preferences import training_pairs
from tests.parity.oracle import new_loop, put_stage, same_gradients, say_something, trainer_of

PROMPTS, GENERATIONS, LIMIT = 3, 4, 6
SMALL = {
    "prompts_per_rollout": PROMPTS,
    "num_generations": GENERATIONS,
    "num_mini_batches": 1,
    "num_ppo_epochs": 2,
    "max_new_tokens": LIMIT,
    "missing_eos_penalty": 0.0,
    "reward": "rule",
    "cliprange": 0.05,
    "kl_coef": 0.3,
    "temperature": 1.4,
}
SCORES = torch.randn(PROMPTS, GENERATIONS, generator=torch.Generator().manual_seed(11))


class Both:
    """One rollout in both: sampled by a stage that says something, then learnt from by one that says another thing."""

    def __init__(self, kind, method, library, model, folder, scores=SCORES, theirs=None, **settings):
        self.loop = new_loop(kind, method, folder, training_pairs(3, 8), **{**SMALL, **settings})
        self.loop.judge.scores = lambda *_: scores
        say_something(self.loop, 4, 0.12)
        self.loop.collect(0)
        self.experience = self.loop.experiences[0]
        completions = [ids for row in self.experience.ids for ids in row]
        prompts = [prompt for prompt in self.experience.prompts for _ in range(GENERATIONS)]
        hyper = {**self.loop.recipe.hyper, "per_device_train_batch_size": len(prompts)}
        self.trainer = trainer_of(
            *library, model, folder / "trl", hyper, [{"prompt": f"<s>{prompt}"} for prompt in prompts],
            lambda completions, **_: scores.flatten().tolist(),
            num_generations=GENERATIONS, max_completion_length=LIMIT, temperature=SMALL["temperature"],
            epsilon=SMALL["cliprange"], beta=SMALL["kl_coef"], gradient_accumulation_steps=1, num_iterations=2,
            **(theirs or {}),
        )  # fmt: skip
        heads = [self.loop.policy.tokenizer.prompt(prompt) for prompt in prompts]
        nothing = (None,) * (8 - 3) if kind is reinforce.GRPO else ()
        written = [""] * len(prompts)
        answers = (heads, completions, *nothing[:1], written, *nothing[1:])
        self.trainer._generate = lambda _: answers
        self.trainer.current_gradient_accumulation_steps = 1
        put_stage(self.trainer, self.loop)
        self.found = self.trainer._generate_and_score_completions([{"prompt": f"<s>{prompt}"} for prompt in prompts])
        say_something(self.loop, 5, 0.12)
        put_stage(self.trainer, self.loop)

    def losses(self):
        """Loss of both with gradients taken, and our metrics."""
        theirs = self.trainer.compute_loss(self.trainer.model, self.found)
        theirs.backward()
        loss, metrics = self.loop.loss(self.experience, *self.loop.read(self.loop.batch_of(self.experience)))
        loss.backward()
        return loss.detach(), theirs.detach(), metrics

    def last(self, name):
        return self.trainer._metrics["train"][name][-1]


GRPO = trl.GRPOTrainer, trl.GRPOConfig
RLOO = trl.RLOOTrainer, trl.RLOOConfig


@pytest.mark.parametrize("loss_type", ["grpo", "dr_grpo", "dapo"])
@pytest.mark.parametrize("corrected", [False, True])
def test_grpo(loss_type, corrected, model, tmp_path):
    told = {"loss_type": loss_type, "use_bias_correction_kl": corrected}
    both = Both(
        reinforce.GRPO, "grpo", GRPO, model, tmp_path, scale_rewards=False, epsilon_high=0.08, **told,
        theirs={"scale_rewards": "none", "epsilon_high": 0.08, "steps_per_generation": 1, **told},
    )  # fmt: skip
    mask = both.experience.mask
    assert len(mask.sum(1).unique()) > 1
    torch.testing.assert_close(both.experience.advantages[:, 0], both.found["advantages"])
    torch.testing.assert_close(both.experience.old_logps, both.found["old_per_token_logps"] * mask, rtol=0, atol=1e-4)
    torch.testing.assert_close(both.experience.ref_logps, both.found["ref_per_token_logps"] * mask, rtol=0, atol=1e-4)
    loss, expected, metrics = both.losses()
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-6)
    same_gradients(both.loop, both.trainer)
    assert 0 < metrics["policy/clipfrac_avg"].item() == pytest.approx(both.last("clip_ratio/region_mean"))
    assert metrics["kl"].item() == pytest.approx(both.last("kl"), rel=1e-4)
    assert metrics["kl"] > 0


def test_grpo_divides_by_the_deviation_and_trl_by_a_little_more(model, tmp_path):
    scores = SCORES.clone()
    scores[0] = 0.5
    both = Both(
        reinforce.GRPO, "grpo", GRPO, model, tmp_path, scores=scores, theirs={"loss_type": "grpo"}
    )
    ours = both.experience.advantages[:, 0].view_as(scores)
    spread = scores.std(1, keepdim=True)
    torch.testing.assert_close(ours * spread / (spread + 1e-4), both.found["advantages"].view_as(scores))
    assert not ours[0].any()


def test_rloo(model, tmp_path):
    both = Both(reinforce.RLOO, "rloo", RLOO, model, tmp_path)
    advantages = both.experience.advantages[:, 0]
    torch.testing.assert_close(advantages, both.found["advantages"], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(both.experience.old_logps.sum(1), both.found["old_logps"], rtol=0, atol=1e-4)
    plain = SCORES - (SCORES.sum(1, keepdim=True) - SCORES) / (GENERATIONS - 1)
    assert (advantages.view_as(plain) - plain).abs().max() > 0.1, "the KL belongs to the reward"
    loss, expected, metrics = both.losses()
    torch.testing.assert_close(loss, expected, rtol=1e-4, atol=1e-5)
    same_gradients(both.loop, both.trainer)
    assert 0 < metrics["policy/clipfrac_avg"].item() == pytest.approx(both.last("clip_ratio/region_mean"))
