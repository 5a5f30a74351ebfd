"""The mix of a labelling sitting: pairs worth most to learn from, a random test share, blind repeats, and silent gold.

Everything is drawn from the learner's seed and from what was labelled so far, so that it can be replayed.
"""

import random
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from engine.store.label import Label, Purpose
from engine.world.preferences import training_pairs
from engine.world.rule import grade

BLOCK = 30
MIX: dict[Purpose, int] = {"train": 13, "test": 11, "repeat": 4, "gold": 2}
"""How many of thirty pairs are for what: 45 % and 40 % of all but the gold are chosen to learn from and to test with,
and 15 % come a second time. One in fifteen is gold."""
TEST_SHARE = MIX["test"] / (MIX["test"] + MIX["train"])

REPEAT_AFTER = 30
"""A pair may come again when so many others were judged since, or a day has passed: it should not be remembered."""
REPEAT_AFTER_HOURS = 24
CLEAR = 0.5
"""By so much the grades of a gold pair differ at least: nobody who has read it can be in doubt."""
GOLD_PAIRS = 60


def planned(seed: int, number: int) -> Purpose:
    """What the pair after `number` judged ones should be for. Each block of thirty holds the mix in a drawn order,
    one gold pair in each half of it."""
    block, place = divmod(number, BLOCK)
    source = random.Random(f"labelling plan:{seed}:{block}")
    plan: list[Purpose] = [purpose for purpose, count in MIX.items() if purpose != "gold" for _ in range(count)]
    source.shuffle(plan)
    half = BLOCK // MIX["gold"]
    for start in range(0, BLOCK, half):
        plan.insert(start + source.randrange(half), "gold")
    return plan[place]


def part(seed: int, prompt: str) -> Purpose:
    """Whether what is decided about a prompt is for training or for testing, drawn by hash.

    All pairs of a prompt are on one side, and nothing that is known about a pair plays a part: the test share is a
    random sample of what the model says, and no prompt in it was ever trained on.
    """
    key = f"part:{seed}\n{prompt}".encode("utf-8", "surrogatepass")
    drawn = int.from_bytes(blake2b(key, digest_size=8).digest(), "big") / 2**64
    return "test" if drawn < TEST_SHARE else "train"


def due_for_repeat(labels: Sequence[Label], now: datetime | None = None) -> Label | None:
    """The oldest label whose pair may come again: a decision or a tie of the plain stream, not repeated yet."""
    now = now or datetime.now(UTC)
    repeated = {label.repeats for label in labels}
    for place, label in enumerate(labels):
        later = len(labels) - place - 1
        if label.purpose not in ("train", "test") or label.ranking or label.revises or label.event in repeated:
            continue
        if label.choice not in ("left", "right", "tie") or not label.shown_at:
            continue
        if later >= REPEAT_AFTER or _age(label, now) >= timedelta(hours=REPEAT_AFTER_HOURS):
            return label
    return None


def _age(label: Label, now: datetime) -> timedelta:
    try:
        return now - datetime.fromisoformat(label.shown_at)
    except (TypeError, ValueError):  # a time without a zone, or none at all, came with an imported trail
        return timedelta(0)


def repeat_swapped(seed: int, first: Label, labels: Iterable[Label]) -> bool:
    """The order in which a pair comes again: half of the repeats with sides exchanged, to tell a habit from noise."""
    by_event = {label.event: label for label in labels}
    turned = [
        label.swapped != by_event[label.repeats].swapped for label in by_event.values() if label.repeats in by_event
    ]
    if turned.count(True) != turned.count(False):
        exchange = turned.count(True) < turned.count(False)
    else:
        key = f"repeat:{seed}\n{first.pair_id}".encode("utf-8", "surrogatepass")
        exchange = bool(blake2b(key, digest_size=1).digest()[0] & 1)
    return first.swapped != exchange


def gold_pairs(seed: int) -> list[tuple[str, str, str]]:
    """(prompt, better, worse): pairs from the training side of the world whose better answer nobody doubts, drawn for
    this learner."""
    rows = training_pairs(1_000_000 + seed, 2 * GOLD_PAIRS)
    found = []
    for row in rows:
        better, worse = (grade(row["prompt"], row[side]) for side in ("chosen", "rejected"))
        if better.right and better.score - worse.score >= CLEAR:
            found.append((row["prompt"], row["chosen"], row["rejected"]))
    return found[:GOLD_PAIRS]
