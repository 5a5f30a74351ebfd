"""Being told to end: the app leaves the terminal as it found it, whoever asks."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.app import PreferablyApp

SIGNALS = ("SIGTERM", "SIGHUP", "SIGINT")
PATIENCE = 3.0  # seconds; a terminal that is gone can hold the last writes to it for ever


@contextmanager
def heeding_signals(app: "PreferablyApp") -> Iterator[None]:
    """Within the running loop, SIGTERM, a closed terminal and SIGINT end the app as `q` does, with the exit code that a
    shell gives to a signal (128 and its number). What the learner did is on the disk already; runs go on by themselves.
    """
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]

    def end(number: int) -> None:
        last = threading.Timer(PATIENCE, os._exit, (128 + number,))
        last.daemon = True
        last.start()
        app.exit(return_code=128 + number)

    for number in numbers:
        with suppress(NotImplementedError):  # a system whose loops know no signals
            loop.add_signal_handler(number, end, number)
    try:
        yield
    finally:
        for number in numbers:
            with suppress(NotImplementedError):
                loop.remove_signal_handler(number)


def run(app: "PreferablyApp") -> int:
    """Run the app to its end, however that comes; its exit code."""

    async def running() -> None:
        with heeding_signals(app):
            await app.run_async()

    asyncio.run(running())
    return app.return_code or 0
