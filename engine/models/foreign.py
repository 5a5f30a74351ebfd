"""Any other causal language model that transformers can run, behind the interface of our own.

Nothing is fetched and no code of a folder is run: only local safetensors are read, and a folder that holds anything
else that a loader might execute is refused before it is opened. `tests/models` holds this and our own forward pass
equal on the shipped model.
"""

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

os.environ.setdefault("HF_HUB_OFFLINE", "1")  # read by the next imports

import peft
import transformers

from engine.errors import Problem
from engine.models import lora
from engine.models.logprobs import Batch
from engine.models.policy import Policy, base_name
from engine.models.sampling import Rollout, choose

HARMLESS = {".safetensors", ".json", ".txt", ".jinja", ".model", ".md"}


def check_folder(folder: Path) -> None:
    """Raises Problem `models.unsafe_file` for a file that is neither data nor text, such as a pickle or Python."""
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.suffix not in HARMLESS and file.name not in ("LICENSE", ".gitattributes"):
            raise Problem("models.unsafe_file", folder=str(folder), name=str(file.relative_to(folder)))


def first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


class ForeignTokenizer:
    """The tokenizer of a model folder. Special tokens are never made from text: `</s>` typed by a person stays text."""

    def __init__(self, folder: Path) -> None:
        self.raw = transformers.AutoTokenizer.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, split_special_tokens=True
        )
        if self.raw.eos_token_id is None:
            raise Problem("models.no_end_token", folder=str(folder))
        self.end = self.raw.eos_token_id
        self.pad = self.end if self.raw.pad_token_id is None else self.raw.pad_token_id

    def __len__(self) -> int:
        return len(self.raw)

    def _ids(self, text: str) -> list[int]:
        return list(self.raw(text, add_special_tokens=False)["input_ids"])

    def prompt(self, text: str) -> list[int]:
        """BOS where the model has one; never empty, so that the first token of a completion has a predecessor."""
        ids = self._ids(text)
        if self.raw.bos_token_id is not None:
            return [self.raw.bos_token_id, *ids]
        return ids or [self.end]

    def completion(self, text: str) -> list[int]:
        """A space is put before a text that begins with none, as most vocabularies have their words with one."""
        return [*self._ids(text if text[:1].isspace() else f" {text}"), self.end]

    def decode(self, ids: Sequence[int]) -> str:
        kept = list(ids)
        if self.end in kept:
            kept = kept[: kept.index(self.end)]
        kept = [token for token in kept if token not in (self.pad, self.raw.bos_token_id)]
        return str(self.raw.decode(kept, clean_up_tokenization_spaces=False)).strip()

    def pieces(self, ids: Sequence[int]) -> list[str]:
        return [str(self.raw.decode([token], clean_up_tokenization_spaces=False)) for token in ids]


class ForeignPolicy(Policy):
    """A folder with config.json, *.safetensors and a tokenizer, adapted through PEFT.

    Raises Problem for a folder that is unsafe, unreadable or incomplete, and `models.too_long` for rows that exceed
    the model's context.
    """

    def __init__(self, base: Path) -> None:
        check_folder(base)
        said: Any = transformers.utils.logging
        said.set_verbosity_error()
        said.disable_progress_bar()
        try:
            self.tokenizer = ForeignTokenizer(base)
            loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
                base,
                local_files_only=True,
                use_safetensors=True,
                trust_remote_code=False,
                dtype=torch.float32,
                output_loading_info=True,
            )
        except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
            raise Problem("models.unreadable", folder=str(base), reason=first_line(error)) from error
        self.model, found = loaded
        if found["missing_keys"]:
            raise Problem("models.incomplete", folder=str(base), name=min(found["missing_keys"]))
        rows = self.model.get_input_embeddings().num_embeddings
        if len(self.tokenizer) > rows:
            raise Problem("models.tokenizer_too_large", folder=str(base), tokens=len(self.tokenizer), rows=rows)
        self.model.eval().requires_grad_(False)
        self.peft: peft.PeftModel | None = None
        self.base, self.stages = base, []
        self.context = getattr(self.model.config.get_text_config(), "max_position_embeddings", None)

    # -- reading

    def pack(self, prompts: Sequence[str], completions: Sequence[Sequence[str]]) -> Batch:
        batch = super().pack(prompts, completions)
        self._check_length(int(batch.positions.max()) + 1)
        return batch

    def _check_length(self, length: int) -> None:
        if self.context is not None and length > self.context:
            raise Problem("models.too_long", folder=str(self.base), length=length, limit=self.context)

    @property
    def hidden_size(self) -> int:
        return int(self.model.config.get_text_config().hidden_size)

    def end_states(self, batch: Batch) -> Tensor:
        ids, attention = rows_of(batch)
        found = self.model.base_model(input_ids=ids, attention_mask=attention, use_cache=False).last_hidden_state
        owners = torch.arange(batch.ends.shape[1]).expand_as(batch.ends)
        return _pick(found, batch, owners, batch.positions.gather(1, batch.ends))

    def scored_logits(self, batch: Batch) -> Tensor:
        ids, attention = rows_of(batch)
        found = self.model(input_ids=ids, attention_mask=attention, use_cache=False).logits
        return _pick(found, batch, batch.owners.clamp(min=0), batch.positions.gather(1, batch.sources))

    def scored(self, batch: Batch) -> tuple[Tensor, Tensor]:
        ids, attention = rows_of(batch)
        found = self.model(input_ids=ids, attention_mask=attention, use_cache=False, output_hidden_states=True)
        owners, places = batch.owners.clamp(min=0), batch.positions.gather(1, batch.sources)
        return _pick(found.logits, batch, owners, places), _pick(found.hidden_states[-1], batch, owners, places)

    # -- writing

    @torch.no_grad()
    def rollout(
        self,
        prompts: Sequence[str],
        *,
        temperature: float = 1.0,
        generator: torch.Generator | None = None,
        max_new_tokens: int = 24,
    ) -> Rollout:
        """Prompts of one length are sampled together, so that no model has to cope with padding on its left."""
        ids = [self.tokenizer.prompt(text) for text in prompts]
        result = Rollout([[] for _ in ids], [[] for _ in ids])
        for length in sorted({len(row) for row in ids}):
            self._check_length(length + 1)
            count = max_new_tokens if self.context is None else min(max_new_tokens, self.context - length)
            rows = [row for row, prompt in enumerate(ids) if len(prompt) == length]
            self._sample(rows, torch.tensor([ids[row] for row in rows]), result, temperature, generator, count)
        return result

    def _sample(
        self,
        rows: list[int],
        ids: Tensor,
        result: Rollout,
        temperature: float,
        generator: torch.Generator | None,
        count: int,
    ) -> None:
        cache, new = None, ids
        alive = set(rows)
        for _ in range(count):
            found = self.model(input_ids=new, past_key_values=cache, use_cache=True)
            tokens, logps = choose(found.logits[:, -1], temperature, generator)
            for row, token, logp in zip(rows, tokens.tolist(), logps.tolist(), strict=True):
                if row in alive:
                    result.ids[row].append(token)
                    result.logps[row].append(logp)
                    if token == self.tokenizer.end:
                        alive.remove(row)
            if not alive:
                break
            ids, cache = torch.cat((ids, tokens[:, None]), 1), found.past_key_values
            new = ids if cache is None else tokens[:, None]

    # -- stages

    def attach(self, config: lora.LoraConfig, generator: torch.Generator) -> list[nn.Parameter]:
        wanted = peft.LoraConfig(r=config.r, lora_alpha=config.alpha, lora_dropout=0.0, target_modules="all-linear")
        self.peft = peft.get_peft_model(self.model, wanted)
        trainable = [parameter for parameter in self.peft.parameters() if parameter.requires_grad]
        for name, parameter in self.peft.named_parameters():
            if parameter.requires_grad and "lora_A" in name:
                nn.init.kaiming_uniform_(parameter, a=5**0.5, generator=generator)
        return trainable

    def switched_off(self) -> AbstractContextManager[None]:
        return nullcontext() if self.peft is None else self.peft.disable_adapter()

    def save_stage(self, config: lora.LoraConfig, folder: Path, *, head: Tensor | None = None) -> None:
        if self.peft is None:
            raise ValueError("no stage is attached")
        found = peft.get_peft_model_state_dict(self.peft, save_embedding_layers=False)
        tensors = {name: tensor.detach().clone().contiguous() for name, tensor in found.items()}
        used: Any = self.peft.peft_config["default"]
        more: dict[str, Any] = {
            "target_modules": sorted(used.target_modules),
            "fan_in_fan_out": used.fan_in_fan_out,
        }
        lora.save_adapter(tensors, config, folder, base_name(self.base), head=head, **more)

    def add_stage(self, folder: Path) -> Tensor | None:
        try:
            config = peft.LoraConfig(**_lora_settings(folder))
            tensors = load_file(folder / "adapter_model.safetensors")
            head = tensors.pop(f"{lora.PREFIX}score.weight", None)
            stage = peft.get_peft_model(self.model, config)
            found: Any = peft.set_peft_model_state_dict(stage, tensors)
        except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
            raise Problem("models.unreadable", folder=str(folder), reason=first_line(error)) from error
        if found.unexpected_keys:
            raise Problem("models.wrong_shape", folder=str(folder), name=min(found.unexpected_keys))
        self.model = stage.merge_and_unload()
        self.model.requires_grad_(False)
        self.stages.append(folder)
        return head


def _lora_settings(folder: Path) -> dict[str, Any]:
    """What of an adapter's configuration says how it acts; where it came from is not followed."""
    written = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    kept = ("r", "lora_alpha", "target_modules", "fan_in_fan_out", "use_rslora", "rank_pattern", "alpha_pattern")
    return {name: written[name] for name in kept if name in written}


def rows_of(batch: Batch) -> tuple[Tensor, Tensor]:
    """Ids and attention mask, both (N K, L): each completion on a row of its own behind its prompt, padded on the
    right. Row n K + k holds completion k of prompt n; a token stands at the place that `batch.positions` says."""
    count = batch.ends.shape[1]
    segments, ids = (tensor.repeat_interleave(count, 0) for tensor in (batch.segments, batch.ids))
    own = torch.arange(1, count + 1).repeat(len(batch))[:, None]
    member = (segments == 0) | (segments == own)
    lengths = member.sum(1)
    places = (~member).int().argsort(dim=1, stable=True)[:, : int(lengths.max())]
    attention = torch.arange(places.shape[1]) < lengths[:, None]
    return ids.gather(1, places), attention.long()


def _pick(found: Tensor, batch: Batch, owners: Tensor, places: Tensor) -> Tensor:
    """From values (N K, L, ·) of `rows_of`, those of completion `owners` (N, M) at `places` (N, M): (N, M, ·)."""
    count, width = batch.ends.shape[1], found.shape[1]
    first = torch.arange(len(batch))[:, None] * count
    return found.flatten(0, 1)[(first + owners) * width + places]
