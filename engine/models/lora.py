"""LoRA stages on the small Llama (Hu et al. 2021, arXiv:2106.09685), read and written in PEFT's own layout.

A stage adds (α / r) B A to a frozen matrix. At most one stage of a model trains; the stages below it are merged into
the weights in memory when the model is loaded, so the reference policy is the same model with the top stage switched
off, at no extra memory.
"""

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.errors import Problem
from engine.models.llama import Llama

TARGETS = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
PREFIX = "base_model.model."
UNREAD = ("use_dora", "use_rslora", "rank_pattern", "alpha_pattern", "trainable_token_indices", "target_parameters")
"""Variants of LoRA that PEFT can write and that this module does not compute."""


@dataclass(frozen=True)
class LoraConfig:
    r: int = 8
    alpha: int = 16


def attach(model: Llama, config: LoraConfig, generator: torch.Generator) -> list[nn.Parameter]:
    """Freezes the model and puts a new stage on every projection: A random (Kaiming uniform), B zero, so the model
    says at first just what it said before. Returns the trainable parameters."""
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    trainable = []
    for _, linear in model.linears():
        outputs, inputs = linear.weight.shape
        down = torch.empty(config.r, inputs)
        nn.init.kaiming_uniform_(down, a=math.sqrt(5), generator=generator)
        linear.lora_A, linear.lora_B = nn.Parameter(down), nn.Parameter(torch.zeros(outputs, config.r))
        linear.scale = config.alpha / config.r
        trainable += [linear.lora_A, linear.lora_B]
    return trainable


@contextmanager
def switched_off(model: Llama) -> Iterator[None]:
    """The model without its top stage: the reference policy."""
    scales = [linear.scale for _, linear in model.linears()]
    for _, linear in model.linears():
        linear.scale = 0.0
    try:
        yield
    finally:
        for (_, linear), scale in zip(model.linears(), scales, strict=True):
            linear.scale = scale


@torch.no_grad()
def merge(model: Llama) -> None:
    """Adds the top stage to the weights and takes it off. The model's answers stay as they were."""
    for _, linear in model.linears():
        if linear.lora_A is not None and linear.lora_B is not None:
            linear.weight.add_(linear.lora_B @ linear.lora_A, alpha=linear.scale)
        linear.lora_A, linear.lora_B, linear.scale = None, None, 0.0


def adapter_tensors(model: Llama) -> dict[str, Tensor]:
    """The stage's matrices under PEFT's names."""
    tensors = {}
    for name, linear in model.linears():
        if linear.lora_A is not None and linear.lora_B is not None:
            tensors[f"{PREFIX}{name}.lora_A.weight"] = linear.lora_A.detach().clone()
            tensors[f"{PREFIX}{name}.lora_B.weight"] = linear.lora_B.detach().clone()
    return tensors


def save_adapter(
    tensors: dict[str, Tensor], config: LoraConfig, folder: Path, base: str, *, head: Tensor | None = None, **more: Any
) -> None:
    """Writes adapter_config.json, with `more` in it, and adapter_model.safetensors; reward heads (members, E) are
    `score`."""
    if head is not None:
        tensors = {**tensors, f"{PREFIX}score.weight": head.detach().clone()}
    written = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM" if head is None else "SEQ_CLS",
        "base_model_name_or_path": base,
        "r": config.r,
        "lora_alpha": config.alpha,
        "lora_dropout": 0.0,
        "target_modules": sorted(TARGETS),
        "modules_to_save": None if head is None else ["score"],
        "bias": "none",
        "fan_in_fan_out": False,
        "inference_mode": True,
        **more,
    }
    (folder / "adapter_config.json").write_text(json.dumps(written, indent=2) + "\n", encoding="utf-8")
    save_file(tensors, folder / "adapter_model.safetensors", metadata={"format": "pt"})


def load_adapter(model: Llama, folder: Path) -> tuple[LoraConfig, Tensor | None]:
    """Attaches the stage of a PEFT folder and returns its configuration and its reward head, if it has one.

    `base_model_name_or_path` is not followed: a stage is laid on the model that the caller holds.
    Raises Problem when a file is missing or its shapes do not fit.
    """
    try:
        written = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        tensors = load_file(folder / "adapter_model.safetensors")
        extras = [name for name in UNREAD if written.get(name)]
        config = LoraConfig(r=int(written["r"]), alpha=int(written["lora_alpha"]))
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise Problem("models.unreadable", folder=str(folder), reason=str(error)) from error
    if extras:
        raise Problem("models.adapter_kind", folder=str(folder), name=extras[0])
    head = tensors.pop(f"{PREFIX}score.weight", None)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for name, linear in model.linears():
        outputs, inputs = linear.weight.shape
        down, up = (tensors.pop(f"{PREFIX}{name}.lora_{side}.weight", None) for side in "AB")
        if down is None or up is None:
            continue
        if down.shape != (config.r, inputs) or up.shape != (outputs, config.r):
            raise Problem("models.wrong_shape", folder=str(folder), name=name)
        linear.lora_A, linear.lora_B = nn.Parameter(down), nn.Parameter(up)
        linear.scale = config.alpha / config.r
    if tensors:  # made for another model: left out, the answers would be neither its nor ours
        raise Problem("models.wrong_shape", folder=str(folder), name=min(tensors))
    return config, head
