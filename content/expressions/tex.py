"""An expression as TeX, for the printers of `content.maths`, and on one line as a learner reads it back."""

from functools import lru_cache

from content.expressions.tree import Binary, Call, Expression, Index, Name, Negative, Number, Vector
from content.maths import inline
from content.maths.symbols import GREEK

SUM, PRODUCT, POWER, ATOM = range(4)
"""How tightly a form holds together: what is looser than its place asks for gets brackets."""
NAMES = {"log": r"\log", "exp": r"\exp", "min": r"\min", "max": r"\max", "sigmoid": r"\sigma"}


@lru_cache(maxsize=1024)
def one_line(expression: Expression) -> str:
    """`β·exp(r/β)`."""
    return inline(tex(expression))


@lru_cache(maxsize=256)
def letter(name: str) -> str:
    """A name as it is printed: `pi_ref` is `π_ref`."""
    return inline(_name(name))


def tex(expression: Expression) -> str:
    """The expression in the TeX subset of `content.maths`."""
    return _tex(expression)[0]


def _tex(expression: Expression) -> tuple[str, int]:
    match expression:
        case Number(text):
            digits, _, exponent = text.lower().partition("e")
            return (f"{digits} \\cdot 10^{{{int(exponent)}}}", PRODUCT) if exponent else (digits, ATOM)
        case Name(name):
            return _name(name), ATOM
        case Vector(items):
            return f"[{', '.join(map(tex, items))}]", ATOM
        case Index(base, at):
            return f"{_bracketed(base, ATOM)}[{at}]", ATOM
        case Negative(inside):
            return f"-{_bracketed(inside, PRODUCT)}", SUM
        case Call(function, arguments):
            return _call(function, arguments), ATOM
        case Binary("^", base, exponent):
            return f"{_bracketed(base, ATOM)}^{{{tex(exponent)}}}", POWER
        case Binary("/", above, below):
            return f"\\frac{{{tex(above)}}}{{{tex(below)}}}", PRODUCT
        case Binary("*", left, right):
            return f"{_bracketed(left, PRODUCT)} \\cdot {_bracketed(right, PRODUCT)}", PRODUCT
        case Binary(sign, left, right):
            return f"{_bracketed(left, SUM)} {sign} {_bracketed(right, PRODUCT)}", SUM
    raise TypeError(expression)


def _bracketed(expression: Expression, place: int) -> str:
    text, tightness = _tex(expression)
    return text if tightness >= place else f"\\left( {text} \\right)"


def _call(function: str, arguments: tuple[Expression, ...]) -> str:
    inside = ", ".join(map(tex, arguments))
    if function == "sqrt":
        return f"\\sqrt{{{inside}}}"
    if function == "abs":
        return f"\\left| {inside} \\right|"
    name = NAMES.get(function, rf"\operatorname{{{function}}}")
    return f"{name}\\left( {inside} \\right)"


def _name(name: str) -> str:
    """`pi_ref` as π with the script ref; a name of several letters stands upright."""
    word, _, script = name.partition("_")
    known = "lambda" if word == "lam" else word
    body = f"\\{known}" if known in GREEK else word if len(word) == 1 else f"\\text{{{word}}}"
    scripted = f"\\{script}" if script in GREEK else script if len(script) < 2 else f"\\text{{{script}}}"
    return f"{body}_{{{scripted}}}" if script else body
