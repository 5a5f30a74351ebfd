"""The card of instruments: a run against another model, measured by a process of its own, with progress."""

import asyncio
import json
import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import Problem
from engine.evaluate import card_process
from engine.runs.supervisor import ENVIRONMENT
from tui.links import follow
from tui.literal import clean
from tui.numbers import duration, percent, short
from tui.screens.base import PreferablyScreen
from tui.screens.choose_link import ChooseLink
from tui.widgets.run_card import progress

Figure = Mapping[str, Any]


class InstrumentsScreen(PreferablyScreen):
    """The run in `folder` against the model `against`; a card that was measured before is shown at once."""

    CSS = """
    InstrumentsScreen #about, InstrumentsScreen #progress { padding: 1 2 0 2; }
    InstrumentsScreen OptionList { height: 1fr; border: none; background: $background; padding: 1; }
    """
    AUTO_FOCUS = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "measure", "runs.card.keys.again", id="card.measure"),
        Binding("a", "against", "runs.card.keys.against", id="card.against"),
        Binding("x", "stop", "runs.keys.stop", id="card.stop"),
    ]

    def __init__(self, folder: Path, against: str, models: Iterable[tuple[str, str]]) -> None:
        """`models`: (name, model) of all that it can be measured against."""
        super().__init__()
        self.folder, self.against, self.models = folder, against, list(models)
        self.card: Mapping[str, Any] | None = card_process.kept(folder)
        if self.card is not None:
            self.against = str(self.card["against"])
        self.process: asyncio.subprocess.Process | None = None
        self.share, self.began = 0.0, 0.0
        self.problem: Problem | None = None

    def crumbs(self) -> list[str]:
        return [self.t("runs.title"), self.folder.name, self.t("runs.card.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Static(id="about", markup=False)
        yield Static(id="progress")
        yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.draw()
        if self.card is None:
            self.action_measure()

    async def language_changed(self) -> None:
        await super().language_changed()
        self.draw()

    # --- drawing

    def draw(self) -> None:
        names = {model: name for name, model in self.models}
        name = clean(names.get(self.against, Path(self.against).name))
        self.query_one("#about", Static).update(Content(self.t("runs.card.about", against=name)))
        self.query_one("#progress", Static).update(self._state())
        self.query_one("#progress").display = self.card is None
        options = self.query_one(OptionList)
        here = options.highlighted
        options.clear_options()
        if self.card is not None:
            options.add_options(Option(self.line(figure)) for figure in self.card["figures"])
            options.highlighted = here or 0
        self.refresh_bindings()

    def _state(self) -> Content:
        if self.problem is not None:
            return Content(self.app.sentence(self.problem))
        if self.process is None:
            return Content(self.t("runs.card.stopped"))
        bar = progress(round(100 * self.share), 100, 24)
        left = ""
        if self.share:
            seconds = (time.monotonic() - self.began) / self.share * (1 - self.share)
            left = self.t("runs.left", time=duration(seconds))
        return Content.assemble(self.t("runs.card.measuring"), "  ", bar, f" {percent(self.share)}   {left}")

    def line(self, figure: Figure) -> Content:
        """Sign, name, value, interval and range; below it, where the range is left, what that means."""
        name = Content(self.t(f"instrument.{figure['id']}.name")).truncate(32, ellipsis=True, pad=True).plain
        interval = "" if figure["low"] is None else f"({short(figure['low'])}–{short(figure['high'])})"
        numbers = f"{short(figure['value']):>7}  {interval:<15}"
        healthy = self.healthy(figure)
        if figure["fine"]:
            sign = ("✓ ", "$success") if figure["healthy"] else ("  ", "")
            return Content.assemble(sign, name, (numbers, "bold"), (healthy, "$secondary"))
        meaning = self.t(f"instrument.{figure['id']}.meaning")
        why = self.t("monitor.see", chapter=figure["chapter"])
        first = Content.assemble(("! ", "bold $error"), (name, "bold $error"), (numbers, "bold $error"), healthy)
        return Content("\n").join([first, Content.styled(f"    {meaning} {why}", "$foreground")])

    def healthy(self, figure: Figure) -> str:
        """The healthy range in words; nothing for a figure that has none."""
        if figure["healthy"] is None:
            return ""
        low, high = figure["healthy"]
        if high is None:
            return self.t("runs.card.at_least", low=f"{low:.3g}")
        return self.t("runs.card.healthy", low=f"{low:.3g}", high=f"{high:.3g}")

    # --- measuring

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "stop":
            return self.process is not None
        return self.process is None or action not in ("measure", "against")

    @work(exclusive=True)
    async def action_measure(self) -> None:
        """Measure in a process of its own, and follow what it says."""
        self.card, self.problem, self.share, self.began = None, None, 0.0, time.monotonic()
        self.process = await asyncio.create_subprocess_exec(
            *card_process.command(self.folder, self.against),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=self.folder,
            env={**os.environ, **ENVIRONMENT},
            limit=1 << 20,
        )
        process = self.process
        try:
            self.draw()
            assert process.stdout is not None
            async for line in process.stdout:
                self.told(json.loads(line))
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
            self.process = None
        if self.is_mounted:
            self.draw()

    def told(self, said: Mapping[str, Any]) -> None:
        """Take in one line of the process."""
        self.share = said.get("share", self.share)
        self.card = said.get("card", self.card)
        if error := said.get("error"):
            self.problem = Problem(error["code"], **error["params"])
        self.draw()

    def action_stop(self) -> None:
        if self.process is not None:
            self.process.kill()

    def on_unmount(self) -> None:
        self.action_stop()

    @work
    async def action_against(self) -> None:
        """Against another model."""
        chosen = await self.app.push_screen_wait(ChooseLink(self.models))
        if chosen:
            self.against = chosen
            self.action_measure()

    @on(OptionList.OptionSelected)
    async def _explain(self, event: OptionList.OptionSelected) -> None:
        """To the chapter that explains this instrument."""
        if self.card is not None:
            await follow(self.app, self.card["figures"][event.option_index]["chapter"])
