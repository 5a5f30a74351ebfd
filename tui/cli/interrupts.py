"""A request to end, however it is sent, arrives like Ctrl-C, so that a command leaves everything resumable."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and a closed terminal (SIGHUP) raise KeyboardInterrupt, as SIGINT does."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    kinds = [signal.SIGTERM] + ([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])
    try:
        before = [(kind, signal.signal(kind, interrupt)) for kind in kinds]
    except ValueError:  # not the main thread: nobody sends it signals
        before = []
    try:
        yield
    finally:
        for kind, handler in before:
            signal.signal(kind, handler)
