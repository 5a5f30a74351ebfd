"""From TeX source to a tree. What is not whitelisted is refused with its place, never printed half-right."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

from content.maths import symbols
from content.maths.tree import (
    Accented,
    Braced,
    Fenced,
    Fraction,
    Grid,
    Kind,
    MathsError,
    Node,
    Root,
    Row,
    Scripted,
    Space,
    Symbol,
    kinds,
)

DEEPEST = 40
TOKEN = re.compile(r"\\(?:[A-Za-z]+|.)|:=|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
ENVIRONMENTS = {"aligned": False, "align": False, "align*": False, "cases": True}


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    position: int


@lru_cache(maxsize=2048)
def parse(tex: str) -> Row:
    """The tree of a formula. Raises MathsError with the command (or sign) and its position in `tex`."""
    parser = _Parser(tex)
    row = parser.row()
    if (token := parser.peek()).text in ("&", r"\\"):  # alignment without an environment
        raise MathsError("alignment", token.text, token.position)
    if token.text:
        raise MathsError("unexpected", token.text, token.position)
    return row


class _Parser:
    def __init__(self, tex: str) -> None:
        self.tex = tex
        self.tokens = [Token(found[0], found.start()) for found in TOKEN.finditer(tex) if not found[0].isspace()]
        self.next = 0
        self.depth = 0
        self.commands: dict[str, Callable[[Token], Node]] = {
            "frac": self._fraction,
            "dfrac": self._fraction,
            "tfrac": self._fraction,
            "sqrt": lambda token: Root(self.argument()),
            "left": self._fenced,
            "begin": self._environment,
            "text": lambda token: Symbol(self._raw(token), "ordinary"),
            "underbrace": lambda token: Braced(self.argument(), None, over=False),
            "overbrace": lambda token: Braced(self.argument(), None, over=True),
            "underset": lambda token: self._stacked(over=False),
            "overset": lambda token: self._stacked(over=True),
        }
        self.commands |= dict.fromkeys(symbols.FONTS, self._font)
        self.commands |= dict.fromkeys(symbols.ACCENTS, self._accent)
        self.commands |= dict.fromkeys(symbols.SIZES, self._sized)

    def peek(self) -> Token:
        return self.tokens[self.next] if self.next < len(self.tokens) else Token("", len(self.tex))

    def take(self) -> Token:
        token = self.peek()
        self.next += 1
        return token

    def expect(self, text: str) -> None:
        token = self.take()
        if token.text != text:
            raise MathsError("missing", text, token.position)

    def row(self) -> Row:
        """Everything up to the end of the group, cell or formula that it stands in."""
        self._deeper()
        items: list[Node] = []
        while self.peek().text not in ("", "}", "&", r"\\", r"\right", r"\end"):
            items.append(self._scripted())
        self.depth -= 1
        return Row(self._matched(items))

    def _deeper(self) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise MathsError("too_deep", self.peek().text, self.peek().position)

    def argument(self) -> Row:
        """A group in braces, or the one thing that follows; of a number only its first digit, as in TeX."""
        token = self.peek()
        if token.text == "{":
            self.take()
            row = self.row()
            self.expect("}")
            return row
        if token.text in ("", "}", "&", r"\\", r"\right", r"\end", "^", "_"):
            raise MathsError("missing_argument", token.text, token.position)
        if token.text[0].isdigit() and len(token.text) > 1:
            self.tokens[self.next] = Token(token.text[1:], token.position + 1)
            return Row((Symbol(token.text[0]),))
        self._deeper()
        atom = self._atom()
        self.depth -= 1
        return Row(_finished([atom]))

    def _scripted(self) -> Node:
        """An atom with its scripts, primes and `\\limits`."""
        token = self.peek()
        base: Node = Row(()) if token.text in ("^", "_") else self._atom()
        limits = isinstance(base, Symbol) and base.limits
        below: Row | None = None
        above: Row | None = None
        while (token := self.peek()).text in ("^", "_", "'", r"\limits"):
            self.take()
            if token.text == r"\limits":
                limits = True
            elif token.text == "'":
                above = Row((*(above.items if above else ()), Symbol("′")))
            elif token.text == "_" and below is None:
                below = self.argument()
            elif token.text == "^" and (above is None or above.items[-1] == Symbol("′")):
                above = Row(((*above.items, *self.argument().items)) if above else self.argument().items)
            else:
                raise MathsError("double_script", token.text, token.position)
        if isinstance(base, Braced) and base.label is None and base.over:
            base, above = replace(base, label=above), None
        elif isinstance(base, Braced) and base.label is None:
            base, below = replace(base, label=below), None
        return base if below is None and above is None else Scripted(base, below, above, limits)

    def _atom(self) -> Node:
        token = self.take()
        if token.text == "{":
            self.next -= 1
            group = self.argument()
            return group.items[0] if len(group.items) == 1 else group
        if token.text.startswith("\\"):
            return self._command(token)
        if token.text in symbols.CHARACTERS:
            return Symbol(*symbols.CHARACTERS[token.text])
        if token.text[0].isalpha() or token.text[0].isdecimal():
            return Symbol(token.text)
        raise MathsError("unknown_sign", token.text, token.position)

    def _command(self, token: Token) -> Node:
        name = token.text[1:]
        if name in symbols.SPACES:
            return Space(symbols.SPACES[name])
        if name in self.commands:
            return self.commands[name](token)
        if name in symbols.COMMANDS:
            return Symbol(*symbols.COMMANDS[name])
        raise MathsError("unknown_command", token.text, token.position)

    def _fraction(self, token: Token) -> Node:
        return Fraction(self.argument(), self.argument())

    def _stacked(self, over: bool) -> Node:
        script, base = self.argument(), self.argument()
        node = base.items[0] if len(base.items) == 1 else base
        return Scripted(node, None if over else script, script if over else None, limits=True)

    def _accent(self, token: Token) -> Node:
        return Accented(self.argument(), symbols.ACCENTS[token.text[1:]])

    def _sized(self, token: Token) -> Node:
        bracket, kind = self._bracket()
        return Symbol(bracket, kind)

    def _bracket(self) -> tuple[str, Kind]:
        token = self.take()
        sign, kind = symbols.CHARACTERS.get(token.text, ("", "ordinary"))
        if token.text.startswith("\\"):
            sign, kind, _ = symbols.COMMANDS.get(token.text[1:], ("", "ordinary", False))
        if token.text == ".":
            return "", "ordinary"
        if not sign or (kind not in ("opening", "closing", "bar") and sign != "‖"):
            raise MathsError("not_a_bracket", token.text, token.position)
        return sign, kind

    def _fenced(self, token: Token) -> Node:
        left, _ = self._bracket()
        inside = self.row()
        self.expect(r"\right")
        right, _ = self._bracket()
        return Fenced(left, inside, right)

    def _font(self, token: Token) -> Node:
        """`\\mathrm{KL}` and its like: letters become one upright word, the rest stays as it is."""
        font = token.text[1:]
        limits = font == "operatorname" and self.peek().text == "*"
        if limits:
            self.take()
        row = self.argument()
        spelled = [
            " " if isinstance(item, Space) else item.text for item in row.items if isinstance(item, Symbol | Space)
        ]
        if len(spelled) < len(row.items) or not all(letter.isalnum() or letter in " −" for letter in spelled):
            return row
        word = symbols.LETTERS.get((font, "".join(spelled)), "".join(spelled).replace("−", "-"))
        return Symbol(word, "word" if len(word) > 1 or font == "operatorname" else "ordinary", limits)

    def _raw(self, token: Token) -> str:
        """The argument of `\\text`, letter by letter."""
        opening = self.peek()
        if opening.text != "{":
            raise MathsError("missing_argument", token.text, token.position)
        end = self.tex.find("}", opening.position)
        if end < 0:
            raise MathsError("missing", "}", len(self.tex))
        while self.peek().text and self.peek().position <= end:
            self.take()
        text = re.sub(r"\s+", " ", self.tex[opening.position + 1 : end])
        if not text.isprintable():
            raise MathsError("unknown_sign", ascii(text), opening.position)
        return text

    def _environment(self, token: Token) -> Node:
        name = self._raw(token)
        if name not in ENVIRONMENTS:
            raise MathsError("unknown_command", f"\\begin{{{name}}}", token.position)
        rows: list[tuple[Row, ...]] = []
        cells: list[Row] = []
        while True:
            cells.append(self.row())
            mark = self.take()
            if mark.text == "&":
                continue
            rows.append(tuple(cells))
            cells = []
            if mark.text == r"\\":
                continue
            if mark.text != r"\end" or self._raw(mark) != name:
                raise MathsError("missing", f"\\end{{{name}}}", mark.position)
            if len(rows) > 1 and rows[-1] == (Row(()),):  # the last line ended in \\
                rows.pop()
            return Grid(tuple(rows), ENVIRONMENTS[name])

    def _matched(self, items: list[Node]) -> tuple[Node, ...]:
        """Pairs of plain brackets become one node, so that they too grow and hold together on breaking."""
        stack: list[list[Node]] = [[]]
        openings: list[Symbol] = []
        for item in items:
            bracket = _base(item)
            if isinstance(bracket, Symbol) and bracket.kind == "opening":
                openings.append(bracket)
                stack.append([])
                if len(openings) + self.depth > DEEPEST:
                    raise MathsError("too_deep", bracket.text, self.peek().position)
            elif isinstance(bracket, Symbol) and bracket.kind == "closing" and bracket.text != "!" and openings:
                fenced = Fenced(openings.pop().text, Row(_finished(stack.pop())), bracket.text)
                stack[-1].append(replace(item, base=fenced) if isinstance(item, Scripted) else fenced)
            else:
                stack[-1].append(item)
        for opening in openings:  # never closed: an ordinary sign
            stack[0] += [opening, *stack.pop(1)]
        return _finished(stack[0])


def _finished(items: list[Node]) -> tuple[Node, ...]:
    """A row between two brackets, or a whole one, with what depends on the neighbours decided."""
    return _conditioned(_signed(_absolute(items)))


def _absolute(items: list[Node]) -> list[Node]:
    """Bars in even number enclose lengths, |y| − |z|; a single one stands between, y|x."""
    bars = [index for index, item in enumerate(items) if _base(item) == Symbol("|", "bar")]
    if not bars or len(bars) % 2:
        return items
    result: list[Node] = []
    end = 0
    for left, right in zip(bars[::2], bars[1::2], strict=True):
        fenced = Fenced("|", Row(_finished(items[left + 1 : right])), "|")
        closing = items[right]
        result += [*items[end:left], replace(closing, base=fenced) if isinstance(closing, Scripted) else fenced]
        end = right + 1
    return [*result, *items[end:]]


def _base(item: Node) -> Node:
    return item.base if isinstance(item, Scripted) else item


def _signed(items: list[Node]) -> list[Node]:
    """An operator with nothing before it is a sign (−x), one with nothing after it an ordinary character."""
    result: list[Node] = []
    for index, item in enumerate(items):
        if isinstance(item, Symbol) and item.kind == "binary":
            before = next((kinds(node)[1] for node in reversed(result) if not isinstance(node, Space)), "opening")
            after = next((kinds(node)[0] for node in items[index + 1 :] if not isinstance(node, Space)), "closing")
            if after in ("closing", "punctuation", "bar", "given"):
                item = replace(item, kind="ordinary")
            elif before in ("opening", "binary", "relation", "punctuation", "sign", "word", "big", "bar", "given"):
                item = replace(item, kind="sign")
        result.append(item)
    return result


def _conditioned(items: list[Node]) -> tuple[Node, ...]:
    """`\\mid` stands close in y|x, and like a relation beside one: y₁ ≻ y₂ | x."""
    loose = any(isinstance(item, Symbol) and item.kind in ("relation", "binary") for item in items)
    kind: Kind = "relation" if loose else "bar"
    return tuple(
        replace(item, kind=kind) if isinstance(item, Symbol) and item.kind == "given" else item for item in items
    )
