"""A formula as it is read aloud, in words and in order, for whoever hears the page instead of seeing it.

    \\frac{\\pi_\\theta(y|x)}{\\pi_{\\mathrm{ref}}(y|x)}
    the fraction pi sub theta of y given x, over pi sub ref of y given x, end fraction

What is short is said short (`a over b`); what has parts of its own says where it ends, so that two formulas which look
different never sound the same.
"""

import re
from itertools import pairwise

from content.maths.parser import parse
from content.maths.tree import (
    Accented,
    Braced,
    Fenced,
    Fraction,
    Grid,
    Node,
    Root,
    Row,
    Scripted,
    Space,
    Symbol,
    kinds,
)
from content.text import say, sentences

CALLED = frozenset("πσρrRZpPqQVAEfghJLℒDUHF")
"""Letters that before brackets are functions: π(y|x), Z(x)."""
ALWAYS_CALLED = frozenset("πσ")
"""Those that are functions even of a sum: σ(a − b)."""
APART = 3
"""From this space on, what follows is another formula."""
ACCENTS = {"\u0302": "hat", "\u0304": "bar", "\u0303": "tilde", "\u0307": "dot", "\u20d7": "vector"}
HEARD = ("ordinary", "bar", "given", "punctuation")
"""Kinds of signs that leave no doubt where the brackets around them would end."""
BRACKETS = {"(": "parenthesis", "[": "bracket", "{": "brace", "⟨": "angle", "⌊": "floor", "⌈": "ceiling"}
SIZES = {"|": "size", "‖": "norm"}
POWERS = {"2": "squared", "3": "cubed", "*": "star", "⋆": "star", "∗": "star", "⊤": "transposed", "†": "dagger"}


def spoken(tex: str, language: str) -> str:
    """The formula in words, without one sign that a voice would have to guess. Raises MathsError."""
    return _joined(_Voice(language).parts(parse(tex).items))


class _Voice:
    """Says the nodes of one language's formulas."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.words = sentences(language)

    def t(self, key: str, **params: str) -> str:
        return say(self.language, f"spoken.{key}", **params)

    def row(self, row: Row) -> str:
        return _joined(self.parts(row.items))

    def parts(self, items: tuple[Node, ...]) -> list[str]:
        """What is said of neighbours, one piece each."""
        shown = [item for item in items if not isinstance(item, Space) or item.width >= APART]
        parts = []
        for index, item in enumerate(shown):
            before = shown[index - 1] if index else None
            inside = _brackets(item)
            if inside is not None and before is not None and _calls(before, inside):
                parts.append(self.t("of"))
                if _plain(inside.inside):
                    parts.append(self._scripts(item, self.row(inside.inside)))
                    continue
            parts.append(self.node(item))
        return parts

    def node(self, node: Node) -> str:
        match node:
            case Symbol():
                return self.symbol(node)
            case Space():
                return ";"
            case Row():
                return self.row(node)
            case Fraction():
                short = _short(node.above) and _short(node.below)
                return self.t("over" if short else "fraction", above=self.row(node.above), below=self.row(node.below))
            case Root():
                return self.t("root" if _short(node.inside) else "long_root", inside=self.row(node.inside))
            case Scripted():
                return self._scripts(node, self.node(node.base))
            case Accented():
                return self.t(f"accent.{ACCENTS[node.mark]}", inside=self.row(node.base))
            case Fenced():
                return self._fenced(node)
            case Braced():
                inside = self.row(node.inside)
                return self.t("braced", inside=inside, label=self.row(node.label)) if node.label else inside
            case Grid():
                return self._grid(node)

    def symbol(self, symbol: Symbol) -> str:
        """A sign by its name; letters and numbers by themselves."""
        name = "given" if symbol.text == "|" else "divided" if symbol.text == "/" else symbol.text
        if symbol.text == "·" and symbol.kind == "ordinary":
            name = "anything"
        return self.words.get(f"spoken.sign.{name}", symbol.text)

    def _scripts(self, node: Node, base: str) -> str:
        """`base` with what stands below and above it."""
        if not isinstance(node, Scripted):
            return base
        sides = [(side, script) for side, script in (("below", node.below), ("above", node.above)) if script]
        if node.limits:
            if isinstance(node.base, Symbol) and node.base.kind == "big":
                limits = "_".join(side for side, _ in sides)
                return self.t(f"sum_{limits}", sign=base, **{side: self.row(script) for side, script in sides})
            return _joined([base, *(self.t(f"limit_{side}", script=self.row(script)) for side, script in sides)])
        if isinstance(node.base, Symbol) and node.base.kind == "big":  # ∫ has its limits beside it
            return _joined([base, *(self.t(f"integral_{side}", script=self.row(script)) for side, script in sides)])
        return _joined([base, *(self._script(side, script) for side, script in sides)])

    def _script(self, side: str, script: Row) -> str:
        texts = [item.text for item in script.items if isinstance(item, Symbol)]
        if side == "above" and len(texts) == len(script.items):
            primes = len(texts) - len("".join(texts).lstrip("′"))
            said = [self.words["spoken.sign.′"]] * primes
            rest = texts[primes:]
            if not rest:
                return " ".join(said)
            if len(rest) == 1 and rest[0] in POWERS:
                return " ".join([*said, self.t(f"power.{POWERS[rest[0]]}")])
        name = "sub" if side == "below" else "power"
        bare = _short(script) and not isinstance(script.items[0], Scripted)
        return self.t(f"{name}.short" if bare else f"{name}.long", script=self.row(script))

    def _fenced(self, node: Fenced) -> str:
        inside = self.row(node.inside)
        if node.left == node.right and node.left in SIZES:
            return self.t(f"{SIZES[node.left]}.{'short' if _short(node.inside) else 'long'}", inside=inside)
        opened = self.t(f"open.{BRACKETS[node.left]}") if node.left in BRACKETS else ""
        opposite = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"}
        name = next((BRACKETS[left] for left, right in opposite.items() if right == node.right), None)
        closed = self.t(f"close.{name}") if name else ""
        return _joined([opened + "," if opened else "", inside + "," if closed else inside, closed])

    def _grid(self, grid: Grid) -> str:
        if not grid.cases:
            return "; ".join(_joined([self.row(cell) for cell in row]) for row in grid.rows)
        rows = ["; ".join([", ".join(self.row(cell) for cell in row if cell.items)]) for row in grid.rows]
        return self.t("cases", rows="; ".join(rows))


def _brackets(node: Node) -> Fenced | None:
    """The round or square brackets that a node is, with or without scripts."""
    base = node.base if isinstance(node, Scripted) else node
    return base if isinstance(base, Fenced) and base.left in ("(", "[") else None


def _calls(before: Node, brackets: Fenced) -> bool:
    """Whether what stands before brackets is applied to them: π(y|x), log(1 + e), but not β(a − b)."""
    while isinstance(before, Scripted | Accented):
        before = before.base
        if isinstance(before, Row):
            before = before.items[0] if len(before.items) == 1 else before
    if not isinstance(before, Symbol):
        return False
    if before.kind == "word" or before.text in ALWAYS_CALLED:
        return True
    inside = {kinds(item)[0] for item in brackets.inside.items}
    return before.text in CALLED and ("punctuation" in inside or not inside & {"binary", "sign"})


def _plain(row: Row) -> bool:
    """Whether it can be heard without brackets: letters, commas and what is given, nothing that goes on or ends."""
    return all(
        isinstance(item, Space)
        or (isinstance(item, Symbol) and item.text != "/" and (item.kind in HEARD or item.text == "‖"))
        or (isinstance(item, Scripted) and _short(Row((item,))))
        for item in row.items
    ) and not _products(row)


def _products(row: Row) -> bool:
    """Whether two letters stand side by side, as in σ(βm): heard without brackets, the second could lie outside."""
    said = [kinds(item)[0] for item in row.items if not isinstance(item, Space)]
    return any(left == right == "ordinary" for left, right in pairwise(said))


def _short(row: Row) -> bool:
    """One sign, alone or with scripts of one sign: it needs no word to say where it ends."""
    items = [item for item in row.items if not isinstance(item, Space)]
    if len(items) != 1:
        return False
    (item,) = items
    if isinstance(item, Scripted):
        return not item.limits and _short(Row((item.base,))) and all(_short(s) for s in (item.below, item.above) if s)
    if isinstance(item, Accented):
        return _short(item.base)
    if isinstance(item, Row):
        return _short(item)
    return isinstance(item, Symbol)


def _joined(parts: list[str]) -> str:
    text = " ".join(part for part in parts if part)
    text = re.sub(r",(?:\s*,)+", ",", re.sub(r"\s+([,;:.!?])", r"\1", text))
    return re.sub(r"([,;:]);|,$", r"\1", text)
