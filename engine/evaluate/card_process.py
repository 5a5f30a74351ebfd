"""The instruments as a process of their own: `python -P -m engine.evaluate.card_process RUN_FOLDER MODEL`.

It writes one JSON object per line: `{"share": 0.5}` as it gets on, then `{"card": {…}}` or `{"error": {code, params}}`.
The card is kept in the run's folder as `instruments.json`, with the step and the model that it is about.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.runs import files
from engine.runs.faults import explain
from engine.runs.status import read_status

KEPT = "instruments.json"


def command(folder: Path, against: str) -> list[str]:
    """What to execute, with `engine.runs.supervisor.ENVIRONMENT` around it."""
    return [sys.executable, "-P", "-m", "engine.evaluate.card_process", str(folder), against]


def measure(folder: Path, against: str) -> dict[str, Any]:
    """The card of the run in `folder` against a model, as JSON can hold it. Kept in the folder."""
    import torch

    from engine.evaluate import instruments
    from engine.models.policy import load_policy
    from engine.runs import library

    torch.set_num_threads(1)
    policy, reference = (load_policy(library.model_folder(name)) for name in (str(folder), against))
    figures = instruments.card(policy, reference, progress=lambda share: say(share=round(share, 3)))
    rows = [{**asdict(figure), "healthy": bounds(figure.healthy), "fine": figure.fine} for figure in figures]
    card = {"against": against, "step": read_status(folder).step, "figures": rows}
    files.replace(folder / KEPT, json.dumps(card, allow_nan=False) + "\n")
    return card


def bounds(healthy: tuple[float, float] | None) -> list[float | None] | None:
    """A healthy range as JSON can hold it: an open end is null."""
    return None if healthy is None else [bound if abs(bound) != float("inf") else None for bound in healthy]


def kept(folder: Path) -> dict[str, Any] | None:
    """The card that was measured last, if it is of the step where the run stands now."""
    try:
        card = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        current = card["step"] == read_status(folder).step and isinstance(card["figures"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return card if current else None


def say(**fields: Any) -> None:
    print(json.dumps(fields, allow_nan=False), flush=True)


def main(folder: Path, against: str) -> int:
    os.nice(10)
    try:
        say(card=measure(folder, against))
        return 0
    except Exception as error:
        problem = explain(error, folder)
        params = {name: value if isinstance(value, int) else str(value) for name, value in problem.params.items()}
        say(error={"code": problem.code, "params": params})
        return problem.exit_code


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
