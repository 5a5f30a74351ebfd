"""`kill -9` of the app right after a label: when the next pair is on the terminal, the label is on the disk."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

from engine.store import Store

DEADLINE = 60.0
APP = """
import sys
sys.path.insert(0, sys.argv[1])
from pair_samplers import ROWS, writing
from tui.app import PreferablyApp
rows = [{**row, "prompt": f"correct: prompt{number}x . ->"} for number, row in enumerate(ROWS[:6])]
PreferablyApp("label", language="en", sampler=writing(rows)).run()
"""


class Terminal:
    """A pseudo-terminal of 80×24 with the app on it."""

    def __init__(self, home: Path) -> None:
        self.master, slave = pty.openpty()
        os.set_blocking(self.master, False)
        environment = {**os.environ, "PREFERABLY_HOME": str(home), "TERM": "xterm-256color", "LINES": "24"}
        self.app = subprocess.Popen(
            [sys.executable, "-c", APP, str(Path(__file__).parent)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**environment, "COLUMNS": "80"},
        )
        os.close(slave)
        self.painted = b""

    def wait_for(self, text: bytes) -> None:
        end = time.monotonic() + DEADLINE
        while text not in self.painted:
            assert time.monotonic() < end, self.painted[-2000:]
            if select.select([self.master], [], [], 0.1)[0]:
                self.painted += os.read(self.master, 65536)

    def press(self, key: bytes) -> None:
        os.write(self.master, key)

    def kill(self) -> None:
        os.killpg(self.app.pid, signal.SIGKILL)
        self.app.wait()
        os.close(self.master)


def prompts(painted: bytes) -> list[bytes]:
    """The prompts that were painted, in order, each once."""
    return list(dict.fromkeys(re.findall(rb"prompt\dx", painted)))


def test_a_label_whose_next_pair_was_painted_survives_kill_9(tmp_path):
    with Store.open(tmp_path / "preferably.db") as store:
        store.record("seed", "", {"seed": 7})
        store.record("warm_up", "", {})
    terminal = Terminal(tmp_path)
    try:
        terminal.wait_for(b"prompt")
        end = time.monotonic() + DEADLINE
        while len(prompts(terminal.painted)) < 2:  # a key pressed before the pair was readable does not count
            assert time.monotonic() < end
            terminal.press(b"2")
            if select.select([terminal.master], [], [], 0.5)[0]:
                terminal.painted += os.read(terminal.master, 65536)
    finally:
        terminal.kill()
    with Store.open(tmp_path / "preferably.db") as store:
        (label,) = store.labels()
    assert prompts(terminal.painted)[0].decode() in label.prompt
    assert (label.choice, label.strength) == ("left", 2)
