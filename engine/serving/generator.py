"""The process that answers for models: `python -P -m engine.serving.generator`, one JSON object a line, in and out.

In:  `{"id": 3, "op": "answer", "model": "sft", "prompts": ["fill: …"], "seed": 1, "temperature": 1.0}` or
`{"cancel": 3}`.

Out: `{"event": "ready", "protocol": 1}` once; then for each request, in the order in which they came,
`{"event": "loading", "id": 3, "model": "sft"}` where a model has to be loaded first, and one of
`{"event": "done", "id": 3, "result": …}`, `{"event": "failed", "id": 3, "code": …, "params": {…}}` and
`{"event": "cancelled", "id": 3}`.

It ends with its standard input, so it never outlives the program that started it. A new operation is a row of
`OPERATIONS`: a function of a `Desk` and the request's fields, which gives something that JSON can hold.
"""

import json
import os
import queue
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from engine.errors import Problem
from engine.runs import library
from engine.runs.seeding import seed_for
from engine.serving import PROTOCOL
from engine.serving.verdicts import prefer

if TYPE_CHECKING:
    from engine.models.policy import Policy

KEPT = 6  # models in memory; the one not asked for the longest makes room


class Cancelled(Exception):
    """Nobody waits for this request any more."""


class Desk:
    """What an operation works with: models by name, loaded once, and a way to hear that it may stop."""

    def __init__(self, tell: Callable[..., None], wanted: Callable[[], bool]) -> None:
        self._tell, self._wanted = tell, wanted
        self._models: OrderedDict[tuple[str, int], Policy] = OrderedDict()

    def policy(self, model: str) -> "Policy":
        """The policy that `model` names: `base`, `sft`, `reasoner`, a run, or a model's folder. A run that went on
        training since is read again. Raises the Problems of `library.model_folder` and `load_policy`."""
        folder = library.model_folder(model)
        key = (folder, _stamp(folder))
        if key not in self._models:
            self.check()
            self._tell("loading", model=model)
            from engine.models.policy import load_policy

            self._models[key] = load_policy(folder)
            if len(self._models) > KEPT:
                self._models.popitem(last=False)
        self._models.move_to_end(key)
        return self._models[key]

    def check(self) -> None:
        """Raises Cancelled where nobody waits any more; called between two pieces of work."""
        if not self._wanted():
            raise Cancelled


def _stamp(folder: str) -> int:
    """When the weights of a run were last written; 0 for models that do not change."""
    try:
        return os.stat(os.path.join(folder, "adapter_model.safetensors")).st_mtime_ns
    except OSError:
        return 0


def answer(desk: Desk, model: str, prompts: list[str], seed: int = 0, temperature: float = 1.0) -> list[str]:
    """One sampled answer to each prompt; temperature 0 is greedy.

    Each prompt has a source of chance of its own that follows from (seed, its place) and from nothing else: two models
    asked with the same seed throw the same dice at every token, so where they differ the models do.
    """
    import torch

    policy = desk.policy(model)
    answers = []
    for place, prompt in enumerate(prompts):
        desk.check()
        generator = torch.Generator().manual_seed(seed_for(seed, f"answer:{place}"))
        answers += policy.answer([prompt], temperature=temperature, generator=generator)
    return answers


OPERATIONS: dict[str, Callable[..., Any]] = {"answer": answer, "prefer": prefer}


class Server:
    """Reads requests in one thread, so that they can be cancelled while another is worked on, and answers in order."""

    def __init__(self, requests: IO[bytes], replies: IO[bytes]) -> None:
        self._requests, self._replies = requests, replies
        self._queue: queue.Queue[dict[str, Any]] = queue.Queue()
        self._cancelled: set[int] = set()
        self._current = -1
        self._desk = Desk(
            lambda event, **fields: self._say(event, id=self._current, **fields),
            lambda: self._current not in self._cancelled,
        )

    def listen(self) -> None:
        """Read from now on; whoever goes away before an answer is ready is noticed too."""
        threading.Thread(target=self._read, daemon=True).start()

    def serve(self) -> None:
        """Answer for ever."""
        self._say("ready", protocol=PROTOCOL)
        while True:
            self._work(self._queue.get())

    def _read(self) -> None:
        for line in self._requests:
            request = json.loads(line)
            if "cancel" in request:
                self._cancelled.add(request["cancel"])
            else:
                self._queue.put(request)
        os._exit(0)  # in the middle of an answer too: whoever asked is gone

    def _work(self, request: dict[str, Any]) -> None:
        self._current = request.pop("id")
        try:
            self._desk.check()
            result = OPERATIONS[request.pop("op")](self._desk, **request)
        except Cancelled:
            self._say("cancelled", id=self._current)
        except Problem as problem:
            self._say("failed", id=self._current, code=problem.code, params=_plain(problem.params))
        except Exception as error:
            params = {"reason": f"{type(error).__name__}: {error}"}
            self._say("failed", id=self._current, code="serving.failed", params=params)
        else:
            self._say("done", id=self._current, result=result)
        self._cancelled.discard(self._current)

    def _say(self, event: str, **fields: Any) -> None:
        line = json.dumps({"event": event, **fields}, ensure_ascii=True, allow_nan=False)
        self._replies.write(line.encode() + b"\n")
        self._replies.flush()


def _plain(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, str | int | float) else str(value) for name, value in params.items()}


def main() -> None:
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not come between the replies
    server = Server(sys.stdin.buffer, replies)
    server.listen()
    import torch  # here, so that "ready" means that the first answer is near

    torch.set_num_threads(1)
    server.serve()


if __name__ == "__main__":
    main()
