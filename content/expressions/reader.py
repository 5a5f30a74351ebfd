"""From text to a tree, and never anything else: nothing is looked up, called or executed.

The grammar is that of a pocket calculator, written out here rather than borrowed from Python's parser, because a
learner types `−2·β²`, `0,5x` and `λ`, and because an error must point at the place and say why in two languages.

    sum      = product { ("+" | "-") product }
    product  = signed { ["*" | "/"] signed }
    signed   = { "+" | "-" } power
    power    = atom [ "^" signed ]
    atom     = (number | name | function "(" list ")" | "(" sum ")" | "|" sum "|" | "[" list "]") { "[" index "]" }
    list     = sum { ("," | ";") sum }

A product may do without its sign where only one reading exists: `2x`, `2(x + 1)`, `(x + 1)(x − 1)`.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from content.expressions.errors import ExpressionError
from content.expressions.tree import (
    FUNCTIONS,
    Binary,
    Call,
    Expression,
    Index,
    Name,
    Negative,
    Number,
    Vector,
    depth,
    names,
)
from content.maths.symbols import GREEK

LONGEST = 500
LONGEST_NUMBER = 40
DEEPEST = 20
TOKEN = re.compile(
    r"(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3}(?!\w))?)|(?P<name>(?!\d)(?:(?![⁰¹²³⁴-⁹])\w)+)"
    r"|(?P<raised>⁻?[⁰¹²³⁴-⁹]+)|(?P<sign>\*\*|[-+*/^()\[\],;√|])|(?P<space>\s+)|(?P<other>.)",
    re.DOTALL,
)
SIGNS = {ord(sign): plain for plain, signs in {"-": "−–‐‑", "*": "·×∙⋅∗", "/": "÷∕⁄"}.items() for sign in signs}
DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "0123456789" * 2)
LETTERS = {sign: name for name, sign in reversed(GREEK.items())} | {"φ": "phi"}
ALIASES = {"ln": "log", "sigma": "sigmoid"}
Kind: TypeAlias = Literal["number", "name", "raised", "sign", "end"]


@dataclass(frozen=True)
class Token:
    kind: Kind
    text: str
    position: int


def canonical(name: str) -> str:
    """A name in plain letters: `β` is `beta`, `π_ref` is `pi_ref`, `y₁` is `y_1`, `λ` is `lam`, as the formulas call
    it."""
    name = re.sub("[₀-₉]+", lambda found: "_" + found[0].translate(DIGITS), name)
    plain = "".join(LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFKC", name))
    return "lam" if plain == "lambda" else plain


def read(text: str, known: Collection[str] | None = None) -> Expression:
    """The tree of an expression, whose names must be among `known` if that is given. Raises ExpressionError."""
    expression = _read(text)
    if known is not None and not names(expression) <= set(known):
        unknown = next(token for token in _tokens(text) if canonical(token.text) in names(expression) - set(known))
        raise ExpressionError("unknown_name", unknown.position, name=unknown.text, known=", ".join(known))
    return expression


@lru_cache(maxsize=4096)
def _read(text: str) -> Expression:
    if len(text) > LONGEST:
        raise ExpressionError("too_long", LONGEST)
    expression = _Parser(text).whole()
    if depth(expression) > DEEPEST:
        raise ExpressionError("too_deep", 0)
    return expression


def _tokens(text: str) -> Iterator[Token]:
    """The tokens and a last one of kind `end`. A comma between two digits is a decimal comma, except where a comma
    separates the parts of a list: there it must be a point."""
    plain = text.translate(SIGNS)
    position, lists, before = 0, [False], ""
    while position < len(plain):
        found = TOKEN.match(plain, position)
        assert found is not None  # the last alternative matches anything
        kind, word = str(found.lastgroup), found[0]
        if kind == "number":
            if word.isdigit() and not lists[-1] and (decimals := re.match(r",\d+(?![\d.,])", plain[found.end() :])):
                word += decimals[0]
            if len(word) > LONGEST_NUMBER:
                raise ExpressionError("too_long", position)
            yield Token("number", word.replace(",", "."), position)
        elif kind == "raised":
            yield Token("raised", word, position)
        elif kind in ("name", "sign"):
            if word in ("(", "["):
                function = ALIASES.get(canonical(before), canonical(before))
                lists.append(word == "[" or FUNCTIONS.get(function, 1) != 1)
            elif word in (")", "]"):
                lists = lists[:-1] or [False]
            yield Token("name" if kind == "name" else "sign", word, position)
        elif kind == "other":
            raise ExpressionError("equals" if word == "=" else "unknown_sign", position, sign=text[position])
        if kind != "space":
            before = word if kind == "name" else ""
        position += len(word)
    yield Token("end", "", len(text))


class _Parser:
    def __init__(self, text: str) -> None:
        self.tokens = list(_tokens(text))
        self.next = 0
        self.depth = 0

    @property
    def here(self) -> Token:
        return self.tokens[self.next]

    def at(self, *signs: str) -> bool:
        return self.here.kind == "sign" and self.here.text in signs

    def take(self) -> Token:
        token = self.here
        if token.kind != "end":
            self.next += 1
        return token

    def whole(self) -> Expression:
        if self.here.kind == "end":
            raise ExpressionError("empty", 0)
        expression = self.sum()
        if self.next < len(self.tokens) - 1:
            why = "closing" if self.at(")", "]") else "comma" if self.at(",", ";") else "operator"
            raise ExpressionError(why, self.here.position, sign=self.here.text)
        return expression

    def sum(self) -> Expression:
        left = self.product()
        while self.at("+", "-"):
            sign = self.take().text
            left = Binary("+" if sign == "+" else "-", left, self.product())
        return left

    def product(self) -> Expression:
        left = self.signed()
        last = left
        while True:
            if self.at("*", "/"):
                sign = self.take().text
                last = self.signed()
                left = Binary("*" if sign == "*" else "/", left, last)
            elif self._goes_on():
                divided = isinstance(left, Binary) and left.operator == "/" and left.right is last
                raised = isinstance(last, Binary) and last.operator == "^"
                if divided or raised:  # 1/2x and 2^3x: people disagree about them
                    raise ExpressionError("ambiguous", self.here.position)
                last = self.signed()
                left = Binary("*", left, last)
            else:
                return left

    def _goes_on(self) -> bool:
        """Whether a factor follows without a sign: a name or bracket right after a number or a closing bracket."""
        before = self.tokens[self.next - 1]
        starts = self.here.kind == "name" or self.at("(", "√")
        return starts and (before.kind == "number" or before.text in (")", "]"))

    def signed(self) -> Expression:
        negative = False
        while self.at("+", "-"):
            negative ^= self.take().text == "-"
        power = self.power()
        return Negative(power) if negative else power

    def power(self) -> Expression:
        base = self.atom()
        if self.here.kind == "raised":
            raised = self.take().text
            exponent: Expression = Number(raised.removeprefix("⁻").translate(DIGITS))
            return Binary("^", base, Negative(exponent) if raised[0] == "⁻" else exponent)
        if not self.at("^", "**"):
            return base
        self.take()
        return Binary("^", base, self.inner(self.signed))

    def inner(self, part: Callable[[], Expression]) -> Expression:
        """What stands in a bracket, an exponent or a root, as long as there are not too many around it."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise ExpressionError("too_deep", self.here.position)
        expression = part()
        self.depth -= 1
        return expression

    def atom(self) -> Expression:
        token = self.take()
        atom: Expression
        if token.kind == "number":
            atom = Number(token.text)
        elif token.kind == "name":
            atom = self._named(token)
        elif token.text == "(":
            atom = self.inner(self.sum)
            self._close(")", token)
        elif token.text == "|":
            atom = Call("abs", (self.inner(self.sum),))
            self._close("|", token)
        elif token.text == "[":
            atom = Vector(self._list("]", token))
        elif token.text == "√":
            atom = Call("sqrt", (self.inner(self.atom),))
        else:
            raise ExpressionError("missing", token.position, sign=token.text)
        while self.at("["):
            atom = self._indexed(atom)
        return atom

    def _named(self, token: Token) -> Expression:
        name = canonical(token.text)
        if not self.at("("):
            if ALIASES.get(name, name) in FUNCTIONS and name != "sigma" and name != "C":
                raise ExpressionError("needs_brackets", token.position, name=token.text)
            return Name(name)
        function = ALIASES.get(name, name)
        if function not in FUNCTIONS:
            raise ExpressionError("not_a_function", token.position, name=token.text)
        arguments = self._list(")", self.take())
        if FUNCTIONS[function] not in (None, len(arguments)):
            raise ExpressionError("arguments", token.position, name=token.text, count=FUNCTIONS[function])
        return Call(function, arguments)

    def _list(self, closing: str, opening: Token) -> tuple[Expression, ...]:
        items = [self.inner(self.sum)]
        while self.at(",", ";"):
            self.take()
            items.append(self.inner(self.sum))
        self._close(closing, opening)
        return tuple(items)

    def _indexed(self, base: Expression) -> Expression:
        opening = self.take()
        sign = -1 if self.at("-") and self.take() else 1
        index = self.take()
        if index.kind != "number" or not index.text.isdecimal() or len(index.text) > 3:
            raise ExpressionError("index", index.position)
        self._close("]", opening)
        return Index(base, sign * int(index.text))

    def _close(self, closing: str, opening: Token) -> None:
        if not self.at(closing):
            if self.here.kind == "end":
                raise ExpressionError("unclosed", opening.position, sign=opening.text)
            raise ExpressionError("operator", self.here.position, sign=self.here.text)
        self.take()
