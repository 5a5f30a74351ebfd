"""The glossary: type a few letters, read the sentence, go to the place that explains it."""

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from content.chapters import chapter
from content.errors import ContentError
from content.glossary import Term, folded, glossary, look_up, term
from content.reference import other_names, place
from tui.literal import clean
from tui.screens.base import PreferablyScreen
from tui.widgets.choices import Choices
from tui.widgets.steady_input import SteadyInput


class WordField(SteadyInput):
    """Where the letters are typed; down leads into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,enter", "screen.into_list", "reference.keys.choose", id="glossary.into_list")
    ]


class GlossaryScreen(PreferablyScreen):
    """All terms, or those that fit what is typed; `term` is open at the beginning."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash,g", "search", "reference.keys.search", id="glossary.search"),
    ]
    DEFAULT_CSS = """
    GlossaryScreen #words { margin: 1 2 1 2; }
    GlossaryScreen #body { height: 1fr; }
    GlossaryScreen #list { width: 38%; max-width: 44; height: 1fr; background: $background; padding: 0 1 0 2; }
    GlossaryScreen #entry { width: 1fr; padding: 0 2; scrollbar-size-vertical: 1; }
    GlossaryScreen #entry Static { max-width: 76; height: auto; }
    """
    AUTO_FOCUS = "#words"

    def __init__(self, term: str | None = None) -> None:
        super().__init__()
        self.open_term = term
        self.words = ""

    def crumbs(self) -> list[str]:
        return [self.t("reference.title"), self.t("reference.look_up")]

    # --- widgets

    def compose_body(self) -> Iterable[Widget]:
        yield WordField(self.words, placeholder=self.t("reference.placeholder"), compact=True, id="words")
        with Horizontal(id="body"):
            yield Choices(id="list", compact=True)
            with VerticalScroll(id="entry", can_focus=False):
                yield Static()

    async def on_mount(self) -> None:
        if self.open_term is not None:
            try:
                term(self.open_term, self.app.language)
            except ContentError as problem:
                self.app.show_problem(problem)
            else:
                self.terms.focus()
        self.fill()

    async def language_changed(self) -> None:
        in_list = self.terms.has_focus
        await super().language_changed()
        if in_list:
            self.terms.focus()
        self.fill()

    @property
    def terms(self) -> Choices:
        return self.query_one("#list", Choices)

    @property
    def found(self) -> tuple[Term, ...]:
        """The terms that the list shows."""
        language = self.app.language
        return look_up(self.words, language) if self.words.strip() else glossary(language)

    def fill(self) -> None:
        """The list anew, on the term that was open if it is still there."""
        found = self.found
        self.terms.clear_options()
        self.terms.add_options([Option(clean(one.term), id=one.id) for one in found])
        ids = [one.id for one in found]
        self.terms.highlighted = (ids.index(self.open_term) if self.open_term in ids else 0) if ids else None
        self.set_status(self.t("reference.count", count=len(found)))
        self.show()

    def show(self) -> None:
        """The entry of the highlighted term."""
        here = self.terms.highlighted_option
        text = (
            self.entry(here.id) if here and here.id else Content(self.t("reference.nothing", words=clean(self.words)))
        )
        self.query_one("#entry Static", Static).update(text)
        self.query_one("#entry").scroll_home(animate=False)

    def entry(self, id: str) -> Content:
        """A term with everything known about it."""
        found = term(id, self.app.language)
        title = chapter(found.chapter, self.app.language).title
        others = [form for form in found.also if folded(form) not in folded(found.term)]
        also = Content.styled(clean(self.t("reference.also", forms=", ".join(others))) + "\n\n", "$secondary")
        return Content.assemble(
            (clean(found.term), "bold $accent"), "   ", (clean(other_names(found)), "$secondary"), "\n\n",
            clean(found.text), "\n\n", also if others else "",
            (f"↵ {found.chapter} {clean(title)}: {clean(place(found))}", "$primary"),
        )  # fmt: skip

    # --- what the learner does

    def on_input_changed(self, event: Input.Changed) -> None:
        if event.value != self.words:
            self.words, self.open_term = event.value, None
            self.fill()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if event.option_list.has_focus:
            self.open_term = event.option_id
        self.show()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.open_term = event.option_id
        where = term(event.option_id or "", self.app.language)
        await self.app.go("learn", chapter=where.chapter, section=where.introduced.partition("#")[2])

    def action_into_list(self) -> None:
        if self.terms.option_count:
            self.terms.focus()

    def action_search(self) -> None:
        self.query_one(WordField).focus()

    async def action_back(self) -> None:
        """Out of what was typed, then out of the glossary."""
        field = self.query_one(WordField)
        if field.has_focus and field.value:
            field.clear()
        else:
            await super().action_back()
