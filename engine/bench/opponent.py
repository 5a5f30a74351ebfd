"""TRL's trainers on the same model, data, batch size and precision, timed between two of their steps."""

import os
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1")
os.environ["TQDM_DISABLE"] = "1"  # TRL draws one bar that no setting of its own turns off

import datasets
import torch
import transformers
import trl
from peft import LoraConfig

Rows = Sequence[dict[str, str]]


class Clock(transformers.TrainerCallback):
    """Notes when each step ended."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, *_: Any, **__: Any) -> None:
        self.ends.append(time.perf_counter())


def settings(folder: Path, hyper: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What both trainers are told. Off, in their favour: bf16 and gradient checkpointing, which are slower on a CPU,
    and everything that logs, saves, evaluates or draws a progress bar."""
    return {
        "output_dir": str(folder),
        "per_device_train_batch_size": hyper["per_device_train_batch_size"],
        "learning_rate": hyper["learning_rate"],
        "max_grad_norm": hyper["max_grad_norm"],
        "weight_decay": hyper["weight_decay"],
        "use_cpu": True,
        "bf16": False,
        "gradient_checkpointing": False,
        "logging_strategy": "no",
        "save_strategy": "no",
        "eval_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
        "log_level": "error",
        "dataloader_pin_memory": False,
        **more,
    }


def rows_for(rows: Rows) -> datasets.Dataset:
    """BOS is written into the prompt, since TRL leaves it to the tokenizer, and ours adds none by itself."""
    return datasets.Dataset.from_list(
        [
            {"prompt": f"<s>{row['prompt']}", "chosen": f" {row['chosen']}", "rejected": f" {row['rejected']}"}
            for row in rows
        ]
    )


def quiet() -> None:
    """No warnings and no progress bars: the terminal belongs to the measurement."""
    warnings.simplefilter("ignore")
    said: Any = transformers.utils.logging
    said.set_verbosity_error()
    said.disable_progress_bar()
    datasets.utils.logging.disable_progress_bar()


def trainer(method: str, model: Path, scratch: Path, rows: Rows, hyper: dict[str, Any], **more: Any) -> Any:
    """The trainer of `method` ("dpo" or "reward-model") for a Llama folder, with a LoRA stage like ours."""
    quiet()
    library: Any = trl  # its names are made when they are asked for, which a type checker can't follow
    head = {"task_type": "CAUSAL_LM"} if method == "dpo" else {"task_type": "SEQ_CLS", "modules_to_save": ["score"]}
    stage = LoraConfig(r=hyper["lora_r"], lora_alpha=hyper["lora_alpha"], target_modules="all-linear", **head)
    tokenizer = transformers.AutoTokenizer.from_pretrained(model, local_files_only=True)
    if method == "dpo":
        loaded = transformers.AutoModelForCausalLM.from_pretrained(model, local_files_only=True, dtype=torch.float32)
        kind, asked = library.DPOTrainer, library.DPOConfig(**settings(scratch, hyper, beta=hyper["beta"], **more))
    else:
        loaded = transformers.AutoModelForSequenceClassification.from_pretrained(
            model, local_files_only=True, dtype=torch.float32, num_labels=1
        )
        centring = {"center_rewards_coefficient": hyper["center_rewards_coefficient"]}
        kind, asked = library.RewardTrainer, library.RewardConfig(**settings(scratch, hyper, **centring, **more))
    return kind(model=loaded, args=asked, train_dataset=rows_for(rows), processing_class=tokenizer, peft_config=stage)


def pairs_per_second(
    method: str, model: Path, scratch: Path, rows: Rows, hyper: dict[str, Any], *, warm: int, steps: int, **more: Any
) -> float:
    """Throughput over `steps` steps after `warm` others."""
    found = trainer(method, model, scratch, rows, hyper, max_steps=warm + steps, **more)
    clock = Clock()
    found.add_callback(clock)
    found.remove_callback(transformers.PrinterCallback)
    found.train()
    seconds = clock.ends[-1] - clock.ends[warm - 1]
    return float(hyper["per_device_train_batch_size"] * steps / seconds)
