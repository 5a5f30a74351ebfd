"""The chapters: what each is about, how long it takes, and how far it has been read."""

from collections.abc import Iterable

from rich.cells import cell_len
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from content.chapters import chapters
from tui.literal import clean
from tui.screens.base import ListScreen
from tui.widgets.choices import Choices


class ChaptersScreen(ListScreen):
    """The list of chapters."""

    DEFAULT_CSS = """
    ChaptersScreen #list { height: 1fr; background: $background; padding: 1 2; }
    """

    def crumbs(self) -> list[str]:
        return [self.t("learn.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Choices(*self.options(), id="list", compact=True)

    def options(self) -> Iterable[Option]:
        width = max(cell_len(found.title) for found in chapters(self.app.language))
        for found in chapters(self.app.language):
            read = self.app.store.sections_read(found.id) if self.app.store_is_open else set()
            cells = [("▓", "$success") if section.id in read else ("░", "$secondary") for section in found.sections]
            count = sum(section.id in read for section in found.sections)
            line = self.t("learn.chapter_line", minutes=found.minutes, read=count, sections=len(found.sections))
            title = (f"{found.id}  {clean(found.title):<{width}} ", "bold")
            yield Option(Content.assemble(title, *cells, (f"  {line}", "$secondary")), id=found.id)
        yield Option("", disabled=True)
        yield Option(Content.assemble("    ", (self.t("reference.in_chapters"), "bold")), id="reference")

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "reference":
            await self.app.go("reference")
        else:
            await self.app.go("learn", chapter=event.option_id)
