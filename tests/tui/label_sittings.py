"""A learner at the label screen: a home with a known seed, a clock that tests move, and a judge that is no model."""

import sys
import time
from typing import Any

from textual.widgets import Static

from engine.serving.client import Generator
from engine.store import Store
from tui.app import PreferablyApp

DEADLINE = 20.0
SEED = 7

JUDGE = """
import json, sys
print(json.dumps({"event": "ready", "protocol": 1}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    if "cancel" in request:
        continue
    if request["op"] == "answer":
        said = ["went", "goed", "wented", "go"] * 3
        result = said[: len(request["prompts"])]
    else:
        result = [float(sys.argv[1])] * len(request["pairs"])
    print(json.dumps({"event": "done", "id": request["id"], "result": result}), flush=True)
"""


def judge(preference: float = 0.9) -> Generator:
    """A process that is sure of every first answer to this degree, and gives four answers to every prompt."""
    return Generator((sys.executable, "-c", JUDGE, str(preference)))


def settle_in(seed: int = SEED) -> None:
    """The learner's home: a seed that fixes sides and mix, and the warm-up behind them."""
    with Store.open() as store:
        store.record("seed", "", {"seed": seed})
        store.record("warm_up", "", {})


class Clock:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Sitting:
    """The app at a place of labelling, and the means to act as a learner who reads before deciding."""

    def __init__(self, place: str = "label", size: tuple[int, int] = (80, 24), language: str = "en", **settings: Any):
        self.clock = Clock()
        self.app = PreferablyApp(place, language=language, clock=self.clock, **settings)
        self.size = size

    async def __aenter__(self) -> "Sitting":
        self._running = self.app.run_test(size=self.size)
        self.pilot = await self._running.__aenter__()
        self.screen: Any = self.app.screen
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._running.__aexit__(*error)

    async def until(self, condition: Any) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            assert time.monotonic() < end, "the event did not come"
            await self.pilot.pause()
        await self.pilot.pause()

    async def ready(self) -> Any:
        """Until there is something to decide, and a second more; on the label screen, what is shown."""
        await self.until(lambda: self.screen.deciding and not self.screen.busy)
        self.clock.now += 1.0
        labelling = getattr(self.screen, "labelling", None)
        return labelling.shown if labelling else None

    async def press(self, *keys: str) -> None:
        """Each key after a second of reading, its effect awaited."""
        for key in keys:
            self.clock.now += 1.0
            await self.pilot.press(key)
            await self.until(lambda: not self.screen.busy)

    @property
    def labels(self) -> Any:
        return self.app.store.labels()

    def text(self, selector: str) -> str:
        return str(self.screen.query_one(selector, Static).render())
