"""The pages to look things up in: what there is."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from content.glossary import glossary
from content.reference import pages
from tui.literal import clean
from tui.screens.base import ListScreen
from tui.widgets.choices import Choices

LOOK_UP = "look-up"
"""The line that leads to the glossary as a list to search."""


class ReferenceScreen(ListScreen):
    """The list of reference pages, and the glossary to search in."""

    DEFAULT_CSS = """
    ReferenceScreen #list { height: 1fr; background: $background; padding: 1 2; }
    """

    def crumbs(self) -> list[str]:
        return [self.t("reference.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Choices(*self.options(), id="list", compact=True)

    def options(self) -> Iterable[Option]:
        for page in pages(self.app.language):
            what = self.t(f"reference.about.{page.id}")
            yield Option(Content.assemble((f"{clean(page.title):<28} ", "bold"), (what, "$secondary")), id=page.id)
        count = self.t("reference.terms", count=len(glossary(self.app.language)))
        line = Content.assemble((f"{self.t('reference.look_up'):<28} ", "bold"), (count, "$secondary"))
        yield Option(line, id=LOOK_UP)

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == LOOK_UP:
            await self.app.go("glossary")
        else:
            await self.app.go("page", page=event.option_id)
