"""A section as things to be said one after the other: text in lines, live blocks, questions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from content.documents import Section
from content.markup import Live
from content.maths import spoken
from content.questions import Question
from content.text import say

NOTHING = ("", "–", "—")
"""What a cell without a value holds; a voice would say nothing at all."""


@dataclass(frozen=True)
class Prose:
    """Lines of text, a paragraph each: wrapping is the terminal's business, and a voice needs none."""

    lines: tuple[str, ...]


@dataclass
class Links:
    """The links that were said, in order; the learner follows them by their number."""

    targets: list[str] = field(default_factory=list)


def parts(section: Section, language: str, links: Links) -> Iterator[Prose | Live | Question]:
    """The section in reading order. Raises ContentError."""
    lives, questions = iter(section.lives), iter(section.questions)
    teller = _Teller(language, links)
    for kind, those in groupby(_blocks(_parser().parse(section.markdown)), key=_fence):
        for block in those:
            if kind == "live":
                yield next(lives)
            elif kind == "question":
                yield next(questions)
            elif lines := tuple(teller.block(block)):
                yield Prose(lines)


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    dollarmath_plugin(parser, allow_labels=False, double_inline=False)
    return parser


def _blocks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each outermost block."""
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield block
            block = []


def _fence(block: Sequence[Token]) -> str:
    return block[0].info.split(" ")[0] if block[0].type == "fence" else ""


class _Teller:
    """Says blocks in one language."""

    def __init__(self, language: str, links: Links) -> None:
        self.language, self.links = language, links

    def t(self, key: str, **params: object) -> str:
        return say(self.language, f"plain.prose.{key}", **params)

    def block(self, tokens: Sequence[Token]) -> Iterator[str]:
        if tokens[0].type == "table_open":
            yield from self._table(tokens)
            return
        lead, numbers, quoted = "", [], False
        for token in tokens:
            match token.type:
                case "ordered_list_open":
                    numbers.append(int(token.attrs.get("start", 1)))
                case "bullet_list_open":
                    numbers.append(0)
                case "ordered_list_close" | "bullet_list_close":
                    numbers.pop()
                case "list_item_open":
                    lead = f"{numbers[-1]}. " if numbers[-1] else "- "
                    numbers[-1] += bool(numbers[-1])
                case "blockquote_open":
                    quoted = True
                case "heading_open":
                    lead = self.t("heading") + " "
                case "inline":
                    yield (self.t("quote") + " " if quoted else "") + lead + self.inline(token)
                    lead, quoted = "", False
                case "math_block":
                    yield self.t("formula") + " " + spoken(token.content, self.language)
                case "fence" | "code_block":
                    yield self.t("code")
                    yield from token.content.rstrip("\n").split("\n")
                    yield self.t("code_end")

    def _table(self, tokens: Sequence[Token]) -> Iterator[str]:
        """A row is a line, each cell after the head of its column: nobody has to remember which column is which."""
        cells = [self.inline(token) for token in tokens if token.type == "inline"]
        width = sum(token.type == "th_open" for token in tokens)
        head, rows = cells[:width], [cells[start : start + width] for start in range(width, len(cells), width)]
        yield self.t("table", rows=len(rows))
        for row in rows:
            said = (self.t("nothing") if cell in NOTHING else cell for cell in row)
            named = (f"{name}: {cell}" if name else cell for name, cell in zip(head, said, strict=True))
            yield "; ".join(named) + "."

    def inline(self, token: Token) -> str:
        """Running text: emphasis is dropped, formulas are spoken, links get a number."""
        text = ""
        for child in token.children or []:
            match child.type:
                case "text" | "code_inline":
                    text += child.content
                case "math_inline":
                    text += spoken(child.content, self.language)
                case "softbreak" | "hardbreak":
                    text += " "
                case "link_open":
                    self.links.targets.append(str(child.attrs.get("href", "")))
                case "link_close":
                    text += self.t("link", number=len(self.links.targets))
        return text
