"""Draws docs/screenshot.svg: trains lab 01 for real in a scratch home, opens the run in the app, and saves the screen.

    .venv/bin/python docs/screenshot.py
"""

import asyncio
import os
import re
import tempfile
from pathlib import Path

SIZE = (126, 38)


async def draw(run_id: str) -> str:
    from tui.app import PreferablyApp

    app = PreferablyApp("run", language="en", run_id=run_id)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        return app.export_screenshot(title="Preferably")


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        os.environ["PREFERABLY_HOME"] = home
        from engine.labs import LABS
        from engine.runs import library, supervisor

        folder = library.create(LABS["01"].recipe())
        supervisor.start(folder).wait()
        picture = asyncio.run(draw(folder.name))
    file = Path(__file__).with_name("screenshot.svg")
    # Textual's pictures name a font on a remote host; without it the reader's own monospaced font is used.
    file.write_text(re.sub(r"@font-face\s*\{.*?\}", "", picture, flags=re.DOTALL), encoding="utf-8")
    print(file)


if __name__ == "__main__":
    main()
