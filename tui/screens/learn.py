"""Reading: the chapters, and one of them section by section."""

from collections.abc import Iterable
from hashlib import sha256
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Markdown, OptionList, Static
from textual.widgets.option_list import Option

from content.chapters import Chapter, chapter, chapters
from content.errors import ContentError
from tui.literal import clean, literal
from tui.screens.base import PreferablyScreen
from tui.screens.choose_link import ChooseLink
from tui.widgets.contents import Contents
from tui.widgets.lesson import Lesson, Match, links, matches
from tui.widgets.question_box import QuestionBox

WIDE = 118
"""From this width on, the contents stay beside the text."""


def digest(text: str) -> str:
    """Which wording of a section was read."""
    return sha256(text.encode()).hexdigest()[:16]


class LearnScreen(PreferablyScreen):
    """The list of chapters, or a chapter: at `section`, or where the learner left off in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "onward", "learn.keys.onward", id="learn.onward"),
        Binding("right,right_square_bracket", "turn(1)", "learn.keys.next", id="learn.next", key_display="→"),
        Binding("left,left_square_bracket", "turn(-1)", "learn.keys.previous", id="learn.previous", key_display="←"),
        Binding("n", "found(1)", "learn.keys.next_match", id="learn.next_match"),
        Binding("N", "found(-1)", "learn.keys.previous_match", id="learn.previous_match", show=False),
        Binding("t", "contents", "learn.keys.contents", id="learn.contents"),
        Binding("slash", "search", "learn.keys.search", id="learn.search"),
        Binding("f", "follow", "learn.keys.follow", id="learn.follow"),
    ]
    DEFAULT_CSS = """
    LearnScreen #page { align-horizontal: center; padding: 1 1 0 2; scrollbar-size-vertical: 1; }
    LearnScreen #page > * { max-width: 88; }
    LearnScreen #onward { color: $primary; height: auto; margin: 1 0 1 0; }
    LearnScreen #onward:hover { text-style: underline; }
    LearnScreen #body { height: 1fr; layers: default above; }
    LearnScreen Contents { display: none; layer: above; }
    LearnScreen Contents.-open { display: block; }
    LearnScreen.-wide Contents { layer: default; }
    LearnScreen #search { dock: bottom; margin: 0 0 1 0; padding: 0 1; display: none;
                          background: $primary 20%; }
    LearnScreen #search.-open { display: block; }
    LearnScreen #chapters { height: 1fr; background: $background; background-tint: transparent; padding: 1 2; }
    """
    AUTO_FOCUS = "#page, #chapters"

    def __init__(self, chapter: str | None = None, section: str | None = None) -> None:
        super().__init__()
        self.chapter_id = chapter
        self.section_id = section
        self.read: set[str] = set()
        self.answered: frozenset[str] = frozenset()
        self.search = ""
        self.matches: list[Match] = []
        self.match = -1
        self.problem: ContentError | None = None

    # --- what is open

    @property
    def chapter(self) -> Chapter:
        assert self.chapter_id is not None
        return chapter(self.chapter_id, self.app.language)

    @property
    def number(self) -> int:
        """The place of the open section in the chapter, from 0."""
        ids = [section.id for section in self.chapter.sections]
        return ids.index(self.section_id) if self.section_id in ids else 0

    @property
    def page(self) -> VerticalScroll:
        return self.query_one("#page", VerticalScroll)

    def crumbs(self) -> list[str]:
        if self.chapter_id is None or self.problem:
            return [self.t("learn.title")]
        return [f"{self.chapter.id} {self.chapter.title}", self.chapter.sections[self.number].title]

    # --- widgets

    def compose_body(self) -> Iterable[Widget]:
        self.problem = None
        try:
            if self.chapter_id is None:
                yield OptionList(*self._chapter_options(), id="chapters", compact=True)
                return
            if self.section_id is not None:
                self.chapter.section(self.section_id)
            _ = self.chapter
        except ContentError as problem:
            self.problem = problem
            yield Static(self.app.sentence(problem), markup=False, classes="hero")
            return
        with Container(id="body"):
            yield Contents()
            with VerticalScroll(id="page"):
                yield Lesson()
                yield Static(id="onward")
        field = Input(id="search", placeholder=self.t("learn.search_placeholder"), compact=True)
        field.cursor_blink = False
        yield field

    def _chapter_options(self) -> Iterable[Option]:
        for found in chapters(self.app.language):
            read = self.app.store.sections_read(found.id) if self.app.store_is_open else set()
            cells = [("▓", "$success") if section.id in read else ("░", "$secondary") for section in found.sections]
            count = sum(section.id in read for section in found.sections)
            line = self.t("learn.chapter_line", minutes=found.minutes, read=count, sections=len(found.sections))
            title = (f"{found.id}  {clean(found.title):<36} ", "bold")
            yield Option(Content.assemble(title, *cells, (f"  {line}", "$secondary")), id=found.id)

    @property
    def has_page(self) -> bool:
        return self.chapter_id is not None and self.problem is None

    async def on_mount(self) -> None:
        if self.has_page:
            await self.show()

    async def store_opened(self) -> None:
        """Mark what was read, and go to where the learner left off unless a section was asked for."""
        store = self.app.store
        if not self.has_page:
            self._fill_chapters()
            return
        known = {section.id for section in self.chapter.sections}
        self.read = store.sections_read(self.chapter.id)
        self.answered = frozenset(
            event.item for event in store.events("answer") if event.payload["verdict"] in ("correct", "recorded")
        )
        if self.section_id is None:
            places = [event.payload for event in store.events("place", "learn")]
            left_off = [place["section"] for place in places if place.get("chapter") == self.chapter.id]
            self.section_id = left_off[-1] if left_off and left_off[-1] in known else self.chapter.sections[0].id
            if self.number:
                await self.show()
        for box in self.query(QuestionBox):
            if box.question.id in self.answered:
                box.remember()
        self.show_progress()
        self._remember()

    def on_screen_resume(self) -> None:
        self._fill_chapters()

    def _fill_chapters(self) -> None:
        """The list of chapters with what was read by now, the same line highlighted."""
        if options := self.query_one_optional("#chapters", OptionList):
            here = options.highlighted or 0
            options.clear_options()
            options.add_options(self._chapter_options())
            options.highlighted = here

    async def language_changed(self) -> None:
        """The same section in the other language, at about the same place on the page."""
        if not self.has_page:
            await super().language_changed()
            return
        share = self.page.scroll_y / max(1, self.page.max_scroll_y)
        self.close_search()
        await super().language_changed()
        if self.has_page:
            await self.show()
            self.page.focus()
            self.call_after_refresh(lambda: self.page.scroll_to(y=share * self.page.max_scroll_y, animate=False))

    # --- one section

    async def show(self) -> None:
        """Draw the open section from its beginning."""
        self._place_contents()
        section = self.chapter.sections[self.number]
        self.query_one("#onward", Static).update(literal(self._onward_text()))
        await self.query_one(Lesson).show(section, self.search, self.answered)
        self.page.scroll_home(animate=False)
        self.show_progress()
        self.refresh_title()

    def _onward_text(self) -> str:
        following = self.chapter.sections[self.number + 1 :]
        if following:
            return self.t("learn.onward", title=following[0].title)
        return self.t("learn.end_of_chapter")

    def show_progress(self) -> None:
        sections = self.chapter.sections
        here = self.number
        cells = "".join(
            "▓" if number == here or section.id in self.read else "░" for number, section in enumerate(sections)
        )
        self.set_status(f"{self.t('learn.progress', here=here + 1, sections=len(sections))}  {cells}")
        self.query_one(Contents).fill(sections, here, self.read)

    async def open_section(self, id: str) -> None:
        """Go to the section of this chapter and remember the place."""
        self.section_id = id
        await self.show()
        self.page.focus()
        self._remember()

    def _remember(self) -> None:
        if self.app.store_is_open:
            section = self.chapter.sections[self.number]
            self.app.store.set_place("learn", chapter=self.chapter.id, section=section.id)

    def mark_read(self) -> None:
        """The open section has been read to its end."""
        section = self.chapter.sections[self.number]
        if section.id not in self.read and self.app.store_is_open:
            self.read.add(section.id)
            self.app.store.read_section(self.chapter.id, section.id, digest(section.source))
            self.show_progress()

    def on_question_box_answered(self, event: QuestionBox.Answered) -> None:
        if self.app.store_is_open:
            payload = {"text": event.text, "verdict": event.verdict.code}
            self.app.store.record("answer", event.question.id, payload)
        if event.verdict.code in ("correct", "recorded"):
            self.answered |= {event.question.id}

    # --- turning pages

    async def action_turn(self, direction: int) -> None:
        """To the next or the previous section."""
        number = self.number + direction
        if direction > 0:
            self.mark_read()
        if 0 <= number < len(self.chapter.sections):
            await self.open_section(self.chapter.sections[number].id)

    async def action_onward(self) -> None:
        """A page down; at the end of the section, the next one."""
        if self.page.scroll_y < self.page.max_scroll_y:
            self.page.scroll_page_down(animate=False)
        else:
            await self.action_turn(1)

    async def on_click(self, event: events.Click) -> None:
        if event.widget is not None and event.widget.id == "onward":
            await self.action_turn(1)

    # --- contents

    def action_contents(self) -> None:
        """Open or close the list of sections."""
        contents = self.query_one(Contents)
        contents.toggle_class("-open")
        (contents if contents.has_class("-open") else self.page).focus()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if event.option_list.id == "chapters":
            await self.app.go("learn", chapter=event.option_id)
            return
        if not self.has_class("-wide"):
            event.option_list.remove_class("-open")
        await self.open_section(event.option_id or "")

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-wide")
        if self.has_page:
            self._place_contents()

    def _place_contents(self) -> None:
        """Beside the text where there is room; otherwise above it, on demand."""
        contents = self.query_one(Contents)
        if not contents.has_focus:
            contents.set_class(self.has_class("-wide"), "-open")

    # --- search

    def action_search(self) -> None:
        field = self.query_one("#search", Input)
        field.add_class("-open")
        field.focus()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for the text in every section and go to the first place from here on."""
        self.search = event.value.strip()
        self.matches = matches(self.chapter.sections, self.search)
        self.query_one("#search").remove_class("-open")
        self.page.focus()
        self.refresh_bindings()
        if not self.matches:
            self.set_status(self.t("learn.not_found", text=self.search))
            return
        later = [number for number, match in enumerate(self.matches) if match.section >= self.number]
        await self._go_to_match(later[0] if later else 0)

    async def action_found(self, direction: int) -> None:
        """The next or the previous place where the text was found, round and round."""
        await self._go_to_match((self.match + direction) % len(self.matches))

    async def _go_to_match(self, number: int) -> None:
        self.match = number
        match = self.matches[number]
        self.section_id = self.chapter.sections[match.section].id
        lesson = self.query_one(Lesson)
        if lesson.section is not self.chapter.sections[match.section] or lesson.search != self.search:
            await self.show()
        lesson.query(".-here").remove_class("-here")
        if block := lesson.block_at(match.line):
            block.add_class("-here")
            self.call_after_refresh(lambda: block.scroll_visible(animate=False))
        self.set_status(self.t("learn.found", number=number + 1, count=len(self.matches), text=self.search))

    def close_search(self) -> None:
        self.query_one("#search").remove_class("-open")
        self.search, self.matches, self.match = "", [], -1
        self.refresh_bindings()

    # --- links

    async def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        await self.follow(event.href)

    def action_follow(self) -> None:
        """Follow a link of this section: the only one, or one chosen from a list."""
        found = links(self.chapter.sections[self.number])
        if len(found) == 1:
            self.run_worker(self.follow(found[0][1]))
        elif found:
            self.app.push_screen(ChooseLink(found), self._follow_chosen)
        else:
            self.notify(self.t("learn.no_links"), markup=False)

    async def _follow_chosen(self, target: str | None) -> None:
        if target:
            await self.follow(target)

    async def follow(self, target: str) -> None:
        """Go where a link points: `04#derivation`, `#recap`, `lab:01`, or an address, which the browser opens."""
        if target.startswith("lab:"):
            await self.app.go("lab", lab=target.removeprefix("lab:"))
        elif "://" in target:
            self.app.open_url(target)
        else:
            chapter_id, _, section = target.partition("#")
            if chapter_id in ("", self.chapter_id) and section:
                await self.open_section(section)
            else:
                await self.app.go("learn", chapter=chapter_id or self.chapter_id, section=section or None)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("onward", "turn", "contents", "search", "follow", "found") and not self.has_page:
            return False
        if action == "found":
            return bool(self.matches)
        return True

    async def action_back(self) -> None:
        """Out of whatever is open: a field or a block, the search, the contents; then out of the chapter."""
        if self.has_page:
            contents = self.query_one(Contents)
            if not self.has_class("-wide") and contents.has_class("-open"):
                self.action_contents()
                return
            if self.query_one("#search").has_class("-open") or self.matches:
                self.close_search()
                await self.show()
                self.page.focus()
                return
            if self.focused is not None and self.focused is not self.page:
                self.page.focus(scroll_visible=False)
                return
        await super().action_back()
