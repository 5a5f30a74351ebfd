"""A request to end, however it is sent, arrives like Ctrl-C, so that a command leaves everything resumable."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

KINDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM and a closed terminal (SIGHUP) raise KeyboardInterrupt, as SIGINT does."""

    def interrupt(number: int, frame: Any) -> None:
        raise KeyboardInterrupt

    before = [(kind, signal.getsignal(kind)) for kind in KINDS]
    try:
        for kind in KINDS[1:]:
            signal.signal(kind, interrupt)
    except ValueError:  # not the main thread: nobody sends it signals
        before = []
    try:
        yield
    finally:
        for kind, handler in before:
            signal.signal(kind, handler)


def last_words() -> None:
    """From here on whoever is impatient waits: what is said at the end, such as the way back, is said whole."""
    try:
        for kind in KINDS:
            signal.signal(kind, signal.SIG_IGN)
    except ValueError:  # as above
        return
