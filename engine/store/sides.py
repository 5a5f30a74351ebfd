"""Which answer of a pair stands on the left: at random, repeatable, and even within every ten pairs."""

from collections.abc import Sequence
from hashlib import blake2b

BLOCK = 10


def swapped(seed: int, pair_id: str, showing: int, before: Sequence[bool]) -> bool:
    """Whether the pair (a, b) is shown with b on the left.

    The side is a hash of (learner's seed, pair, how often it was shown), so it can be replayed from the store. Once
    one order has been used five times in the block of ten (`before`: the orders of the pairs judged so far), the rest
    of the block gets the other: a habit of choosing a side cannot pass for a preference.
    """
    block = before[len(before) - len(before) % BLOCK :]
    for order in (False, True):
        if sum(shown == order for shown in block) >= BLOCK // 2:
            return not order
    key = f"{seed}\n{showing}\n{pair_id}".encode("utf-8", "surrogatepass")
    return bool(blake2b(key, digest_size=1).digest()[0] & 1)
