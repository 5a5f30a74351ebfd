"""Small programs that stand in for sampling a model, for tests of the label screen: they write pairs, or they fail."""

import json
import sys
from pathlib import Path

ROWS = [
    {
        "pair_id": f"pair-{number}",
        "prompt": f"fill: yesterday {subject} __ (go) to the market . ->",
        "a": "went",
        "b": "goed",
        "source": "sft",
    }
    for number, subject in enumerate(("he", "anna", "tom", "the teacher", "my brother", "i", "she") * 6)
]

WRITES = """
import sys
rows, text = sys.argv[1:3]
open(rows, "a").write(text)
"""

FAILS = """
import sys
sys.exit("Traceback (most recent call last)\\nValueError: the model's folder is damaged")
"""


def writing(rows, tail=""):
    """A sampler that writes these rows (and `tail`, a row cut short) and ends."""
    text = "".join(json.dumps(row) + "\n" for row in rows) + tail
    return lambda target, seed: [sys.executable, "-c", WRITES, str(target), text]


def failing(_rows: Path, _seed: int) -> list[str]:
    """A sampler that ends with an error and no pair."""
    return [sys.executable, "-c", FAILS]


def failing_once(rows):
    """A sampler that fails at first and works the second time."""
    calls = []

    def command(target, seed):
        calls.append(seed)
        return failing(target, seed) if len(calls) == 1 else writing(rows)(target, seed)

    return command


def never_ending(_rows: Path, _seed: int) -> list[str]:
    """A sampler that loads for ever."""
    return [sys.executable, "-c", "import time; time.sleep(600)"]
