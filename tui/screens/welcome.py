"""The first visit: language, colours, a check of the machine, and a minute's tour. Esc leaves it; it never returns by
itself."""

import asyncio
import json
import sys
from collections.abc import Iterable
from typing import Any, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from content.text import LANGUAGES, say
from tui.literal import clean
from tui.screens.base import PreferablyScreen
from tui.settings import THEMES

PAGES = ("language", "theme", "check", "read", "practise", "train", "ways")
COMMAND = (sys.executable, "-P", "-m", "tui.cli", "doctor", "--json")
"""The check runs in a process of its own: it imports what the app must not."""
MARKS = {"ok": ("✓ ", "$success"), "warn": ("! ", "$warning"), "fail": ("✗ ", "$error")}


class WelcomeScreen(PreferablyScreen):
    """One page at a time; `command` is what checks the machine."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,space", "turn(1)", "welcome.keys.turn", id="welcome.next", key_display="←→"),
        Binding("left", "turn(-1)", "welcome.keys.turn", id="welcome.previous", key_display="←→"),
        Binding("enter", "turn(1)", "welcome.keys.onward", id="welcome.onward"),
        Binding("escape", "leave", "welcome.keys.leave", id="welcome.leave"),
    ]
    DEFAULT_CSS = """
    WelcomeScreen { align: center middle; }
    WelcomeScreen #page { width: 1fr; max-width: 76; height: auto; max-height: 100%; padding: 1 2;
                          scrollbar-size-vertical: 1; }
    WelcomeScreen OptionList { height: auto; margin: 1 0 0 0; background: $background; border: none; padding: 0; }
    """
    AUTO_FOCUS = ""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        super().__init__()
        self.command = command
        self.number = 0
        self.checks: list[dict[str, Any]] | None = None
        self.check_failed = ""

    def crumbs(self) -> list[str]:
        return [self.t("welcome.title")]

    @property
    def page(self) -> str:
        return PAGES[self.number]

    def compose_body(self) -> Iterable[Widget]:
        with VerticalScroll(id="page", can_focus=False):
            yield Static(self.text())
            if self.page in ("language", "theme"):
                yield OptionList(*self.options(), compact=True)

    def options(self) -> Iterable[Option]:
        if self.page == "language":
            return [Option(say(language, "app.palette.language"), id=language) for language in LANGUAGES]
        return [Option(self.app.theme_words(theme), id=theme) for theme in THEMES]

    def text(self) -> Content:
        heading = Content.styled(self.t(f"welcome.{self.page}.title"), "bold $accent")
        body = Content(self.t(f"welcome.{self.page}.text"))
        parts = [heading, Content(""), body]
        return Content("\n").join([*parts, Content(""), *self.findings()] if self.page == "check" else parts)

    def findings(self) -> Iterable[Content]:
        """What the check has found; what is fine is counted, what is not is said."""
        if self.check_failed:
            return [Content.assemble(MARKS["fail"], clean(self.check_failed))]
        if self.checks is None:
            return [Content.styled(self.t("welcome.checking"), "$secondary")]
        fine = sum(check["state"] == "ok" for check in self.checks)
        rest = [check for check in self.checks if check["state"] != "ok"]
        total = Content.assemble(MARKS["ok"], self.t("welcome.fine", fine=fine, checks=len(self.checks)))
        return [total, *(Content.assemble(MARKS[one["state"]], clean(one["message"])) for one in rest)]

    async def on_mount(self) -> None:
        self.app.remember(welcomed=True)  # however it is left
        self.examine()
        self._arrived()

    def _arrived(self) -> None:
        self.set_status(self.t("welcome.page", number=self.number + 1, pages=len(PAGES)))
        for choices in self.query(OptionList):
            here = {"language": self.app.language, "theme": self.app.theme}[self.page]
            ids = [option.id for option in choices.options]
            choices.highlighted = ids.index(here) if here in ids else 0
            choices.focus()

    @work
    async def examine(self) -> None:
        """Ask the doctor, and show what it says when it has said it."""
        process = await asyncio.create_subprocess_exec(
            *self.command, "--language", self.app.language,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            answer, _ = await process.communicate()
        except asyncio.CancelledError:
            process.kill()
            raise
        try:
            self.checks = json.loads(answer)["checks"]
        except (ValueError, KeyError):
            self.check_failed = self.t("welcome.check_failed")
        if self.page == "check":
            self.query_one("#page Static", Static).update(self.text())

    # --- what the learner does

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """The language and the colours change with the line, so that one sees what one chooses."""
        chosen = event.option_id or ""
        if not event.option_list.has_focus or event.option_list.highlighted_option is not event.option:
            return  # a list that is being drawn anew
        if chosen in LANGUAGES and chosen != self.app.language:
            self.app.call_later(self.app.set_language, chosen)
        elif chosen in THEMES and chosen != self.app.theme:
            self.app.set_theme(chosen)

    async def on_option_list_option_selected(self) -> None:
        await self.action_turn(1)

    async def action_turn(self, pages: int) -> None:
        """To another page; the last one leads home."""
        if self.number + pages == len(PAGES):
            await self.action_leave()
        elif self.number + pages >= 0:
            self.number += pages
            await self.recompose()
            self._arrived()

    async def action_leave(self) -> None:
        await self.action_back()

    async def language_changed(self) -> None:
        await super().language_changed()
        self.examine()
        self._arrived()
