"""Pretraining of the base model from the world's own documents: next-token prediction, as in any language model."""

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch.nn import functional as F

from engine.models.llama import Llama, LlamaConfig, initialise
from engine.models.tokenizer import Tokenizer
from engine.world.documents import document

Progress = Callable[[int, int, dict[str, float]], None]


@dataclass(frozen=True)
class PretrainRecipe:
    """Everything that the base model depends on."""

    seed: int = 0
    steps: int = 2600
    batch: int = 128
    learning_rate: float = 8e-3
    final_share: float = 0.05
    warm_up: float = 0.05
    weight_decay: float = 0.01
    prompt_weight: float = 0.3
    hidden_size: int = 64
    layers: int = 3
    heads: int = 4
    feed_forward: int = 192


def batches(recipe: PretrainRecipe, tokenizer: Tokenizer) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless (ids, weights), each (N, T): weight 1 on a completion's tokens, `prompt_weight` on a prompt's, 0 on
    padding. Documents of like length share a batch, so that little is spent on padding."""
    source = random.Random(recipe.seed)
    while True:
        pool = []
        for _ in range(8 * recipe.batch):
            prompt, completion = document(source)
            head, tail = tokenizer.prompt(prompt), tokenizer.completion(completion)
            pool.append((head + tail, [recipe.prompt_weight] * len(head) + [1.0] * len(tail)))
        pool.sort(key=lambda pair: len(pair[0]))
        groups = [pool[start : start + recipe.batch] for start in range(0, len(pool), recipe.batch)]
        source.shuffle(groups)
        for group in groups:
            width = len(group[-1][0])
            ids = torch.full((len(group), width), tokenizer.pad)
            weights = torch.zeros(len(group), width)
            for row, (tokens, weight) in enumerate(group):
                ids[row, : len(tokens)] = torch.tensor(tokens)
                weights[row, : len(weight)] = torch.tensor(weight)
            yield ids, weights


def learning_rate(recipe: PretrainRecipe, step: int) -> float:
    """Linear warm-up, then a cosine down to `final_share` of the peak."""
    warm = max(1, round(recipe.warm_up * recipe.steps))
    if step < warm:
        return recipe.learning_rate * (step + 1) / warm
    progress = (step - warm) / max(1, recipe.steps - warm)
    low = recipe.final_share
    return recipe.learning_rate * (low + (1 - low) * 0.5 * (1 + math.cos(math.pi * progress)))


def pretrain(recipe: PretrainRecipe, tokenizer: Tokenizer, progress: Progress | None = None) -> Llama:
    """A base model trained from random weights. Deterministic for a recipe on one machine."""
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=recipe.hidden_size,
        intermediate_size=recipe.feed_forward,
        num_hidden_layers=recipe.layers,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
    )
    model = Llama(config)
    initialise(model, torch.Generator().manual_seed(recipe.seed))
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=0.0, betas=(0.9, 0.98), weight_decay=recipe.weight_decay, fused=True
    )
    source = batches(recipe, tokenizer)
    for step in range(recipe.steps):
        ids, weights = next(source)
        logits = model.logits(model.hidden(ids[:, :-1]))
        losses = F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), reduction="none")
        target_weights = weights[:, 1:].flatten()
        loss = (losses * target_weights).sum() / target_weights.sum()
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(recipe, step)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        if progress and (step % 20 == 0 or step == recipe.steps - 1):
            progress(step + 1, recipe.steps, {"loss": loss.item()})
    return model

