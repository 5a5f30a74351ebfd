"""How labelling feels: from the key that decides a pair to the next pair on the screen, through a terminal."""

import os
import statistics
import time
from pathlib import Path
from typing import Any

from tui.bench import Terminal
from tui.key_guard import SECONDS

LABELS = 60
KEYS = (b"2", b"6")  # in turns: the same key twice in a row could be one that is held
LABEL = "from tui.app import PreferablyApp\nPreferablyApp('label', language='en').run()"
READING = 0.1
"""Seconds more than the guard asks for before the next decision."""


def label_to_label(home: Path) -> dict[str, Any]:
    """Pairs decided one after the other, each one saved on its key: milliseconds at the median and at 99 %.

    What is waited for is the line that counts the labels, painted with the next pair. Raises TimeoutError when it does
    not come, RuntimeError when a label that was counted is not in the store.
    """
    from engine.store import Store

    with Store.open(home / "preferably.db") as store:
        store.record("warm_up", "", {})
        before = len(store.first_labels())
    times = []
    with Terminal(LABEL, home) as terminal:
        terminal.until(b"Label")
        terminal.settle()
        terminal.press(b"d")  # the shipped pairs: there at once, and no model beside us
        terminal.settle()
        for number in range(LABELS):
            time.sleep(SECONDS + READING)
            while terminal.read(0.01):
                pass
            pressed = time.perf_counter()
            os.write(terminal.screen, KEYS[number % len(KEYS)])
            terminal.until(f"{before + number + 1} labelled".encode(), 2)
            times.append((time.perf_counter() - pressed) * 1000)
    with Store.open(home / "preferably.db") as store:
        kept = len(store.first_labels()) - before
    if kept != LABELS:
        raise RuntimeError(f"{LABELS} labels were counted and {kept} are kept")
    times.sort()
    return {
        "labels": kept,
        "median_ms": round(statistics.median(times), 1),
        "p99_ms": round(times[min(len(times) - 1, round(0.99 * len(times)))], 1),
    }
