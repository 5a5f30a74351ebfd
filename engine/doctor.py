"""Is everything in place on this computer? One check per thing that could keep the program from working."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine import paths
from engine.errors import Problem

OK, WARN, FAIL = "ok", "warn", "fail"
TORCH = "2.13.0"
ROOM_NEEDED, ROOM_WANTED = 200, 1000  # MB free: below the first nothing can be trained
SQLITE_FIXED, SQLITE_BACKPORTS = (3, 51, 3), {(3, 44): 6, (3, 50): 7}


@dataclass(frozen=True)
class Check:
    """`state` is "ok", "warn" or "fail"; the words are a sentence of the screens, filled with `params`.

    `problem` is the Problem behind it, where there is one: it says what to do.
    """

    id: str
    state: str
    params: dict[str, Any] = field(default_factory=dict)
    problem: Problem | None = None


def examine() -> Iterator[Check]:
    """All checks of the engine, each as soon as it is done. A check that itself fails says so and ends nothing."""
    checks: tuple[Callable[[], Check], ...] = (python, torch, home, disk, sqlite, store, models)
    for check in checks:
        try:
            yield check()
        except Problem as problem:
            yield Check(check.__name__, FAIL, {"reason": str(problem)}, problem)
        except Exception as error:
            yield Check(check.__name__, FAIL, {"reason": f"{type(error).__name__}: {error}"})


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    return Check("python", OK if sys.version_info >= (3, 11) else FAIL, {"version": version, "reason": version})


def torch() -> Check:
    """torch can be imported, and is the version that the results of the labs were measured with."""
    import torch as library

    version = str(library.__version__).partition("+")[0]
    return Check("torch", OK if version == TORCH else WARN, {"version": version, "wanted": TORCH})


def home() -> Check:
    """The learner's folder can be written."""
    folder = paths.home()
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as file:
            file.write(b"x")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return Check("home", FAIL, {"folder": str(folder), "reason": error.strerror or str(error)})
    return Check("home", OK, {"folder": str(folder)})


def disk() -> Check:
    free = shutil.disk_usage(paths.home()).free // 1_000_000
    state = FAIL if free < ROOM_NEEDED else WARN if free < ROOM_WANTED else OK
    return Check("disk", state, {"free": free, "needed": ROOM_NEEDED, "reason": f"{free} MB"})


def sqlite() -> Check:
    """SQLite from 3.7.0 to 3.51.2 can, rarely, damage a file that two programs write at once (its WAL-reset bug)."""
    import sqlite3

    version = sqlite3.sqlite_version_info
    backport = SQLITE_BACKPORTS.get(version[:2])
    safe = version >= SQLITE_FIXED or (backport is not None and version[2] >= backport)
    return Check("sqlite", OK if safe else WARN, {"version": sqlite3.sqlite_version})


def store() -> Check:
    """The learner's file opens, has a schema this program knows, and every page of it is sound."""
    file = paths.store_file()
    if not file.exists():
        return Check("store", OK, {"file": str(file), "events": 0})
    from engine.store import Store
    from engine.store.database import connect, said_as_problems

    with Store.open(file) as opened:
        events = len(opened.events())
    with said_as_problems(file), closing(connect(file)) as database:
        verdict = database.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        return Check("store", FAIL, {"file": str(file), "reason": verdict})
    return Check("store", OK, {"file": str(file), "events": events})


def models() -> Check:
    """The models that ship with the program are there, and are bit for bit the ones that were measured."""
    from engine.models import policy

    for folder, name in ((policy.BASE, "model.safetensors"), (policy.SFT, "adapter_model.safetensors")):
        weights: Path = folder / name
        try:
            found = hashlib.sha256(weights.read_bytes()).hexdigest()
            wanted = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            return Check("models", FAIL, {"file": str(weights), "reason": f"{type(error).__name__}: {error}"})
        if found != wanted:
            return Check("models", FAIL, {"file": str(weights), "reason": f"sha256 {found[:12]}… ≠ {wanted[:12]}…"})
    return Check("models", OK, {"folder": str(policy.SHIPPED)})
