"""The commands: everything the screens do, without a screen. `preferably --help` lists them."""

import os

OFFLINE = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
}
"""Nothing is ever fetched and nothing is ever sent, by this program or by a library in it."""


def main() -> None:
    """The entry point `preferably`."""
    os.environ.update(OFFLINE)
    from tui.cli.program import preferably

    preferably()
