"""A model with its tokenizer and its LoRA stages, loaded by name: `base`, `sft`, a run, or any model folder."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from engine.errors import Problem
from engine.models import lora
from engine.models.llama import Llama, is_llama, load_llama
from engine.models.logprobs import Batch, pack
from engine.models.sampling import Rollout, sample
from engine.models.tokenizer import Tokenizer

SHIPPED = Path(__file__).parent / "shipped"
BASE, SFT = SHIPPED / "base", SHIPPED / "sft"


@dataclass
class Policy:
    """`stages` are the adapter folders merged into `llama`, from the base upwards."""

    llama: Llama
    tokenizer: Tokenizer
    base: Path
    stages: list[Path] = field(default_factory=list)

    def pack(self, prompts: Sequence[str], completions: Sequence[Sequence[str]]) -> Batch:
        """Prompts (N,) with their completions (N, K) as one batch."""
        return pack(
            [self.tokenizer.prompt(text) for text in prompts],
            [[self.tokenizer.completion(text) for text in options] for options in completions],
            pad=self.tokenizer.pad,
        )

    def rollout(self, prompts: Sequence[str], **options: object) -> Rollout:
        return sample(
            self.llama,
            [self.tokenizer.prompt(text) for text in prompts],
            end=self.tokenizer.end,
            pad=self.tokenizer.pad,
            **options,  # type: ignore[arg-type]
        )

    def answer(
        self, prompts: Sequence[str], *, temperature: float = 1.0, generator: torch.Generator | None = None
    ) -> list[str]:
        """One sampled completion as text for each prompt; temperature 0 is greedy."""
        found = self.rollout(prompts, temperature=temperature, generator=generator)
        return [self.tokenizer.decode(ids) for ids in found.ids]


def stage_folders(model: str) -> tuple[Path, list[Path]]:
    """(base model folder, adapter folders from the bottom up) that a recipe's `model` stands for.

    Raises Problem `models.unknown` when it is neither `base` nor `sft` nor a folder with a model or an adapter.
    """
    if model == "base":
        return BASE, []
    if model == "sft":
        return BASE, [SFT]
    folder = Path(model).expanduser()
    if (folder / "adapter_config.json").is_file():
        own = folder / "base"
        stages = sorted((folder / "stages").glob("*")) if (folder / "stages").is_dir() else []
        return (own if own.is_dir() else BASE), [*stages, folder]
    if (folder / "config.json").is_file():
        return folder, []
    raise Problem("models.unknown", model=model)


def load_policy(model: str) -> Policy:
    """The policy with all its stages merged in memory; nothing on it trains until a new stage is attached."""
    base, stages = stage_folders(model)
    if not is_llama(base) or not (base / "tokenizer.json").is_file():
        raise Problem("models.other_architecture", folder=str(base))
    policy = Policy(load_llama(base), Tokenizer.load(base), base, stages)
    for stage in stages:
        lora.load_adapter(policy.llama, stage)
        lora.merge(policy.llama)
    policy.llama.requires_grad_(False)
    return policy


class RewardModel:
    """The backbone of a policy with a scalar head, read at the last token of prompt and completion, EOS."""

    def __init__(self, policy: Policy, head: Tensor) -> None:
        self.policy = policy
        self.head = head  # (1, E)

    def rewards(self, hidden: Tensor, batch: Batch) -> Tensor:
        """(N, K): one reward a completion, from the hidden states (N, T, E) of a batch."""
        index = batch.ends[:, :, None].expand(-1, -1, hidden.shape[-1])
        return (hidden.gather(1, index) @ self.head.T).squeeze(-1)


def load_reward_model(folder: Path) -> RewardModel:
    """The reward model of a run folder. Raises Problem `models.no_reward_head` for an adapter without a head."""
    base, stages = stage_folders(str(folder))
    below = Policy(load_llama(base), Tokenizer.load(base), base, stages[:-1])
    for stage in stages[:-1]:
        lora.load_adapter(below.llama, stage)
        lora.merge(below.llama)
    _, head = lora.load_adapter(below.llama, folder)
    if head is None:
        raise Problem("models.no_reward_head", folder=str(folder))
    below.llama.requires_grad_(False)
    return RewardModel(below, head)
