"""The one place that samples: temperature and nothing else, so that what is sampled is what is scored."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.models.llama import Cache, Llama


@dataclass(frozen=True)
class Rollout:
    """Sampled completions: `ids[n]` with EOS where it came, `logps[n]` the log-probability of each of those tokens
    under the distribution that was sampled from (temperature included)."""

    ids: list[list[int]]
    logps: list[list[float]]


@torch.no_grad()
def sample(
    model: Llama,
    prompts: Sequence[Sequence[int]],
    *,
    end: int,
    pad: int,
    generator: torch.Generator | None = None,
    temperature: float = 1.0,
    max_new_tokens: int = 24,
) -> Rollout:
    """One completion for each prompt. Temperature 0 is greedy. Prompts may differ in length (padded on the left)."""
    rows, longest = len(prompts), max(len(prompt) for prompt in prompts)
    ids = torch.full((rows, longest), pad)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt) :] = torch.tensor(prompt)
    skipped = torch.tensor([longest - len(prompt) for prompt in prompts])
    columns = torch.arange(longest + max_new_tokens)
    visible = columns[None, :] >= skipped[:, None]
    itself = torch.eye(longest, dtype=torch.bool)
    mask = (torch.ones(longest, longest, dtype=torch.bool).tril() & visible[:, None, :longest]) | itself
    cache = Cache(model.config, rows, longest + max_new_tokens)
    positions = (columns[None, :longest] - skipped[:, None]).clamp(min=0)
    hidden = model.hidden(ids, positions, mask[:, None], cache)[:, -1]

    chosen_ids: list[list[int]] = [[] for _ in prompts]
    chosen_logps: list[list[float]] = [[] for _ in prompts]
    alive = torch.arange(rows)
    for step in range(max_new_tokens):
        tokens, logps = choose(model.logits(hidden), temperature, generator)
        for row, token, logp in zip(alive.tolist(), tokens.tolist(), logps.tolist(), strict=True):
            chosen_ids[row].append(token)
            chosen_logps[row].append(logp)
        going = tokens != end
        if step == max_new_tokens - 1 or not bool(going.any()):
            break
        if not bool(going.all()):
            alive, tokens, skipped, visible = alive[going], tokens[going], skipped[going], visible[going]
            cache.keep(going)
        seen = visible[:, None, None, : cache.length + 1]
        place = (cache.length - skipped)[:, None]
        hidden = model.hidden(tokens[:, None], place, seen, cache)[:, -1]
    return Rollout(chosen_ids, chosen_logps)


def choose(logits: Tensor, temperature: float, generator: torch.Generator | None) -> tuple[Tensor, Tensor]:
    """Tokens and their log-probabilities from logits (N, V), by inverting the cumulative distribution."""
    if temperature == 0:
        logps = logits.log_softmax(-1)
        tokens = logits.argmax(-1)
    else:
        logps = (logits / temperature).log_softmax(-1)
        cumulative = logps.exp().cumsum(-1)
        level = torch.rand(len(logits), 1, generator=generator) * cumulative[:, -1:]
        tokens = torch.searchsorted(cumulative, level, right=True).squeeze(1).clamp(max=logits.shape[-1] - 1)
    return tokens, logps.gather(1, tokens[:, None]).squeeze(1)
