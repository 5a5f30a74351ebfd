"""What is sampled is what is scored: the distribution, its log-probabilities, and nothing that cuts it off."""

import pytest
import torch
from scipy import stats

from engine.models.logprobs import pack
from engine.models.sampling import choose, sample
from engine.world.preferences import held_out_prompts

PROMPTS = [prompt.text for prompt in held_out_prompts(0, 16)]


def seeded(number=0):
    return torch.Generator().manual_seed(number)


@torch.no_grad()
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_samples_are_scored_as_they_were_drawn(sft, temperature):
    found = sft.rollout(PROMPTS, generator=seeded(), temperature=temperature)
    batch = pack([sft.tokenizer.prompt(text) for text in PROMPTS], [[ids] for ids in found.ids], pad=sft.tokenizer.pad)
    log_pi = (sft.scored_logits(batch) / temperature).log_softmax(-1)
    for row, (ids, logps) in enumerate(zip(found.ids, found.logps, strict=True)):
        again = log_pi[row, torch.arange(len(ids)), torch.tensor(ids)]
        torch.testing.assert_close(again, torch.tensor(logps), rtol=0, atol=1e-5)


@torch.no_grad()
def test_samples_end_with_eos_or_at_the_limit(sft):
    found = sft.rollout(PROMPTS, generator=seeded(), max_new_tokens=4)
    for ids in found.ids:
        assert sft.tokenizer.end not in ids[:-1]
        assert len(ids) == 4 or ids[-1] == sft.tokenizer.end


@torch.no_grad()
@pytest.mark.parametrize("temperature", [1.0, 0.7])
def test_frequencies_follow_the_softmax(sft, temperature):
    prompt, draws = sft.tokenizer.prompt("fill: yesterday he __ (go) to school . ->"), 3000
    found = sample(
        sft.llama, [prompt] * draws, end=sft.tokenizer.end, pad=0, generator=seeded(1),
        temperature=temperature, max_new_tokens=1,
    )  # fmt: skip
    counts = torch.bincount(torch.tensor([ids[0] for ids in found.ids]), minlength=len(sft.tokenizer)).double()
    logits = sft.llama.logits(sft.llama.hidden(torch.tensor([prompt])))[0, -1]
    check_frequencies(counts, draws * (logits.double() / temperature).softmax(-1))


def test_frequencies_of_the_draw_alone():
    logits, draws = torch.randn(40, generator=seeded(3)), 200_000
    tokens, logps = choose(logits.expand(draws, -1), 1.3, seeded(4))
    expected = (logits.double() / 1.3).softmax(-1)
    check_frequencies(torch.bincount(tokens, minlength=40).double(), draws * expected)
    torch.testing.assert_close(logps.double(), expected.log()[tokens], rtol=0, atol=1e-5)


def check_frequencies(counts, expected):
    often = expected >= 5
    observed = [*counts[often].tolist(), counts[~often].sum().item()]
    wanted = [*expected[often].tolist(), expected[~often].sum().item()]
    if wanted[-1] == 0:
        observed, wanted = observed[:-1], wanted[:-1]
    assert len(wanted) > 2
    assert stats.chisquare(observed, wanted).pvalue > 1e-3


@torch.no_grad()
def test_no_token_is_cut_off(odd):
    """With near-even odds over 23 tokens a top-k or top-p rule would leave some of them out."""
    with_flat_odds = odd
    with_flat_odds.lm_head.weight *= 0.1
    found = sample(with_flat_odds, [[1, 2]] * 4000, end=0, pad=0, generator=seeded(2), max_new_tokens=1)
    assert {ids[0] for ids in found.ids} == set(range(23))


@torch.no_grad()
def test_greedy_is_the_argmax_of_every_step(sft):
    found = sft.rollout(PROMPTS, temperature=0)
    for text, ids in zip(PROMPTS, found.ids, strict=True):
        row = sft.tokenizer.prompt(text)
        for token in ids:
            assert sft.llama.logits(sft.llama.hidden(torch.tensor([row])))[0, -1].argmax().item() == token
            row.append(token)


@torch.no_grad()
def test_prompts_of_different_lengths_do_not_disturb_each_other(sft):
    together = sft.rollout(PROMPTS, temperature=0)
    assert len({len(sft.tokenizer.prompt(text)) for text in PROMPTS}) > 2
    for text, ids, logps in zip(PROMPTS, together.ids, together.logps, strict=True):
        alone = sft.rollout([text], temperature=0)
        assert alone.ids[0] == ids
        torch.testing.assert_close(torch.tensor(alone.logps[0]), torch.tensor(logps), rtol=0, atol=1e-5)


@torch.no_grad()
def test_the_same_seed_gives_the_same_samples(sft):
    assert sft.answer(PROMPTS, generator=seeded(7)) == sft.answer(PROMPTS, generator=seeded(7))
    assert sft.answer(PROMPTS, generator=seeded(7)) != sft.answer(PROMPTS, generator=seeded(8))
