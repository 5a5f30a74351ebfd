"""A process that writes pairs for labelling: `python -P -m engine.models.pair_source OUT --count 40 --seed 1`.

Two answers to one training prompt, sampled from the current model, one JSON line a pair as soon as it is there:
`{"pair_id", "prompt", "a", "b", "source"}`. Prompts whose samples agree are drawn again, so that every pair asks
something. The app starts it because it never loads a model itself.
"""

import argparse
import hashlib
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

BATCH = 16
GIVE_UP = 200  # batches; a model that never disagrees with itself has nothing to label


def pairs(model: str, seed: int, count: int) -> Iterator[dict[str, str]]:
    """Up to `count` different pairs. Raises Problem for an unknown model."""
    import torch

    from engine.models.policy import load_policy
    from engine.world.preferences import draw_training_prompt

    torch.set_num_threads(1)
    policy = load_policy(model)
    source = random.Random(f"pairs to label:{seed}")
    generator = torch.Generator().manual_seed(seed)
    seen: set[str] = set()
    for _ in range(GIVE_UP):
        prompts = [draw_training_prompt(source).text for _ in range(BATCH)]
        twice = policy.answer([*prompts, *prompts], generator=generator)
        for prompt, a, b in zip(prompts, twice[:BATCH], twice[BATCH:], strict=True):
            pair_id = hashlib.blake2b("\n".join((prompt, *sorted((a, b)))).encode(), digest_size=8).hexdigest()
            if a == b or pair_id in seen:
                continue
            seen.add(pair_id)
            yield {"pair_id": pair_id, "prompt": prompt, "a": a, "b": b, "source": f"model:{model}"}
            if len(seen) == count:
                return


def write(model: str, seed: int, count: int, out: TextIO) -> None:
    for row in pairs(model, seed, count):
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--model", default="sft")
    asked = parser.parse_args()
    with asked.out.open("a", encoding="utf-8") as out:
        write(asked.model, asked.seed, asked.count, out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
