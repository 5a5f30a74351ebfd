"""What the Markdown of a chapter holds besides prose: fences, formulas, links, and comments that vouch for its numbers.

    <!-- check: optimal-policy prior=0.6,0.4 reward=1,0 beta=0.5 | policy=0.917,0.083 kl=0.2589 -->
    <!-- source: arXiv:2203.02155 0.02 -->
    <!-- arithmetic: log(100/80) = 0.2231; 30/40 = 0.75 = 75 % -->

A check says which formula of the engine gives the numbers just printed, a source which paper, and arithmetic works
them out. Functions that may refuse take the file and the line on which the text starts in it; the others count lines
of the text from 1.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from content.errors import ContentError
from content.expressions import ExpressionError, evaluate, names, read

FENCE = re.compile(r"^(?P<marks>`{3,})[ ]*(?P<info>[^`\n]*)\n(?P<body>.*?)^(?P=marks)[ ]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")
FORMULA = re.compile(r"(?<!\\)\$\$(?P<block>.+?)\$\$|(?<![\\$])\$(?P<inline>[^$]+?)(?<!\\)\$(?!\$)", re.DOTALL)
LINK = re.compile(r"\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]*)\)")
CHECK = re.compile(r"(?P<formula>[a-z][a-z0-9-]*)(?P<arguments>[^|]*)\|(?P<results>.*)", re.DOTALL)
PRINTED = re.compile(r"(?P<number>-?\d+(?:\.\d+)?)(?P<percent>\s*%)?")
NAMED = re.compile(r"[A-Za-z_]\w*=\S+")
PERCENT = r"(?P<percent>[ \u00a0\u202f]?%)?"
# Decimals have a point in both languages; thousands are set apart by a comma in English, by a space in Spanish.
NUMBERS = {
    language: re.compile(
        rf"(?<![\w./:])(?P<digits>(?:\d{{1,3}}(?:{mark}\d{{3}})+|\d+)(?:\.\d+)?)(?!\.\d|[\w/]){PERCENT}"
    )
    for language, mark in (("en", ","), ("es", "[ \u00a0\u202f]"))
}


@dataclass(frozen=True)
class Fence:
    """A fenced block: ` ```live dpo ` has the kind `live` and the name `dpo`."""

    kind: str
    name: str
    body: str
    line: int


@dataclass(frozen=True)
class Formula:
    tex: str
    block: bool
    line: int


@dataclass(frozen=True)
class Link:
    text: str
    target: str
    line: int


@dataclass(frozen=True)
class Check:
    """Numbers of the text and the formula that gives them: every value as it is printed."""

    formula: str
    arguments: Mapping[str, str]
    results: Mapping[str, tuple[str, ...]]
    line: int


@dataclass(frozen=True)
class Source:
    """A work cited for what stands before it, and the numbers taken from it."""

    work: str
    numbers: tuple[str, ...]
    line: int


@dataclass(frozen=True)
class Arithmetic:
    """An expression without names, and the numbers that are printed for its value (a percentage as its share)."""

    expression: str
    printed: tuple[str, ...]
    line: int

    @property
    def value(self) -> float:
        """What the expression gives. Raises Undefined."""
        return float(evaluate(read(self.expression), {}))


@dataclass(frozen=True)
class Number:
    """A number as printed, without its sign; `size` of a percentage is that of the share."""

    text: str
    size: Decimal
    line: int

    @property
    def is_decimal(self) -> bool:
        return "." in self.text


@dataclass(frozen=True)
class Live:
    """A block the learner can move: a formula of the engine, where its sliders start, and what to try."""

    formula: str
    arguments: Mapping[str, Any]
    try_this: str
    line: int


def fences(text: str, kind: str | None = None) -> list[Fence]:
    """The fenced blocks of a text in order, or those of one kind."""
    found = []
    for match in FENCE.finditer(text):
        first, _, name = match["info"].strip().partition(" ")
        found.append(Fence(first, name.strip(), match["body"], _line(text, match.start())))
    return [fence for fence in found if kind is None or fence.kind == kind]


def formulas(text: str) -> list[Formula]:
    """The formulas between dollar signs, outside code."""
    masked = _without_code(text)
    return [
        Formula((found["block"] or found["inline"]).strip(), found["block"] is not None, _line(masked, found.start()))
        for found in FORMULA.finditer(masked)
    ]


def links(text: str) -> list[Link]:
    """The links, outside code and formulas."""
    masked = _blank(FORMULA, _without_code(text))
    return [Link(found["text"], found["target"], _line(masked, found.start())) for found in LINK.finditer(masked)]


def lives(text: str, file: Path, start: int = 1) -> list[Live]:
    """The live blocks. Raises ContentError for one that is not a mapping of arguments."""
    found = []
    for fence in fences(text, "live"):
        settings = dict(mapping(fence.body, file, start + fence.line))
        try_this = str(settings.pop("try", ""))
        found.append(Live(fence.name, MappingProxyType(settings), try_this, start + fence.line - 1))
    return found


def checks(text: str, file: Path, start: int = 1) -> list[Check]:
    """The checks of a text. Raises ContentError for one that cannot be read."""
    return [
        read_check(body.removeprefix("check:"), file, start + line - 1)
        for body, line in _comments(text)
        if body.startswith("check:")
    ]


def sources(text: str) -> list[Source]:
    """The sources of a text."""
    found = []
    for body, line in _comments(text):
        if body.startswith("source:"):
            work, *numbers = body.removeprefix("source:").split() or [""]
            found.append(Source(work, tuple(numbers), line))
    return found


def arithmetic(text: str, file: Path, start: int = 1) -> list[Arithmetic]:
    """What the text works out. Raises ContentError for what is no arithmetic."""
    return [
        found
        for body, line in _comments(text)
        if body.startswith("arithmetic:")
        for found in read_arithmetic(body.removeprefix("arithmetic:"), file, start + line - 1)
    ]


def read_arithmetic(text: str, file: Path, line: int) -> list[Arithmetic]:
    """`log(100/80) = 0.2231; 30/40 = 0.75 = 75 %`. Raises ContentError."""
    found = []
    for statement in text.split(";"):
        expression, *printed = (part.strip() for part in statement.split("="))
        results = [PRINTED.fullmatch(part.replace("−", "-")) for part in printed]
        try:
            if names(read(expression)) or not results or not all(results):
                raise ContentError("content.arithmetic", file=file.name, line=line, text=statement.strip())
        except ExpressionError:
            raise ContentError("content.arithmetic", file=file.name, line=line, text=statement.strip()) from None
        shares = tuple(f"{Decimal(hit['number']).scaleb(-2 * bool(hit['percent'])):f}" for hit in results if hit)
        found.append(Arithmetic(expression, shares, line))
    return found


def read_check(text: str, file: Path, line: int) -> Check:
    """`dpo policy_chosen=-12 … beta=0.1 | loss=0.6931`. Raises ContentError."""
    found = CHECK.fullmatch(text.strip())
    words = [*found["arguments"].split(), *found["results"].split()] if found else []
    if not found or not found["results"].strip() or not all(NAMED.fullmatch(word) for word in words):
        raise ContentError("content.check", file=file.name, line=line, text=text.strip())
    arguments = dict(word.split("=", 1) for word in found["arguments"].split())
    results = dict(word.split("=", 1) for word in found["results"].split())
    split = {name: tuple(value.split(",")) for name, value in results.items()}
    return Check(found["formula"], MappingProxyType(arguments), MappingProxyType(split), line)


def without_comments(text: str) -> str:
    """The text as a reader gets it: no comments, and no empty lines where they stood."""
    shown = _outside_fences(text, lambda prose: re.sub(r"\n?" + COMMENT.pattern, "", prose, flags=re.DOTALL))
    return re.sub(r"\n{3,}", "\n\n", shown)


def numbers(text: str, language: str) -> list[Number]:
    """The numbers in prose and formulas, outside code. Those in names and addresses (arXiv ids) are not numbers."""
    masked = LINK.sub(lambda found: found["text"], _blank(COMMENT, _without_code(text)))
    masked = re.sub(r"arXiv:\S+|https?://\S+", lambda found: " " * len(found[0]), masked)
    found = []
    for match in NUMBERS[language].finditer(masked):
        size = Decimal(re.sub(r"[^\d.]", "", match["digits"])) / (100 if match["percent"] else 1)
        found.append(Number(match[0], size, _line(masked, match.start())))
    return found


def unvouched(text: str, language: str, file: Path) -> list[Number]:
    """Decimal numbers that no check, source, arithmetic or live block of the same text vouches for."""
    printed = [number for source in sources(text) for number in source.numbers]
    for check in checks(text, file):
        printed += [part for value in check.arguments.values() for part in value.split(",")]
        printed += [part for parts in check.results.values() for part in parts]
    for worked_out in arithmetic(text, file):
        printed += [*re.findall(r"\d+\.\d+", worked_out.expression), *worked_out.printed]
    for live in lives(text, file):
        printed += [
            str(part) for value in live.arguments.values() for part in (value if isinstance(value, list) else [value])
        ]
    sizes = {abs(Decimal(number)) for number in printed if re.fullmatch(r"-?\d+(\.\d+)?", number)}
    return [
        number
        for number in numbers(text, language)
        if number.is_decimal and not {number.size, number.size * 100} & sizes
    ]


def mapping(text: str, file: Path, line: int) -> dict[str, Any]:
    """YAML that must be a mapping with text for keys. Raises ContentError with the file and the line."""
    try:
        loaded = _yaml(text)
    except ValueError as problem:
        what, offset = problem.args
        raise ContentError("content.yaml", file=file.name, line=line + offset, what=what) from None
    if not isinstance(loaded, dict) or not all(isinstance(key, str) for key in loaded):
        raise ContentError("content.not_a_mapping", file=file.name, line=line)
    return loaded


@lru_cache(maxsize=1024)
def _yaml(text: str) -> Any:
    import yaml  # not before a chapter is opened: the first screen needs none

    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError as problem:
        mark = getattr(problem, "problem_mark", None)
        raise ValueError(getattr(problem, "problem", None) or "?", mark.line if mark else 0) from None


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """The text with every match turned to spaces, so that lines and columns stay."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def _without_code(text: str) -> str:
    return _blank(CODE, _blank(FENCE, text))


def _comments(text: str) -> Iterator[tuple[str, int]]:
    masked = _blank(FENCE, text)
    for found in COMMENT.finditer(masked):
        yield found[1].strip(), _line(masked, found.start())


def _outside_fences(text: str, change: Callable[[str], str]) -> str:
    parts, end = [], 0
    for fence in FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])
