"""The labs: which have been begun, and which gates are passed."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from content.labs import labs
from tui.lab_progress import Progress, read_progress
from tui.literal import clean
from tui.screens.base import ListScreen
from tui.widgets.choices import Choices


class LabsScreen(ListScreen):
    """The list of labs."""

    DEFAULT_CSS = """
    LabsScreen #list { height: 1fr; border: none; background: $background; padding: 1 2; }
    """

    def crumbs(self) -> list[str]:
        return [self.t("lab.title")]

    def compose_body(self) -> Iterable[Widget]:
        yield Choices(*self.options(), id="list")

    def options(self) -> Iterable[Option]:
        store = self.app.store if self.app.store_is_open else None
        passed = store.gates_passed() if store else set()
        for found in labs(self.app.language):
            progress = read_progress(store, found) if store else Progress()
            line = self.t("lab.fresh")
            if progress.done:
                line = self.t("lab.started", step=self.t(f"lab.step.{progress.current}"))
            if found.id in passed:
                line = f"✓ {self.t('lab.passed_mark')}"
            title = (f"{found.id}  {clean(found.title)}\n", "bold $primary")
            minutes = self.t("lab.minutes", minutes=found.minutes)
            yield Option(Content.assemble(title, (f"    {minutes} · {line}\n", "$secondary")), id=found.id)

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        await self.app.go("lab", lab=event.option_id)
