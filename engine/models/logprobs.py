"""The one place that computes log-probabilities.

A batch holds N prompts with K completions each. The completions of a prompt stand one after the other behind it and
each sees the prompt and itself only, so the prompt is computed once:

    ids        <s> fill: he __ ->  went </s>  go ##ed </s>
    segments    0    0   0  0  0    1    1     2   2    2
    positions   0    1   2  3  4    5    6     5   6    7

log π(y|x) is the sum of the log-probabilities of all tokens of y, EOS included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from engine.models.llama import Llama


@dataclass(frozen=True)
class Batch:
    """Shapes: N prompts, T tokens a row, M scored tokens a row, K completions a prompt."""

    ids: Tensor  # (N, T)
    positions: Tensor  # (N, T)
    segments: Tensor  # (N, T): 0 prompt, k = 1…K completion, -1 padding
    sources: Tensor  # (N, M): where the hidden state that predicts a scored token stands
    targets: Tensor  # (N, M): the scored tokens
    owners: Tensor  # (N, M): 0…K-1 which completion a scored token belongs to, -1 padding
    ends: Tensor  # (N, K): where each completion's last token stands

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def looks(self) -> Tensor:
        """(N, 1, T, T), True where a token may look: at earlier tokens of the prompt and of its own completion."""
        length = self.ids.shape[1]
        earlier = torch.ones(length, length, dtype=torch.bool).tril()
        looking, seen = self.segments[:, :, None], self.segments[:, None, :]
        itself = torch.eye(length, dtype=torch.bool)
        return (earlier & ((seen == 0) | (seen == looking)) | itself)[:, None]

    @cached_property
    def lengths(self) -> Tensor:
        """(N, K): the tokens of each completion, EOS included."""
        counts = torch.zeros_like(self.ends)
        return counts.scatter_add(1, self.owners.clamp(min=0), (self.owners >= 0).long())


def pack(prompts: Sequence[Sequence[int]], completions: Sequence[Sequence[Sequence[int]]], *, pad: int) -> Batch:
    """Rows of `completions` (N, K, ragged) behind their prompts (N, ragged)."""
    rows, owned = [], []
    for prompt, options in zip(prompts, completions, strict=True):
        row = [(token, place, 0) for place, token in enumerate(prompt)]
        scored, ends = [], []
        for number, option in enumerate(options, 1):
            source = len(prompt) - 1
            for offset, token in enumerate(option):
                scored.append((source, token, number - 1))
                source = len(row)
                row.append((token, len(prompt) + offset, number))
            ends.append(source)
        rows.append(row)
        owned.append((scored, ends))
    width = max(len(row) for row in rows)
    count = max(len(scored) for scored, _ in owned)
    ids, positions, segments = torch.tensor([row + [(pad, 0, -1)] * (width - len(row)) for row in rows]).unbind(-1)
    padded = [scored + [(0, pad, -1)] * (count - len(scored)) for scored, _ in owned]
    sources, targets, owners = torch.tensor(padded).unbind(-1)
    last = torch.tensor([ends for _, ends in owned])
    return Batch(ids, positions, segments, sources, targets, owners, last)


def hidden_states(model: Llama, batch: Batch, at: Tensor) -> Tensor:
    """(N, M, E): the last hidden states at the places `at` (N, M) of a batch."""
    return model.hidden(batch.ids, batch.positions, batch.looks, at=at)


def scored_logits(model: Llama, batch: Batch) -> Tensor:
    """(N, M, V): the logits that each scored token was drawn from; no others are computed."""
    return model.logits(hidden_states(model, batch, batch.sources))


def token_logps(logits: Tensor, batch: Batch) -> Tensor:
    """(N, M): log π of each scored token, 0 on padding."""
    picked = logits.gather(2, batch.targets[:, :, None]).squeeze(2) - logits.logsumexp(-1)
    return picked * (batch.owners >= 0)


def completion_logps(per_token: Tensor, batch: Batch) -> Tensor:
    """(N, K): log π(y_k|x), the sum over each completion's tokens."""
    sums = per_token.new_zeros(batch.ends.shape)
    return sums.scatter_add(1, batch.owners.clamp(min=0), per_token)


def by_completion(per_token: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
    """Values (N, M) of scored tokens with each completion on a row of its own: (N K, L) and which of them are real."""
    lengths = batch.lengths
    starts = lengths.cumsum(1) - lengths
    steps = torch.arange(int(lengths.max()))
    mask = steps < lengths[:, :, None]
    places = torch.where(mask, starts[:, :, None] + steps, 0).flatten(1)
    values = per_token.gather(1, places).view(mask.shape) * mask
    return values.flatten(0, 1), mask.flatten(0, 1)


def logps(model: Llama, batch: Batch) -> Tensor:
    """(N, K): log π(y_k|x) of every completion of a batch."""
    return completion_logps(token_logps(scored_logits(model, batch), batch), batch)
