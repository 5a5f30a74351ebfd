"""A loop small enough to run a thousand times: Adam on a noisy quadratic, with every kind of randomness a loop has.

Run as a script it is a worker (`quadratic.py FOLDER LOCK_HANDLE`), or with `serve` a process that has torch loaded
and forks a worker for each line of JSON on its input.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from engine.methods import HyperParameter, Method
from engine.runs import checkpoint, worker

METHODS = {
    "quadratic": Method(
        id="quadratic",
        data="prompt",
        loop=f"{__name__}:Quadratic",
        hyper=(
            HyperParameter("steps", 12, 1, 100000),
            HyperParameter("delay", 0.0, 0.0, 1.0),
            HyperParameter("nan_at", 0, 0, 100000),
            HyperParameter("no_memory_at", 0, 0, 100000),
            HyperParameter("full_at", 0, 0, 100000),
            HyperParameter("wait_to_finish", False),
            HyperParameter("sample_steps", 5, 1, 10000),
            HyperParameter("save_steps", 3, 1, 10000),
        ),
        metrics=("loss",),
        chapter="00",
    )
}


STOP_AT: int | None = None  # the step in which a worker of `serve` gets the signal to stop


class Quadratic:
    items_per_step = 4

    def __init__(self, folder, recipe):
        import torch

        from engine.runs.seeding import Sources

        self.folder, self.hyper = folder, recipe.hyper
        self.total_steps, self.next_step = recipe.hyper["steps"], 0
        self.sources = Sources(recipe.seed)
        self.weight = torch.zeros(64, requires_grad=True)
        # Adam by hand: torch.optim takes seconds to load, and these tests start many workers.
        self.mean, self.square = torch.zeros(64), torch.zeros(64)
        self.order = list(range(64))

    @property
    def phase(self):
        return "warm" if self.next_step < self.total_steps // 2 else "train"

    def step(self):
        import torch

        step = self.next_step + 1
        if step == self.hyper["no_memory_at"]:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:1] DefaultCPUAllocator: can't allocate memory")
        if step == self.hyper["full_at"]:
            raise OSError(28, "No space left on device")
        time.sleep(self.hyper["delay"])
        self.sources.python("order").shuffle(self.order)
        noise = torch.randn(64, generator=self.sources.torch("noise"))
        kept = torch.nn.functional.dropout(self.weight, 0.1)  # the global generator of torch
        scale = random.uniform(0.5, 1.5)  # and that of Python
        loss = scale * ((kept - torch.arange(64.0)[self.order] / 64 + 0.1 * noise) ** 2).mean()
        (gradient,) = torch.autograd.grad(loss, [self.weight])
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient**2
        corrected = self.mean / (1 - 0.9**step), (self.square / (1 - 0.999**step)).sqrt()
        self.weight.data -= 0.1 * corrected[0] / (corrected[1] + 1e-8)
        self.next_step = step
        if step == STOP_AT:
            os.kill(os.getpid(), signal.SIGTERM)
        return {"loss": float("nan") if step == self.hyper["nan_at"] else float(loss.detach())}

    def samples(self):
        chance = float(self.weight.detach().mean())
        return {
            "samples": [{"prompt": "p", "completion": str(chance), "score": 1.0, "reason": "right"}],
            "choices": [{"prompt": "p", "options": {"went": chance}}],
        }

    def state(self):
        tensors, generators = self.sources.state()
        tensors |= {"weight": self.weight, "mean": self.mean, "square": self.square}
        return tensors, {"next_step": self.next_step, "order": self.order, "sources": generators}

    def load(self, tensors, state):
        self.weight.data.copy_(tensors["weight"])
        self.mean, self.square = tensors["mean"], tensors["square"]
        self.sources.load(tensors, state["sources"])
        self.next_step, self.order = state["next_step"], list(state["order"])

    def save_model(self, folder):
        from safetensors.torch import save_file

        (folder / "adapter_config.json").write_text('{"peft_type": "LORA"}\n')
        save_file({"weight": self.weight.detach()}, folder / "adapter_model.safetensors")

    def finish(self):
        import torch

        while self.hyper["wait_to_finish"] and not (self.folder / "go-on").exists():
            time.sleep(0.01)
        value = float(torch.rand(1, generator=self.sources.torch("judge")) + self.weight.detach().mean())
        return {"id": "win_rate", "value": value, "threshold": 0.0, "passed": value >= 0.0, "details": []}


def serve():
    """Forks a worker per line `{"folder", "kill_at", "kill_after", "stop_at"}`, answers its exit code (-9: killed)."""
    import safetensors.torch  # noqa: F401
    import torch

    torch.set_num_threads(1)
    checkpoint.KEPT = 2  # so that short runs retire some as well
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            global STOP_AT
            STOP_AT = order.get("stop_at")
            os.setsid()
            if order.get("kill_at"):
                os.environ["PREFERABLY_KILL_AT"] = order["kill_at"]
            os.dup2(os.open(Path(order["folder"]) / "worker.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
            os._exit(worker.main(Path(order["folder"]), methods=METHODS))
        if order.get("kill_after") is not None:
            time.sleep(order["kill_after"])
            os.kill(child, signal.SIGKILL)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        sys.exit(worker.main(Path(sys.argv[1]), int(sys.argv[2]), METHODS))
