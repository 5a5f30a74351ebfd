"""The law of what is sampled, on vocabularies so small that every answer can be counted."""

import itertools

import pytest
import torch
import transformers
from scipy import stats

from engine.models.llama import load_llama
from engine.models.logprobs import logps, pack, scored_logits
from engine.models.sampling import choose, sample

END, PAD, LIMIT, DRAWS = 0, 0, 3, 20_000
PROMPT = [2, 1]
TEMPERATURES = [0.5, 1.0, 2.0]


def seeded(number):
    return torch.Generator().manual_seed(number)


@pytest.mark.parametrize("temperature", TEMPERATURES)
@pytest.mark.parametrize("spread", [0.3, 1.5])
def test_a_draw_follows_the_softmax_at_its_temperature(temperature, spread):
    logits = spread * torch.randn(5, generator=seeded(1))
    tokens, told = choose(logits.expand(DRAWS, -1), temperature, seeded(2))
    law = (logits.double() / temperature).softmax(-1)
    assert stats.chisquare(torch.bincount(tokens, minlength=5), DRAWS * law).pvalue > 1e-3
    torch.testing.assert_close(told.double(), law.log()[tokens], rtol=0, atol=1e-5)
    for other in set(TEMPERATURES) - {temperature}:
        wrong = (logits.double() / other).softmax(-1)
        assert stats.chisquare(torch.bincount(tokens, minlength=5), DRAWS * wrong).pvalue < 1e-6, "it could tell"


def test_a_token_without_probability_is_never_drawn():
    logits = torch.tensor([float("-inf"), 0.0, float("-inf"), 0.5, float("-inf")])
    tokens, told = choose(logits.expand(DRAWS, -1), 1.0, seeded(3))
    assert set(tokens.tolist()) == {1, 3}
    assert told.isfinite().all()


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """A random Llama of four tokens."""
    torch.manual_seed(5)
    config = transformers.LlamaConfig(
        vocab_size=4, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=2, max_position_embeddings=16, tie_word_embeddings=False, initializer_range=0.5,
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tiny")
    transformers.LlamaForCausalLM(config).save_pretrained(folder)
    return load_llama(folder)


def answers():
    """All that can be written: up to the limit, ended by EOS or by the limit."""
    words = range(1, 4)
    ended = [[*start, END] for length in range(LIMIT) for start in itertools.product(words, repeat=length)]
    return ended + [list(cut) for cut in itertools.product(words, repeat=LIMIT)]


@torch.no_grad()
def test_the_probabilities_of_all_answers_sum_to_one(tiny):
    batch = pack([PROMPT], [answers()], pad=PAD)
    assert logps(tiny, batch).exp().sum().item() == pytest.approx(1, abs=1e-5)


@torch.no_grad()
@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_whole_answers_follow_the_product_of_the_softmaxes(tiny, temperature):
    """Sampled with the cache, counted, and held against what the scorer says of each of the forty answers."""
    listed = answers()
    assert len(listed) == 1 + 3 + 9 + 27
    batch = pack([PROMPT], [listed], pad=PAD)
    log_pi = (scored_logits(tiny, batch).double() / temperature).log_softmax(-1)
    picked = log_pi.gather(2, batch.targets[:, :, None]).squeeze(2)[0]
    law = torch.stack([picked[batch.owners[0] == number].sum() for number in range(len(listed))]).exp()
    assert law.sum().item() == pytest.approx(1, abs=1e-5)
    found = sample(
        tiny, [PROMPT] * DRAWS, end=END, pad=PAD, generator=seeded(6), temperature=temperature, max_new_tokens=LIMIT
    )
    counts = torch.zeros(len(listed))
    for ids in found.ids:
        counts[listed.index(ids)] += 1
    often = DRAWS * law >= 5
    assert often.sum() > 20
    observed = torch.cat([counts[often], counts[~often].sum()[None]]).double()
    expected = torch.cat([law[often], law[~often].sum()[None]])
    kept = expected > 0
    assert stats.chisquare(observed[kept], DRAWS * expected[kept] / expected[kept].sum()).pvalue > 1e-3
