"""The forward pass of a Llama, short enough to read in one sitting.

Same parameters, names and numbers as `transformers.LlamaForCausalLM` (Touvron et al. 2023, arXiv:2302.13971):
RMSNorm before each block, rotary positions, SwiGLU, tied or separate output matrix. `tests/models` holds the two equal.
Shapes: N rows, T tokens, H heads, D = head size, E = hidden size, V = vocabulary.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional as F

from engine.errors import Problem


@dataclass(frozen=True)
class LlamaConfig:
    vocab_size: int
    hidden_size: int = 64
    intermediate_size: int = 192
    num_hidden_layers: int = 3
    num_attention_heads: int = 4
    num_key_value_heads: int = 4
    max_position_embeddings: int = 128
    rms_norm_eps: float = 1e-5
    rope_theta: float = 10000.0
    tie_word_embeddings: bool = True


class Linear(nn.Module):
    """y = x Wᵀ, with a low-rank stage on top where one is attached: W + (α / r) B A (Hu et al. 2021, §4.1)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.lora_A: nn.Parameter | None = None
        self.lora_B: nn.Parameter | None = None
        self.scale = 0.0

    def forward(self, x: Tensor) -> Tensor:
        weight: Tensor = self.weight
        if self.lora_A is not None and self.lora_B is not None and self.scale:
            weight = torch.addmm(weight, self.lora_B, self.lora_A, alpha=self.scale)
        return F.linear(x, weight)


class RMSNorm(nn.Module):
    def __init__(self, size: int, eps: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.eps = eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


def rotary(positions: Tensor, head_size: int, theta: float) -> tuple[Tensor, Tensor]:
    """cos and sin, each (N, 1, T, D), of the angle by which the pair (i, i + D/2) turns at each position (N, T)."""
    frequencies = theta ** -(torch.arange(0, head_size, 2, dtype=torch.float32) / head_size)
    angles = positions[:, None, :, None].float() * frequencies
    angles = torch.cat((angles, angles), dim=-1)
    return angles.cos(), angles.sin()


def turn(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    half = x.shape[-1] // 2
    return x * cos + torch.cat((-x[..., half:], x[..., :half]), dim=-1) * sin


def take(x: Tensor, at: Tensor) -> Tensor:
    """From x (N, …, T, ·) what stands at the places `at` (N, M): (N, …, M, ·)."""
    return x.take_along_dim(at.view(len(at), *[1] * (x.dim() - 3), -1, 1), -2)


class Cache:
    """Keys and values of the tokens read so far, one pair a layer, with room reserved: (N, heads, capacity, D)."""

    def __init__(self, config: LlamaConfig, rows: int, capacity: int) -> None:
        size = config.hidden_size // config.num_attention_heads
        shape = (rows, config.num_key_value_heads, capacity, size)
        self.keys = [torch.zeros(shape) for _ in range(config.num_hidden_layers)]
        self.values = [torch.zeros(shape) for _ in range(config.num_hidden_layers)]
        self.length = 0

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        end = self.length + key.shape[2]
        self.keys[layer][:, :, self.length : end] = key
        self.values[layer][:, :, self.length : end] = value
        return self.keys[layer][:, :, :end], self.values[layer][:, :, :end]

    def keep(self, rows: Tensor) -> None:
        """Drops the rows that are finished."""
        self.keys = [key[rows] for key in self.keys]
        self.values = [value[rows] for value in self.values]


class Attention(nn.Module):
    def __init__(self, config: LlamaConfig, layer: int) -> None:
        super().__init__()
        self.layer, self.heads, self.kv_heads = layer, config.num_attention_heads, config.num_key_value_heads
        self.size = config.hidden_size // config.num_attention_heads
        self.q_proj = Linear(config.hidden_size, self.heads * self.size)
        self.k_proj = Linear(config.hidden_size, self.kv_heads * self.size)
        self.v_proj = Linear(config.hidden_size, self.kv_heads * self.size)
        self.o_proj = Linear(self.heads * self.size, config.hidden_size)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None, cache: Cache | None, at: Tensor | None
    ) -> Tensor:
        key = turn(self.split(self.k_proj(x), self.kv_heads), cos, sin)
        value = self.split(self.v_proj(x), self.kv_heads)
        if at is not None:  # all are looked at, but only these tokens look
            x, cos, sin = take(x, at), take(cos, at), take(sin, at)
            mask = None if mask is None else take(mask, at)
        query = turn(self.split(self.q_proj(x), self.heads), cos, sin)
        if cache is not None:
            key, value = cache.extend(self.layer, key, value)
        seen = F.scaled_dot_product_attention(
            query, key, value, attn_mask=mask, is_causal=mask is None, enable_gqa=self.heads != self.kv_heads
        )
        out: Tensor = self.o_proj(seen.transpose(1, 2).flatten(2))
        return out

    def split(self, x: Tensor, heads: int) -> Tensor:
        """(N, T, heads D) as (N, heads, T, D)."""
        return x.view(len(x), -1, heads, self.size).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj = Linear(config.hidden_size, config.intermediate_size)
        self.up_proj = Linear(config.hidden_size, config.intermediate_size)
        self.down_proj = Linear(config.intermediate_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return out


class Block(nn.Module):
    def __init__(self, config: LlamaConfig, layer: int) -> None:
        super().__init__()
        self.input_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.self_attn = Attention(config, layer)
        self.post_attention_layernorm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.mlp = FeedForward(config)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, mask: Tensor | None, cache: Cache | None, at: Tensor | None = None
    ) -> Tensor:
        seen = self.self_attn(self.input_layernorm(x), cos, sin, mask, cache, at)
        x = seen + (x if at is None else take(x, at))
        out: Tensor = x + self.mlp(self.post_attention_layernorm(x))
        return out


class Llama(nn.Module):
    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.config = config
        self.embed_tokens = nn.Embedding(config.vocab_size, config.hidden_size)
        self.layers = nn.ModuleList(Block(config, layer) for layer in range(config.num_hidden_layers))
        self.norm = RMSNorm(config.hidden_size, config.rms_norm_eps)
        self.lm_head = None if config.tie_word_embeddings else Linear(config.hidden_size, config.vocab_size)

    def hidden(
        self,
        ids: Tensor,
        positions: Tensor | None = None,
        mask: Tensor | None = None,
        cache: Cache | None = None,
        at: Tensor | None = None,
    ) -> Tensor:
        """Last hidden states (N, T, E) of ids (N, T). `mask` (N, 1, T, seen) is True where a token may look;
        without it every token sees all earlier ones. With a cache, ids are the tokens that follow those in it.
        With `at` (N, M) and a mask, only the states at these places, (N, M, E): the last block computes no others."""
        if positions is None:
            positions = torch.arange(ids.shape[1]).expand_as(ids)
        x = self.embed_tokens(ids)
        cos, sin = rotary(positions, self.config.hidden_size // self.config.num_attention_heads, self.config.rope_theta)
        for block in self.layers[:-1]:
            x = block(x, cos, sin, mask, cache)
        x = self.layers[-1](x, cos, sin, mask, cache, at)
        if cache is not None:
            cache.length += ids.shape[1]
        out: Tensor = self.norm(x)
        return out

    def logits(self, hidden: Tensor) -> Tensor:
        """Next-token logits (…, V) of hidden states (…, E)."""
        return F.linear(hidden, self.embed_tokens.weight) if self.lm_head is None else self.lm_head(hidden)

    def linears(self) -> Iterator[tuple[str, Linear]]:
        """The projections that LoRA may adapt, by their name in a Hugging Face checkpoint."""
        for name, module in self.named_modules():
            if isinstance(module, Linear) and name != "lm_head":
                yield f"model.{name}", module


def initialise(model: Llama, generator: torch.Generator, spread: float = 0.02) -> None:
    """Normal(0, spread) for every matrix, as transformers does it."""
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=spread, generator=generator)


def _ours(name: str) -> str:
    return name.removeprefix("model.")


def _theirs(name: str) -> str:
    return name if name.startswith("lm_head") else f"model.{name}"


def is_llama(folder: Path) -> bool:
    """Whether this module's forward pass is the right one for a model folder."""
    try:
        written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    rope = written.get("rope_parameters") or written.get("rope_scaling") or {}
    head_size = written.get("hidden_size", 0) // max(1, written.get("num_attention_heads", 1))
    return (
        written.get("model_type") == "llama"
        and written.get("hidden_act", "silu") == "silu"
        and not written.get("attention_bias")
        and not written.get("mlp_bias")
        and rope.get("rope_type", "default") == "default"
        and written.get("head_dim") in (None, head_size)
    )


def load_llama(folder: Path) -> Llama:
    """The model of a Hugging Face Llama folder. Raises Problem when a file is missing or its shapes do not fit."""
    try:
        written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "model.safetensors")
    except (OSError, ValueError, SafetensorError) as error:
        raise Problem("models.unreadable", folder=str(folder), reason=str(error)) from error
    names = LlamaConfig.__dataclass_fields__
    values = {name: written[name] for name in names if name in written}
    if written.get("rope_parameters"):
        values["rope_theta"] = written["rope_parameters"].get("rope_theta", 10000.0)
    model = Llama(LlamaConfig(**values))
    state = {_ours(name): tensor for name, tensor in tensors.items()}
    if model.config.tie_word_embeddings:
        state.pop("lm_head.weight", None)
    try:
        model.load_state_dict(state)
    except RuntimeError as error:
        raise Problem("models.unreadable", folder=str(folder), reason=str(error).splitlines()[0]) from error
    return model


def save_llama(model: Llama, folder: Path, *, pad: int, begin: int, end: int) -> None:
    """Writes config.json and model.safetensors as transformers reads them; the ids are the special tokens'."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "torch_dtype": "float32",
        "hidden_act": "silu",
        "attention_bias": False,
        "mlp_bias": False,
        "pad_token_id": pad,
        "bos_token_id": begin,
        "eos_token_id": end,
        **asdict(model.config),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    tensors = {_theirs(name): value.detach().contiguous() for name, value in model.state_dict().items()}
    tensors = {name: value for name, value in tensors.items() if "lora_" not in name}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
