"""The stages of a model as one sees them from outside: what lies on what, some of them left off, all of them as one.

A model is W + s₁B₁A₁ + s₂B₂A₂ + …; merged and stacked are one function up to rounding, and the rank of the sum is at
most the sum of the ranks.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.errors import Problem
from engine.exchange.files import check_target, sync_folder, unwritable
from engine.models import lora
from engine.models.llama import save_llama
from engine.models.policy import SHIPPED, LlamaPolicy, Policy, base_name, load_base, stage_folders
from engine.models.tokenizer import Tokenizer

WEIGHTS, CONFIG, NAME = "adapter_model.safetensors", "adapter_config.json", "stage.json"
TOKENIZER = ("tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")


@dataclass(frozen=True)
class Part:
    """The base model or one stage on it. `parameters` counts its numbers, `size` its file in bytes; r and alpha are
    those of a stage, and `head` says whether it carries a reward head."""

    name: str
    folder: Path
    parameters: int
    size: int
    sha256: str
    r: int | None = None
    alpha: int | None = None
    head: bool = False


def parts(model: str) -> list[Part]:
    """The base model and the stages on it, from the bottom up. Raises the Problems of `stage_folders`, and
    `models.unreadable`."""
    base, stages = stage_folders(model)
    return [_base_part(base), *map(_stage_part, stages)]


def _base_part(base: Path) -> Part:
    files = sorted(base.glob("*.safetensors"))
    if not files:
        raise Problem("models.no_weights", folder=str(base))
    count = sum(tensor.numel() for file in files for tensor in load_file(file).values())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    name = "base" if base == SHIPPED / "base" else base.name
    return Part(name, base, count, sum(file.stat().st_size for file in files), digest)


def _stage_part(folder: Path) -> Part:
    config, tensors = read_stage(folder)
    file = folder / WEIGHTS
    return Part(
        stage_name(folder),
        folder,
        sum(tensor.numel() for tensor in tensors.values()),
        file.stat().st_size,
        hashlib.sha256(file.read_bytes()).hexdigest(),
        config.r,
        config.alpha,
        any("score" in name for name in tensors),
    )


def stage_name(folder: Path) -> str:
    """What a stage is called: as a shipped one, as it was named when it was frozen into a run, else by the method
    that trained it."""
    if folder.parent == SHIPPED:
        return folder.name
    for file, key in ((NAME, "name"), ("recipe.json", "method")):
        try:
            return str(json.loads((folder / file).read_text(encoding="utf-8"))[key])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return folder.name


def read_stage(folder: Path) -> tuple[lora.LoraConfig, dict[str, Tensor]]:
    """Configuration and matrices of an adapter folder, under PEFT's names. Raises Problem `models.unreadable`."""
    try:
        written = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
        return lora.LoraConfig(int(written["r"]), int(written["lora_alpha"])), load_file(folder / WEIGHTS)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise Problem("models.unreadable", folder=str(folder), reason=str(error)) from error


# -- some of them, or all as one


def load_without(model: str, off: int) -> Policy:
    """The policy with its top `off` stages left off; with as many as there are, the base.

    Raises Problem `models.too_many_off`.
    """
    base, stages = stage_folders(model)
    policy = load_base(base)
    for stage in _kept(stages, off):
        policy.add_stage(stage)
    return policy


def _kept(stages: list[Path], off: int) -> list[Path]:
    if not 0 <= off <= len(stages):
        raise Problem("models.too_many_off", off=off, count=len(stages))
    return stages[: len(stages) - off]


def concatenate(stages: list[Path]) -> tuple[lora.LoraConfig, dict[str, Tensor]]:
    """Several stages as one of the sum of their ranks, without loss: [s₁B₁ | s₂B₂ | …] · [A₁; A₂; …].

    A matrix that a stage leaves alone gets zeros there. The scales are in B, so α = r. Raises Problem
    `models.unreadable`, `models.has_head` for a reward model, which is more than its stages.
    """
    read = [read_stage(stage) for stage in stages]
    for stage, (_, tensors) in zip(stages, read, strict=True):
        if any("score" in name for name in tensors):
            raise Problem("models.has_head", folder=str(stage))
    rank = sum(config.r for config, _ in read)
    whole: dict[str, Tensor] = {}
    start = 0
    for config, tensors in read:
        for name, tensor in tensors.items():
            if name.endswith("lora_A.weight"):
                whole.setdefault(name, torch.zeros(rank, tensor.shape[1]))[start : start + config.r] = tensor
            else:
                scaled = tensor * (config.alpha / config.r)
                whole.setdefault(name, torch.zeros(len(tensor), rank))[:, start : start + config.r] = scaled
        start += config.r
    return lora.LoraConfig(rank, rank), whole


def export_merged(model: str, target: Path, off: int = 0) -> Path:
    """Writes the model with all its stages merged, in full precision, as a new folder that transformers loads.

    Raises the Problems of `load_without` and `check_target`, and `models.has_head` for a reward model.
    """
    policy = _headless(model, off)
    return _whole(target, lambda folder: _save_merged(policy, folder))


def _headless(model: str, off: int) -> Policy:
    base, stages = stage_folders(model)
    policy = load_base(base)
    for stage in _kept(stages, off):
        if policy.add_stage(stage) is not None:
            raise Problem("models.has_head", folder=str(stage))
    return policy


def _save_merged(policy: Policy, folder: Path) -> None:
    if isinstance(policy, LlamaPolicy):
        ids = Tokenizer.load(policy.base)
        save_llama(policy.llama, folder, pad=ids.pad, begin=ids.begin, end=ids.end)
    else:
        from engine.models.foreign import ForeignPolicy  # seconds of imports that only other models need

        if not isinstance(policy, ForeignPolicy):
            raise TypeError(type(policy))
        policy.model.save_pretrained(folder)
    for name in TOKENIZER:
        if (policy.base / name).is_file():
            shutil.copyfile(policy.base / name, folder / name)


def export_adapter(model: str, target: Path, off: int = 0) -> Path:
    """Writes all stages of a model as one adapter on its base, in a new folder that PEFT loads.

    Raises the Problems of `concatenate` and `check_target`, `models.too_many_off`, and `models.no_stages`.
    """
    base, stages = stage_folders(model)
    kept = _kept(stages, off)
    if not kept:
        raise Problem("models.no_stages", model=model)
    return _whole(target, lambda folder: save_as_one(kept, base, folder))


def save_as_one(stages: list[Path], base: Path, folder: Path) -> Path:
    """Writes stages concatenated into an existing folder, as PEFT reads it. Raises the Problems of `concatenate`."""
    config, tensors = concatenate(stages)
    matrices = sorted({name.split(".")[-3] for name in tensors})
    lora.save_adapter(tensors, config, folder, base_name(base), target_modules=matrices)
    return folder


def _whole(target: Path, write: Callable[[Path], object]) -> Path:
    """A new folder, whole or not at all."""
    check_target(target)
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name[:40]}.") as aside:
            folder = Path(aside) / "model"
            folder.mkdir()
            write(folder)
            os.rename(folder, target)
        sync_folder(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    return target
