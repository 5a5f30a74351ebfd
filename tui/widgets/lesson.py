"""One section of a chapter as Markdown with formulas in two dimensions, live blocks and questions in the flow."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin
from textual.app import ComposeResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget
from textual.widgets import Input, Markdown
from textual.widgets.markdown import MarkdownBlock

from content.documents import Section
from content.maths import MathsError, display, inline
from engine.progress import Done
from tui import live
from tui.widgets.answer_fields import LineField
from tui.widgets.question_box import QuestionBox, boxes
from tui.widgets.question_box import Work as QuestionWork
from tui.widgets.slider import Slider

FENCES = {"live": "live_block", "question": "question_block"}
"""What a fence is called by its first word, and the token that stands for it."""
INDENT = 4
COLUMNS = 76
"""How many characters of a text make a row, roughly: enough to tell what fills a screen."""
CONTINUES = re.compile(r"[ \t]|[-*+>|] |\d+[.)] ")
"""How a line begins that may belong to the block before the empty line above it."""

Work = tuple[list[float], list[str], list[QuestionWork]]
"""Where the sliders stand, what is typed, and how far the questions are, from the top of the page to its end."""


def folded(text: str) -> str:
    """`text` without case and accents, character for character, so that places in it stay the same."""
    return "".join(unicodedata.normalize("NFD", character)[0].lower() for character in text)


def parser(search: str = "") -> MarkdownIt:
    """A Markdown parser that knows `$…$`, `$$…$$` and our fences, and marks what `search` finds."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(markdown, allow_labels=False, double_inline=False)

    def rewrite(state: StateCore) -> None:
        for token in state.tokens:
            if token.type == "fence" and (first := token.info.split(" ")[0]) in FENCES:
                token.type = FENCES[first]
            elif token.type == "fence" and not token.info:
                token.info = "text"  # what names no language is not coloured as one
            for child in token.children or []:
                if child.type == "math_inline":
                    child.type, child.content = "text", inline(child.content)
            if search and token.children:
                token.children = list(_marked(token.children, folded(search)))

    markdown.core.ruler.push("lesson", rewrite)
    return markdown


def _marked(children: Sequence[Token], search: str) -> Iterator[Token]:
    """The inline tokens, with what is found put between the tokens of a deletion, which lessons have no use for."""
    for token in children:
        if token.type != "text" or search not in folded(token.content):
            yield token
            continue
        end = 0
        for found in re.finditer(re.escape(search), folded(token.content)):
            yield Token("text", "", 0, content=token.content[end : found.start()])
            yield Token("s_open", "s", 1)
            yield Token("text", "", 0, content=token.content[found.start() : found.end()])
            yield Token("s_close", "s", -1)
            end = found.end()
        yield Token("text", "", 0, content=token.content[end:])


def top(markdown: str, rows: int) -> str:
    """The beginning of a text: up to the first live block, question or table (a widget per cell), which take longer to
    draw, and no further than the block that fills `rows` rows."""
    lines = markdown.splitlines(keepends=True)
    filled, fence = 0, ""
    for number, line in enumerate(lines):
        if marks := re.match(r"```+|\$\$(?=\s*$)", line):
            if not fence and filled and line.strip("`\n ").split(" ")[0] in FENCES:
                return "".join(lines[:number])
            fence = "" if marks[0] == fence else fence or marks[0]
        elif not fence and filled and line.startswith("|") and not lines[number - 1].strip():
            return "".join(lines[:number])
        elif fence or line.strip():
            filled += -(-len(line) // COLUMNS)
        else:
            filled += 1
            if filled >= rows and number + 1 < len(lines) and not CONTINUES.match(lines[number + 1]):
                return "".join(lines[: number + 1])
    return markdown


@dataclass(frozen=True)
class Match:
    """Where something was found: the section's number, and the line of its Markdown where the block starts."""

    section: int
    line: int


def matches(sections: Sequence[Section], search: str) -> list[Match]:
    """Every place in the text where `search` stands, case and accents aside, in reading order."""
    found: list[Match] = []
    if not search.strip():
        return found
    for number, section in enumerate(sections):
        line = 0
        for token in parser(search).parse(section.markdown):
            line = token.map[0] if token.map else line
            found += [Match(number, line) for child in token.children or [] if child.type == "s_open"]
    return found


@lru_cache(maxsize=64)
def links(markdown: str) -> tuple[tuple[str, str], ...]:
    """The links of a text as (text, target), in order; kept, because every key asks whether there are any."""
    found: list[tuple[str, str]] = []
    for token in parser().parse(markdown):
        open_link: list[str] | None = None
        for child in token.children or []:
            if child.type == "link_open":
                open_link = []
                target = str(child.attrs.get("href", ""))
            elif child.type == "link_close" and open_link is not None:
                found.append(("".join(open_link), target))
                open_link = None
            elif open_link is not None:
                open_link.append(child.content)
    return tuple(found)


class Formula(MarkdownBlock):
    """A display formula, laid out for the width there is."""

    DEFAULT_CSS = f"""
    Formula {{ margin: 0 0 1 0; padding: 0 0 0 {INDENT}; height: auto; text-wrap: nowrap; color: $foreground; }}
    """

    def __init__(self, markdown: Markdown, token: Token) -> None:
        super().__init__(markdown, token)
        self.tex = token.content

    def formula_lines(self, width: int) -> list[str]:
        """The formula in two dimensions; on lines as they come where the screen is too narrow for it."""
        try:
            return display(self.tex, width)
        except MathsError as error:
            if error.code != "content.maths_too_wide":
                raise
        text = inline(self.tex)
        return [text[start : start + width] for start in range(0, len(text), width)]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.formula_lines(width))

    def render(self) -> Content:
        return Content("\n".join(self.formula_lines(max(1, self.content_size.width))))


class Embedded(MarkdownBlock):
    """A widget between the paragraphs."""

    DEFAULT_CSS = "Embedded { height: auto; }"

    def __init__(self, markdown: Markdown, token: Token, widget: Widget) -> None:
        super().__init__(markdown, token)
        self.widget = widget

    def compose(self) -> ComposeResult:
        yield self.widget


class Lesson(Markdown):
    """Shows one section at a time. Links are posted as `LinkClicked`, never opened."""

    DEFAULT_CSS = """
    Lesson { background: transparent; padding: 0; max-width: 88; }
    Lesson > MarkdownH3 { margin: 1 0 1 0; color: $primary; text-style: bold; }
    Lesson MarkdownBlock > .s { text-style: bold not strike; background: $accent 35%; }
    Lesson MarkdownBlock > .code_inline { background: $panel; color: $foreground; }
    Lesson MarkdownBlock:dark > .code_inline { background: $panel; }
    Lesson MarkdownFence { background: $panel; color: $foreground; margin: 0 0 1 0; }
    Lesson MarkdownFence > Label { width: 1fr; padding: 0 2; text-wrap: wrap; }
    Lesson MarkdownBlockQuote { background: $surface; border-left: thick $secondary; margin: 0 0 1 0; }
    Lesson MarkdownTable { margin: 0 0 1 0; }
    Lesson .-here { background: $panel; }
    """

    def __init__(self, *, coaching: bool = False) -> None:
        """`coaching`: the questions give help on a key."""
        super().__init__(open_links=False, parser_factory=lambda: parser(self.search))
        self.search = ""
        self.section: Section | None = None
        self.done = Done()
        self.coaching = coaching
        self._drawn: str | None = None

    async def show(
        self, section: Section, search: str = "", done: Done | None = None, *, rows: int | None = None
    ) -> None:
        """Show the section, with what `search` finds marked. `done`: what the learner has answered before.

        With `rows`, only so much as fills a screen of so many, and the rest by itself after the next paint; await
        `complete` before asking for what stands below.
        """
        self.section, self.search, self.done, self._drawn = section, search, done or Done(), None
        self._live, self._questions = iter(section.lives), iter(section.questions)
        beginning = section.markdown if rows is None else top(section.markdown, rows)
        await self.update(beginning)
        if self.section is section and beginning != section.markdown:
            self._drawn = beginning
            self.call_after_refresh(self.complete)

    @property
    def is_complete(self) -> bool:
        """Whether all of the section is drawn."""
        return self._drawn is None and not self.lock.is_locked

    async def complete(self) -> None:
        """Draw what is not drawn yet of the section."""
        async with self.lock:
            if self.section is None or self._drawn is None:
                return
            drawn, self._drawn = self._drawn, None
            rest, above = parser(self.search).parse(self.section.markdown.removeprefix(drawn)), drawn.count("\n")
            for token in rest:
                token.map = [line + above for line in token.map] if token.map else None
            await self.mount_all(self._parse_markdown(rest))

    def work(self) -> Work:
        """What the learner has set, typed and answered on this page."""
        sliders = [slider.value for slider in self.query(Slider)]
        return sliders, [field.value for field in self._fields()], [box.work() for box in boxes(self)]

    async def take_up(self, work: Work) -> None:
        """Set, type and answer it again, on the same section in another language."""
        for slider, value in zip(self.query(Slider), work[0], strict=False):
            slider.set(value, tell=False)
        for field, text in zip(self._fields(), work[1], strict=False):
            field.value = text
        for box, before in zip(list(boxes(self)), work[2], strict=False):
            await box.take_up(before)

    def _fields(self) -> list[Input]:
        """The fields of live blocks; those of questions are the business of their boxes."""
        return [field for field in self.query(Input) if not isinstance(field, LineField)]

    def unhandled_token(self, token: Token) -> MarkdownBlock | None:
        """Formulas and the fences of `FENCES`, which stand in the text in the order in which the section lists them."""
        if token.type == "math_block":
            return Formula(self, token)
        if token.type == "live_block":
            return Embedded(self, token, live.build(next(self._live)))
        if token.type == "question_block":
            question = next(self._questions)
            return Embedded(
                self, token, QuestionBox(question, record=self.done.record(question.id), coaching=self.coaching)
            )
        return None

    def block_at(self, line: int) -> MarkdownBlock | None:
        """The innermost block that the line of the Markdown belongs to."""
        around = [block for block in self.query(MarkdownBlock) if block.source_range[0] <= line < block.source_range[1]]
        return min(around, key=lambda block: block.source_range[1] - block.source_range[0], default=None)
