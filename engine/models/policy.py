"""A model with its tokenizer and its LoRA stages, loaded by name: `base`, `sft`, a run, or any model folder."""

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.errors import Problem
from engine.models import lora
from engine.models.llama import is_llama, load_llama
from engine.models.logprobs import Batch, completion_logps, hidden_states, pack, scored_logits, token_logps
from engine.models.sampling import Rollout, sample
from engine.models.tokenizer import TextTokenizer, Tokenizer

SHIPPED = Path(__file__).parent / "shipped"
BASE, SFT, JUDGE, REASONER = (SHIPPED / name for name in ("base", "sft", "judge", "reasoner"))


class Policy(ABC):
    """What the loops and the instruments ask of a model; `stages` are the adapter folders merged into it, from the
    base upwards. `LlamaPolicy` is the one of this package, `engine.models.foreign` has the one for all others."""

    tokenizer: TextTokenizer
    base: Path
    stages: list[Path]

    # -- reading: log-probabilities and last states of a batch

    def pack(self, prompts: Sequence[str], completions: Sequence[Sequence[str]]) -> Batch:
        """Prompts (N,) with their completions (N, K) as one batch."""
        return pack(
            [self.tokenizer.prompt(text) for text in prompts],
            [[self.tokenizer.completion(text) for text in options] for options in completions],
            pad=self.tokenizer.pad,
        )

    @property
    @abstractmethod
    def hidden_size(self) -> int: ...

    @abstractmethod
    def end_states(self, batch: Batch) -> Tensor:
        """(N, K, E): the last hidden state of each completion's last token, EOS."""

    @abstractmethod
    def scored_logits(self, batch: Batch) -> Tensor:
        """(N, M, V): the logits that each scored token was drawn from."""

    @abstractmethod
    def scored(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The logits (N, M, V) that each scored token was drawn from, and the last hidden states (N, M, E) there."""

    def token_logps(self, batch: Batch) -> Tensor:
        """(N, M): log π of each scored token, 0 on padding."""
        return token_logps(self.scored_logits(batch), batch)

    def logps(self, batch: Batch) -> Tensor:
        """(N, K): log π(y_k|x) of every completion."""
        return completion_logps(self.token_logps(batch), batch)

    # -- writing: samples

    @abstractmethod
    def rollout(
        self,
        prompts: Sequence[str],
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        max_new_tokens: int = 24,
    ) -> Rollout:
        """One sampled completion for each prompt, with the log-probabilities of its tokens; temperature 0 is greedy."""

    def answer(
        self, prompts: Sequence[str], *, temperature: float = 1.0, generator: torch.Generator | None = None
    ) -> list[str]:
        """One sampled completion as text for each prompt; temperature 0 is greedy."""
        found = self.rollout(prompts, temperature=temperature, generator=generator)
        return [self.tokenizer.decode(ids) for ids in found.ids]

    # -- stages

    @abstractmethod
    def attach(self, config: lora.LoraConfig, generator: torch.Generator) -> list[nn.Parameter]:
        """Freezes everything and lays a new stage on top, that changes nothing yet; returns its parameters."""

    @abstractmethod
    def switched_off(self) -> AbstractContextManager[None]:
        """The policy without the stage that trains: its reference."""

    @abstractmethod
    def save_stage(self, config: lora.LoraConfig, folder: Path, *, head: Tensor | None = None) -> None:
        """Writes the stage that trains as a PEFT folder, reward heads (members, E) with it."""

    @abstractmethod
    def add_stage(self, folder: Path) -> Tensor | None:
        """Merges the stage of a PEFT folder into the weights; returns its reward head, if it has one."""


class LlamaPolicy(Policy):
    def __init__(self, base: Path) -> None:
        self.llama = load_llama(base)
        self.llama.requires_grad_(False)
        self.tokenizer, self.base, self.stages = Tokenizer.load(base), base, []

    @property
    def hidden_size(self) -> int:
        return self.llama.config.hidden_size

    def end_states(self, batch: Batch) -> Tensor:
        return hidden_states(self.llama, batch, batch.ends)

    def scored_logits(self, batch: Batch) -> Tensor:
        return scored_logits(self.llama, batch)

    def scored(self, batch: Batch) -> tuple[Tensor, Tensor]:
        states = hidden_states(self.llama, batch, batch.sources)
        return self.llama.logits(states), states

    def rollout(
        self,
        prompts: Sequence[str],
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        max_new_tokens: int = 24,
    ) -> Rollout:
        return sample(
            self.llama,
            [self.tokenizer.prompt(text) for text in prompts],
            end=self.tokenizer.end,
            pad=self.tokenizer.pad,
            generator=generator,
            temperature=temperature,
            max_new_tokens=max_new_tokens,
        )

    def attach(self, config: lora.LoraConfig, generator: torch.Generator) -> list[nn.Parameter]:
        return lora.attach(self.llama, config, generator)

    def switched_off(self) -> AbstractContextManager[None]:
        return lora.switched_off(self.llama)

    def save_stage(self, config: lora.LoraConfig, folder: Path, *, head: Tensor | None = None) -> None:
        lora.save_adapter(lora.adapter_tensors(self.llama), config, folder, base_name(self.base), head=head)

    def add_stage(self, folder: Path) -> Tensor | None:
        _, head = lora.load_adapter(self.llama, folder)
        lora.merge(self.llama)
        self.stages.append(folder)
        return head


def base_name(base: Path) -> str:
    """What an adapter folder and a run say they stand on: `preferably-base`, or the path of another model's folder."""
    return "preferably-base" if base == BASE else str(base.absolute())


def stage_folders(model: str) -> tuple[Path, list[Path]]:
    """(base model folder, adapter folders from the bottom up) that a recipe's `model` stands for.

    Raises Problem `models.unknown` when it is none of `base`, `sft`, `judge`, `reasoner`, nor a folder with a model or
    an adapter.
    """
    if model == "base":
        return BASE, []
    if model == "sft":
        return BASE, [SFT]
    if model == "judge":
        return BASE, [SFT, JUDGE]
    if model == "reasoner":
        return BASE, [SFT, REASONER]
    folder = Path(model).expanduser()
    if (folder / "adapter_config.json").is_file():
        return frozen_base(folder), [*frozen_stages(folder), folder]
    if (folder / "config.json").is_file():
        return folder, []
    raise Problem("models.unknown", model=model)


def frozen_stages(folder: Path) -> list[Path]:
    """The adapters that a run keeps a copy of, because its own stage lies on them."""
    return sorted((folder / "stages").glob("[0-9]*"), key=lambda stage: int(stage.name))


def frozen_base(folder: Path) -> Path:
    """The base model that a run wrote down; for an adapter that is no run, the shipped one."""
    written = folder / "stages" / "base.json"
    if not written.is_file():
        return BASE
    base = str(json.loads(written.read_text(encoding="utf-8"))["base"])
    return BASE if base == "base" else Path(base)


def load_base(base: Path) -> Policy:
    """The policy of a model folder without any stage: by this package's own forward pass where it is the right one."""
    if is_llama(base) and Tokenizer.reads(base):
        return LlamaPolicy(base)
    from engine.models.foreign import ForeignPolicy  # seconds of imports that only other models need

    return ForeignPolicy(base)


def load_policy(model: str) -> Policy:
    """The policy with all its stages merged in memory; nothing on it trains until a new stage is attached."""
    base, stages = stage_folders(model)
    policy = load_base(base)
    for stage in stages:
        policy.add_stage(stage)
    return policy


class RewardModel:
    """The backbone of a policy with a scalar head, read at the last token of prompt and completion, EOS; or with
    several, an ensemble whose reward is their mean."""

    def __init__(self, policy: Policy, head: Tensor) -> None:
        self.policy = policy
        self.head = head  # (members, E)

    def each(self, batch: Batch) -> Tensor:
        """(N, K, members): what each head gives a completion."""
        return self.policy.end_states(batch) @ self.head.T

    def rewards(self, batch: Batch) -> Tensor:
        """(N, K): one reward a completion."""
        return self.each(batch).mean(-1)


def load_reward_model(folder: Path) -> RewardModel:
    """The reward model of a run folder. Raises Problem `models.no_reward_head` for an adapter without a head."""
    base, stages = stage_folders(str(folder))
    policy, head = load_base(base), None
    for stage in stages:
        head = policy.add_stage(stage)
    if head is None:
        raise Problem("models.no_reward_head", folder=str(folder))
    return RewardModel(policy, head)
