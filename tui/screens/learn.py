"""Reading a chapter section by section."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.containers import Container, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Markdown, OptionList, Static

from content.chapters import Chapter, chapter
from content.errors import ContentError
from content.exercises import has_exercises
from content.wording import of_section
from tui.links import follow
from tui.literal import literal
from tui.screens.answering import AnsweringScreen
from tui.screens.choose_link import ChooseLink
from tui.widgets.contents import Contents
from tui.widgets.lesson import Lesson, links
from tui.widgets.search_field import SearchField

WIDE = 118
"""From this width on, the contents stay beside the text."""


class LearnScreen(AnsweringScreen):
    """A chapter, at `section`, or where the learner left off in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "onward", "learn.keys.onward", id="learn.onward"),
        Binding("right,right_square_bracket", "turn(1)", "learn.keys.section", id="learn.next", key_display="←→"),
        Binding("left,left_square_bracket", "turn(-1)", "learn.keys.section", id="learn.previous", key_display="←→"),
        Binding("n", "found(1)", "learn.keys.match", id="learn.next_match", key_display="n N"),
        Binding("N", "found(-1)", "learn.keys.match", id="learn.previous_match", key_display="n N"),
        Binding("t", "contents", "learn.keys.contents", id="learn.contents"),
        Binding("x", "exercises", "learn.keys.exercises", id="learn.exercises"),
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
    """
    AUTO_FOCUS = "#page"

    def __init__(self, chapter: str, section: str | None = None) -> None:
        super().__init__()
        self.chapter_id = chapter
        self.section_id = section
        self.read: set[str] = set()
        self.looked_up = False
        self.problem: ContentError | None = None

    # --- what is open

    @property
    def chapter(self) -> Chapter:
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
        if self.problem:
            return [self.t("learn.title")]
        return [f"{self.chapter.id} {self.chapter.title}", self.chapter.sections[self.number].title]

    # --- widgets

    def compose_body(self) -> Iterable[Widget]:
        self.problem = None
        try:
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
                yield Lesson(coaching=True)
                yield Static(id="onward")
        yield SearchField(self.t("learn.search_placeholder"))

    @property
    def has_page(self) -> bool:
        return self.problem is None

    @property
    def search(self) -> SearchField:
        return self.query_one(SearchField)

    async def on_mount(self) -> None:
        if self.has_page:
            if self.app.store_is_open:
                self.look_up()
            await self.show()

    def look_up(self) -> None:
        """What the store knows: what was read and answered, and where the learner left off, unless a section was
        asked for."""
        self.looked_up = True
        self.read_store()
        store, known = self.app.store, {section.id for section in self.chapter.sections}
        self.read = store.sections_read(self.chapter.id)
        if self.section_id is None:
            places = [event.payload for event in store.events("place", "learn")]
            left_off = [place["section"] for place in places if place.get("chapter") == self.chapter.id]
            self.section_id = left_off[-1] if left_off and left_off[-1] in known else self.chapter.sections[0].id

    async def store_opened(self) -> None:
        """Mark what was read, and go to where the learner left off, if that was not known when the page was drawn."""
        if not self.has_page:
            return
        if not self.looked_up:
            drawn = self.number
            self.look_up()
            if self.number != drawn:
                await self.show()
            await self.tell_boxes()
        self.show_progress()
        self._remember()

    async def tell_boxes(self) -> None:
        """What was answered before, to the questions that are drawn and to those that will be."""
        self.query_one(Lesson).done = self.done
        await super().tell_boxes()

    async def language_changed(self) -> None:
        """The same section in the other language, at about the same place on the page."""
        if not self.has_page:
            await super().language_changed()
            return
        share = self.page.scroll_y / max(1, self.page.max_scroll_y)
        await self.query_one(Lesson).complete()
        work, asked = self.query_one(Lesson).work(), self.question_in_use
        await super().language_changed()
        if self.has_page:
            await self.show()
            await self.query_one(Lesson).complete()
            await self.query_one(Lesson).take_up(work)
            self.use(asked)
            self.call_after_refresh(lambda: self.page.scroll_to(y=share * self.page.max_scroll_y, animate=False))

    # --- one section

    async def show(self) -> None:
        """Draw the open section from its beginning."""
        self._place_contents()
        section = self.chapter.sections[self.number]
        self.query_one("#onward", Static).update(literal(self._onward_text()))
        await self.query_one(Lesson).show(section, self.search.text, self.done, rows=self.app.size.height // 2)
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
            self.app.store.read_section(self.chapter.id, section.id, of_section(section))
            self.show_progress()

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
        lesson = self.query_one(Lesson)
        if not lesson.is_complete:
            await lesson.complete()
            self.call_after_refresh(self.action_onward)
        elif self.page.scroll_y < self.page.max_scroll_y:
            self.page.scroll_page_down(animate=False)
        else:
            await self.action_turn(1)

    async def on_click(self, event: events.Click) -> None:
        if event.widget is not None and event.widget.id == "onward":
            await self.action_turn(1)

    async def action_exercises(self) -> None:
        """To the exercises of this chapter."""
        await self.app.go("exercises", chapter=self.chapter.id)

    # --- contents

    def action_contents(self) -> None:
        """Open or close the list of sections."""
        contents = self.query_one(Contents)
        contents.toggle_class("-open")
        (contents if contents.has_class("-open") else self.page).focus()

    async def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
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
        self.search.open()

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        """Look for the text in every section and go to the first place from here on."""
        found = self.search.find(self.chapter.sections, self.number)
        self.page.focus()
        if found:
            await self.go_to_match()
        else:
            self.set_status(self.t("learn.not_found", text=self.search.text))
        self.refresh_bindings()

    async def action_found(self, direction: int) -> None:
        """The next or the previous place where the text was found, round and round."""
        self.search.turn(direction)
        await self.go_to_match()

    async def go_to_match(self) -> None:
        """Show the place of the text that was found last."""
        search, match, lesson = self.search, self.search.match, self.query_one(Lesson)
        self.section_id = self.chapter.sections[match.section].id
        if lesson.section is not self.chapter.sections[match.section] or lesson.search != search.text:
            await self.show()
        await lesson.complete()
        lesson.query(".-here").remove_class("-here")
        if block := lesson.block_at(match.line):
            block.add_class("-here")
            self.call_after_refresh(lambda: block.scroll_visible(animate=False))
        number, count = search.number + 1, len(search.matches)
        self.set_status(self.t("learn.found", number=number, count=count, text=search.text))

    # --- links

    async def on_markdown_link_clicked(self, event: Markdown.LinkClicked) -> None:
        event.stop()
        await self.follow(event.href)

    def action_follow(self) -> None:
        """Follow a link of this section: the only one, or one chosen from a list."""
        found = links(self.chapter.sections[self.number].markdown)
        if len(found) == 1:
            self.run_worker(self.follow(found[0][1]))
        else:
            self.app.push_screen(ChooseLink(found), self._follow_chosen)

    async def _follow_chosen(self, target: str | None) -> None:
        if target:
            await self.follow(target)

    async def follow(self, target: str) -> None:
        """Go where a link points; `#recap` is a section of this chapter."""
        chapter_id, _, section = target.partition("#")
        if chapter_id in ("", self.chapter_id) and section:
            await self.open_section(section)
        else:
            await follow(self.app, target)

    # --- keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action in ("onward", "turn", "contents", "search", "follow", "found", "exercises") and not self.has_page:
            return False
        match action:
            case "turn":
                return parameters[0] == 1 or self.number > 0
            case "follow":
                return bool(links(self.chapter.sections[self.number].markdown))
            case "found":
                return bool(self.query(SearchField)) and bool(self.search.matches)
            case "exercises":
                return has_exercises(self.chapter.id, self.app.language)
            case "search":  # Textual would offer the slash even where it is typed
                return not isinstance(self.focused, Input)
        return True

    async def action_back(self) -> None:
        """Out of whatever is open: a field or a block, the search, the contents; then out of the chapter."""
        if self.has_page:
            contents = self.query_one(Contents)
            if not self.has_class("-wide") and contents.has_class("-open"):
                self.action_contents()
                return
            if self.search.active:
                self.search.close()
                await self.show()
                self.page.focus()
                return
            if self.focused is not None and self.focused is not self.page:
                self.page.focus(scroll_visible=False)
                return
        await super().action_back()
