"""Some of the models that can answer, marked in a list."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from engine.serving.models import Candidate
from tui.literal import clean


class ModelChoice(OptionList):
    """Space marks a model or takes its mark away; Enter posts `Chosen` with the marked ones, in the order of marking,
    if they are at least `least`. Marking more than `most` replaces the oldest mark."""

    class Chosen(Message):
        def __init__(self, models: tuple[str, ...]) -> None:
            super().__init__()
            self.models = models

    class TooFew(Message):
        """Enter with fewer marks than are needed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "chat.keys.mark", id="models.mark"),
        Binding("enter", "go", "chat.keys.begin", id="models.begin"),
    ]
    DEFAULT_CSS = """
    ModelChoice, ModelChoice:focus {
        height: auto; max-height: 1fr; border: none; background: $background; padding: 0;
        text-wrap: nowrap; text-overflow: ellipsis;
    }
    """

    def __init__(self, known: Sequence[Candidate], marked: Iterable[str], *, least: int, most: int, id: str) -> None:
        self.known, self.least, self.most = list(known), least, most
        names = {each.name for each in known}
        self.marked = [model for model in marked if model in names][:most]
        super().__init__(id=id)

    def on_mount(self) -> None:
        self.write()

    def mark(self, models: Iterable[str]) -> None:
        """Mark these and no others."""
        self.marked = list(models)
        self.write()

    def write(self) -> None:
        """Draw the lines anew, the same one highlighted."""
        here = self.highlighted or 0
        self.clear_options()
        self.add_options(Option(self._line(each), id=each.name) for each in self.known)
        self.highlighted = here

    def _line(self, each: Candidate) -> Content:
        say = self.app.t  # type: ignore[attr-defined]
        if each.method is None:
            about = say(f"chat.model.{each.name}")
        else:
            about = say(
                "chat.model.run", method=say(f"runs.method.{each.method}"), ancestor=clean(each.ancestor or "–")
            )
        marked = each.name in self.marked
        sign = f"{self.marked.index(each.name) + 1} " if marked else "· "
        return Content.assemble(
            (sign, "bold $accent" if marked else "$secondary"),
            (f"{clean(each.name):<24}", "bold" if marked else ""),
            (f" {about}", "$secondary"),
        )

    def action_mark(self) -> None:
        if self.highlighted is None:
            return
        model = self.known[self.highlighted].name
        if model in self.marked:
            self.marked.remove(model)
        else:
            self.marked = [*self.marked[-self.most + 1 :], model]
        self.write()

    def action_go(self) -> None:
        if len(self.marked) < self.least:
            self.post_message(self.TooFew())
        else:
            self.post_message(self.Chosen(tuple(self.marked)))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        """A click marks: Enter is taken by `action_go`."""
        event.stop()
        self.action_mark()


def usual(known: Sequence[Candidate]) -> tuple[str, str]:
    """The newest run and what it was trained from; without a run, `sft` and the base below it."""
    names = {each.name for each in known}
    for each in known:
        if each.method is not None and each.ancestor in names:
            return each.name, each.ancestor or ""
    return "sft", "base"
