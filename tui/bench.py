"""How the app feels, measured from outside through a terminal: time to the first frame, and from a key to the paint.

Real runs train on every core meanwhile, as they do when a learner watches one.
"""

import fcntl
import json
import os
import pty
import random
import select
import statistics
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

COLUMNS, ROWS = 100, 30
STARTS, KEYS = 7, 200
DOWN, UP, ENTER, ESCAPE = b"\x1b[B", b"\x1b[A", b"\r", b"\x1b"
LEFT, RIGHT = b"\x1b[1;2D", b"\x1b[1;2C"  # with shift: one step of the run
STEPS, CURVES = 100_000, 10
BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Preferably")
Bare().run()
"""
CHAPTER = "from tui.app import PreferablyApp\nPreferablyApp('learn', language='en', chapter='03').run()"
RUNS = "from tui.app import PreferablyApp\nPreferablyApp('runs', language='en').run()"
LIST = "from tui.app import PreferablyApp\nPreferablyApp('chapters', language='en').run()"
HOME = "from tui.app import PreferablyApp\nPreferablyApp(language='en').run()"


class Terminal:
    """A program on a pseudo-terminal of its own."""

    def __init__(self, program: str, home: Path) -> None:
        self.screen, below = pty.openpty()
        fcntl.ioctl(below, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.began = time.perf_counter()
        environment = {**os.environ, "PREFERABLY_HOME": str(home), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", program], stdin=below, stdout=below, stderr=below, env=environment,
            start_new_session=True,
        )  # fmt: skip
        os.close(below)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def read(self, seconds: float) -> bytes:
        """What is painted next, or nothing when nothing comes in time."""
        ready, _, _ = select.select([self.screen], [], [], seconds)
        return os.read(self.screen, 65536) if ready else b""

    def until(self, text: bytes, seconds: float = 30) -> float:
        """Seconds from the start until `text` was painted. Raises TimeoutError."""
        seen = b""
        while text not in seen:
            found = self.read(seconds)
            if not found:
                raise TimeoutError(text.decode())
            seen += found
        return time.perf_counter() - self.began

    def settle(self) -> None:
        while self.read(0.3):
            pass

    def press(self, key: bytes) -> float | None:
        """Milliseconds from a key to the first paint after it; None when the key changed nothing."""
        while self.read(0.02):
            pass
        pressed = time.perf_counter()
        os.write(self.screen, key)
        return (time.perf_counter() - pressed) * 1000 if self.read(2) else None


def first_frame(home: Path) -> dict[str, Any]:
    """Start to first frame, in turns with the smallest Textual app that there can be; medians and their ratio."""
    found: dict[str, list[float]] = {HOME: [], BARE: []}
    for turn in range(STARTS + 1):
        for program, times in found.items():
            with Terminal(program, home) as terminal:
                seconds = terminal.until(b"Preferably")
            if turn:  # the first start warms the disk's cache
                times.append(seconds)
    ours, bare = statistics.median(found[HOME]), statistics.median(found[BARE])
    return {"seconds": round(ours, 3), "bare_textual_seconds": round(bare, 3), "ratio": round(ours / bare, 2)}


def key_to_paint(home: Path) -> dict[str, Any]:
    """Scrolling a chapter key by key while real runs train on every core: milliseconds at the median and at 99 %."""
    from engine.runs import library, supervisor
    from engine.runs.recipe import Recipe

    os.environ["PREFERABLY_HOME"] = str(home)
    recipe = Recipe.make("dpo", {"num_train_epochs": 1000, "sample_steps": 50, "save_steps": 10000})
    runs = [library.create(recipe, root=home / "runs") for _ in range(os.cpu_count() or 1)]
    workers = [supervisor.start(run) for run in runs]
    try:
        with Terminal(CHAPTER, home) as terminal:
            terminal.until(b"PPO")
            terminal.settle()
            pressed = [terminal.press(DOWN if number % 2 == 0 else UP) for number in range(KEYS)]
            memory = _megabytes(terminal.process.pid)
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    times = sorted(milliseconds for milliseconds in pressed if milliseconds is not None)
    return {
        "keys": len(times),
        "runs": len(runs),
        "median_ms": round(statistics.median(times), 1),
        "p99_ms": round(times[min(len(times) - 1, round(0.99 * len(times)))], 1),
        "memory_mb": memory,
    }


def chapter_open(home: Path) -> dict[str, Any]:
    """From the key that opens a chapter in the list to the first words of its first section, for every chapter."""
    import re

    from content.chapters import chapters

    times: dict[str, float] = {}
    told = chapters("en")
    with Terminal(LIST, home) as terminal:
        terminal.until(told[0].title.encode())
        terminal.settle()
        for chapter in told:
            first = re.split(r"[*`$\n\[]", chapter.sections[0].markdown.lstrip())[0][:24].strip()
            pressed = time.perf_counter()
            os.write(terminal.screen, ENTER)
            terminal.until(first.encode())
            times[chapter.id] = (time.perf_counter() - pressed) * 1000
            terminal.settle()
            os.write(terminal.screen, ESCAPE)
            terminal.settle()
            os.write(terminal.screen, DOWN)
            terminal.settle()
    slowest = max(times, key=times.__getitem__)
    return {
        "chapters": len(times),
        "median_ms": round(statistics.median(times.values()), 1),
        "slowest_ms": round(times[slowest], 1),
        "slowest": slowest,
    }


def long_run(home: Path) -> dict[str, Any]:
    """A run of a million points: from the key that opens it to its curves, and from a key that scrubs to the paint."""
    run = write_long_run(home)
    with Terminal(RUNS, home) as terminal:
        terminal.until(run.name.encode())
        terminal.settle()
        pressed = time.perf_counter()
        os.write(terminal.screen, ENTER)
        terminal.until(b"reward margin")  # the title above a curve, painted with it
        opened = time.perf_counter() - pressed
        while terminal.read(2):
            pass
        scrubbed = [terminal.press(LEFT if number < KEYS // 2 else RIGHT) for number in range(KEYS // 2)]
    times = sorted(milliseconds for milliseconds in scrubbed if milliseconds is not None)
    return {
        "points": STEPS * CURVES,
        "open_ms": round(opened * 1000, 1),
        "median_ms": round(statistics.median(times), 1),
        "p99_ms": round(times[min(len(times) - 1, round(0.99 * len(times)))], 1),
    }


def write_long_run(home: Path) -> Path:
    """The folder of a finished run with `STEPS` steps of `CURVES` metrics, whose log is made up."""
    from engine.methods.knobs import PREFERENCE_METRICS
    from engine.runs import library
    from engine.runs.events import EventLog, events_file
    from engine.runs.recipe import Recipe
    from engine.runs.status import StatusFile

    run = library.create(Recipe.make("dpo"), root=home / "runs")
    EventLog(run).append("started", step=0, total_steps=STEPS)
    source = random.Random(0)
    with events_file(run).open("a", encoding="utf-8") as log:
        for step in range(1, STEPS + 1):
            metrics = {name: round(source.random(), 4) for name in PREFERENCE_METRICS[:CURVES]}
            event = {"event": "metric", "time": step, "step": step, "total_steps": STEPS, "metrics": metrics}
            log.write(json.dumps(event) + "\n")
    StatusFile(run).change(state="done", step=STEPS, total_steps=STEPS)
    return run


def _megabytes(pid: int) -> float | None:
    """Resident memory of a process, where the system tells."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def app(scratch: Path, report: Callable[..., None]) -> dict[str, Any]:
    """All measurements, said as they are made."""
    home = scratch / "home"
    start = first_frame(home)
    report("bench.app_start", **start)
    opened = chapter_open(home)
    report("bench.app_chapters", **opened)
    run = long_run(home)
    report("bench.app_run", **run)
    keys = key_to_paint(home)
    report("bench.app_keys", **keys)
    from tui.bench_labelling import label_to_label

    labels = label_to_label(home)
    report("bench.app_labels", **labels)
    limits = ((keys["p99_ms"], 50), (opened["slowest_ms"], 150), (run["open_ms"], 300), (labels["median_ms"], 50))
    return {
        "first_frame": start,
        "chapter_open": opened,
        "long_run": run,
        "key_to_paint": keys,
        "label_to_label": labels,
        "passed": all(found < limit for found, limit in limits),
    }
