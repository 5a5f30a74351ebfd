"""Builds what ships from source: the base model, the SFT stage on it, and a report of what they can do."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch

from engine.errors import Problem
from engine.evaluate import agreement, report
from engine.judges.pairwise import PairwiseJudge
from engine.models.llama import save_llama
from engine.models.policy import BASE, JUDGE, REASONER, SFT, LlamaPolicy, load_policy
from engine.models.pretrain import PretrainRecipe, pretrain
from engine.models.tokenizer import Tokenizer, build_raw
from engine.runs.recipe import Recipe
from engine.world.judging import comparisons
from engine.world.steps import reasoning_demonstrations

COMPARISONS = 5000
CHAINS, PLAIN = 3000, 1000
Rows = Sequence[Mapping[str, Any]]
Progress = Callable[[str, int, int, dict[str, float]], None]


def build_base(
    seed: int = 0, folder: Path | None = None, progress: Progress | None = None, **changes: Any
) -> dict[str, Any]:
    """Pretrains the base model and writes `base/` and `sft/` under `folder` (default: where the shipped ones are).

    Returns the report that is also written as `metrics.json`: parameters, hashes, and what each model does on the
    held-out suites. `progress(part, step, total, metrics)` is called as it goes. Minutes on one core.
    Raises Problem when the folder cannot be written.
    """
    torch.set_num_threads(1)  # sums in one order, so that a recipe gives the same bytes again
    base, sft = (folder / "base", folder / "sft") if folder else (BASE, SFT)
    recipe = PretrainRecipe(seed=seed, **changes)
    tokenizer = Tokenizer(build_raw())
    try:
        base.mkdir(parents=True, exist_ok=True)
        sft.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("models.cannot_write", folder=str(base), reason=error.strerror or str(error)) from error

    def note(step: int, total: int, metrics: dict[str, float]) -> None:
        if progress:
            progress("base", step, total, metrics)

    model = pretrain(recipe, tokenizer, note)
    save_llama(model, base, pad=tokenizer.pad, begin=tokenizer.begin, end=tokenizer.end)
    tokenizer.save(base)
    _write(base / "recipe.json", asdict(recipe))
    _write(base / "tokenizer_config.json", _tokenizer_config())
    found = {"base": measured(base, [])}
    _write(base / "metrics.json", found["base"])
    build_sft(base, sft, seed, progress)
    found["sft"] = measured(base, [sft])
    _write(sft / "metrics.json", found["sft"])
    return found


def build_sft(base: Path, sft: Path, seed: int = 0, progress: Progress | None = None) -> None:
    """Trains the SFT stage on a base model."""
    recipe = _fine_tuned("sft", {"seed": seed, "model": str(base)}, None, sft, progress)
    _write(sft / "recipe.json", {**json.loads(recipe.to_json()), "model": "base"})


def build_judge(seed: int = 0, folder: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Trains the AI judge, a stage on the shipped SFT tutor, from labels that lean to the first answer.

    Writes `judge/` under `folder` (default: where the shipped one is) and returns its report, which is also written
    as `metrics.json`. Half a minute on one core. Raises Problem when the folder cannot be written.
    """
    judge = _stage_folder(folder, JUDGE)
    settings = {"seed": seed, "data": "labels", "learning_rate": 6e-3, "num_train_epochs": 8}
    recipe = _fine_tuned("judge", settings, comparisons(seed, COMPARISONS), judge, progress)
    _write(
        judge / "recipe.json", {**json.loads(recipe.to_json()), "data": f"{COMPARISONS} comparisons of engine.world"}
    )
    return _reported(judge, agreement.with_the_rule(PairwiseJudge.load(judge)))


def build_reasoner(seed: int = 0, folder: Path | None = None, progress: Progress | None = None) -> dict[str, Any]:
    """Trains the reasoner, a stage on the shipped SFT tutor, from noisy chains of steps and some of its old examples.

    Writes `reasoner/` under `folder` (default: where the shipped one is) and returns its report, which is also
    written as `metrics.json`. Half a minute on one core. Raises Problem when the folder cannot be written.
    """
    reasoner = _stage_folder(folder, REASONER)
    settings = {"seed": seed, "data": "labels", "learning_rate": 6e-3, "num_train_epochs": 4}
    recipe = _fine_tuned("reasoner", settings, reasoning_demonstrations(seed, CHAINS, PLAIN), reasoner, progress)
    data = f"{CHAINS} chains and {PLAIN} demonstrations of engine.world"
    _write(reasoner / "recipe.json", {**json.loads(recipe.to_json()), "data": data})
    policy = load_policy("sft")
    policy.add_stage(reasoner)
    return _reported(reasoner, report.reasoning(policy))


def _stage_folder(folder: Path | None, shipped: Path) -> Path:
    """The folder to build a stage in, made where it is not there. Raises Problem `models.cannot_write`."""
    torch.set_num_threads(1)  # sums in one order, so that a recipe gives the same bytes again
    target = folder / shipped.name if folder else shipped
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Problem("models.cannot_write", folder=str(target), reason=error.strerror or str(error)) from error
    return target


def _reported(stage: Path, report: dict[str, Any]) -> dict[str, Any]:
    found = {"sha256": hashlib.sha256((stage / "adapter_model.safetensors").read_bytes()).hexdigest(), **report}
    _write(stage / "metrics.json", found)
    return found


def _fine_tuned(
    part: str, settings: dict[str, Any], rows: Rows | None, target: Path, progress: Progress | None
) -> Recipe:
    """Trains a stage with the loop that a learner's SFT run uses, and keeps its adapter in `target`."""
    from engine.loops.offline import SupervisedFineTuning
    from engine.runs import library

    with tempfile.TemporaryDirectory() as scratch:
        recipe = Recipe.make("sft", settings)
        loop = SupervisedFineTuning(library.create(recipe, rows, root=Path(scratch)), recipe)
        while loop.next_step < loop.total_steps:
            metrics = loop.step()
            if progress:
                progress(part, loop.next_step, loop.total_steps, metrics)
        loop.save_model(target)
    written = json.loads((target / "adapter_config.json").read_text(encoding="utf-8"))
    _write(target / "adapter_config.json", {**written, "base_model_name_or_path": "preferably-base"})
    return recipe


def measured(base: Path, stages: list[Path]) -> dict[str, Any]:
    """What a model can do on the held-out suites, with its size and hash."""
    policy = LlamaPolicy(base)
    for stage in stages:
        policy.add_stage(stage)
    weights = (stages[-1] / "adapter_model.safetensors") if stages else base / "model.safetensors"
    with torch.no_grad():
        return {
            "parameters": sum(parameter.numel() for parameter in policy.llama.parameters()),
            "sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
            **report.abilities(policy),
        }


def _tokenizer_config() -> dict[str, Any]:
    return {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "bos_token": "<s>",
        "eos_token": "</s>",
        "model_max_length": 128,
        "clean_up_tokenization_spaces": False,
    }


def _write(file: Path, value: object) -> None:
    file.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
