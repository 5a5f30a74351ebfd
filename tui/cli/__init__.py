"""The commands: everything the screens do, without a screen. `preferably --help` lists them."""

import os
import signal
import sys

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Nothing is ever fetched and nothing is ever sent, by this program or by a library in it."""


def main() -> None:
    """The entry point `preferably`. What it writes is for the learner's eyes only."""
    os.environ.update(OFFLINE)
    os.umask(0o077)
    try:
        from tui.cli.program import preferably

        preferably()
    except KeyboardInterrupt:  # before there was anything that could say it
        sys.exit(3)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # all is said; leaving takes a moment, and is not to be undone
