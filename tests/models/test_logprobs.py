"""log π(y|x): a probability over completions, however they are batched, with EOS in it."""

import itertools

import pytest
import torch

from engine.models.llama import Llama, LlamaConfig, initialise
from engine.models.logprobs import completion_logps, logps, pack, scored_logits, token_logps

SAME = {"rtol": 0, "atol": 1e-5}


def three_tokens():
    """A random Llama that knows a, b and EOS."""
    config = LlamaConfig(
        vocab_size=3, hidden_size=16, intermediate_size=24, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, tie_word_embeddings=False,
    )  # fmt: skip
    model = Llama(config)
    initialise(model, torch.Generator().manual_seed(0), spread=0.5)
    return model.requires_grad_(False)


END = 2


@pytest.mark.parametrize("longest", [1, 3, 5])
def test_completions_have_probability_one_together(longest):
    finished = [[*letters, END] for length in range(longest) for letters in itertools.product((0, 1), repeat=length)]
    unfinished = [list(letters) for letters in itertools.product((0, 1), repeat=longest)]
    batch = pack([[0, 1, 1]], [finished + unfinished], pad=END)
    probabilities = logps(three_tokens(), batch).double().exp()
    assert probabilities.sum().item() == pytest.approx(1, abs=1e-6)
    assert (probabilities > 0).all()


@torch.no_grad()
def test_the_sum_of_single_steps(base, pairs, packed):
    """Token by token through the whole model, without padding, sharing or gathering."""
    found = logps(base.llama, packed)
    for row, pair in enumerate(pairs[:4]):
        for number, name in enumerate(("chosen", "rejected")):
            ids = base.tokenizer.prompt(pair["prompt"])
            total = 0.0
            for token in base.tokenizer.completion(pair[name]):
                logits = base.llama.logits(base.llama.hidden(torch.tensor([ids])))[0, -1]
                total += logits.log_softmax(-1)[token].item()
                ids.append(token)
            assert found[row, number].item() == pytest.approx(total, abs=1e-5)


@torch.no_grad()
def test_padding_changes_nothing(base, pairs, packed):
    alone = [base.logps(base.pack([pair["prompt"]], [[pair["chosen"], pair["rejected"]]])) for pair in pairs]
    torch.testing.assert_close(base.logps(packed), torch.cat(alone), **SAME)


@torch.no_grad()
def test_completions_that_share_a_prompt_do_not_see_each_other(base, pairs):
    prompt, options = pairs[0]["prompt"], ["went", "goed", "he went home .", "wented", ""]
    together = base.logps(base.pack([prompt], [options]))[0]
    alone = torch.stack([base.logps(base.pack([prompt], [[option]]))[0, 0] for option in options])
    torch.testing.assert_close(together, alone, **SAME)
    backwards = base.logps(base.pack([prompt], [options[::-1]]))[0]
    torch.testing.assert_close(together, backwards.flip(0), **SAME)


@torch.no_grad()
def test_transformers_agrees(base, their_base, pairs, packed):
    found = base.logps(packed)
    for row, pair in enumerate(pairs):
        head = base.tokenizer.prompt(pair["prompt"])
        for number, name in enumerate(("chosen", "rejected")):
            tail = base.tokenizer.completion(pair[name])
            logits = their_base(torch.tensor([head + tail])).logits[0, len(head) - 1 : -1]
            expected = logits.log_softmax(-1)[torch.arange(len(tail)), torch.tensor(tail)].sum()
            assert found[row, number].item() == pytest.approx(expected.item(), abs=1e-5)


def test_eos_is_scored_last_and_trained(base, packed):
    end = base.tokenizer.end
    for row in range(len(packed)):
        for number in range(2):
            targets = packed.targets[row][packed.owners[row] == number].tolist()
            assert targets[-1] == end
            assert targets.count(end) == 1
    logits = scored_logits(base.llama, packed).detach().requires_grad_()
    completion_logps(token_logps(logits, packed), packed).sum().backward()
    ends = (packed.targets == end) & (packed.owners >= 0)
    expected = 1 - logits.detach().softmax(-1)[ends][:, end]
    torch.testing.assert_close(logits.grad[ends][:, end], expected)
    assert (logits.grad[packed.owners < 0] == 0).all()


def test_one_bos_a_row_and_the_prompt_is_not_scored(base, packed):
    begin = base.tokenizer.begin
    assert (packed.ids[:, 0] == begin).all()
    assert ((packed.ids == begin).sum(1) == 1).all()
    scored = (packed.owners >= 0).sum(1)
    in_completions = (packed.segments > 0).sum(1)
    assert torch.equal(scored, in_completions)


def test_the_worked_example_of_the_module():
    batch = pack([[1, 5, 6]], [[[7, 2], [8, 9, 2]]], pad=0)
    assert batch.ids.tolist() == [[1, 5, 6, 7, 2, 8, 9, 2]]
    assert batch.segments.tolist() == [[0, 0, 0, 1, 1, 2, 2, 2]]
    assert batch.positions.tolist() == [[0, 1, 2, 3, 4, 3, 4, 5]]
    assert batch.targets.tolist() == [[7, 2, 8, 9, 2]]
    assert batch.sources.tolist() == [[2, 3, 2, 5, 6]]
    assert batch.ends.tolist() == [[4, 7]]
