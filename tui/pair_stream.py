"""Pairs to label, sampled from the current model by a process of its own (the app never loads a model)."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from engine import paths
from engine.runs.supervisor import ENVIRONMENT
from engine.world.preferences import training_pairs

BATCH = 40
ERROR_TAIL = 2000  # bytes of what a failed sampler said that are kept to be shown

Command = Callable[[Path, int], Sequence[str]]


@dataclass(frozen=True)
class Pair:
    """Two answers to one prompt, in the order of their source; which stands where is the screen's business."""

    pair_id: str
    prompt: str
    a: str
    b: str
    source: str

    @property
    def worth_judging(self) -> bool:
        """There are two answers, and they differ."""
        return bool(self.a.strip() and self.b.strip()) and self.a.strip() != self.b.strip()


def sampler_command(rows: Path, seed: int) -> list[str]:
    """The process that appends `BATCH` pairs of the built-in model to `rows`, one JSON object per line."""
    module = [sys.executable, "-P", "-m", "engine.models.pair_source"]
    return [*module, str(rows), "--count", str(BATCH), "--seed", str(seed), "--model", "sft"]


def shipped_pairs(seed: int) -> list[Pair]:
    """The shipped training pairs, in the learner's own order."""
    pairs = []
    for row in training_pairs(0):
        prompt, (a, b) = row["prompt"], sorted((row["chosen"], row["rejected"]))
        pairs.append(Pair(f"shipped-{_digest(prompt, a, b)}", prompt, a, b, source="shipped"))
    return sorted(pairs, key=lambda pair: _digest(str(seed), pair.pair_id))


def _digest(*texts: str) -> str:
    return blake2b(json.dumps(texts).encode(), digest_size=8).hexdigest()


class PairStream:
    """One batch being sampled: `read()` gives the pairs that came since the last call, `failure()` what went wrong."""

    def __init__(self, seed: int, command: Command = sampler_command) -> None:
        self._folder = tempfile.TemporaryDirectory(dir=paths.home(), prefix=".pairs-", ignore_cleanup_errors=True)
        self._rows = Path(self._folder.name) / "pairs.jsonl"
        self._errors = Path(self._folder.name) / "errors.log"
        self._offset = 0
        self._broken = ""
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                command(self._rows, seed),
                stdin=subprocess.DEVNULL,
                stdout=errors,
                stderr=errors,
                start_new_session=True,
                env={**os.environ, **ENVIRONMENT},
            )

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def read(self) -> list[Pair]:
        """The whole rows added since the last call; one still being written waits for the next call."""
        try:
            with self._rows.open("rb") as stream:
                stream.seek(self._offset)
                data = stream.read()
        except FileNotFoundError:
            return []
        whole = data[: data.rfind(b"\n") + 1]
        self._offset += len(whole)
        try:
            return [Pair(**json.loads(line)) for line in whole.splitlines()]
        except (ValueError, TypeError) as error:
            self._broken = f"{type(error).__name__}: {error}"
            return []

    def failure(self) -> str | None:
        """What is wrong with a row, or the last line that the failed process said; None while all is well."""
        code = self._process.poll()
        if self._broken or code in (None, 0):
            return self._broken or None
        said = self._errors.read_bytes()[-ERROR_TAIL:].decode("utf-8", "replace").split("\n")
        return next((line.strip() for line in reversed(said) if line.strip()), f"exit {code}")

    def close(self) -> None:
        """End the process and remove what it wrote."""
        self._process.kill()
        self._process.wait()
        self._folder.cleanup()
