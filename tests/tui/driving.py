"""Starting the app under a test driver and waiting until it has come to rest."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from textual.pilot import Pilot

from tui.app import PreferablyApp


async def settle(app: PreferablyApp, pilot: Pilot[None]) -> None:
    """Until the store is open and no message waits."""
    await pilot.pause()
    await app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], object], seconds: float = 20) -> None:
    """Until what the app will do by itself is done, and drawn. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not condition():
            await pilot.pause(0.02)
    await pilot.pause()


@asynccontextmanager
async def running(
    place: str = "home", size: tuple[int, int] = (80, 24), **arguments: Any
) -> AsyncIterator[tuple[PreferablyApp, Pilot[None]]]:
    app = PreferablyApp(place, **arguments)
    async with app.run_test(size=size) as pilot:
        await settle(app, pilot)
        yield app, pilot


def shown(app: PreferablyApp) -> str:
    """The whole screen as text."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())
