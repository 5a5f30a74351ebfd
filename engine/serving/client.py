"""The client of the generator: starts its process when something is asked, and says what became of each request.

Safe to use from any thread. A request is a `Future`: wait for its `result()`, or for `asyncio.wrap_future` of it;
`cancel()` takes it back.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import IO, Any

from engine import paths
from engine.errors import Problem
from engine.runs.supervisor import ENVIRONMENT
from engine.serving import PROTOCOL

# -P: without it a folder named `engine` where the learner happens to be would run in place of ours.
COMMAND = (sys.executable, "-P", "-m", "engine.serving.generator")
ERROR_TAIL = 2000  # bytes of what a dead process said that are looked at for its last line


class _Process:
    """One process, its pending requests, and the thread that reads its replies."""

    def __init__(self, command: Sequence[str], folder: str) -> None:
        self.errors: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the reader, at the very end
        self.pending: dict[int, Future[Any]] = {}
        self.ready = False
        self.loading: str | None = None
        self.popen = subprocess.Popen(
            command,
            cwd=folder,  # a folder that stays; the one this was typed in may be deleted meanwhile
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            start_new_session=True,
            env={**os.environ, **ENVIRONMENT},
        )

    def send(self, message: dict[str, Any]) -> None:
        """Raises OSError when nobody reads any more."""
        assert self.popen.stdin is not None
        self.popen.stdin.write(json.dumps(message).encode() + b"\n")
        self.popen.stdin.flush()

    def last_words(self) -> str:
        """The last line that the process said, or how it ended."""
        code = self.popen.wait()
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - ERROR_TAIL))
        said = self.errors.read().decode("utf-8", "replace").split("\n")
        ended = f"signal {-code}" if code < 0 else f"exit {code}"
        return next((line.strip() for line in reversed(said) if line.strip()), ended)


class Generator:
    """Asks for answers. The process is started by the first request, and again by the next one after it died; what it
    owed then fails with Problem `serving.died`. `close()` ends it; it ends by itself when this program does."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._lock = threading.RLock()
        self._process: _Process | None = None
        self._number = 0

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.popen.pid if self._process else None

    @property
    def ready(self) -> bool:
        """The process has started and takes requests."""
        return self._process is not None and self._process.ready

    @property
    def loading(self) -> str | None:
        """The model being loaded right now."""
        return self._process.loading if self._process else None

    def answer(
        self, model: str, prompts: Sequence[str], *, seed: int = 0, temperature: float = 1.0
    ) -> "Future[list[str]]":
        """One sampled answer to each prompt: see `engine.serving.generator.answer`."""
        return self.ask("answer", model=model, prompts=list(prompts), seed=seed, temperature=temperature)

    def ask(self, op: str, **fields: Any) -> "Future[Any]":
        """Any operation of the generator. The future may raise Problem: `serving.not_started`, `serving.died`,
        `serving.failed`, or what the operation itself refuses."""
        future: Future[Any] = Future()
        with self._lock:
            self._number += 1
            number = self._number
            try:
                process = self._process or self._start()
                process.pending[number] = future
                process.send({"id": number, "op": op, **fields})
            except (OSError, Problem) as error:
                if self._process is None:
                    said = error if isinstance(error, Problem) else _not_started(error)
                    future.set_exception(said)
                    return future
                # It died just now: its reader fails what is pending, this request too.
        future.add_done_callback(lambda done: self._forget(process, number) if done.cancelled() else None)
        return future

    def warm_up(self) -> None:
        """Start the process before anything is asked. Raises Problem `serving.not_started`."""
        with self._lock:
            if self._process is None:
                try:
                    self._start()
                except OSError as error:
                    raise _not_started(error) from error

    def close(self) -> None:
        """End the process; requests without an answer are cancelled."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            for future in list(process.pending.values()):
                future.cancel()
            process.popen.kill()
            process.popen.wait()

    # --- inside

    def _start(self) -> _Process:
        process = self._process = _Process(self._command, str(paths.home()))
        threading.Thread(target=self._read, args=(process,), daemon=True, name="generator").start()
        return process

    def _read(self, process: _Process) -> None:
        """Take in replies until the process ends, then fail what it still owes."""
        assert process.popen.stdout is not None
        assert process.popen.stdin is not None
        reason = ""
        for line in process.popen.stdout:
            try:
                self._take(process, json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                reason = f"{type(error).__name__}: {error}"  # something else than ours speaks there
                process.popen.kill()
        reason = reason or process.last_words()
        with self._lock:
            if self._process is process:
                self._process = None
            owed = list(process.pending.values())
            process.pending.clear()
        with contextlib.suppress(OSError):
            process.popen.stdin.close()
        process.popen.stdout.close()
        process.errors.close()
        for future in owed:
            if future.set_running_or_notify_cancel():
                future.set_exception(Problem("serving.died", exit_code=1, reason=reason))

    def _take(self, process: _Process, reply: dict[str, Any]) -> None:
        event = reply["event"]
        if event == "ready":
            if reply["protocol"] != PROTOCOL:
                raise ValueError(f"protocol {reply['protocol']}")
            process.ready = True
            return
        if event == "loading":
            process.loading = reply["model"]
            return
        process.loading = None
        with self._lock:
            future = process.pending.pop(reply["id"], None)
        if future is None or not future.set_running_or_notify_cancel():
            return
        if event == "done":
            future.set_result(reply["result"])
        elif event == "failed":
            future.set_exception(Problem(reply["code"], exit_code=1, **reply["params"]))
        else:
            raise ValueError(event)

    def _forget(self, process: _Process, number: int) -> None:
        """Tell the process that nobody waits for this request."""
        with self._lock:
            if process.pending.pop(number, None) is not None and self._process is process:
                with contextlib.suppress(OSError):
                    process.send({"cancel": number})


def _not_started(error: OSError) -> Problem:
    return Problem("serving.not_started", exit_code=1, reason=error.strerror or str(error))
