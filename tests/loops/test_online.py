"""The frame of the online methods: what is sampled is what is scored, and the advantages stand on the right tokens."""

import pytest
import torch

from engine.models.logprobs import by_completion, token_logps


@pytest.fixture
def collected(new_loop):
    """A loop with one rollout taken and nothing learnt from it yet."""

    def make(method="grpo", **settings):
        loop = new_loop(method, num_mini_batches=1, **settings)
        loop.collect(0)
        return loop, loop.experiences[0]

    return make


@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_the_log_probabilities_of_the_sampler_are_those_of_the_scorer(temperature, new_loop):
    loop = new_loop("grpo", temperature=temperature)
    prompts = ["fill: he __ (go) to school yesterday . ->", "correct: tom goed home . ->"] * 3
    found = loop.policy.rollout(prompts, temperature=temperature, generator=torch.Generator().manual_seed(0))
    from engine.models.logprobs import pack

    heads = [loop.policy.tokenizer.prompt(prompt) for prompt in prompts]
    batch = pack(heads, [[ids] for ids in found.ids], pad=loop.policy.tokenizer.pad)
    scored, mask = by_completion(token_logps(loop.policy.scored_logits(batch) / temperature, batch), batch)
    for row, real, sampled in zip(scored, mask, found.logps, strict=True):
        assert row[real].tolist() == pytest.approx(sampled, abs=1e-5)


def test_before_learning_the_ratio_is_one_and_the_kl_nothing(collected):
    loop, experience = collected()
    logps, _ = loop.read(loop.batch_of(experience))
    torch.testing.assert_close(logps, experience.old_logps, rtol=0, atol=1e-5)
    torch.testing.assert_close(experience.ref_logps, experience.old_logps, rtol=0, atol=1e-5)
    _, metrics = loop.loss(experience, logps, torch.zeros_like(logps))
    assert metrics["val/ratio"].item() == pytest.approx(1, abs=1e-5)
    assert metrics["kl"].item() == pytest.approx(0, abs=1e-6)


def test_the_score_is_paid_on_the_last_token(collected):
    """With λ = γ = 1 and values of 0 the return of every token of an answer is its score."""
    loop, experience = collected("ppo", whiten_advantages=False, kl_coef=0.0, lam=1.0)
    returns = experience.returns
    for row, real in zip(returns, experience.mask, strict=True):
        assert row[real].unique().numel() == 1
        assert not row[~real].any()
    assert loop.logged["objective/scores"] == pytest.approx(returns[:, 0].mean().item(), abs=1e-6)


def test_group_advantages_sum_to_nothing(collected):
    for method in ("grpo", "rloo"):
        _, experience = collected(method)
        per_answer = experience.advantages[:, 0].view(len(experience.prompts), -1)
        torch.testing.assert_close(per_answer.sum(1), torch.zeros(len(per_answer)), rtol=0, atol=1e-5)


def test_an_answer_that_never_ends_is_fined(new_loop):
    free = new_loop("grpo", missing_eos_penalty=0.0, max_new_tokens=1)
    fined = new_loop("grpo", missing_eos_penalty=2.0, max_new_tokens=1)
    for loop in (free, fined):
        loop.collect(0)
    assert free.logged["objective/scores"] - fined.logged["objective/scores"] == pytest.approx(2.0)


def test_a_learned_judge_is_trained_first_and_then_scaled(new_loop):
    loop = new_loop("grpo", reward="learned", rollouts=1)
    phases = []
    while loop.next_step < loop.judge_steps + 1:
        phases.append(loop.phase)
        loop.step()
    assert phases == ["reward"] * loop.judge_steps + ["policy"]
    assert loop.judge.gain > 0
    assert abs(loop.logged["objective/scores"]) < 2
