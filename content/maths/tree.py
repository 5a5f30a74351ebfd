"""The tree of a formula: what the parser makes and both printers read."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from content.errors import ContentError

Kind: TypeAlias = Literal[
    "ordinary", "word", "big", "inner",
    "sign", "binary", "relation", "bar", "given",
    "opening", "closing", "punctuation",
]  # fmt: skip


class MathsError(ContentError):
    """A formula this subset of TeX cannot read or fit: which command (or sign), and where in the source (from 0)."""

    def __init__(self, code: str, command: str, position: int) -> None:
        super().__init__(f"content.maths_{code}", command=command, position=position)
        self.command = command
        self.position = position


@dataclass(frozen=True, slots=True)
class Symbol:
    """One sign, number or upright word."""

    text: str
    kind: Kind = "ordinary"
    limits: bool = False  # scripts go above and below it, as with a sum


@dataclass(frozen=True, slots=True)
class Space:
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Fraction:
    above: Row
    below: Row


@dataclass(frozen=True, slots=True)
class Root:
    inside: Row


@dataclass(frozen=True, slots=True)
class Scripted:
    """A base with a subscript, a superscript or both; `limits` puts them under and over the base."""

    base: "Node"
    below: Row | None
    above: Row | None
    limits: bool = False


@dataclass(frozen=True, slots=True)
class Accented:
    """A base under a hat, bar, tilde or dot: `mark` is the combining character."""

    base: Row
    mark: str


@dataclass(frozen=True, slots=True)
class Fenced:
    """Something in brackets, which grow with it; an empty string is no bracket on that side."""

    left: str
    inside: Row
    right: str


@dataclass(frozen=True, slots=True)
class Braced:
    """Something with a brace under it (or over it) and a label at the brace."""

    inside: Row
    label: Row | None
    over: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines of cells: `aligned` (columns right, left, right, …) or `cases` (columns left, behind a brace)."""

    rows: tuple[tuple[Row, ...], ...]
    cases: bool


Node: TypeAlias = Symbol | Space | Row | Fraction | Root | Scripted | Accented | Fenced | Braced | Grid


def kinds(node: Node) -> tuple[Kind, Kind]:
    """How a node behaves towards its left and its right neighbour."""
    if isinstance(node, Symbol):
        return node.kind, node.kind
    if isinstance(node, Scripted):
        return kinds(node.base)
    if isinstance(node, Fenced):
        return ("opening" if node.left else "ordinary"), ("closing" if node.right else "ordinary")
    if isinstance(node, Row) and len(node.items) == 1:
        return kinds(node.items[0])
    if isinstance(node, Fraction | Braced | Grid):
        return "inner", "inner"
    return "ordinary", "ordinary"


def gap(left: Kind, right: Kind, tight: bool = False) -> int:
    """Cells between two neighbours. `tight` is the spacing inside scripts, where operators stand close."""
    if left in ("opening", "sign") or right == "closing" or left in ("bar", "given") or right in ("bar", "given"):
        return 0
    if not tight:
        if right == "punctuation":
            return 0
        if left in ("relation", "binary", "punctuation") or right in ("relation", "binary", "sign"):
            return 1
    elif {left, right} & {"relation", "binary", "punctuation", "sign"}:
        return 0
    if left == "word":
        return 0 if right == "opening" else 1
    if "inner" in (left, right) or "big" in (left, right):
        return 1
    return int(right == "word" or (left == "closing" and right == "ordinary" and not tight))
